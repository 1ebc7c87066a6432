package core_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/totp"
)

// calls are all calls that take a UST, as a regular user might make them on
// himself; each must refuse a bad session alike.
var calls = map[string]func(t *testing.T, env *ssotest.Env, call sso.Call) error{
	sso.OpUpdateCurrentUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"email": "x"}))
	},
	sso.OpUpdateUserByID: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.UpdateUserByID(t.Context(), call, "zusr1", sso.PatchFromMap(map[string]any{"email": "x"}))
	},
	sso.OpGetCurrentUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.CurrentUser(t.Context(), call, false)
		return err
	},
	sso.OpGetUserByID: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.UserByID(t.Context(), call, "zusr1", false)
		return err
	},
	sso.OpGetUserByUsername: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.UserByUsername(t.Context(), call, "nobody", true)
		return err
	},
	sso.OpCreateUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.CreateUser(t.Context(), call, sso.NewUser{Username: "new"})
		return err
	},
	sso.OpCreateSuperUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.CreateUser(t.Context(), call, sso.NewUser{Username: "new", IsSuperUser: true})
		return err
	},
	sso.OpLockUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.LockUser(t.Context(), call, "zusr1")
	},
	sso.OpUnlockUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.UnlockUser(t.Context(), call, "zusr1")
	},
	sso.OpApproveUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.ApproveUser(t.Context(), call, "zusr1")
	},
	sso.OpRejectUser: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.RejectUser(t.Context(), call, "zusr1")
	},
	sso.OpDeleteUserByID: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.DeleteUserByID(t.Context(), call, "zusr1")
	},
	sso.OpDeleteUserByUsername: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.DeleteUserByUsername(t.Context(), call, "nobody")
	},
	sso.OpChangePassword: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.ChangePassword(t.Context(), call, sso.PasswordChange{OldPassword: ssotest.Password, NewPassword: "Another-Fine-Phrase-7"})
	},
	sso.OpResetTOTPKey: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.ResetTOTPKey(t.Context(), call, "", sso.Some(""), sso.Null[string]())
		return err
	},
	sso.OpCreateAttribute: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{}, sso.CreateAttribute, []sso.AttributeChange{{Name: "x"}})
	},
	sso.OpSetAttribute: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{}, sso.SetAttribute, []sso.AttributeChange{{Name: "x"}})
	},
	sso.OpUpdateAttribute: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{TargetUST: call.UST}, sso.UpdateAttribute, []sso.AttributeChange{{Name: "x"}})
	},
	sso.OpDeleteAttribute: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.DeleteAttributes(t.Context(), call, sso.AttributeOwner{}, []string{"x"})
	},
	sso.OpGetAttribute: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.Attributes(t.Context(), call, sso.AttributeOwner{}, sso.AttributeQuery{Decrypt: true})
		return err
	},
	sso.OpGetSession: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.Session(t.Context(), call, call.UST)
		return err
	},
	sso.OpSearch: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.Search(t.Context(), call, sso.SearchCriteria{})
		return err
	},
	sso.OpVerifySession: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.VerifySession(t.Context(), call, call.UST)
		return err
	},
	sso.OpRenewSession: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.RenewSession(t.Context(), call)
		return err
	},
	sso.OpListSessions: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.Sessions(t.Context(), call, sso.SessionList{UST: "x"})
		return err
	},
	sso.OpGetUserByLinkedAuth: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.UserByLinkedAuth(t.Context(), call, sso.AuthBasic, "nobody", false)
		return err
	},
	sso.OpGetLinkedAuthList: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		_, err := env.Core.LinkedAuth(t.Context(), call, "")
		return err
	},
	sso.OpCreateLinkedAuth: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.CreateLinkedAuth(t.Context(), call, sso.NewLink{UserID: "zusr1", AuthType: sso.AuthBasic, AuthUsername: "x"})
	},
	sso.OpDeleteLinkedAuth: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.DeleteLinkedAuth(t.Context(), call, "zusr1", sso.AuthBasic, "x")
	},
	sso.OpLogout: func(t *testing.T, env *ssotest.Env, call sso.Call) error {
		return env.Core.Logout(t.Context(), call)
	},
}

// TestBadSessions goes through every call × every session that is none.
func TestBadSessions(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.Apps.All = []string{"CRM", "ERP"}
		cfg.UserAddressList = map[string][]string{"bound": {"10.0.0.0/8", "::1"}, "nowhere": {}}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		patch := func(id string, data map[string]any) {
			t.Helper()
			if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.PatchFromMap(data)); err != nil {
				t.Fatal(err)
			}
		}
		clear := func(ust string) string {
			text, err := env.Keys.Decrypt(ust)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		otherKeys := secret.NewKeyring(secret.NewKey())
		fromLocal := func(ust string) sso.Call { return ssotest.Call(ust) }
		cases := []struct {
			name string
			want string
			call func(username string) sso.Call
		}{
			{"unknown app", "E004001", func(u string) sso.Call { c := fromLocal(env.Login(u)); c.App = "NOPE"; return c }},
			{"no app", "E004001", func(u string) sso.Call { c := fromLocal(env.Login(u)); c.App = ""; return c }},
			{"empty", "E007001", func(string) sso.Call { return fromLocal("") }},
			{"garbage", "E007001", func(string) sso.Call { return fromLocal("gAAAAABgarbage") }},
			{"NUL", "E007001", func(string) sso.Call { return fromLocal("\x00") }},
			{"truncated", "E007001", func(u string) sso.Call { ust := env.Login(u); return fromLocal(ust[:len(ust)-8]) }},
			{"in clear", "E007001", func(u string) sso.Call { return fromLocal(clear(env.Login(u))) }},
			{"of another key", "E007001", func(u string) sso.Call { return fromLocal(otherKeys.Encrypt([]byte(clear(env.Login(u))))) }},
			{"of another text", "E007001", func(string) sso.Call { return fromLocal(env.Keys.Encrypt([]byte("zusr123"))) }},
			{"unknown", "E007001", func(string) sso.Call { return fromLocal(env.Keys.Encrypt([]byte("zust4q51jwtsdh9s298315h4at6t1n"))) }},
			{"logged out", "E007001", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				if err := env.Core.Logout(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				return c
			}},
			{"locked", "E007001", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				patch(env.ID(u), map[string]any{"is_locked": true})
				return c
			}},
			{"not approved", "E007001", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				patch(env.ID(u), map[string]any{"approval_status": "before_decision"})
				return c
			}},
			{"sign-up not final", "E005003", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				patch(env.ID(u), map[string]any{"sign_up_status": "before_confirmation"})
				return c
			}},
			{"expired password", "E003004", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				patch(env.ID(u), map[string]any{"password_expiry": env.Clock.Now().Add(-time.Second)})
				return c
			}},
			{"deleted", "E007001", func(u string) sso.Call {
				c := fromLocal(env.Login(u))
				env.Exec("DELETE FROM zato_sso_user WHERE username = $1", u)
				return c
			}},
		}
		for _, c := range cases {
			for op, make := range calls {
				username := "user-" + strings.ReplaceAll(c.name, " ", "-") + "-" + op
				env.User(username, nil)
				if got := codeOf(make(t, env, c.call(username))); got != c.want {
					t.Errorf("%s, UST %s: got %q, want %q", op, c.name, got, c.want)
				}
				if entries := env.Audit(op); len(entries) == 0 || entries[len(entries)-1].SubStatus != c.want {
					t.Errorf("%s, UST %s: the last audit entry does not tell", op, c.name)
				}
			}
		}

		env.User("bound", nil)
		inside := ssotest.Call("")
		inside.RemoteAddr = "192.168.1.1, 10.9.8.7"
		info, err := env.Core.Login(t.Context(), inside, sso.LoginRequest{Username: "bound", Password: ssotest.Password})
		if err != nil {
			t.Fatal(err)
		}
		for op, make := range calls {
			if got := codeOf(make(t, env, ssotest.Call(info.UST))); got != "E005001" {
				t.Errorf("%s from a forbidden address: got %q", op, got)
			}
		}

		// Expired ones come last: they need another time.
		expiring := fromLocal(env.Login("admin"))
		env.Clock.Forward(time.Hour)
		for op, make := range calls {
			if got := codeOf(make(t, env, expiring)); got != "E007001" {
				t.Errorf("%s, expired: got %q", op, got)
			}
		}
	})
}

func TestLogin(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.Apps.All = []string{"CRM", "ERP"}
		cfg.UserAddressList = map[string][]string{"nowhere": {}, "bound": {"10.0.0.0/8"}, "anywhere": {"*"}}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		with := func(username string, data map[string]any) string {
			t.Helper()
			id := env.User(username, nil)
			if data != nil {
				if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.PatchFromMap(data)); err != nil {
					t.Fatal(err)
				}
			}
			return username
		}
		call := ssotest.Call("")
		erp := call
		erp.App = "ERP"
		nope := call
		nope.App = "NOPE"
		metadata := sso.LoginRequest{HasRemoteAddr: true}
		const newPassword = "Another-Fine-Phrase-7"
		for _, c := range []struct {
			name, username, password string
			call                     sso.Call
			extra                    sso.LoginRequest
			want, told               string
		}{
			{"right", with("right", nil), ssotest.Password, call, sso.LoginRequest{}, "", ""},
			{"unknown app", "right", ssotest.Password, nope, sso.LoginRequest{}, "E004001", "E004001"},
			{"app without login", "right", ssotest.Password, erp, sso.LoginRequest{}, "E004001", "E004001"},
			{"wrong password", "right", "wrong", call, sso.LoginRequest{}, "E005001", "E005001"},
			{"empty password", "right", "", call, sso.LoginRequest{}, "E005001", "E005001"},
			{"unknown user", "nobody", ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"empty user", "", ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"NUL in the name", "a\x00", ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"invalid UTF-8 in the name", "\xff", ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"huge password", "right", strings.Repeat("x", 1<<20), call, sso.LoginRequest{}, "E005001", "E005001"},
			{"locked", with("locked", map[string]any{"is_locked": true}), ssotest.Password, call, sso.LoginRequest{}, "E005002", "E005002"},
			{"locked, wrong password", "locked", "wrong", call, sso.LoginRequest{}, "E005001", "E005001"},
			{"not approved", with("new", map[string]any{"approval_status": "before_decision"}), ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"rejected", with("rejected", map[string]any{"approval_status": "rejected"}), ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"not confirmed", with("early", map[string]any{"sign_up_status": "before_confirmation"}), ssotest.Password, call, sso.LoginRequest{}, "E005003", "E005003"},
			{"expired", with("expired", map[string]any{"password_expiry": env.Clock.Now()}), ssotest.Password, call, sso.LoginRequest{}, "E003004", "E005001"},
			{"no address", with("nowhere", nil), ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"wrong address", with("bound", nil), ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"any address", with("anywhere", nil), ssotest.Password, call, sso.LoginRequest{}, "", ""},
			{"metadata", "right", ssotest.Password, call, metadata, "E006001", "E006001"},
			{"must change", with("must", map[string]any{"password_must_change": true}), ssotest.Password, call, sso.LoginRequest{}, "E003007", "E003007"},
			{"must change, too short", "must", ssotest.Password, call, sso.LoginRequest{NewPassword: "short"}, "E003002", "E003002"},
			{"must change, too long", "must", ssotest.Password, call, sso.LoginRequest{NewPassword: strings.Repeat("ab1", 90)}, "E003003", "E003003"},
			{"must change, rejected", "must", ssotest.Password, call, sso.LoginRequest{NewPassword: "my-LetMeIn-1"}, "E003001", "E003001"},
			{"must change, to the same", "must", ssotest.Password, call, sso.LoginRequest{NewPassword: ssotest.Password}, "E003001", "E003001"},
			{"must change, changed", "must", ssotest.Password, call, sso.LoginRequest{NewPassword: newPassword}, "", ""},
			{"must change, the old one", "must", ssotest.Password, call, sso.LoginRequest{}, "E005001", "E005001"},
			{"must change, the new one", "must", newPassword, call, sso.LoginRequest{}, "", ""},
		} {
			login := c.extra
			login.Username, login.Password = c.username, c.password
			info, err := env.Core.Login(t.Context(), c.call, login)
			if got := codeOf(err); got != c.want {
				t.Errorf("%s: got %q (%v), want %q", c.name, got, err, c.want)
				continue
			}
			if err == nil {
				if got, err := env.Core.CurrentUser(t.Context(), ssotest.Call(info.UST), false); c.username != "bound" && (err != nil || got.Username != c.username) {
					t.Errorf("%s: the session is %q's: %v", c.name, got.Username, err)
				}
				continue
			}
			var refused *sso.Error
			if !errors.As(err, &refused) || string(refused.Told()[0]) != c.told {
				t.Errorf("%s: clients are told %v, want %s", c.name, refused.Told(), c.told)
			}
		}
	})
}

func TestLoginAboutToExpire(t *testing.T) {
	t.Parallel()
	for _, inform := range []bool{true, false} {
		ssotest.Each(t, func(cfg *core.Config) {
			cfg.Password.Expiry, cfg.Password.InformIfAboutToExpire = 10, inform
		}, func(t *testing.T, env *ssotest.Env) {
			env.User("jane", nil)
			info, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password})
			if inform && (err != nil || !info.HasWAboutToExp) {
				t.Errorf("warning: %v, error %v", info.HasWAboutToExp, err)
			}
			if !inform && codeOf(err) != "E003006" {
				t.Errorf("error %v", err)
			}
			last := env.Audit(sso.OpLogin)
			if len(last) != 1 || inform && (last[0].Result != "warning" || last[0].SubStatus != "W003005") {
				t.Errorf("audit: %+v", last)
			}
		})
	}
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		key := totp.NewKey()
		id := env.User("jane", func(u *sso.NewUser) { u.IsTOTPEnabled, u.TOTPKey = true, key })
		code := func(drift int) string {
			text, err := totp.Code(key, env.Clock.Now().Add(time.Duration(drift)*30*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		login := func(want, code string) {
			t.Helper()
			_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password, TOTPCode: code})
			if got := codeOf(err); got != want {
				t.Errorf("got %q (%v), want %q", got, err, want)
			}
		}
		login("E005008", "")
		login("E005001", "12345")
		login("E005001", code(-2))
		login("E005001", code(2))
		login("", code(1)) // the order does not matter: each code works once
		login("", code(-1))
		login("", code(0))
		for _, used := range []int{-1, 0, 1} {
			login("E005001", code(used))
		}
		env.Clock.Forward(time.Minute)
		login("", code(1))

		// The codes of a new key have not been used, those of the same one have.
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		setKey := func(to string) {
			t.Helper()
			if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.UserPatch{TOTPKey: sso.Some(to)}); err != nil {
				t.Fatal(err)
			}
		}
		setKey(key)
		login("E005001", code(1))
		key = totp.NewKey()
		setKey(key)
		login("", code(1))
		login("E005001", code(1))
	})
}

func TestTOTPManyTimes(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Login.TOTPSingleUse = false }, func(t *testing.T, env *ssotest.Env) {
		key := totp.NewKey()
		env.User("jane", func(u *sso.NewUser) { u.IsTOTPEnabled, u.TOTPKey = true, key })
		code, err := totp.Code(key, env.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password, TOTPCode: code}); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestRehashAtLogin takes a hash of the other algorithm and finds it replaced.
func TestRehashAtLogin(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", nil)
		before := env.Row(id).Password
		cfg := env.Config
		cfg.HashSecret.Algorithm = "argon2id"
		argon := env.NewCore(cfg)
		for range 2 {
			if _, err := argon.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password}); err != nil {
				t.Fatal(err)
			}
		}
		after := env.Row(id).Password
		clear, err := env.Keys.Decrypt(after)
		if err != nil || !strings.HasPrefix(string(clear), "$argon2id$") || after == before {
			t.Errorf("the hash was not replaced: %v", err)
		}
		if !env.Row(id).PasswordLastSet.Equal(env.Row(id).SignUpTime) {
			t.Error("hashing anew counted as a change of the password")
		}
		env.Login("jane") // and the old algorithm's core verifies it
	})
}

// TestNewPasswordChangesSessions changes a password that must be changed.
func TestNewPasswordChangesSessions(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		id := env.User("jane", nil)
		old := ssotest.Call(env.Login("jane"))
		patch := sso.UserPatch{PasswordMustChange: sso.Some(true)}
		if err := env.Core.UpdateUserByID(t.Context(), ssotest.Call(env.Login("admin")), id, patch); err != nil {
			t.Fatal(err)
		}
		env.Clock.Forward(time.Minute)
		_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{
			Username: "jane", Password: ssotest.Password, NewPassword: "Another-Fine-Phrase-7"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := env.Core.CurrentUser(t.Context(), old, false); codeOf(err) != "E007001" {
			t.Errorf("an old session: %v", err)
		}
		row := env.Row(id)
		if row.PasswordMustChange || !row.PasswordLastSet.After(row.SignUpTime) || !row.PasswordExpiry.After(row.PasswordLastSet.AddDate(1, 11, 0)) {
			t.Errorf("must change %v, last set %v, expiry %v", row.PasswordMustChange, row.PasswordLastSet, row.PasswordExpiry)
		}
	})
}
