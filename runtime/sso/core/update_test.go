package core_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// goodValue has a value that each key takes, other than what users begin with.
var goodValue = map[string]any{
	"email":                "new@example.com",
	"display_name":         "Zażółć ß",
	"first_name":           "First",
	"middle_name":          "Middle",
	"last_name":            "Last",
	"is_totp_enabled":      true,
	"totp_key":             "JBSWY3DPEHPK3PXP",
	"totp_label":           "My phone",
	"username":             "renamed",
	"is_locked":            true,
	"password_expiry":      time.Date(2345, 12, 27, 11, 22, 33, 456789000, time.FixedZone("", 3600)),
	"password_must_change": true,
	"sign_up_status":       "before_confirmation",
	"approval_status":      "rejected",
}

// columnsOf are the fields of a row that a key may change.
var columnsOf = map[string][]string{
	"email": {"Email", "EmailDigest"}, "display_name": {"DisplayName"}, "first_name": {"FirstName"}, "middle_name": {"MiddleName"},
	"last_name": {"LastName"}, "is_totp_enabled": {"IsTOTPEnabled"}, "totp_key": {"TOTPKey"}, "totp_label": {"TOTPLabel"},
	"username": {"Username"}, "is_locked": {"IsLocked", "LockedTime", "LockedBy"}, "password_expiry": {"PasswordExpiry"},
	"password_must_change": {"PasswordMustChange"}, "sign_up_status": {"SignUpStatus"},
	"approval_status": {"ApprovalStatus", "ApprovalStatusTime", "ApprovalStatusBy"},
}

// caller is a way to update a user.
type caller struct {
	name    string
	isSuper bool
	op      string
	self    bool
	update  func(env *ssotest.Env, data map[string]any) error
}

func callers(t *testing.T, env *ssotest.Env, suffix string) (target string, all []caller) {
	t.Helper()
	regularID := env.User("regular"+suffix, fullUser)
	superID := env.User("super"+suffix, func(u *sso.NewUser) { fullUser(u); u.IsSuperUser = true })
	regular, super := ssotest.Call(env.Login("regular"+suffix)), ssotest.Call(env.Login("super"+suffix))
	return regularID, []caller{
		{"regular on self", false, sso.OpUpdateCurrentUser, true, func(env *ssotest.Env, data map[string]any) error {
			return env.Core.UpdateCurrentUser(t.Context(), regular, sso.PatchFromMap(data))
		}},
		{"super-user on self", true, sso.OpUpdateCurrentUser, true, func(env *ssotest.Env, data map[string]any) error {
			return env.Core.UpdateCurrentUser(t.Context(), super, sso.PatchFromMap(data))
		}},
		{"super-user on self by ID", true, sso.OpUpdateUserByID, true, func(env *ssotest.Env, data map[string]any) error {
			return env.Core.UpdateUserByID(t.Context(), super, superID, sso.PatchFromMap(data))
		}},
		{"super-user on another", true, sso.OpUpdateUserByID, false, func(env *ssotest.Env, data map[string]any) error {
			return env.Core.UpdateUserByID(t.Context(), super, regularID, sso.PatchFromMap(data))
		}},
	}
}

func fullUser(u *sso.NewUser) {
	u.Email, u.DisplayName = sso.Some("old@example.com"), sso.Some("Old")
	u.FirstName, u.MiddleName, u.LastName = sso.Some("Old"), sso.Some("Old"), sso.Some("Old")
	u.TOTPLabel = "Old"
}

// targetOf tells whose row a caller changes.
func (c caller) targetOf(env *ssotest.Env, regularID, suffix string) string {
	if !c.isSuper || !c.self {
		return regularID
	}
	found, err := env.Store.Read(env.T.Context(), store.Lookup{Username: "super" + suffix})
	if err != nil || found.Target == nil {
		env.T.Fatalf("no super-user: %v", err)
	}
	return found.Target.UserID
}

// TestUpdateEveryKey goes through the table of keys: every key × every kind of
// caller × a value, NULL and a wrong type.
func TestUpdateEveryKey(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		number := 0
		for _, key := range sso.UserKeys() {
			for _, kind := range []string{"value", "NULL", "nil pointer", "wrong type"} {
				for i := range 4 {
					number++
					suffix := fmt.Sprint(number)
					regularID, all := callers(t, env, suffix)
					caller := all[i]
					targetID := caller.targetOf(env, regularID, suffix)
					before := env.Row(targetID)
					data := map[string]any{}
					want := ""
					switch kind {
					case "value":
						data[key.Name] = goodValue[key.Name]
						if key.Name == "username" {
							data[key.Name] = "renamed" + suffix
						}
						if key.Name == "is_locked" && caller.self {
							want = "E008001"
						}
					case "NULL":
						data[key.Name] = nil
						if !key.Nullable {
							want = "E008002"
						}
					case "nil pointer":
						data[key.Name] = (*string)(nil)
						if !key.Nullable {
							want = "E008002"
						}
					case "wrong type":
						data[key.Name] = []int{1}
						want = "E008002"
					}
					if key.SuperUserOnly && !caller.isSuper {
						want = "E008002"
					}
					err := caller.update(env, data)
					name := fmt.Sprintf("%s = %s by %s", key.Name, kind, caller.name)
					if got := codeOf(err); got != want {
						t.Errorf("%s: got code %q (%v), want %q", name, got, err, want)
						continue
					}
					after := env.Row(targetID)
					checkRow(t, env, name, key, before, after, data[key.Name], err == nil)
				}
			}
		}
	})
}

// checkRow compares a row before and after an update of one key.
func checkRow(t *testing.T, env *ssotest.Env, name string, key sso.UserKey, before, after store.User, value any, done bool) {
	t.Helper()
	var changed []string
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if !reflect.DeepEqual(b.Field(i).Interface(), a.Field(i).Interface()) {
			changed = append(changed, b.Type().Field(i).Name)
		}
	}
	if !done {
		if len(changed) > 0 {
			t.Errorf("%s was refused but changed %v", name, changed)
		}
		return
	}
	for _, field := range changed {
		if !slices.Contains(columnsOf[key.Name], field) {
			t.Errorf("%s changed %s as well", name, field)
		}
	}
	if !slices.Contains(changed, columnsOf[key.Name][0]) {
		t.Errorf("%s changed nothing", name)
	}
	stored := a.FieldByName(columnsOf[key.Name][0]).Interface()
	if _, isText := value.(string); value == nil || !isText && reflect.ValueOf(value).Kind() == reflect.Pointer {
		if !reflect.ValueOf(stored).IsNil() {
			t.Errorf("%s: the column is not NULL", name)
		}
		return
	}
	switch value := value.(type) {
	case string:
		text, ok := stored.(string)
		if pointer, isPointer := stored.(*string); isPointer {
			text, ok = *pointer, true
		}
		if key.Encryption != sso.Clear {
			if !strings.HasPrefix(text, "gAAAA") {
				t.Errorf("%s: stored in clear", name)
			}
			clear, err := env.Keys.Decrypt(text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			text = string(clear)
		}
		if !ok || text != value {
			t.Errorf("%s: stored %q", name, text)
		}
	case bool:
		if stored != value {
			t.Errorf("%s: stored %v", name, stored)
		}
	case time.Time:
		if !stored.(time.Time).Equal(value) {
			t.Errorf("%s: stored %v, want %v", name, stored, value)
		}
	}
}

func codeOf(err error) string {
	codes := sso.CodesOf(err)
	switch {
	case err == nil:
		return ""
	case len(codes) == 1:
		return string(codes[0])
	}
	return fmt.Sprintf("%T %v", err, err)
}

func TestUpdateValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ż", 192)
	fits := strings.Repeat("ż", 191)
	cases := []struct {
		name string
		data map[string]any
		want string
	}{
		{"nothing", map[string]any{}, "E008003"},
		{"nil map", nil, "E008003"},
		{"unknown key", map[string]any{"display_name": "x", "no_such_key": 1}, "E008002"},
		{"a password", map[string]any{"password": "x"}, "E008002"},
		{"user_id", map[string]any{"user_id": "zusr1"}, "E008002"},
		{"search column", map[string]any{"display_name_upper": "X"}, "E008002"},
		{"e-mail with whitespace", map[string]any{"email": "a b@example.com"}, "E002004"},
		{"e-mail with a tab", map[string]any{"email": "a\tb"}, "E002004"},
		{"e-mail too long", map[string]any{"email": strings.Repeat("e", 129)}, "E002003"},
		{"e-mail as long as may be", map[string]any{"email": strings.Repeat("e", 128)}, ""},
		{"empty e-mail", map[string]any{"email": ""}, ""},
		{"empty name", map[string]any{"first_name": ""}, ""},
		{"name of 191", map[string]any{"display_name": fits}, ""},
		{"name of 192", map[string]any{"display_name": long}, "E008002"},
		{"first name of 192", map[string]any{"first_name": long}, "E008002"},
		{"middle name of 192", map[string]any{"middle_name": long}, "E008002"},
		{"last name of 192", map[string]any{"last_name": long}, "E008002"},
		{"NUL in a name", map[string]any{"last_name": "a\x00b"}, "E008002"},
		{"invalid UTF-8 in a name", map[string]any{"last_name": "a\xffb"}, "E008002"},
		{"NUL in an e-mail", map[string]any{"email": "a\x00b"}, "E008002"},
		{"NUL in a label", map[string]any{"totp_label": "a\x00b"}, "E008002"},
		{"invalid UTF-8 in a username", map[string]any{"username": "a\xff"}, "E008002"},
		{"empty username", map[string]any{"username": ""}, "E001001"},
		{"username with whitespace", map[string]any{"username": "a b"}, "E001004"},
		{"username with a no-break space", map[string]any{"username": "a\u00a0b"}, "E001004"},
		{"username with a zero-width space", map[string]any{"username": "a\u200bb"}, "E001004"},
		{"username with a zero-width joiner", map[string]any{"username": "a\u200d"}, "E001004"},
		{"username with a filler", map[string]any{"username": "a\u3164"}, "E001004"},
		{"username with an override of direction", map[string]any{"username": "a\u202eb"}, "E001004"},
		{"username with a control", map[string]any{"username": "a\x07"}, "E001004"},
		{"e-mail with a soft hyphen", map[string]any{"email": "a\u00adb@example.com"}, "E002004"},
		{"username in another script", map[string]any{"username": "Żółć-名前"}, ""},
		{"username too long", map[string]any{"username": strings.Repeat("u", 129)}, "E001003"},
		{"username of another", map[string]any{"username": "other"}, "E001002"},
		{"one's own username", map[string]any{"username": "admin"}, ""},
		{"TOTP key too short", map[string]any{"totp_key": "JBSWY3DP"}, "E008002"},
		{"TOTP key that is not base32", map[string]any{"totp_key": "0189018901890189"}, "E008002"},
		{"TOTP on and the key away", map[string]any{"is_totp_enabled": true, "totp_key": nil}, "E008002"},
		{"TOTP off and the key away", map[string]any{"is_totp_enabled": false, "totp_key": nil}, ""},
		{"TOTP on without a key", map[string]any{"is_totp_enabled": true}, "E008002"},
		{"TOTP on with a key", map[string]any{"is_totp_enabled": true, "totp_key": "JBSWY3DPEHPK3PXP"}, ""},
		{"the key away while TOTP is on", map[string]any{"totp_key": nil}, "E008002"},
		{"TOTP off", map[string]any{"is_totp_enabled": false}, ""},
		{"status that there is not", map[string]any{"sign_up_status": "almost"}, "E008002"},
		{"approval that there is not", map[string]any{"approval_status": ""}, "E008002"},
		{"password expiry as text", map[string]any{"password_expiry": "2030-01-01"}, "E008002"},
		{"password expiry out of range", map[string]any{"password_expiry": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "E008002"},
		{"boolean as text", map[string]any{"is_locked": "true"}, "E008002"},
		{"boolean as a number", map[string]any{"is_locked": 1}, "E008002"},
		{"name as a number", map[string]any{"first_name": 7}, "E008002"},
		{"name as bytes", map[string]any{"first_name": []byte("x")}, "E008002"},
	}
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("other", nil)
		id := env.SuperUser("admin")
		call := ssotest.Call(env.Login("admin"))
		for _, c := range cases {
			before := env.Row(id)
			err := env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(c.data))
			if got := codeOf(err); got != c.want {
				t.Errorf("%s: got code %q (%v), want %q", c.name, got, err, c.want)
			}
			if c.want != "" && !reflect.DeepEqual(before, env.Row(id)) {
				t.Errorf("%s: refused, but the row changed", c.name)
			}
		}
	})
}

// TestUpdateOrderOfChecks has everything wrong at once and mends it one by one.
func TestUpdateOrderOfChecks(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		super, other := env.SuperUser("admin"), env.User("other", nil)
		regular := ssotest.Call(env.Login("other"))
		admin := ssotest.Call(env.Login("admin"))
		step := func(want string, call sso.Call, id string, data map[string]any) {
			t.Helper()
			if got := codeOf(env.Core.UpdateUserByID(t.Context(), call, id, sso.PatchFromMap(data))); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		bad := map[string]any{"email": "a b", "none": 1}
		step("E004001", sso.Call{CID: "x", App: "NOPE", UST: "garbage"}, super, bad)
		step("E007001", sso.Call{CID: "x", App: "CRM", UST: "garbage"}, super, bad)
		step("E008002", regular, super, nil) // rights before emptiness
		step("E005001", regular, other, nil)
		step("E001100", admin, "zusr0000", nil)
		step("E001100", admin, "a\x00b", bad)
		step("E001100", admin, "", bad)
		step("E008003", admin, other, map[string]any{})
		step("E008002", admin, other, bad)
		step("E002004", admin, other, map[string]any{"email": "a b"})
		step("", admin, other, map[string]any{"email": "ab"})
	})
}

func TestLockingChangesSessions(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		id := env.User("jane", nil)
		admin, jane := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		lock := func(locked bool) {
			t.Helper()
			if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.PatchFromMap(map[string]any{"is_locked": locked})); err != nil {
				t.Fatal(err)
			}
			row := env.Row(id)
			if row.IsLocked != locked || row.LockedTime == nil || row.LockedBy == nil {
				t.Errorf("locked = %v: row has %v, %v, %v", locked, row.IsLocked, row.LockedTime, row.LockedBy)
			}
		}
		lock(true)
		if _, err := env.Core.CurrentUser(t.Context(), jane, false); codeOf(err) != "E007001" {
			t.Errorf("session of a locked user: %v", err)
		}
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password}); codeOf(err) != "E005002" {
			t.Errorf("login of a locked user: %v", err)
		}
		lock(false)
		if _, err := env.Core.CurrentUser(t.Context(), jane, false); codeOf(err) != "E007001" {
			t.Errorf("unlocking revived a session: %v", err)
		}
		env.Login("jane")
	})
}

// TestUpdatesAtOnce has many writers change different keys of one user: none
// of them is lost.
func TestUpdatesAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.SuperUser("admin")
		call := ssotest.Call(env.Login("admin"))
		keys := []string{"email", "display_name", "first_name", "middle_name", "last_name", "totp_label"}
		const rounds = 25
		var wait sync.WaitGroup
		for _, key := range keys {
			wait.Go(func() {
				for round := range rounds {
					data := map[string]any{key: fmt.Sprintf("%s-%d", key, round)}
					var err error
					if round%2 == 0 {
						err = env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(data))
					} else {
						err = env.Core.UpdateUserByID(t.Context(), call, id, sso.PatchFromMap(data))
					}
					if err != nil {
						t.Errorf("%s, round %d: %v", key, round, err)
					}
				}
			})
		}
		wait.Wait()
		user, err := env.Core.CurrentUser(t.Context(), call, false)
		if err != nil {
			t.Fatal(err)
		}
		got := user.ToDict()
		for _, key := range keys {
			if want := fmt.Sprintf("%s-%d", key, rounds-1); got[key] != want {
				t.Errorf("%s is %v, want %s", key, got[key], want)
			}
		}
		if entries := env.Audit(sso.OpUpdateCurrentUser); len(entries) != len(keys)*(rounds/2+1) {
			t.Errorf("%d audit entries", len(entries))
		}
	})
}

// TestTwoUpdateOneAnother has two super-users update one another: whatever
// order the locks come in, both are done.
func TestTwoUpdateOneAnother(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		ids := []string{env.SuperUser("a"), env.SuperUser("b")}
		calls := []sso.Call{ssotest.Call(env.Login("a")), ssotest.Call(env.Login("b"))}
		var wait sync.WaitGroup
		for i := range 2 {
			wait.Go(func() {
				for round := range 30 {
					data := map[string]any{"display_name": fmt.Sprint(round), "is_locked": false}
					if err := env.Core.UpdateUserByID(t.Context(), calls[i], ids[1-i], sso.PatchFromMap(data)); err != nil {
						t.Errorf("round %d: %v", round, err)
					}
				}
			})
		}
		wait.Wait()
	})
}

func TestSearchColumnsFollow(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.SuperUser("admin")
		call := ssotest.Call(env.Login("admin"))
		for _, c := range []struct {
			name any
			want string
		}{
			{"Straße", "STRASSE"}, {"zażółć", "ZAŻÓŁĆ"}, {nil, "NULL"}, {"", ""},
			{strings.Repeat("ß", 191), strings.Repeat("S", 191)},
		} {
			if err := env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"first_name": c.name})); err != nil {
				t.Fatal(err)
			}
			if got := searchColumn(t, env, id); got != c.want {
				t.Errorf("%v: search column %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// TestEmailInClear switches main.encrypt_email off.
func TestEmailInClear(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Main.EncryptEmail = false }, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		if row := env.Row(id); *row.Email != "jane@example.com" {
			t.Errorf("stored %q", *row.Email)
		}
	})
}

func TestGoodValuesCoverTheTable(t *testing.T) {
	var names []string
	for _, key := range sso.UserKeys() {
		names = append(names, key.Name)
	}
	slices.Sort(names)
	for _, table := range [][]string{slices.Sorted(maps.Keys(goodValue)), slices.Sorted(maps.Keys(columnsOf))} {
		if !slices.Equal(names, table) {
			t.Errorf("the table of keys is %v, the test has %v", names, table)
		}
	}
}
