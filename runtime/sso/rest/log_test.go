package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

// TestLogTellsWhy has the log tell why a call was refused where its client is told
// less, and nothing that is secret.
func TestLogTellsWhy(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.PasswordReset.UserSearchBy = core.SearchByBoth
		cfg.Login.Throttle.Enabled = false
	}
	each(t, change, func(t *testing.T, s *site) {
		s.User("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		s.User("waiting", func(u *sso.NewUser) { u.AutoApprove = false })
		rejected := s.User("rejected", nil)
		if err := s.Core.RejectUser(t.Context(), ssotest.Trusted(), rejected); err != nil {
			t.Fatal(err)
		}
		jane := s.loginOver("jane")
		login := func(username, password string) map[string]any {
			return map[string]any{"username": username, "password": password}
		}
		for _, call := range []struct {
			name, method, path string
			elements           map[string]any
			status             int
			want               string
		}{
			{"not approved", http.MethodPost, "/user/login", login("waiting", ssotest.Password), 403, `detail="the user is not approved: approval_status is before_decision"`},
			{"rejected", http.MethodPost, "/user/login", login("rejected", ssotest.Password), 403, `detail="the user is not approved: approval_status is rejected"`},
			{"rejected, wrong password", http.MethodPost, "/user/login", login("rejected", "Wrong-Horse-9-Battery"), 403, `detail="the user is not approved: approval_status is rejected"`},
			{"wrong password", http.MethodPost, "/user/login", login("jane", "Wrong-Horse-9-Battery"), 403, `detail="there is no such user, or the password is wrong"`},
			{"no user", http.MethodPost, "/user/login", login("nobody", ssotest.Password), 403, `detail="there is no such user, or the password is wrong"`},
			{"no old password", http.MethodPatch, "/user/password", map[string]any{"ust": jane, "new_password": "Another-Horse-8-Stable"}, 403,
				`detail="old_password is missing: who changes his own password needs it"`},
			{"empty old password", http.MethodPatch, "/user/password", map[string]any{"ust": jane, "old_password": "", "new_password": "Another-Horse-8-Stable"}, 403,
				`detail="old_password is missing: who changes his own password needs it"`},
			{"wrong old password", http.MethodPatch, "/user/password", map[string]any{"ust": jane, "old_password": "Wrong-Horse-9-Battery", "new_password": "Another-Horse-8-Stable"}, 403,
				`detail="the old password is wrong"`},
			{"no credential", http.MethodPost, "/password/reset", nil, 200, `detail="credential is missing"`},
			{"credential of nobody", http.MethodPost, "/password/reset", map[string]any{"credential": "nobody@example.com"}, 200, `detail="credential is that of no user who is approved"`},
			{"credential of one who is not approved", http.MethodPost, "/password/reset", map[string]any{"credential": "waiting"}, 200, `detail="credential is that of no user who is approved"`},
			{"credential that cannot be", http.MethodPost, "/password/reset", map[string]any{"credential": "\x00"}, 200, `detail="credential must be valid UTF-8 without NUL"`},
		} {
			response, got := s.exchange(call.method, call.path, s.body(call.elements))
			cid := response.Header.Get("X-Zato-CID")
			want := []string{`"status":"ok","sub_status":[]`, `"status":"error","sub_status":["E005001"]`}[map[int]int{200: 0, 403: 1}[call.status]]
			if text := s.text(got); response.StatusCode != call.status || text != "{"+want+"}" {
				t.Errorf("%s: %d %s", call.name, response.StatusCode, text)
			}
			isFound := false
			for line := range strings.Lines(s.Log.String()) {
				isFound = isFound || strings.Contains(line, "cid="+cid+" ") && strings.Contains(line, "result=error") && strings.Contains(line, call.want)
			}
			if !isFound {
				t.Errorf("%s: the log has no %s under %s:\n%s", call.name, call.want, cid, s.Log.String())
			}
		}
		s.want(200, ok, http.MethodPost, "/password/reset", map[string]any{"credential": "jane@example.com"})
		for _, secret := range []string{ssotest.Password, "Wrong-Horse", "Another-Horse", jane, "@example.com"} {
			if strings.Contains(s.Log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
	})
}
