package rest_test

import (
	"net/http"
	"reflect"
	"testing"

	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

func TestSignupOverREST(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.Apps.All = []string{"CRM", "ERP"}
		cfg.Apps.SignupAllowed = []string{"CRM"}
		cfg.Signup.InformIfUserExists, cfg.Signup.InformIfUserInvalid = true, true
		cfg.UserValidation.Services = append(cfg.UserValidation.Services, "validator")
	}
	each(t, change, func(t *testing.T, s *site) {
		s.Services.Answer("validator", `{"is_valid": true}`)
		s.SuperUser("boss")
		boss := s.loginOver("boss")
		const path = "/user/signup"
		jane := map[string]any{"username": "jane", "password": ssotest.Password, "email": "jane@example.com", "app_list": []string{"CRM", "ERP"}, "unknown": 1}
		status, got := s.call(http.MethodPost, path, jane)
		token, _ := got["confirm_token"].(string)
		if status != 200 || len(token) != 32 || len(got) != 3 || got["status"] != "ok" {
			t.Fatalf("%d %v", status, got)
		}
		with := func(changed map[string]any) map[string]any {
			elements := map[string]any{"username": "new", "password": ssotest.Password, "email": "new@example.com"}
			for key, value := range changed {
				elements[key] = value
			}
			return elements
		}
		for _, c := range []struct {
			changed map[string]any
			code    string
		}{
			{map[string]any{"username": "jane"}, "E001002"},
			{map[string]any{"username": nil}, "E001001"},
			{map[string]any{"username": "a b"}, "E001004"},
			{map[string]any{"username": "admin1"}, "E001001"},
			{map[string]any{"username": []string{"new"}}, "E008002"},
			{map[string]any{"password": ""}, "E003002"},
			{map[string]any{"password": "password-9"}, "E003001"},
			{map[string]any{"email": nil}, "E005001"},
			{map[string]any{"email": "a b"}, "E005001"},
			{map[string]any{"email": "jane@example.com"}, "E005001"},
			{map[string]any{"app_list": "none"}, "E004001"},
			{map[string]any{"app_list": []any{map[string]any{}}}, "E008002"},
			{map[string]any{"current_app": "ERP"}, "E004002"},
			{map[string]any{"current_app": "none"}, "E004001"},
			{map[string]any{"current_app": nil}, "E004001"},
		} {
			s.want(403, refused(c.code), http.MethodPost, path, with(c.changed))
		}
		for _, method := range []string{http.MethodPost, http.MethodPatch} { // without an application
			if status, got := s.send(method, path, `{"username": "new"}`); status != 403 || !reflect.DeepEqual(got, refused("E004001")) {
				t.Errorf("%s without an app: %d %v", method, status, got)
			}
		}
		s.want(403, refused("E001001"), http.MethodPost, path, nil)
		if status, got := s.send(http.MethodPost, path, `[`); status != 400 || !reflect.DeepEqual(got, badRequest) {
			t.Errorf("no JSON: %d %v", status, got)
		}
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			if status, _ := s.send(method, path, `{}`); status != 405 {
				t.Errorf("%s: %d", method, status)
			}
		}
		s.Services.Answer("validator", `{"is_valid": false, "sub_status": ["E900001", "E900002"]}`)
		s.want(403, map[string]any{"status": "error", "sub_status": []any{"E900001", "E900002"}}, http.MethodPost, path, with(nil))
		s.Services.Answer("validator", `{}`)
		s.want(500, map[string]any{"result": "Error", "details": "Internal error"}, http.MethodPost, path, with(nil))
		s.Services.Answer("validator", `{"is_valid": true}`)
		if status, got := s.call(http.MethodPost, path, with(map[string]any{"username": 4711, "app_list": "ERP"})); status != 200 || s.ID("4711") == "4711" {
			t.Errorf("a number as a name: %d %v", status, got)
		}

		for _, wrong := range []any{nil, "", "x", 7} {
			s.want(403, refused("E005006"), http.MethodPatch, path, map[string]any{"confirm_token": wrong})
		}
		s.want(403, refused("E005006"), http.MethodPatch, path, nil)
		s.want(400, badRequest, http.MethodPatch, path, map[string]any{"confirm_token": []int{1}})
		s.want(200, ok, http.MethodPatch, path, map[string]any{"confirm_token": token})
		s.want(403, refused("E005007"), http.MethodPatch, path, map[string]any{"confirm_token": token})
		s.want(403, refused("E005001"), http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": ssotest.Password})
		s.want(200, ok, http.MethodPost, "/user/approve", map[string]any{"ust": boss, "user_id": s.ID("jane")})
		s.loginOver("jane")
	})
}
