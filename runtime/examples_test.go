package runtime_test

import (
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
	"gatehouse/services/examples"
)

// exampleSources are the ported samples, as they are in services/examples.
func exampleSources(t *testing.T) map[string]string {
	t.Helper()
	sources := map[string]string{}
	for _, name := range []string{"update_current_user.go", "update_user_by_id.go"} {
		source, err := os.ReadFile("../services/examples/" + name)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = string(source)
	}
	return sources
}

// compiledExamples are the same samples as the compiler has them.
func compiledExamples() map[string]func() service.Handler {
	return map[string]func() service.Handler{
		"compiled.update-current-user": func() service.Handler { return new(examples.UpdateCurrentUser) },
		"compiled.update-user-by-id":   func() service.Handler { return new(examples.UpdateUserByID) },
	}
}

// TestExamples runs the document's two examples over HTTP, interpreted and
// compiled, and compares the rows before and after.
func TestExamples(t *testing.T) {
	t.Parallel()
	o := options{services: exampleSources(t), compiled: compiledExamples()}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		for i, names := range [][2]string{
			{"update-current-user.update-current-user", "update-user-by-id.update-user-by-id"},
			{"compiled.update-current-user", "compiled.update-user-by-id"},
		} {
			suffix := string(rune('a' + i))
			adminID, admin := h.user("admin-"+suffix, func(u *sso.NewUser) { u.IsSuperUser = true })
			userID, ust := h.user("jane-"+suffix, func(u *sso.NewUser) { u.FirstName = sso.Some("Jane") })

			before := h.row(userID)
			got := h.invoke(names[0], map[string]any{"current_ust": ust})
			if got.status != 200 || got.text != "" {
				t.Fatalf("%s: %v", names[0], got)
			}
			after := h.row(userID)
			if *after.DisplayName != "New Display Name" || h.email(ust) != "myuser@example.com" {
				t.Errorf("%s: display name %q, e-mail %q", names[0], *after.DisplayName, h.email(ust))
			}
			if changed := differences(before, after); !slices.Equal(changed, []string{"Email", "EmailDigest", "DisplayName"}) {
				t.Errorf("%s changed %v", names[0], changed)
			}
			h.checkAudit(got.header.Get("X-Zato-CID"), store.AuditEntry{Op: sso.OpUpdateCurrentUser, Actor: userID, Target: userID,
				Keys: "email,display_name"})

			before = after
			got = h.invoke(names[1], map[string]any{"current_ust": admin, "user_id": userID})
			if got.status != 200 {
				t.Fatalf("%s: %v", names[1], got)
			}
			after = h.row(userID)
			in90Days := time.Now().Add(90 * 24 * time.Hour)
			if *after.DisplayName != "My Display Name" || after.IsLocked || after.LockedBy == nil || *after.LockedBy != adminID ||
				after.PasswordExpiry.Sub(in90Days).Abs() > time.Minute {
				t.Errorf("%s: %+v", names[1], after)
			}
			if changed := differences(before, after); !slices.Equal(changed,
				[]string{"LockedTime", "LockedBy", "PasswordExpiry", "DisplayName"}) {
				t.Errorf("%s changed %v", names[1], changed)
			}
			h.checkAudit(got.header.Get("X-Zato-CID"), store.AuditEntry{Op: sso.OpUpdateUserByID, Actor: adminID, Target: userID,
				Keys: "display_name,is_locked,password_expiry"})

			// Pasted as it is, the sample has a UST that no one has: it is refused.
			got = h.invoke(names[0], nil)
			if got.status != 403 || !reflect.DeepEqual(got.json["sub_status"], []any{"E007001"}) || got.json["status"] != "error" {
				t.Errorf("%s with the document's UST: %v", names[0], got)
			}
			got = h.invoke(names[1], map[string]any{"current_ust": ust, "user_id": adminID})
			if got.status != 403 || !reflect.DeepEqual(got.json["sub_status"], []any{"E008002"}) {
				t.Errorf("%s by a regular user: %v", names[1], got)
			}
		}
	})
}

func (h *host) row(userID string) store.User {
	h.t.Helper()
	found, err := h.sso.Store().Read(h.t.Context(), store.Lookup{UserID: userID})
	if err != nil || found.Target == nil {
		h.t.Fatalf("user %s: %v, %v", userID, found.Target, err)
	}
	return *found.Target
}

// email returns the e-mail of the owner of a UST, as he sees it.
func (h *host) email(ust string) string {
	h.t.Helper()
	user, err := h.sso.SSO().CurrentUser(h.t.Context(), ssotest.Call(ust), false)
	if err != nil || user.Email == nil {
		h.t.Fatalf("reading an e-mail: %v", err)
	}
	return *user.Email
}

func differences(before, after store.User) []string {
	var names []string
	b, a := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range b.NumField() {
		if !reflect.DeepEqual(b.Field(i).Interface(), a.Field(i).Interface()) {
			names = append(names, b.Type().Field(i).Name)
		}
	}
	return names
}

// checkAudit compares what the audit has under a correlation ID.
func (h *host) checkAudit(cid string, want store.AuditEntry) {
	h.t.Helper()
	var entries []store.AuditEntry
	err := h.sso.Store().Audit(h.t.Context(), store.AuditFilter{CID: cid}, func(e store.AuditEntry) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if cid == "" || len(entries) != 1 {
		h.t.Fatalf("cid %q has %d audit entries", cid, len(entries))
	}
	got := entries[0]
	if got.Op != want.Op || got.Actor != want.Actor || got.Target != want.Target || got.Keys != want.Keys ||
		got.Result != store.ResultOK || got.App != "CRM" {
		h.t.Errorf("audit entry %+v, want %+v", got, want)
	}
}
