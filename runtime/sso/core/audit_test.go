package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestAuditOfAnUpdate(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		adminID, id := env.SuperUser("admin"), env.User("jane", nil)
		call := ssotest.Call(env.Login("admin"))
		call.CID, call.RemoteAddr, call.UserAgent = "cid-1", "10.0.0.1,10.0.0.2", "agent\x00\xff"
		data := map[string]any{"display_name": "Secret Name", "is_locked": true, "email": nil,
			"password_expiry": time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
		if err := env.Core.UpdateUserByID(t.Context(), call, id, sso.PatchFromMap(data)); err != nil {
			t.Fatal(err)
		}
		entries := env.Audit(sso.OpUpdateUserByID)
		if len(entries) != 1 {
			t.Fatalf("%d entries", len(entries))
		}
		got := entries[0]
		want := store.AuditEntry{ID: got.ID, Time: got.Time, CID: "cid-1", Op: "user.update_user_by_id", Actor: adminID, Target: id,
			App: "CRM", RemoteAddr: "10.0.0.1, 10.0.0.2", UserAgent: "agent\uFFFD\uFFFD", Result: "ok",
			Keys: "email,display_name,is_locked,password_expiry", Changes: got.Changes}
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if !strings.Contains(got.Changes, `"is_locked":[false,true]`) || !strings.Contains(got.Changes, `"2030-01-02T03:04:05"`) ||
			strings.Contains(got.Changes, "Secret") || strings.Contains(got.Changes, "email") {
			t.Errorf("changes: %s", got.Changes)
		}
	})
}

// TestNoUpdateWithoutAudit makes the audit impossible: the update goes with it.
func TestNoUpdateWithoutAudit(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		env.Exec("ALTER TABLE gatehouse_audit RENAME TO gatehouse_audit_away")
		err := env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"first_name": "Jane"}))
		if codeOf(err) != "E008004" {
			t.Errorf("got %v", err)
		}
		if row := env.Row(id); row.FirstName != nil {
			t.Error("updated without an audit entry")
		}
		env.Exec("ALTER TABLE gatehouse_audit_away RENAME TO gatehouse_audit")
	})
}

// TestNoUpdateAfterTheEnd has calls whose context has ended: they write nothing.
func TestNoUpdateAfterTheEnd(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		ctx, cancel := context.WithCancel(t.Context())
		api, end := sso.Bind(ctx, env.Core)
		update := func(name string) error {
			return api.User.UpdateCurrentUser("cid", map[string]any{"first_name": name}, call.UST, call.App, call.RemoteAddr)
		}
		if err := update("before"); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := update("cancelled"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		end()
		if err := update("ended"); !errors.Is(err, sso.ErrEnded) {
			t.Errorf("ended: %v", err)
		}
		if _, err := api.User.Login("cid", "jane", ssotest.Password, "CRM", ssotest.Addr, ""); !errors.Is(err, sso.ErrEnded) {
			t.Errorf("login after the end: %v", err)
		}
		if _, err := new(sso.API).User.GetCurrentUser("cid", call.UST, "CRM", ssotest.Addr); !errors.Is(err, sso.ErrEnded) {
			t.Errorf("an API that no host has made: %v", err)
		}
		if row := env.Row(id); row.FirstName == nil || *row.FirstName != "before" {
			t.Errorf("first_name is %v", row.FirstName)
		}
	})
}

// TestNothingSecretIsWritten goes through calls that carry secrets and looks
// for them in all that was logged, audited and answered.
func TestNothingSecretIsWritten(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		secrets := []string{"JBSWY3DPEHPK3PXQ", "someone@secret.example", "My Secret Label", ssotest.Password,
			"Wrong-Secret-Password", "Another-Secret-Word-7", "Private Name"}
		env.SuperUser("admin")
		id := env.User("jane", func(u *sso.NewUser) {
			u.Email, u.DisplayName, u.TOTPKey, u.TOTPLabel = sso.Some(secrets[1]), sso.Some(secrets[6]), secrets[0], secrets[2]
		})
		ust := env.Login("jane")
		clear, err := env.Keys.Decrypt(ust)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, ust, string(clear), env.Row(id).Password)
		var told []error
		told = append(told, env.Core.UpdateCurrentUser(t.Context(), ssotest.Call(ust), sso.PatchFromMap(map[string]any{
			"email": secrets[1], "totp_key": secrets[0], "totp_label": secrets[2], "display_name": secrets[6]})))
		for _, bad := range []map[string]any{
			{"email": secrets[1] + " x"}, {"totp_key": secrets[0] + "!"}, {"totp_label": secrets[2] + "\x00"},
			{"is_locked": secrets[1]}, {"is_totp_enabled": secrets[0]}, {"display_name": strings.Repeat(secrets[6], 20)},
		} {
			told = append(told, env.Core.UpdateCurrentUser(t.Context(), ssotest.Call(ust), sso.PatchFromMap(bad)))
		}
		login := func(l sso.LoginRequest) {
			_, err := env.Core.Login(t.Context(), ssotest.Call(""), l)
			told = append(told, err)
		}
		login(sso.LoginRequest{Username: "jane", Password: secrets[4]})
		login(sso.LoginRequest{Username: "nobody", Password: secrets[4]})
		login(sso.LoginRequest{Username: "jane", Password: ssotest.Password, NewPassword: secrets[5]})
		_, err = env.Core.CreateUser(t.Context(), ssotest.Call(ust), sso.NewUser{Username: "x", Password: secrets[5], Email: sso.Some(secrets[1])})
		told = append(told, err, env.Core.Logout(t.Context(), ssotest.Call(ust+"x")))

		// Reading the audit, with secrets as what to look for.
		admin := ssotest.Call(env.Login("admin"))
		shown := ""
		for _, key := range sso.KeysOfAudit() {
			for _, secret := range secrets {
				for _, call := range []sso.Call{admin, ssotest.Call(ust)} {
					_, err := env.Core.ListAudit(t.Context(), call, sso.AuditFromMap(map[string]any{key.Name: secret}))
					told = append(told, err)
				}
			}
		}
		env.Audit("")
		told = append(told, env.Core.ExportAudit(t.Context(), admin, sso.AuditCriteria{}, func(entries []sso.AuditEntry) error {
			text, err := json.Marshal(entries)
			shown += string(text)
			return err
		}))

		written := env.Log.String() + shown
		for _, entry := range env.Audit("") {
			written += fmt.Sprintf("%+v\n", entry)
		}
		for _, err := range told {
			for ; err != nil; err = errors.Unwrap(err) {
				written += err.Error() + "\n"
			}
		}
		for _, secret := range secrets {
			if strings.Contains(written, secret) {
				t.Errorf("%q was written", secret)
			}
		}
		if !strings.Contains(shown, sso.OpUpdateCurrentUser) || !strings.Contains(shown, sso.OpListAudit) {
			t.Error("the audit was not read")
		}
		if !strings.Contains(written, "E005001") || !strings.Contains(written, "user.login") {
			t.Error("the test looked at nothing")
		}
	})
}

func TestAuditOfReadsIsFlushedAtTheEnd(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		const reads = 600
		for range reads {
			if _, err := env.Core.CurrentUser(t.Context(), call, false); err != nil {
				t.Fatal(err)
			}
		}
		if err := env.Core.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(env.Audit(sso.OpGetCurrentUser)); got != reads {
			t.Errorf("%d entries, want %d", got, reads)
		}
		if _, err := env.Core.CurrentUser(t.Context(), call, false); !errors.Is(err, sso.ErrUnavailable) {
			t.Errorf("a call after the end: %v", err)
		}
	})
}
