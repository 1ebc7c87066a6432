package rest_test

import (
	"net/http"
	"reflect"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.Definitions[sso.AuthBasic][1_000_000_001] = "crm"
		s.Definitions[sso.AuthJWT][1_000_000_001] = "partner"
		s.SuperUser("admin")
		id, otherID := s.User("jane", nil), s.User("joe", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		const path = "/user/linked"
		with := func(elements ...any) map[string]any {
			all := map[string]any{"ust": admin, "user_id": id, "auth_type": "basic_auth", "auth_username": "crm", "is_active": true}
			for i := 0; i < len(elements); i += 2 {
				if name := elements[i].(string); elements[i+1] == "absent" {
					delete(all, name)
				} else {
					all[name] = elements[i+1]
				}
			}
			return all
		}
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			s.want(403, refused("E005001"), method, path, with("ust", jane))
			s.want(403, refused("E005001"), method, path, with("ust", jane, "auth_type", "x"))
			s.want(403, refused("E007001"), method, path, with("ust", "garbage"))
			s.want(403, refused("E004001"), method, path, with("current_app", "X"))
			s.want(400, badRequest, method, path, with("ust", "absent"))
			s.want(403, refused("E008002"), method, path, with("user_id", "absent"))
			s.want(403, refused("E008002"), method, path, with("user_id", nil))
			s.want(403, refused("E008002"), method, path, with("user_id", ""))
			s.want(403, refused("E008002"), method, path, with("user_id", "zusr0"))
			for _, authType := range []any{"ntlm", "", nil, "absent", "zato.basic_auth", 7} {
				s.want(400, badRequest, method, path, with("auth_type", authType))
			}
			for _, username := range []any{"nobody", "", nil, "absent", "partner", []string{"crm"}} {
				s.want(400, badRequest, method, path, with("auth_username", username))
			}
		}
		s.want(403, refused("E008002"), http.MethodPost, path, with("is_active", "perhaps"))
		s.want(403, refused("E008002"), http.MethodDelete, path, with())

		s.want(200, ok, http.MethodPost, path, with("unknown", 1))
		s.want(403, refused("E008002"), http.MethodPost, path, with())
		s.want(403, refused("E008002"), http.MethodPost, path, with("user_id", otherID))
		s.want(200, ok, http.MethodPost, path, with("auth_type", "jwt", "auth_username", "partner", "is_active", "absent"))
		s.want(200, ok, http.MethodPost, path, with("user_id", otherID, "is_active", "no"))

		list := func(ust string, elements map[string]any, want ...map[string]any) {
			t.Helper()
			elements["ust"] = ust
			status, got := s.call(http.MethodGet, path, elements)
			rows, isList := got["result"].([]any)
			if status != 200 || got["status"] != "ok" || !isList || len(rows) != len(want) || len(got) != 3 {
				t.Fatalf("%d %v", status, got)
			}
			for i, row := range rows {
				row := row.(map[string]any)
				if _, err := sso.ParseTime(row["creation_time"].(string)); err != nil {
					t.Errorf("creation_time: %v", err)
				}
				delete(row, "creation_time")
				if !reflect.DeepEqual(row, want[i]) {
					t.Errorf("row %d is %v, want %v", i, row, want[i])
				}
			}
		}
		basic := map[string]any{"is_active": true, "auth_type": "basic_auth", "auth_username": "crm"}
		jwt := map[string]any{"is_active": true, "auth_type": "jwt", "auth_username": "partner"}
		inactive := map[string]any{"is_active": false, "auth_type": "basic_auth", "auth_username": "crm"}
		list(jane, map[string]any{}, basic, jwt)
		list(jane, map[string]any{"user_id": nil}, basic, jwt)
		list(jane, map[string]any{"user_id": id}, basic, jwt)
		list(admin, map[string]any{"user_id": id}, basic, jwt)
		list(admin, map[string]any{"user_id": otherID}, inactive)
		list(admin, map[string]any{"user_id": ""})
		s.want(403, refused("E005001"), http.MethodGet, path, map[string]any{"ust": jane, "user_id": otherID})
		s.want(403, refused("E008002"), http.MethodGet, path, map[string]any{"ust": admin, "user_id": "zusr0"})
		s.want(400, badRequest, http.MethodGet, path, nil)
		if status, got := s.send(http.MethodPatch, path, `{}`); status != 405 {
			t.Errorf("PATCH: %d %v", status, got)
		}

		// The session that a link opens is listed, and goes with it.
		ust, err := s.Core.ExternalSession(t.Context(), ssotest.Call(""), sso.ExternalAuth{Type: sso.AuthBasic, ID: 1_000_000_001})
		if err != nil {
			t.Fatal(err)
		}
		_, got := s.call(http.MethodGet, "/user/session/list", map[string]any{"ust": ust})
		rows, _ := got["result"].([]any)
		found := false
		for _, row := range rows {
			row := row.(map[string]any)
			found = found || row["auth_type"] == "basic_auth" && row["auth_principal"] == "jane" && row["ext_session_id"] == "basic_auth.1000000001"
		}
		if !found {
			t.Errorf("sessions: %v", got)
		}
		s.want(200, ok, http.MethodDelete, path, with("is_active", "absent"))
		s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": ust})
		list(jane, map[string]any{}, jwt)
	})
}
