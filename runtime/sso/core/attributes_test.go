package core_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// attributes are attributes of one owner, as a caller uses them.
type attributes struct {
	t     *testing.T
	core  sso.Core
	call  sso.Call
	owner sso.AttributeOwner
}

func (a attributes) write(how sso.AttributeWrite, changes ...sso.AttributeChange) string {
	return codeOf(a.core.WriteAttributes(a.t.Context(), a.call, a.owner, how, changes))
}

func (a attributes) values(names ...string) (map[string]any, string) {
	found, err := a.core.Attributes(a.t.Context(), a.call, a.owner, sso.AttributeQuery{Names: names, Decrypt: true})
	values := map[string]any{}
	for _, attribute := range found {
		values[attribute.Name] = attribute.Value
	}
	return values, codeOf(err)
}

func (a attributes) one(name string) sso.Attribute {
	a.t.Helper()
	found, err := a.core.Attributes(a.t.Context(), a.call, a.owner, sso.AttributeQuery{Names: []string{name}, Decrypt: true})
	if err != nil || len(found) != 1 {
		a.t.Fatalf("%s: %+v, %v", name, found, err)
	}
	return found[0]
}

func named(name string, value any) sso.AttributeChange {
	if value == nil {
		return sso.AttributeChange{Name: name, Value: sso.Null[any]()}
	}
	return sso.AttributeChange{Name: name, Value: sso.Some(value)}
}

// TestWhoUsesAttributes goes through every call × whose attributes × who asks,
// of users and of sessions.
func TestWhoUsesAttributes(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		adminID, janeID, johnID := env.SuperUser("admin"), env.User("jane", nil), env.User("john", nil)
		admin, jane, john := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("john"))
		made := 0
		calls := map[string]func(a attributes) string{
			"create": func(a attributes) string {
				made++
				return a.write(sso.CreateAttribute, named(fmt.Sprint("a", made), 1))
			},
			"set": func(a attributes) string { return a.write(sso.SetAttribute, named("set", 1)) },
			"delete": func(a attributes) string {
				return codeOf(a.core.DeleteAttributes(a.t.Context(), a.call, a.owner, []string{"none"}))
			},
			"get":   func(a attributes) string { _, code := a.values("set"); return code },
			"names": func(a attributes) string { _, code := a.values(); return code },
		}
		for _, c := range []struct {
			name  string
			call  sso.Call
			owner sso.AttributeOwner
			want  string
		}{
			{"one's own", jane, sso.AttributeOwner{}, ""},
			{"one's own by ID", jane, sso.AttributeOwner{UserID: janeID}, ""},
			{"a super-user's own", admin, sso.AttributeOwner{}, ""},
			{"another's by a super-user", admin, sso.AttributeOwner{UserID: johnID}, ""},
			{"another's", jane, sso.AttributeOwner{UserID: johnID}, "E005001"},
			{"a super-user's by a regular user", jane, sso.AttributeOwner{UserID: adminID}, "E005001"},
			{"nobody's", jane, sso.AttributeOwner{UserID: "zusr0"}, "E005001"},
			{"nobody's by a super-user", admin, sso.AttributeOwner{UserID: "zusr0"}, "E001100"},
			{"a NUL's", admin, sso.AttributeOwner{UserID: "a\x00"}, "E001100"},
			{"one's own session's", jane, sso.AttributeOwner{TargetUST: jane.UST}, ""},
			{"a session's by a super-user", admin, sso.AttributeOwner{TargetUST: john.UST}, ""},
			{"another's session's", jane, sso.AttributeOwner{TargetUST: john.UST}, "E005001"},
			{"no session's", jane, sso.AttributeOwner{TargetUST: "garbage"}, "E005001"},
			{"no session's by a super-user", admin, sso.AttributeOwner{TargetUST: "garbage"}, "E007001"},
			{"an empty session's", jane, sso.AttributeOwner{OfSession: true}, "E007001"},
			{"an empty session's by a super-user", admin, sso.AttributeOwner{OfSession: true}, "E007001"},
			{"one's own session's, said so", jane, sso.AttributeOwner{TargetUST: jane.UST, OfSession: true}, ""},
		} {
			for name, do := range calls {
				if got := do(attributes{t, env.Core, c.call, c.owner}); got != c.want {
					t.Errorf("%s of %s: %q, want %q", name, c.name, got, c.want)
				}
			}
		}
	})
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		for _, owner := range []sso.AttributeOwner{{}, {TargetUST: call.UST}} {
			a := attributes{t, env.Core, call, owner}
			expect := func(got, want string) {
				t.Helper()
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			expect(a.write(sso.CreateAttribute, named("theme", "dark")), "")
			expect(a.write(sso.CreateAttribute, named("theme", "light")), "E009001")
			expect(a.write(sso.UpdateAttribute, named("none", 1)), "E009002")
			created := a.one("theme")
			if created.Value != "dark" || created.IsEncrypted || !created.ExpirationTime.IsZero() || !created.LastModified.Equal(created.CreationTime) {
				t.Errorf("%+v", created)
			}
			env.Clock.Forward(time.Second)
			expect(a.write(sso.UpdateAttribute, named("theme", "light")), "")
			if got := a.one("theme"); got.Value != "light" || !got.CreationTime.Equal(created.CreationTime) || !got.LastModified.After(got.CreationTime) {
				t.Errorf("%+v", got)
			}
			expect(a.write(sso.SetAttribute, named("theme", "blue"), named("size", 7.5)), "")
			if values, _ := a.values("size", "theme", "none"); !reflect.DeepEqual(values, map[string]any{"theme": "blue", "size": 7.5}) {
				t.Errorf("%v", values)
			}

			// What is false, empty or null is a value; JSON stays JSON.
			for _, value := range []any{false, 0.0, "", nil, "żółć\n\"<>&", "\x00json:", "\x00json:no JSON", "\x00json:{}", `"quoted"`,
				[]any{1.0, map[string]any{"a": nil}}, map[string]any{}} {
				for _, encrypt := range []bool{false, true} {
					change := named("value", value)
					change.Encrypt = sso.Some(encrypt)
					expect(a.write(sso.SetAttribute, change), "")
					if got := a.one("value"); !reflect.DeepEqual(got.Value, value) || got.IsEncrypted != encrypt {
						t.Errorf("%v, encrypted %v: %+v", value, encrypt, got)
					}
				}
			}

			// So do numbers that no float64 holds, however deep.
			for _, number := range []string{"9007199254740993", "-12345678901234567890123", "1e400"} {
				for _, encrypt := range []bool{false, true} {
					change := named("number", []any{map[string]any{"n": json.Number(number)}})
					change.Encrypt = sso.Some(encrypt)
					expect(a.write(sso.SetAttribute, change), "")
					if got, err := json.Marshal(a.one("number").Value); err != nil || string(got) != `[{"n":`+number+`}]` {
						t.Errorf("%s, encrypted %v: %s, %v", number, encrypt, got, err)
					}
				}
			}
			for number, want := range map[json.Number]float64{"9007199254740992": 1 << 53, "-1": -1, "1.5e3": 1500, "1.0": 1} {
				expect(a.write(sso.SetAttribute, named("number", number)), "")
				if got := a.one("number").Value; got != want {
					t.Errorf("%s: %v", number, got)
				}
			}
			expect(codeOf(env.Core.DeleteAttributes(t.Context(), call, owner, []string{"number"})), "")

			// An update leaves alone what it does not give.
			secret := named("secret", "s3cret")
			secret.Encrypt, secret.Expiration = sso.Some(true), sso.Some(60)
			expect(a.write(sso.CreateAttribute, secret), "")
			expect(a.write(sso.UpdateAttribute, named("secret", "s4cret")), "")
			got := a.one("secret")
			if got.Value != "s4cret" || !got.IsEncrypted || got.ExpirationTime.IsZero() {
				t.Errorf("%+v", got)
			}
			expect(a.write(sso.UpdateAttribute, sso.AttributeChange{Name: "secret", Expiration: sso.Some(120)}), "")
			if later := a.one("secret"); later.Value != "s4cret" || !later.IsEncrypted || !later.ExpirationTime.Equal(got.ExpirationTime.Add(time.Minute)) {
				t.Errorf("%+v", later)
			}
			raw, err := env.Core.Attributes(t.Context(), call, owner, sso.AttributeQuery{Names: []string{"secret"}})
			if token, _ := raw[0].Value.(string); err != nil || !strings.HasPrefix(token, "gAAAA") {
				t.Errorf("%+v, %v", raw, err)
			}
			expect(a.write(sso.UpdateAttribute, sso.AttributeChange{Name: "secret", Encrypt: sso.Some(false)}), "")
			if clear := a.one("secret"); clear.Value != "s4cret" || clear.IsEncrypted || clear.ExpirationTime.IsZero() {
				t.Errorf("%+v", clear)
			}
			expect(a.write(sso.UpdateAttribute, sso.AttributeChange{Name: "secret", Encrypt: sso.Some(true)}), "")
			if again := a.one("secret"); again.Value != "s4cret" || !again.IsEncrypted {
				t.Errorf("%+v", again)
			}

			// What has expired is not there, and makes room.
			env.Clock.Forward(2 * time.Minute)
			if values, _ := a.values("secret"); len(values) != 0 {
				t.Errorf("expired: %v", values)
			}
			expect(a.write(sso.UpdateAttribute, named("secret", 1)), "E009002")
			expect(a.write(sso.CreateAttribute, named("secret", "new")), "")
			if fresh := a.one("secret"); fresh.Value != "new" || fresh.IsEncrypted || !fresh.ExpirationTime.IsZero() || !fresh.CreationTime.Equal(fresh.LastModified) {
				t.Errorf("%+v", fresh)
			}

			// Several are all or nothing.
			expect(a.write(sso.CreateAttribute, named("one", 1), named("theme", 2), named("two", 3)), "E009001")
			expect(a.write(sso.UpdateAttribute, named("theme", "red"), named("none", 3)), "E009002")
			if values, _ := a.values("one", "two", "theme"); !reflect.DeepEqual(values, map[string]any{"theme": "blue"}) {
				t.Errorf("%v", values)
			}
			for range 2 {
				expect(codeOf(env.Core.DeleteAttributes(t.Context(), call, owner, []string{"theme", "size", "none"})), "")
			}
			if values, _ := a.values(); !reflect.DeepEqual(values, map[string]any{"value": map[string]any{}, "secret": "new"}) {
				t.Errorf("%v", values)
			}

			for name, change := range map[string]sso.AttributeChange{
				"no name": named("", 1), "a long name": named(strings.Repeat("ż", 192), 1), "a NUL": named("a\x00", 1), "no UTF-8": named("\xff", 1),
				"no JSON":               named("x", make(chan int)),
				"a negative expiration": {Name: "x", Expiration: sso.Some(-1)}, "a long expiration": {Name: "x", Expiration: sso.Some(1 << 60)},
			} {
				if got := a.write(sso.CreateAttribute, change); got != "E008002" {
					t.Errorf("%s: %q", name, got)
				}
			}
			expect(a.write(sso.CreateAttribute), "E008002")
			expect(a.write(sso.SetAttribute, named("x", 1), named("x", 2)), "E008002")
			expect(a.write(sso.CreateAttribute, named(strings.Repeat("ż", 191), 1)), "")
			expect(codeOf(env.Core.DeleteAttributes(t.Context(), call, owner, []string{strings.Repeat("ż", 191)})), "")
		}
		for _, entry := range env.Audit(sso.OpUpdateAttribute) {
			if entry.Changes != "" || strings.Contains(entry.Keys, "s4cret") || entry.Result == "ok" && entry.Keys == "" {
				t.Errorf("audit: %+v", entry)
			}
		}
		if strings.Contains(env.Log.String(), "s4cret") {
			t.Error("a value is in the log")
		}
	})
}

// TestAttributesAtOnce has two create and count the same attributes.
func TestAttributesAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		const writers = 8
		errs := make([]error, writers)
		var group sync.WaitGroup
		for i := range writers {
			group.Go(func() {
				errs[i] = env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{}, sso.CreateAttribute,
					[]sso.AttributeChange{named("a", i), named("b", i)})
			})
		}
		group.Wait()
		made := 0
		for _, err := range errs {
			var refused *sso.Error
			switch {
			case err == nil:
				made++
			case !errors.As(err, &refused) || codeOf(err) != "E009001":
				t.Error(err)
			}
		}
		values, _ := attributes{t, env.Core, call, sso.AttributeOwner{}}.values()
		if made != 1 || values["a"] != values["b"] {
			t.Errorf("%d have created it: %v", made, values)
		}
	})
}

// TestAttributesEndWithTheirOwner deletes sessions and users.
func TestAttributesEndWithTheirOwner(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		id := env.User("jane", nil)
		admin, jane := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		for _, owner := range []sso.AttributeOwner{{}, {TargetUST: jane.UST}} {
			if code := (attributes{t, env.Core, jane, owner}).write(sso.CreateAttribute, named("x", 1)); code != "" {
				t.Fatal(code)
			}
		}
		if err := env.Core.Logout(t.Context(), jane); err != nil {
			t.Fatal(err)
		}
		if values, code := (attributes{t, env.Core, admin, sso.AttributeOwner{UserID: id}}).values(); code != "" || len(values) != 1 {
			t.Errorf("after logout: %v %s", values, code)
		}
		if err := env.Core.DeleteUserByID(t.Context(), admin, id); err != nil {
			t.Fatal(err)
		}
		if _, code := (attributes{t, env.Core, admin, sso.AttributeOwner{UserID: id}}).values(); code != "E001100" {
			t.Errorf("after deletion: %s", code)
		}
	})
}

func TestAttributesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		jane := attributes{t: t, core: env.Core, call: ssotest.Call(env.Login("jane"))}
		names := make([]string, 1001)
		changes := make([]sso.AttributeChange, len(names))
		for i := range names {
			names[i] = fmt.Sprint(i)
			changes[i] = named(names[i], i)
		}
		_, read := jane.values(names...)
		deleted := codeOf(env.Core.DeleteAttributes(t.Context(), jane.call, jane.owner, names))
		for what, code := range map[string]string{"read": read, "written": jane.write(sso.SetAttribute, changes...), "deleted": deleted} {
			if code != "E008002" {
				t.Errorf("too many, %s: %q", what, code)
			}
		}
		if code := jane.write(sso.SetAttribute, changes[:1000]...); code != "" {
			t.Error(code)
		}
		if values, code := jane.values(names[:1000]...); code != "" || len(values) != 1000 {
			t.Errorf("%d read: %q", len(values), code)
		}
	})
}
