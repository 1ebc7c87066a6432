package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestCommandsBesideAHost runs each command of "sso" while a host serves the same
// database, which knows what was done with the next call.
func TestCommandsBesideAHost(t *testing.T) {
	t.Parallel()
	onEveryDatabase(t, func(t *testing.T, flags []string) {
		host := serve(t, t.TempDir(), flags...)
		sso := func(args ...string) string {
			t.Helper()
			return strings.TrimSpace(command(t, host.cmd.Dir, append(append([]string{"sso"}, args...), flags...)...))
		}
		login := func(password string) (status int, ust string, codes []string) {
			t.Helper()
			status, body := host.send("POST", "/zato/sso/user/login", `{"username":"jane","password":"`+password+`","current_app":"CRM"}`)
			var answer struct {
				UST       string   `json:"ust"`
				SubStatus []string `json:"sub_status"`
			}
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatalf("%d %s: %v", status, body, err)
			}
			return status, answer.UST, answer.SubStatus
		}
		isOpen := func(ust string) bool {
			t.Helper()
			status, _ := host.send("GET", "/zato/sso/user", `{"ust":"`+ust+`","current_app":"CRM"}`)
			return status == 200
		}
		check := func(what string, password string, want int) string {
			t.Helper()
			status, ust, codes := login(password)
			if status != want {
				t.Errorf("%s: the host answers %d %v, want %d", what, status, codes, want)
			}
			return ust
		}

		sso("create-odb")
		sso("create-super-user", "boss", "--password", "Boss-secret-1")
		sso("create-user", "jane", "--password", "Jane-secret-1")
		ust := check("created", "Jane-secret-1", 200)
		if said := sso("list-sessions", "jane"); strings.Count(said, "until") != 1 {
			t.Errorf("sessions: %s", said)
		}
		sso("lock-user", "jane")
		check("locked", "Jane-secret-1", 403)
		if isOpen(ust) {
			t.Error("the session of a locked user is open")
		}
		sso("unlock-user", "jane")
		check("unlocked", "Jane-secret-1", 200)
		sso("reject-user", "jane")
		check("rejected", "Jane-secret-1", 403)
		sso("approve-user", "jane")
		check("approved", "Jane-secret-1", 200)
		ust = sso("login", "jane")
		if !isOpen(ust) {
			t.Error("the host does not know the session")
		}
		sso("logout", ust)
		if isOpen(ust) {
			t.Error("the session is open after logout")
		}
		sso("change-user-password", "jane", "--password", "Jane-secret-2")
		check("another password", "Jane-secret-1", 403)
		check("another password", "Jane-secret-2", 200)
		check("reset", sso("reset-user-password", "jane"), 200)
		if key := sso("reset-totp-key", "jane"); len(key) < 16 {
			t.Errorf("TOTP key %q", key)
		}
		if said := sso("list-users"); strings.Count(said, "\n") != 3 { // with the header
			t.Errorf("users: %s", said)
		}
		if said := sso("show-user", "jane"); !strings.Contains(said, "jane") {
			t.Errorf("user: %s", said)
		}
		password := sso("reset-user-password", "jane")
		sso("delete-user", "jane", "--yes")
		check("deleted", password, 403)
		host.stop()
	})
}
