package core_test

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

var (
	ownerSees = []string{"display_name", "email", "first_name", "is_totp_enabled", "last_name", "middle_name",
		"totp_label", "user_id", "username"}
	superUserSees = []string{"approval_status", "approval_status_mod_by", "approval_status_mod_time", "creation_ctx",
		"display_name", "email", "first_name", "is_active", "is_approval_needed", "is_internal", "is_locked",
		"is_rate_limit_active", "is_super_user", "is_totp_enabled", "last_name", "locked_by", "locked_time", "middle_name",
		"password_expiry", "password_is_set", "password_last_set", "password_must_change", "rate_limit_check_parent_def",
		"rate_limit_def", "rate_limit_type", "sign_up_status", "sign_up_time", "totp_label", "user_id", "username"}
)

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		superID, regularID := env.SuperUser("admin"), env.User("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		super, regular := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		all := slices.Sorted(slices.Values(append(slices.Clone(superUserSees), "totp_key")))
		see := func(name string, want []string, user sso.User, err error) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			text, err := json.Marshal(user)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
				t.Errorf("%s sees %v, want %v", name, keys, want)
			}
		}
		user, err := env.Core.CurrentUser(t.Context(), regular, false)
		see("an owner", ownerSees, user, err)
		if user.Email == nil || *user.Email != "jane@example.com" || user.DisplayName != nil || user.TOTPKey != nil || !user.SignUpTime.IsZero() {
			t.Errorf("an owner sees %+v", user)
		}
		user, err = env.Core.CurrentUser(t.Context(), regular, true)
		see("an owner who asks for all", all, user, err)
		user, err = env.Core.CurrentUser(t.Context(), super, false)
		see("a super-user", superUserSees, user, err)
		user, err = env.Core.UserByID(t.Context(), super, regularID, false)
		see("a super-user of another", superUserSees, user, err)
		user, err = env.Core.UserByID(t.Context(), super, regularID, true)
		see("a super-user who asks for all of another", all, user, err)
		if user.TOTPKey == nil || len(*user.TOTPKey) < 16 {
			t.Error("no TOTP key")
		}
		user, err = env.Core.CurrentUser(t.Context(), regular, false)
		see("an owner after one who asked for all", ownerSees, user, err)

		for _, id := range []string{superID, regularID, "zusr0"} {
			if _, err := env.Core.UserByID(t.Context(), regular, id, false); codeOf(err) != "E005001" {
				t.Errorf("a regular user by ID: %v", err)
			}
		}
		for _, id := range []string{"zusr0", "", "a\x00"} {
			if _, err := env.Core.UserByID(t.Context(), super, id, false); codeOf(err) != "E005001" {
				t.Errorf("unknown ID %q: %v", id, err)
			}
		}
	})
}

func TestUserByUsername(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		env.User("jane", nil)
		env.User("new", func(u *sso.NewUser) { u.AutoApprove = false })
		admin, jane := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		for _, c := range []struct {
			call          sso.Call
			username      string
			needsApproved bool
			found         bool
			code          string
		}{
			{ssotest.Trusted(), "jane", true, true, ""},
			{ssotest.Trusted(), "new", true, false, ""},
			{ssotest.Trusted(), "new", false, true, ""},
			{ssotest.Trusted(), "nobody", false, false, ""},
			{ssotest.Trusted(), "", false, false, ""},
			{ssotest.Trusted(), "jane\x00", false, false, ""},
			{admin, "jane", true, true, ""},
			{jane, "jane", true, false, "E005001"},
		} {
			user, err := env.Core.UserByUsername(t.Context(), c.call, c.username, c.needsApproved)
			if (user != nil) != c.found || codeOf(err) != c.code {
				t.Errorf("%+v: %+v, %v", c, user, err)
			}
			if user != nil && (user.Username != c.username || user.TOTPKey != nil || user.SignUpTime.IsZero()) {
				t.Errorf("%+v: %+v", c, user)
			}
		}
	})
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		adminID := env.SuperUser("admin")
		env.User("jane", nil)
		super, regular := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		for _, c := range []struct {
			name string
			call sso.Call
			data map[string]any
			want string
		}{
			{"by a regular user", regular, map[string]any{"username": "x"}, "E005001"},
			{"without a name", super, map[string]any{}, "E001001"},
			{"with an empty name", super, map[string]any{"username": ""}, "E001001"},
			{"with a NULL name", super, map[string]any{"username": nil}, "E001001"},
			{"with whitespace", super, map[string]any{"username": "a b"}, "E001004"},
			{"with a long name", super, map[string]any{"username": strings.Repeat("x", 129)}, "E001003"},
			{"with a name that is taken", super, map[string]any{"username": "jane"}, "E001002"},
			{"with an unknown key", super, map[string]any{"username": "x", "usernam": "x"}, "E008002"},
			{"with a wrong type", super, map[string]any{"username": 1}, "E008002"},
			{"with a wrong e-mail", super, map[string]any{"username": "x", "email": "a b"}, "E002004"},
			{"with a wrong status", super, map[string]any{"username": "x", "sign_up_status": "maybe"}, "E008002"},
			{"with a wrong TOTP key", super, map[string]any{"username": "x", "totp_key": "1"}, "E008002"},
			{"with a short password", super, map[string]any{"username": "x", "password": "short"}, "E003002"},
			{"with a rejected password", super, map[string]any{"username": "x", "password": "MyPassWord-1"}, "E003001"},
			{"with a NUL", super, map[string]any{"username": "x", "first_name": "\x00"}, "E008002"},
		} {
			if _, err := env.Core.CreateUser(t.Context(), c.call, sso.NewUserFromMap(c.data)); codeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}

		user, err := env.Core.CreateUser(t.Context(), super, sso.NewUserFromMap(map[string]any{
			"username": "full", "first_name": " Ann ", "middle_name": "B", "last_name": "Cole", "email": "ann@example.com",
			"password_must_change": true, "is_locked": true, "sign_up_status": "before_confirmation", "totp_label": "phone",
			"is_rate_limit_active": true, "rate_limit_def": "*=100/h",
		}))
		if err != nil {
			t.Fatal(err)
		}
		got := user.ToDict()
		for key, want := range map[string]any{
			"username": "full", "first_name": "Ann", "display_name": "Ann B Cole", "email": "ann@example.com",
			"password_must_change": true, "is_locked": true, "locked_by": adminID, "sign_up_status": "before_confirmation",
			"is_approval_needed": true, "approval_status": "before_decision", "approval_status_mod_by": adminID,
			"is_super_user": false, "is_active": true, "is_internal": false, "password_is_set": true, "totp_label": "phone",
			"is_rate_limit_active": true, "rate_limit_def": "*=100/h", "is_totp_enabled": false,
		} {
			if got[key] != want {
				t.Errorf("%s is %v, want %v", key, got[key], want)
			}
		}
		row := env.Row(user.UserID)
		for name, column := range map[string]*string{"email": row.Email, "totp_key": row.TOTPKey, "totp_label": row.TOTPLabel, "password": &row.Password} {
			if column == nil || !strings.HasPrefix(*column, "gAAAA") {
				t.Errorf("%s is not encrypted", name)
			}
		}

		user, err = env.Core.CreateUser(t.Context(), super, sso.NewUser{Username: "boss", IsSuperUser: true, AutoApprove: true})
		if err != nil || !user.IsSuperUser || user.IsApprovalNeeded {
			t.Errorf("%+v, %v", user, err)
		}
		user, err = env.Core.CreateUser(t.Context(), ssotest.Trusted(), sso.NewUser{Username: "made"})
		if err != nil || user.ApprovalStatusModBy != "auto" {
			t.Errorf("%+v, %v", user, err)
		}
	})
}

func TestCreateWithoutApproval(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Signup.IsApprovalNeeded = false }, func(t *testing.T, env *ssotest.Env) {
		user, err := env.Core.CreateUser(t.Context(), ssotest.Trusted(), sso.NewUser{Username: "jane"})
		if err != nil || user.IsApprovalNeeded {
			t.Errorf("%+v, %v", user, err)
		}
	})
}

func TestCreateTheSameUserAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		outcomes := make(chan string, 8)
		var wait sync.WaitGroup
		for range cap(outcomes) {
			wait.Go(func() {
				_, err := env.Core.CreateUser(t.Context(), ssotest.Trusted(), sso.NewUser{Username: "jane"})
				outcomes <- codeOf(err)
			})
		}
		wait.Wait()
		close(outcomes)
		counts := map[string]int{}
		for outcome := range outcomes {
			counts[outcome]++
		}
		if counts[""] != 1 || counts["E001002"] != cap(outcomes)-1 {
			t.Errorf("outcomes: %v", counts)
		}
	})
}

func TestEmailsInClearOpenNoTokens(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Main.EncryptEmail = false }, func(t *testing.T, env *ssotest.Env) {
		janeID := env.User("jane", nil)
		ust := env.Login("jane")
		for _, email := range []string{ust, `\x` + hex.EncodeToString([]byte(ust))[:100], "gAAAA@example.com", "jane@example.com"} {
			if err := env.Core.UpdateCurrentUser(t.Context(), ssotest.Call(ust), sso.UserPatch{Email: sso.Some(email)}); err != nil {
				t.Fatal(err)
			}
			user, err := env.Core.CurrentUser(t.Context(), ssotest.Call(ust), false)
			if err != nil || user.Email == nil || *user.Email != email {
				t.Errorf("%q: %v, %v", email, user.Email, err)
			}
		}
		if stored := env.Row(janeID).Email; *stored != "jane@example.com" {
			t.Errorf("stored as %q", *stored)
		}
	})
}
