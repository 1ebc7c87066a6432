package core_test

import (
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

// administration is what super-users do to others, each as a call on a user ID.
var administration = map[string]struct {
	do        func(core sso.Core, t *testing.T, call sso.Call, userID string) error
	denied    string // to a regular user
	onOneself string // by a super-user
	unknown   string
	keys      string
	done      func(row store.User, by string, now time.Time) bool
}{
	sso.OpLockUser: {
		func(core sso.Core, t *testing.T, call sso.Call, id string) error {
			return core.LockUser(t.Context(), call, id)
		},
		"E005001", "E008001", "E001100", "is_locked",
		func(row store.User, by string, now time.Time) bool {
			return row.IsLocked && row.LockedTime.Equal(now) && *row.LockedBy == by
		},
	},
	sso.OpUnlockUser: {
		func(core sso.Core, t *testing.T, call sso.Call, id string) error {
			return core.UnlockUser(t.Context(), call, id)
		},
		"E005001", "", "E001100", "is_locked",
		func(row store.User, by string, now time.Time) bool {
			return !row.IsLocked && row.LockedTime.Equal(now) && *row.LockedBy == by
		},
	},
	sso.OpApproveUser: {
		func(core sso.Core, t *testing.T, call sso.Call, id string) error {
			return core.ApproveUser(t.Context(), call, id)
		},
		"E008002", "", "E001100", "approval_status",
		func(row store.User, by string, now time.Time) bool {
			return row.ApprovalStatus == "approved" && row.ApprovalStatusTime.Equal(now) && row.ApprovalStatusBy == by
		},
	},
	sso.OpRejectUser: {
		func(core sso.Core, t *testing.T, call sso.Call, id string) error {
			return core.RejectUser(t.Context(), call, id)
		},
		"E008002", "", "E001100", "approval_status",
		func(row store.User, by string, now time.Time) bool {
			return row.ApprovalStatus == "rejected" && row.ApprovalStatusTime.Equal(now) && row.ApprovalStatusBy == by
		},
	},
}

// lastDone returns the last entry of an operation that was not refused.
func lastDone(env *ssotest.Env, op string) store.AuditEntry {
	var last store.AuditEntry
	for _, entry := range env.Audit(op) {
		if entry.Result == store.ResultOK {
			last = entry
		}
	}
	return last
}

func TestAdministration(t *testing.T) {
	t.Parallel()
	for op, c := range administration {
		ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
			adminID, janeID, johnID := env.SuperUser("admin"), env.User("jane", nil), env.User("john", nil)
			admin, jane, john := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("john"))
			before := env.Row(johnID)
			for _, id := range []string{janeID, johnID, adminID, "zusr0", "", "a\x00"} {
				if err := c.do(env.Core, t, jane, id); codeOf(err) != c.denied {
					t.Errorf("%s of %q by a regular user: %v, want %s", op, id, err, c.denied)
				}
			}
			if after := env.Row(johnID); after.IsLocked != before.IsLocked || after.ApprovalStatus != before.ApprovalStatus {
				t.Errorf("%s was refused and done", op)
			}
			for id, want := range map[string]string{"zusr0": c.unknown, "a\x00": c.unknown, "\xff": c.unknown, "": "E008002"} {
				if err := c.do(env.Core, t, admin, id); codeOf(err) != want {
					t.Errorf("%s of %q: %v, want %s", op, id, err, want)
				}
			}
			for range 2 { // again is fine
				env.Clock.Forward(time.Second)
				if err := c.do(env.Core, t, admin, johnID); err != nil {
					t.Errorf("%s: %v", op, err)
				}
				if row := env.Row(johnID); !c.done(row, adminID, env.Clock.Now().UTC().Truncate(time.Microsecond)) {
					t.Errorf("%s left %+v", op, row)
				}
			}
			if last := lastDone(env, op); last.Actor != adminID || last.Target != johnID || last.Keys != c.keys || last.Result != "ok" {
				t.Errorf("%s: audit %+v", op, last)
			}
			_, err := env.Core.CurrentUser(t.Context(), john, false)
			isOut := op == sso.OpLockUser || op == sso.OpRejectUser
			if (codeOf(err) == "E007001") != isOut {
				t.Errorf("after %s the user's session says %v", op, err)
			}
			trusted := ssotest.Trusted()
			if err := c.do(env.Core, t, trusted, janeID); err != nil {
				t.Errorf("%s by the operator: %v", op, err)
			}
			if row := env.Row(janeID); !c.done(row, "auto", env.Clock.Now().UTC().Truncate(time.Microsecond)) {
				t.Errorf("%s by the operator left %+v", op, row)
			}
			if err := c.do(env.Core, t, admin, adminID); codeOf(err) != c.onOneself {
				t.Errorf("%s of oneself: %v, want %q", op, err, c.onOneself)
			}
		})
	}
}

func TestUnlockingRevivesNoSession(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		id := env.User("jane", nil)
		admin, jane := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		for _, do := range []func() error{
			func() error { return env.Core.LockUser(t.Context(), admin, id) },
			func() error { return env.Core.UnlockUser(t.Context(), admin, id) },
		} {
			if err := do(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := env.Core.CurrentUser(t.Context(), jane, false); codeOf(err) != "E007001" {
			t.Errorf("the old session: %v", err)
		}
		env.Login("jane")
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		adminID, janeID := env.SuperUser("admin"), env.User("jane", nil)
		johnID, annID := env.User("john", nil), env.User("ann", nil)
		admin, jane, john := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("john"))
		byID, byName := env.Core.DeleteUserByID, env.Core.DeleteUserByUsername
		for _, c := range []struct {
			name string
			err  error
			want string
		}{
			{"another by a regular user", byID(t.Context(), jane, johnID), "E005001"},
			{"oneself by a regular user", byID(t.Context(), jane, janeID), "E005001"},
			{"another by name by a regular user", byName(t.Context(), jane, "john"), "E005001"},
			{"an unknown one by a regular user", byID(t.Context(), jane, "zusr0"), "E005001"},
			{"oneself", byID(t.Context(), admin, adminID), "E008001"},
			{"oneself by name", byName(t.Context(), admin, "admin"), "E008001"},
			{"an unknown ID", byID(t.Context(), admin, "zusr0"), "E008001"},
			{"an empty ID", byID(t.Context(), admin, ""), "E008002"},
			{"an empty name", byName(t.Context(), admin, ""), "E008002"},
			{"an unknown name", byName(t.Context(), admin, "nobody"), "E008001"},
			{"a name with a NUL", byName(t.Context(), admin, "john\x00"), "E008001"},
			{"another", byID(t.Context(), admin, johnID), ""},
			{"another again", byID(t.Context(), admin, johnID), "E008001"},
			{"another by name", byName(t.Context(), admin, "jane"), ""},
			{"another by the operator", byID(t.Context(), ssotest.Trusted(), annID), ""},
		} {
			if codeOf(c.err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, c.err, c.want)
			}
		}
		if _, err := env.Core.CurrentUser(t.Context(), john, false); codeOf(err) != "E007001" {
			t.Errorf("a session of a deleted user: %v", err)
		}
		if last := lastDone(env, sso.OpDeleteUserByID); last.Target != annID || last.Actor != "" {
			t.Errorf("the audit has lost the deleted user: %+v", last)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	const next = "Another-Fine-Phrase-7"
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		janeID, johnID := env.User("jane", nil), env.User("john", nil)
		admin, jane, other, john := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("john"))
		change := func(call sso.Call, data map[string]any) string {
			return codeOf(env.Core.ChangePassword(t.Context(), call, sso.PasswordChangeFromMap(data)))
		}
		own := func(data map[string]any) map[string]any {
			all := map[string]any{"old_password": ssotest.Password, "new_password": next}
			for key, value := range data {
				all[key] = value
			}
			return all
		}
		for _, c := range []struct {
			name string
			call sso.Call
			data map[string]any
			want string
		}{
			{"a wrong old password", jane, own(map[string]any{"old_password": "wrong"}), "E005001"},
			{"no old password", jane, map[string]any{"new_password": next}, "E005001"},
			{"no old password, by a super-user for himself", admin, map[string]any{"new_password": next}, "E005001"},
			{"nothing", jane, map[string]any{}, "E005001"},
			{"too short", jane, own(map[string]any{"new_password": "x"}), "E003002"},
			{"none", jane, own(map[string]any{"new_password": nil}), "E003002"},
			{"rejected", jane, own(map[string]any{"new_password": "Letmein-please"}), "E003001"},
			{"of another", jane, own(map[string]any{"user_id": johnID}), "E008002"},
			{"of nobody", jane, own(map[string]any{"user_id": "zusr0"}), "E008002"},
			{"with an expiry", jane, own(map[string]any{"password_expiry": 3}), "E008002"},
			{"with must_change", jane, own(map[string]any{"must_change": true}), "E008002"},
			{"with an unknown key", jane, own(map[string]any{"newpassword": "x"}), "E008002"},
			{"with a wrong type", jane, own(map[string]any{"new_password": 7}), "E008002"},
			{"with a wrong expiry", admin, own(map[string]any{"user_id": johnID, "password_expiry": -1}), "E008002"},
			{"of nobody, by a super-user", admin, own(map[string]any{"user_id": "zusr0"}), "E001100"},
		} {
			if got := change(c.call, c.data); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		if _, err := env.Core.CurrentUser(t.Context(), other, false); err != nil {
			t.Errorf("a refused change has ended a session: %v", err)
		}

		env.Clock.Forward(time.Minute)
		if got := change(jane, own(map[string]any{"user_id": nil, "password_expiry": nil, "must_change": nil})); got != "" {
			t.Fatalf("one's own: %s", got)
		}
		if _, err := env.Core.CurrentUser(t.Context(), jane, false); err != nil {
			t.Errorf("the session at hand: %v", err)
		}
		if _, err := env.Core.CurrentUser(t.Context(), other, false); codeOf(err) != "E007001" {
			t.Errorf("another session: %v", err)
		}
		row := env.Row(janeID)
		if !row.PasswordLastSet.After(row.SignUpTime) || row.PasswordMustChange || row.PasswordExpiry.Sub(row.PasswordLastSet) != 730*24*time.Hour {
			t.Errorf("last set %v, must change %v, expiry %v", row.PasswordLastSet, row.PasswordMustChange, row.PasswordExpiry)
		}
		login := func(username, password, want string) {
			t.Helper()
			_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: username, Password: password})
			if codeOf(err) != want {
				t.Errorf("%s logs in: %v, want %q", username, err, want)
			}
		}
		login("jane", ssotest.Password, "E005001")
		login("jane", next, "")

		if got := change(admin, map[string]any{"user_id": johnID, "new_password": next, "password_expiry": 3, "must_change": true}); got != "" {
			t.Fatalf("another's: %s", got)
		}
		row = env.Row(johnID)
		if !row.PasswordMustChange || row.PasswordExpiry.Sub(row.PasswordLastSet) != 72*time.Hour {
			t.Errorf("must change %v, expiry %v after %v", row.PasswordMustChange, row.PasswordExpiry, row.PasswordLastSet)
		}
		if _, err := env.Core.CurrentUser(t.Context(), john, false); codeOf(err) != "E007001" {
			t.Errorf("a session of his: %v", err)
		}
		login("john", next, "E003007")
		if last := lastDone(env, sso.OpChangePassword); last.Target != johnID || last.Keys != "new_password,password_expiry,must_change" || last.Changes != "" {
			t.Errorf("audit: %+v", last)
		}

		for name, days := range map[string]any{"0": 0, "null": nil} {
			if got := change(admin, map[string]any{"user_id": johnID, "new_password": next, "password_expiry": days, "must_change": nil}); got != "" {
				t.Fatalf("an expiry of %s: %s", name, got)
			}
			if row = env.Row(johnID); row.PasswordMustChange || row.PasswordExpiry.Sub(row.PasswordLastSet) != 730*24*time.Hour {
				t.Errorf("an expiry of %s: must change %v, expiry %v after %v", name, row.PasswordMustChange, row.PasswordExpiry, row.PasswordLastSet)
			}
		}

		set := sso.PasswordChange{UserID: johnID, NewPassword: ssotest.Password}
		if err := env.Core.SetPassword(t.Context(), ssotest.Call(""), set); err != nil {
			t.Fatal(err)
		}
		login("john", ssotest.Password, "")
		set.UserID = ""
		if err := env.Core.SetPassword(t.Context(), ssotest.Call(""), set); codeOf(err) != "E001100" {
			t.Errorf("of nobody: %v", err)
		}
	})
}

func TestResetTOTPKey(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		janeID, johnID := env.User("jane", func(u *sso.NewUser) { u.TOTPLabel = "phone" }), env.User("john", nil)
		admin, jane := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane"))
		reset := func(call sso.Call, id, key string, label sso.Optional[string]) (string, string) {
			made, err := env.Core.ResetTOTPKey(t.Context(), call, id, sso.Some(key), label)
			return made, codeOf(err)
		}
		none := sso.Null[string]()
		for _, c := range []struct {
			name, id, key string
			call          sso.Call
			want          string
		}{
			{"of another", johnID, "", jane, "E008002"},
			{"of nobody", "zusr0", "", jane, "E008002"},
			{"of nobody, by a super-user", "zusr0", "", admin, "E001100"},
			{"not base32", "", "0189018901890189", jane, "E008002"},
			{"too short", "", "JBSWY3DP", jane, "E008002"},
		} {
			if _, got := reset(c.call, c.id, c.key, none); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		made, code := reset(jane, "", "", sso.Some("watch"))
		if code != "" || !totp.ValidKey(made) {
			t.Fatalf("made %q: %s", made, code)
		}
		user, err := env.Core.UserByID(t.Context(), admin, janeID, true)
		if err != nil || *user.TOTPKey != made || *user.TOTPLabel != "watch" || user.IsTOTPEnabled {
			t.Errorf("%+v, %v", user, err)
		}
		if again, _ := reset(jane, janeID, "", none); again == made {
			t.Error("the same key twice")
		}
		if user, err = env.Core.UserByID(t.Context(), admin, janeID, true); err != nil || user.TOTPLabel != nil {
			t.Errorf("the label is %v, %v", user.TOTPLabel, err)
		}
		const given = "JBSWY3DPEHPK3PXP"
		if got, code := reset(admin, johnID, given, none); got != given || code != "" {
			t.Errorf("%q %s", got, code)
		}
		for _, entry := range env.Audit(sso.OpResetTOTPKey) {
			if entry.Result == "ok" && (entry.Keys != "totp_key,totp_label" || entry.Changes != "") {
				t.Errorf("audit: %+v", entry)
			}
		}
	})
}
