package core_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// openToAll lets the app CRM sign users up.
func openToAll(cfg *core.Config) { cfg.Apps.SignupAllowed = []string{"CRM"} }

// talkative lets everything be told, too.
func talkative(cfg *core.Config) {
	openToAll(cfg)
	told := &cfg.Signup
	told.InformIfUserExists, told.InformIfUserInvalid = true, true
	told.InformIfEmailExists, told.InformIfEmailInvalid = true, true
}

func signupOf(username string) sso.Signup {
	return sso.Signup{Username: username, Password: ssotest.Password, Email: sso.Some(username + "@example.com")}
}

func signUp(t *testing.T, env *ssotest.Env, signup sso.Signup) string {
	t.Helper()
	token, err := env.Core.Signup(t.Context(), ssotest.Call(""), signup)
	if err != nil || len(token) != 32 {
		t.Fatalf("signing %s up: token %q, %v", signup.Username, token, err)
	}
	return token
}

func login(t *testing.T, env *ssotest.Env, username string) string {
	t.Helper()
	_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: username, Password: ssotest.Password})
	return codeOf(err)
}

// confirmTime reads when a sign-up was confirmed; nil is never.
func confirmTime(t *testing.T, env *ssotest.Env, userID string) *time.Time {
	t.Helper()
	var at *time.Time
	err := env.DB.Read(t.Context(), database.Query{SQL: "SELECT sign_up_confirm_time FROM zato_sso_user WHERE user_id = $1",
		Args: []any{userID}, Row: func(scan func(...any) error) error { return scan(&at) }})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestSignup follows a user from the sign-up to the first login.
func TestSignup(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		openToAll(cfg)
		cfg.Apps.All = []string{"CRM", "ERP"}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("boss")
		boss := ssotest.Call(env.Login("boss"))
		signup := signupOf("jane")
		signup.Apps = []string{"ERP"}
		call := ssotest.Call("")
		call.CID = "cid-signup"
		token, err := env.Core.Signup(t.Context(), call, signup)
		if err != nil {
			t.Fatal(err)
		}
		id, now := env.ID("jane"), database.Timestamp(env.Clock.Now())
		row := env.Row(id)
		if row.SignUpStatus != "before_confirmation" || row.ApprovalStatus != "before_decision" || row.ApprovalStatusBy != "auto" ||
			!row.SignUpTime.Equal(now) || !row.PasswordIsSet || row.PasswordMustChange || row.IsSuperUser || row.IsLocked ||
			!row.PasswordExpiry.Equal(now.Add(730*24*time.Hour)) || row.EmailDigest == nil ||
			!strings.HasPrefix(*row.Email, "gAAAA") || !strings.HasPrefix(row.Password, "gAAAA") || !strings.HasPrefix(*row.TOTPKey, "gAAAA") ||
			row.CreationCtx != `{"app_list":["ERP"],"current_app":"CRM"}` || confirmTime(t, env, id) != nil {
			t.Errorf("%+v", row)
		}
		if got := login(t, env, "jane"); got != "E005001" {
			t.Errorf("login before approval: %s", got)
		}
		if err := env.Core.ApproveUser(t.Context(), boss, id); err != nil {
			t.Fatal(err)
		}
		if got := login(t, env, "jane"); got != "E005003" {
			t.Errorf("login before confirmation: %s", got)
		}
		for _, wrong := range []string{"", "x", "\x00", "\xff", token + "x", strings.ToUpper(token)} {
			if err := env.Core.ConfirmSignup(t.Context(), call, wrong); codeOf(err) != "E005006" {
				t.Errorf("confirming with %q: %v", wrong, err)
			}
		}
		elsewhere := call
		elsewhere.App = "none"
		if err := env.Core.ConfirmSignup(t.Context(), elsewhere, token); codeOf(err) != "E004001" {
			t.Errorf("confirming for an unknown app: %v", err)
		}
		env.Clock.Forward(time.Hour)
		if err := env.Core.ConfirmSignup(t.Context(), call, token); err != nil {
			t.Fatal(err)
		}
		if at := confirmTime(t, env, id); env.Row(id).SignUpStatus != "final" || at == nil || !at.Equal(now.Add(time.Hour)) {
			t.Errorf("confirmed: %s at %v", env.Row(id).SignUpStatus, at)
		}
		if got := login(t, env, "jane"); got != "" {
			t.Errorf("login: %s", got)
		}
		env.Clock.Forward(time.Hour)
		if err := env.Core.ConfirmSignup(t.Context(), call, token); codeOf(err) != "E005007" {
			t.Errorf("confirming again: %v", err)
		}
		if at := confirmTime(t, env, id); !at.Equal(now.Add(time.Hour)) {
			t.Errorf("confirming again moved the time to %v", at)
		}

		entries := env.Audit(sso.OpSignup)
		want := store.AuditEntry{CID: "cid-signup", Op: "user.signup", Target: id, App: "CRM", RemoteAddr: ssotest.Addr, UserAgent: "ssotest", Result: "ok"}
		if len(entries) == 1 {
			want.ID, want.Time = entries[0].ID, now
		}
		if len(entries) != 1 || entries[0] != want {
			t.Errorf("audit of the sign-up: %+v", entries)
		}
		var results []string
		for _, entry := range env.Audit(sso.OpConfirmSignup) {
			results = append(results, entry.SubStatus+" "+entry.Keys+" "+entry.Changes)
			if strings.HasPrefix(entry.SubStatus, "E00500") != (entry.Result == "error") && entry.SubStatus != "E004001" {
				t.Errorf("%+v", entry)
			}
		}
		if !slices.Contains(results, ` sign_up_status {"sign_up_status":["before_confirmation","final"]}`) || len(results) != 9 {
			t.Errorf("audit of the confirmations: %q", results)
		}
		for _, secret := range []string{ssotest.Password, token, "jane@example.com"} {
			if strings.Contains(env.Log.String(), secret) || strings.Contains(fmt.Sprint(env.Audit("")), secret) {
				t.Errorf("%s was logged or audited", secret)
			}
		}
	})
}

// TestSignupWithoutApproval lets who signed up log in once that is confirmed.
func TestSignupWithoutApproval(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		openToAll(cfg)
		cfg.Signup.IsApprovalNeeded, cfg.Signup.IsEmailRequired = false, false
		cfg.Main.EncryptPassword = false
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		signup := sso.Signup{Username: "jane", Password: ssotest.Password}
		token := signUp(t, env, signup)
		for _, name := range []string{"john", "jill"} { // none and "" are no e-mails that could be taken
			signUp(t, env, sso.Signup{Username: name, Password: ssotest.Password, Email: sso.Some("")})
		}
		if row := env.Row(env.ID("jane")); row.ApprovalStatus != "approved" || row.Email != nil || row.EmailDigest != nil {
			t.Errorf("%+v", row)
		}
		if err := env.Core.ConfirmSignup(t.Context(), ssotest.Call(""), token); err != nil {
			t.Error(err)
		}
		if got := login(t, env, "jane"); got != "" {
			t.Errorf("login: %s", got)
		}
	})
}

// TestSignupRefusals goes through all that a sign-up is refused for, with and
// without its being told.
func TestSignupRefusals(t *testing.T) {
	t.Parallel()
	of := func(change func(*sso.Signup)) sso.Signup {
		signup := signupOf("new")
		change(&signup)
		return signup
	}
	cases := []struct {
		name   string
		signup sso.Signup
		code   string
		told   bool // by the defaults
	}{
		{"no username", of(func(s *sso.Signup) { s.Username = "" }), "E001001", false},
		{"a long username", of(func(s *sso.Signup) { s.Username = strings.Repeat("ü", 129) }), "E001003", false},
		{"a space in the username", of(func(s *sso.Signup) { s.Username = "a b" }), "E001004", false},
		{"NUL in the username", of(func(s *sso.Signup) { s.Username = "a\x00" }), "E008002", true},
		{"a reserved username", of(func(s *sso.Signup) { s.Username = "theSystem9" }), "E001001", false},
		{"a username that is taken", of(func(s *sso.Signup) { s.Username = "jane" }), "E001002", false},
		{"no e-mail", of(func(s *sso.Signup) { s.Email = sso.Optional[string]{} }), "E002005", false},
		{"a NULL e-mail", of(func(s *sso.Signup) { s.Email = sso.Null[string]() }), "E002005", false},
		{"an empty e-mail", of(func(s *sso.Signup) { s.Email = sso.Some("") }), "E002005", false},
		{"a long e-mail", of(func(s *sso.Signup) { s.Email = sso.Some(strings.Repeat("x", 129)) }), "E002003", false},
		{"a space in the e-mail", of(func(s *sso.Signup) { s.Email = sso.Some("a b") }), "E002004", false},
		{"a reserved e-mail", of(func(s *sso.Signup) { s.Email = sso.Some("SSO@example.com") }), "E002001", false},
		{"an e-mail that is taken", of(func(s *sso.Signup) { s.Email = sso.Some("jane@example.com") }), "E002002", false},
		{"no password", of(func(s *sso.Signup) { s.Password = "" }), "E003002", true},
		{"a short password", of(func(s *sso.Signup) { s.Password = "abcdefg" }), "E003002", true},
		{"a long password", of(func(s *sso.Signup) { s.Password = strings.Repeat("x", 257) }), "E003003", true},
		{"a rejected password", of(func(s *sso.Signup) { s.Password = "myQWERTYpass" }), "E003001", true},
		{"a username that is taken, and a short password", of(func(s *sso.Signup) { s.Username, s.Password = "jane", "x" }), "E003002", true},
		{"an unknown application", of(func(s *sso.Signup) { s.Apps = []string{"CRM", "ERP"} }), "E004001", true},
		{"an unknown key", sso.SignupFromMap(map[string]any{"username": "new", "is_super_user": true}), "E008002", true},
		{"a username of a wrong type", sso.SignupFromMap(map[string]any{"username": 7}), "E008002", true},
		{"an e-mail of a wrong type", sso.SignupFromMap(map[string]any{"email": true}), "E008002", true},
		{"applications of a wrong type", sso.SignupFromMap(map[string]any{"app_list": []any{"CRM", 1}}), "E008002", true},
	}
	for _, isTalkative := range []bool{false, true} {
		change := openToAll
		if isTalkative {
			change = talkative
		}
		ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
			signUp(t, env, signupOf("jane"))
			for _, c := range cases {
				token, err := env.Core.Signup(t.Context(), ssotest.Call(""), c.signup)
				var refused *sso.Error
				if token != "" || !errors.As(err, &refused) || codeOf(err) != c.code {
					t.Errorf("%s: %q, %v; want %s", c.name, token, err, c.code)
					continue
				}
				want := "E005001"
				if c.told || isTalkative {
					want = c.code
				}
				if told := refused.Told(); len(told) != 1 || string(told[0]) != want {
					t.Errorf("%s: clients are told %v, want %s", c.name, told, want)
				}
				entries := env.Audit(sso.OpSignup)
				if last := entries[len(entries)-1]; last.Result != "error" || last.SubStatus != c.code || last.Target != "" {
					t.Errorf("%s: audit %+v", c.name, last)
				}
			}
			if env.ID("new") != "new" {
				t.Error("a refused sign-up has made a user")
			}
		})
	}
}

func TestSignupOfApps(t *testing.T) {
	t.Parallel()
	for _, told := range []bool{true, false} {
		change := func(cfg *core.Config) {
			cfg.Apps.All, cfg.Apps.SignupAllowed, cfg.Apps.InformIfAppInvalid = []string{"CRM", "ERP"}, []string{"ERP"}, told
		}
		ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
			for app, want := range map[string]string{"CRM": "E004002", "none": "E004001", "": "E004001", "ERP": ""} {
				call := ssotest.Call("")
				call.App = app
				_, err := env.Core.Signup(t.Context(), call, signupOf("jane"))
				if codeOf(err) != want {
					t.Errorf("app %q: %v, want %q", app, err, want)
				}
				var refused *sso.Error
				if errors.As(err, &refused) && refused.Hidden == told {
					t.Errorf("app %q: hidden is %v", app, refused.Hidden)
				}
			}
		})
	}
}

// TestSignupDoesNotTellByTime ends the call before the password could be
// hashed: no refusal that is not told was decided by then without it.
func TestSignupDoesNotTellByTime(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, openToAll, func(t *testing.T, env *ssotest.Env) {
		signUp(t, env, signupOf("jane"))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for _, name := range []string{"jane", "free", "admin", "a b", ""} {
			signup := signupOf(name)
			if _, err := env.Core.Signup(ended, ssotest.Call(""), signup); codeOf(err) != "E008004" || !errors.Is(err, context.Canceled) {
				t.Errorf("%q was refused without a hash: %v", name, err)
			}
		}
	})
}

// TestSignupsAtOnce has many sign up with one name, or with one e-mail: one of
// them is let in.
func TestSignupsAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, openToAll, func(t *testing.T, env *ssotest.Env) {
		for name, c := range map[string]struct {
			of   func(i int) sso.Signup
			code string
		}{
			"username": {func(i int) sso.Signup {
				signup := signupOf("jane")
				signup.Email = sso.Some(fmt.Sprintf("%d@example.com", i))
				return signup
			}, "E001002"},
			"e-mail": {func(i int) sso.Signup {
				signup := signupOf(fmt.Sprintf("user-%d", i))
				signup.Email = sso.Some("shared@example.com")
				return signup
			}, "E002002"},
		} {
			const many = 8
			results := make([]string, many)
			var wg sync.WaitGroup
			for i := range many {
				wg.Go(func() {
					_, err := env.Core.Signup(t.Context(), ssotest.Call(""), c.of(i))
					results[i] = codeOf(err)
				})
			}
			wg.Wait()
			slices.Sort(results)
			if want := append([]string{""}, slices.Repeat([]string{c.code}, many-1)...); !slices.Equal(results, want) {
				t.Errorf("one %s: %q", name, results)
			}
		}
	})
}

// TestEmailTakenInClear is about users of Zato's whose e-mails are in clear and
// have no digest yet.
func TestEmailTakenInClear(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, talkative, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		env.Exec("UPDATE zato_sso_user SET email = 'jane@example.com' WHERE username = 'jane'")
		signup := signupOf("new")
		signup.Email = sso.Some("jane@example.com")
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signup); codeOf(err) != "E002002" {
			t.Errorf("got %v", err)
		}
	})
}

// TestNoSignupWithoutAudit makes the audit impossible: no user is made.
func TestNoSignupWithoutAudit(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		openToAll(cfg)
		cfg.Signup.CallbackServices = []string{"callback"}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.Exec("ALTER TABLE gatehouse_audit RENAME TO gatehouse_audit_away")
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("jane")); codeOf(err) != "E008004" {
			t.Errorf("got %v", err)
		}
		env.Exec("ALTER TABLE gatehouse_audit_away RENAME TO gatehouse_audit")
		if env.ID("jane") != "jane" || len(env.Services.Calls()) != 0 {
			t.Error("signed up without an audit entry")
		}
	})
}
