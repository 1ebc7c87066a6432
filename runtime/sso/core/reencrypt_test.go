package core_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/totp"
)

// keyed is an SSO whose key is in a file.
func keyed(t *testing.T, env *ssotest.Env) (file string, older secret.Key) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "secret.key")
	if _, err := secret.LoadOrCreateKeys(file); err != nil {
		t.Fatal(err)
	}
	ring, err := secret.FindKeys(file, "")
	if err != nil {
		t.Fatal(err)
	}
	env.Keys = ring
	env.Core = env.NewCore(env.Config)
	return file, ring.Newest()
}

// rotate reencrypts until nothing is left to do, and returns the key that
// everything is encrypted with then.
func rotate(t *testing.T, env *ssotest.Env) secret.Key {
	t.Helper()
	keys := env.Keys.Frozen()
	for {
		usage, err := env.Core.Reencrypt(t.Context(), keys, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		if usage.Unreadable > 0 {
			t.Fatalf("%+v", usage)
		}
		if usage.Others(keys.Newest().ID()) == 0 {
			return keys.Newest()
		}
	}
}

// TestRotation goes on with all kinds of calls while everything is encrypted
// anew, by rotations that are ended half-way and begun again, and then has only
// the new key.
func TestRotation(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Login.TOTPSingleUse = false }, func(t *testing.T, env *ssotest.Env) {
		file, older := keyed(t, env)
		const users = 12
		admin := ssotest.Call("")
		env.SuperUser("admin")
		admin.UST = env.Login("admin")
		name := func(i int) string { return fmt.Sprintf("user-%d", i) }
		email := func(i int) string { return name(i) + "@example.com" }
		totpKeys := make([]string, users)
		calls := make([]sso.Call, users)
		for i := range users {
			totpKeys[i] = totp.NewKey()
			env.User(name(i), func(u *sso.NewUser) {
				u.Email, u.TOTPKey, u.TOTPLabel, u.IsTOTPEnabled = sso.Some(email(i)), totpKeys[i], "label of "+name(i), true
			})
		}
		login := func(c *core.Core, i int) (sso.SessionInfo, error) {
			code, err := totp.Code(totpKeys[i], env.Clock.Now())
			if err != nil {
				return sso.SessionInfo{}, err
			}
			return c.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: name(i), Password: ssotest.Password, TOTPCode: code})
		}
		for i := range users {
			info, err := login(env.Core, i)
			if err != nil {
				t.Fatal(err)
			}
			calls[i] = ssotest.Call(info.UST)
			change := named("pin", "pin of "+name(i))
			change.Encrypt = sso.Some(true)
			if err := env.Core.WriteAttributes(t.Context(), calls[i], sso.AttributeOwner{}, sso.CreateAttribute, []sso.AttributeChange{change}); err != nil {
				t.Fatal(err)
			}
		}
		find := func(c *core.Core, call sso.Call, i int) error {
			result, err := c.Search(t.Context(), call, sso.SearchCriteria{Email: sso.Some(email(i))})
			if err == nil && (len(result.Users) != 1 || result.Users[0].Username != name(i)) {
				err = fmt.Errorf("%s: %d users found by e-mail", name(i), len(result.Users))
			}
			return err
		}
		if _, err := env.Core.SealAudit(t.Context()); err != nil {
			t.Fatal(err)
		}

		// Clients at work: each its own user, whose last change must stay.
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var clients sync.WaitGroup
		var rounds atomic.Int64
		last := make([]int, users)
		for i := range users {
			clients.Go(func() {
				for n := 1; ctx.Err() == nil; n++ {
					labelled := sso.UserPatch{FirstName: sso.Some(fmt.Sprint(n)), TOTPLabel: sso.Some(fmt.Sprint("label ", n))}
					if n%3 == 0 {
						labelled.Email = sso.Some(email(i))
					}
					steps := map[string]error{"update": env.Core.UpdateCurrentUser(t.Context(), calls[i], labelled)}
					change := named("pin", fmt.Sprint("pin ", n))
					steps["attribute"] = env.Core.WriteAttributes(t.Context(), calls[i], sso.AttributeOwner{}, sso.UpdateAttribute, []sso.AttributeChange{change})
					_, steps["login"] = login(env.Core, i)
					steps["search"] = find(env.Core, admin, i)
					for step, err := range steps {
						if err != nil {
							t.Errorf("%s, %s %d: %v", name(i), step, n, err)
							return
						}
					}
					last[i] = n
					rounds.Add(1)
				}
			})
		}
		wait := func() { // until every client has done something more
			for until := rounds.Load() + users; rounds.Load() < until && !t.Failed(); {
				time.Sleep(time.Millisecond)
			}
		}
		wait()
		newer := secret.NewKey()
		if err := secret.AddKey(file, newer, false); err != nil {
			t.Fatal(err)
		}
		for !env.Keys.Newest().Equal(newer) {
			time.Sleep(10 * time.Millisecond)
		}
		wait()
		for ended := range 3 { // after so many steps
			limited, end := context.WithCancel(t.Context())
			_, err := env.Core.Reencrypt(limited, env.Keys.Frozen(), true, func(secret.Progress) {
				if ended--; ended < 0 {
					end()
				}
			})
			end()
			if err == nil {
				t.Errorf("a rotation that was ended after %d steps reports no error", ended)
			}
			wait()
		}
		if got := rotate(t, env); !got.Equal(newer) {
			t.Error("another key was used")
		}
		wait()
		cancel()
		clients.Wait()
		rotate(t, env) // what the last calls may have put back

		// Nothing knows the older key any more.
		if err := secret.RemoveKey(file, older.ID()); err != nil {
			t.Fatal(err)
		}
		ring, err := secret.FindKeys(file, "")
		if err != nil || len(ring.Keys()) != 1 {
			t.Fatal(err)
		}
		env.Keys = ring
		after := env.NewCore(env.Config)
		if err := after.CheckKeys(t.Context()); err != nil {
			t.Error(err)
		}
		usage, err := after.Reencrypt(t.Context(), ring, false, nil)
		if err != nil || usage.Unreadable > 0 || len(usage.ByKey) != 1 || usage.ByKey[newer.ID()] < users*6 {
			t.Errorf("%+v, %v", usage, err)
		}
		if _, err := after.CurrentUser(t.Context(), calls[0], false); codeOf(err) != "E007001" {
			t.Errorf("a UST of the older key: %v", err)
		}
		env.Core = after
		admin.UST = env.Login("admin")
		for i := range users {
			info, err := login(after, i)
			if err != nil {
				t.Fatal(err)
			}
			user, err := after.CurrentUser(t.Context(), ssotest.Call(info.UST), true)
			if err != nil {
				t.Fatal(err)
			}
			wantLabel := fmt.Sprint("label ", last[i])
			if *user.Email != email(i) || *user.TOTPKey != totpKeys[i] || *user.TOTPLabel != wantLabel || *user.FirstName != fmt.Sprint(last[i]) {
				t.Errorf("%s: %s, %s, %s after %d updates", name(i), *user.Email, *user.TOTPLabel, *user.FirstName, last[i])
			}
			a := attributes{t, after, ssotest.Call(info.UST), sso.AttributeOwner{}}
			if pin := a.one("pin"); pin.Value != fmt.Sprint("pin ", last[i]) || !pin.IsEncrypted {
				t.Errorf("%s: %+v after %d updates", name(i), pin, last[i])
			}
			if err := find(after, admin, i); err != nil {
				t.Error(err)
			}
		}
		// The chain goes on, with what it was sealed with before.
		if err := after.FlushAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Entries of the other cores may come a little later.
		for try := 0; ; try++ {
			if _, err := after.SealAudit(t.Context()); err != nil {
				t.Fatal(err)
			}
			report := verifyAudit(t, after)
			if report.Seals >= 2 && report.Unsealed == 0 {
				break
			}
			if try == 100 {
				t.Fatalf("%+v", report)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

// TestReencryptionOfWhatZatoLeaves has columns in hexadecimal, in clear, empty,
// and made with a key that nobody has.
func TestReencryptionOfWhatZatoLeaves(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		file, older := keyed(t, env)
		ids := map[string]string{}
		for _, name := range []string{"hexadecimal", "clear", "empty", "foreign", "digestless"} {
			ids[name] = env.User(name, func(u *sso.NewUser) { u.Email = sso.Some(name + "@example.com") })
		}
		set := func(name, column, value string) {
			env.Exec("UPDATE zato_sso_user SET "+column+" = $1 WHERE username = $2", value, name)
		}
		set("hexadecimal", "email", `\x`+hex.EncodeToString([]byte(env.Keys.Encrypt([]byte("hexadecimal@example.com")))))
		set("clear", "email", "clear@example.com")
		set("clear", "totp_label", "<default-label>")
		set("empty", "email", "")
		foreign := secret.NewKeyring(secret.NewKey()).Encrypt([]byte("x"))
		set("foreign", "email", foreign)
		env.Exec("UPDATE zato_sso_user SET gatehouse_email_digest = NULL WHERE username = 'digestless'")

		if err := secret.AddKey(file, secret.NewKey(), false); err != nil {
			t.Fatal(err)
		}
		keys, err := secret.FindKeys(file, "")
		if err != nil {
			t.Fatal(err)
		}
		before := env.Row(ids["hexadecimal"])
		dry, err := env.Core.Reencrypt(t.Context(), keys, false, nil)
		if err != nil || dry.Changed != 0 || dry.ByKey[older.ID()] < 5 || dry.Unreadable != 1 || *env.Row(ids["hexadecimal"]).Email != *before.Email {
			t.Errorf("%+v, %v", dry, err)
		}
		done, err := env.Core.Reencrypt(t.Context(), keys, true, nil)
		if err != nil || done.Changed != 6 || done.Unreadable != 1 {
			t.Errorf("%+v, %v", done, err)
		}
		again, err := env.Core.Reencrypt(t.Context(), keys, true, nil)
		if err != nil || again.Changed != 0 || again.Others(keys.Newest().ID()) != 0 {
			t.Errorf("%+v, %v", again, err)
		}
		if !strings.Contains(env.Log.String(), "cannot be decrypted") || strings.Contains(env.Log.String(), foreign) {
			t.Error("the log says nothing of what cannot be read, or too much")
		}
		for name, want := range map[string]string{"clear": "clear@example.com", "empty": "", "foreign": foreign} {
			if got := *env.Row(ids[name]).Email; got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		env.Keys = secret.NewKeyring(keys.Newest())
		env.Core = env.NewCore(env.Config)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		for _, name := range []string{"hexadecimal", "clear", "digestless"} {
			result, err := env.Core.Search(t.Context(), admin, sso.SearchCriteria{Email: sso.Some(name + "@example.com")})
			if err != nil || len(result.Users) != 1 || result.Users[0].Username != name {
				t.Errorf("%s: %+v, %v", name, result.Users, err)
			}
		}
	})
}

func TestHeldByClients(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		env.Login("jane")
		expect := func(before time.Time, want int64) (until time.Time) {
			t.Helper()
			held, until, err := env.Core.Held(t.Context(), before)
			if held != want || err != nil || (want > 0) != until.After(env.Clock.Now()) {
				t.Errorf("%d held until %v, %v, want %d", held, until, err, want)
			}
			return until
		}
		env.Clock.Forward(time.Minute)
		rotated := env.Clock.Now()
		env.Clock.Forward(time.Minute)
		env.Login("jane")
		expect(rotated, 1)
		expect(time.Time{}, 1) // the newest began at this very moment
		env.Clock.Forward(time.Minute)
		expect(time.Time{}, 2)
		expect(rotated.Add(-time.Hour), 0)
		env.Clock.Forward(time.Hour - 2*time.Minute)
		expect(rotated, 0)
	})
}
