package rest_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

// resetToken reads the newest token of a user.
func (s *site) resetToken(userID string) (token string) {
	s.T.Helper()
	err := s.DB.Read(s.T.Context(), database.Query{
		SQL:  "SELECT token FROM zato_sso_password_reset WHERE user_id = $1 ORDER BY id DESC LIMIT 1",
		Args: []any{userID},
		Row:  func(scan func(...any) error) error { return scan(&token) },
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return token
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) { cfg.PasswordReset.UserSearchBy = core.SearchByBoth }
	each(t, change, func(t *testing.T, s *site) {
		const path, password = "/password/reset", "Another-Horse-8-Stable"
		id := s.User("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		s.User("waiting", func(u *sso.NewUser) { u.AutoApprove = false })
		s.User("12", nil)
		ust := s.loginOver("jane")

		for _, credential := range []any{"jane", "jane@example.com", "waiting", "nobody", "", nil, 12, "\u0000"} {
			s.want(200, ok, http.MethodPost, path, map[string]any{"credential": credential, "unknown": 1})
		}
		s.want(200, ok, http.MethodPost, path, nil)
		s.want(400, badRequest, http.MethodPost, path, map[string]any{"credential": []string{"jane"}})
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
			for _, app := range []string{`{}`, `{"current_app": null}`, `{"current_app": "ERP", "credential": "jane"}`} {
				if status, got := s.send(method, path, app); status != 403 || !reflect.DeepEqual(got, refused("E004001")) {
					t.Errorf("%s %s: %d %v", method, app, status, got)
				}
			}
			if status, got := s.send(method, path, "x"); status != 400 || !reflect.DeepEqual(got, badRequest) {
				t.Errorf("%s: %d %v", method, status, got)
			}
		}
		if status, _ := s.send(http.MethodGet, path, `{"current_app": "CRM"}`); status != 405 {
			t.Errorf("GET: %d", status)
		}

		token := s.resetToken(id)
		for _, wrong := range []map[string]any{nil, {"token": nil}, {"token": ""}, {"token": "x"}, {"token": 1}} {
			s.want(403, refused("E010001"), http.MethodPatch, path, wrong)
			s.want(403, refused("E010001"), http.MethodDelete, path, wrong)
		}
		status, got := s.call(http.MethodPatch, path, map[string]any{"token": token})
		key, _ := got["reset_key"].(string)
		if status != 200 || got["status"] != "ok" || !strings.HasPrefix(key, "gAAAA") || len(got) != 3 {
			t.Fatalf("access: %d %v", status, got)
		}
		s.want(403, refused("E010001"), http.MethodPatch, path, map[string]any{"token": token})

		s.want(403, refused("E010001"), http.MethodDelete, path, map[string]any{"token": token, "password": password})
		s.want(403, refused("E010001"), http.MethodDelete, path, map[string]any{"reset_key": key, "password": password})
		s.want(403, refused("E003002"), http.MethodDelete, path, map[string]any{"token": token, "reset_key": key})
		s.want(403, refused("E003001"), http.MethodDelete, path, map[string]any{"token": token, "reset_key": key, "password": "password-12"})
		s.want(200, ok, http.MethodDelete, path, map[string]any{"token": token, "reset_key": key, "password": password})
		s.want(403, refused("E010001"), http.MethodDelete, path, map[string]any{"token": token, "reset_key": key, "password": password})

		s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": ust})
		s.want(403, refused("E005001"), http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": ssotest.Password})
		if status, got := s.call(http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": password}); status != 200 {
			t.Errorf("login: %d %v", status, got)
		}
	})
}
