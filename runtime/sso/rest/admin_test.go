package rest_test

import (
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

func TestAdministration(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		adminID, janeID := s.SuperUser("admin"), s.User("jane", nil)
		s.User("john", nil)
		admin, john := s.loginOver("admin"), s.loginOver("john")
		for _, c := range []struct{ method, path, denied, onOneself string }{
			{http.MethodPost, "/user/reject", "E008002", ""},
			{http.MethodPost, "/user/approve", "E008002", ""},
			{http.MethodPost, "/user/lock", "E005001", "E008001"},
			{http.MethodDelete, "/user/lock", "E005001", ""},
		} {
			s.want(403, refused(c.denied), c.method, c.path, map[string]any{"ust": john, "user_id": adminID})
			s.want(403, refused("E007001"), c.method, c.path, map[string]any{"ust": "gAAAA", "user_id": janeID})
			s.want(400, badRequest, c.method, c.path, map[string]any{"user_id": janeID})
			s.want(400, badRequest, c.method, c.path, map[string]any{"ust": admin})
			for _, nobody := range []any{nil, ""} {
				s.want(403, refused("E008002"), c.method, c.path, map[string]any{"ust": admin, "user_id": nobody})
			}
			s.want(403, refused("E001100"), c.method, c.path, map[string]any{"ust": admin, "user_id": "zusr0"})
			if c.onOneself != "" {
				s.want(403, refused(c.onOneself), c.method, c.path, map[string]any{"ust": admin, "user_id": adminID})
			}
			s.want(200, ok, c.method, c.path, map[string]any{"ust": admin, "user_id": janeID})
		}
		if row := s.Row(janeID); row.IsLocked || row.ApprovalStatus != "approved" {
			t.Errorf("%+v", row)
		}
		jane := s.loginOver("jane")
		s.want(403, refused("E005001"), http.MethodDelete, "/user", map[string]any{"ust": jane, "user_id": adminID})
		s.want(403, refused("E008002"), http.MethodDelete, "/user", map[string]any{"ust": admin})
		s.want(403, refused("E008001"), http.MethodDelete, "/user", map[string]any{"ust": admin, "user_id": "zusr0"})
		s.want(403, refused("E008001"), http.MethodDelete, "/user", map[string]any{"ust": admin, "user_id": adminID})
		s.want(200, ok, http.MethodDelete, "/user", map[string]any{"ust": admin, "user_id": janeID})
		s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": jane})
	})
}

func TestPassword(t *testing.T) {
	t.Parallel()
	const next = "Another-Fine-Phrase-7"
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		janeID := s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		change := func(status int, want map[string]any, elements map[string]any) {
			t.Helper()
			s.want(status, want, http.MethodPatch, "/user/password", elements)
		}
		change(400, badRequest, map[string]any{"ust": jane, "old_password": ssotest.Password})
		change(403, refused("E005001"), map[string]any{"ust": jane, "old_password": "wrong", "new_password": next})
		change(403, refused("E003002"), map[string]any{"ust": jane, "old_password": ssotest.Password, "new_password": "x"})
		change(403, refused("E008002"), map[string]any{"ust": jane, "old_password": ssotest.Password, "new_password": next, "must_change": true})
		change(403, refused("E008002"), map[string]any{"ust": admin, "user_id": janeID, "new_password": next, "must_change": "perhaps"})
		change(200, ok, map[string]any{"ust": jane, "old_password": ssotest.Password, "new_password": next, "user_id": "", "password_must_change": true, "x": 1})
		change(200, ok, map[string]any{"ust": admin, "user_id": janeID, "new_password": ssotest.Password, "password_expiry": "3", "must_change": "no"})
		if row := s.Row(janeID); row.PasswordMustChange || row.PasswordExpiry.Sub(row.PasswordLastSet) != 72*time.Hour {
			t.Errorf("%v %v %v", row.PasswordMustChange, row.PasswordLastSet, row.PasswordExpiry)
		}
		if status, got := s.call(http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": ssotest.Password}); status != 200 || got["status"] != "warning" {
			t.Errorf("%d %v", status, got)
		}
	})
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", nil)
		johnID := s.User("john", func(u *sso.NewUser) { u.TOTPLabel = "old" })
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		s.want(400, badRequest, http.MethodPatch, "/user/totp", map[string]any{"ust": jane, "totp_key": ""})
		s.want(403, refused("E008002"), http.MethodPatch, "/user/totp", map[string]any{"ust": jane, "totp_key": "", "totp_label": "", "user_id": johnID})
		s.want(403, refused("E008002"), http.MethodPatch, "/user/totp", map[string]any{"ust": jane, "totp_key": "x", "totp_label": ""})
		given := maps.Clone(ok)
		given["totp_key"] = "JBSWY3DPEHPK3PXP"
		s.want(200, given, http.MethodPatch, "/user/totp", map[string]any{"ust": admin, "totp_key": "JBSWY3DPEHPK3PXP", "totp_label": "", "user_id": johnID})
		if row := s.Row(johnID); row.TOTPLabel != nil {
			t.Errorf("label %q", *row.TOTPLabel)
		}
		status, got := s.call(http.MethodPatch, "/user/totp", map[string]any{"ust": jane, "totp_key": nil, "totp_label": "phone", "user_id": nil})
		if key, _ := got["totp_key"].(string); status != 200 || len(key) < 16 || len(got) != 3 {
			t.Errorf("%d %v", status, got)
		}
	})
}

func TestSession(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		status, got := s.call(http.MethodGet, "/user/session", map[string]any{"current_ust": admin, "target_ust": jane})
		if status != 200 || len(got) != 6 || got["remote_addr"] != ssotest.Addr || !strings.HasPrefix(got["user_agent"].(string), "Go-http-client") {
			t.Errorf("%d %v", status, got)
		}
		if _, err := sso.ParseTime(got["creation_time"].(string)); err != nil {
			t.Error(err)
		}
		s.want(403, refused("E007001"), http.MethodGet, "/user/session", map[string]any{"current_ust": admin, "target_ust": "x"})
		s.want(403, refused("E007001"), http.MethodGet, "/user/session", map[string]any{"target_ust": jane})
		s.want(403, refused("E005001"), http.MethodGet, "/user/session", map[string]any{"current_ust": jane, "target_ust": jane})
		for target, valid := range map[string]bool{jane: true, "x": false, "": false} {
			want := maps.Clone(ok)
			want["is_valid"] = valid
			s.want(200, want, http.MethodPost, "/user/session", map[string]any{"current_ust": admin, "target_ust": target})
		}
		s.want(403, refused("E005001"), http.MethodPost, "/user/session", map[string]any{"current_ust": jane, "target_ust": jane})
		s.want(403, refused("E007001"), http.MethodPatch, "/user/session", map[string]any{})
		status, got = s.call(http.MethodPatch, "/user/session", map[string]any{"ust": jane})
		if until, err := sso.ParseTime(got["expiration_time"].(string)); status != 200 || len(got) != 3 || err != nil || !until.After(s.Clock.Now().Add(59*time.Minute)) {
			t.Errorf("%d %v %v", status, got, err)
		}
		s.want(403, refused("E008002"), http.MethodGet, "/user/session/list", map[string]any{"ust": jane, "target_ust": jane, "current_ust": jane})
		for _, elements := range []map[string]any{{"ust": jane}, {"current_ust": admin, "target_ust": jane}} {
			status, got = s.call(http.MethodGet, "/user/session/list", elements)
			rows, _ := got["result"].([]any)
			if status != 200 || len(rows) != 1 {
				t.Fatalf("%d %v", status, got)
			}
			row := rows[0].(map[string]any)
			changes, _ := row["session_state_change_list"].([]any)
			if len(row) != 9 || row["auth_type"] != "default" || row["auth_principal"] != "jane" || row["ext_session_id"] != nil || len(changes) != 2 ||
				!strings.HasPrefix(row["ust"].(string), "gAAAA") {
				t.Errorf("%v", row)
			}
		}
	})
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		janeID := s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		for path, owners := range map[string][]map[string]any{
			"/user/attr":    {{"ust": jane}, {"ust": admin, "user_id": janeID}},
			"/session/attr": {{"current_ust": jane, "target_ust": jane}, {"current_ust": admin, "target_ust": jane}},
		} {
			for i, owner := range owners {
				with := func(elements map[string]any) map[string]any {
					all := maps.Clone(owner)
					maps.Copy(all, elements)
					return all
				}
				theme, pin := "theme"+string(rune('a'+i)), "pin"+string(rune('a'+i))
				s.want(200, ok, http.MethodPost, path, with(map[string]any{"name": theme, "value": "dark", "x": 1}))
				s.want(403, refused("E009001"), http.MethodPost, path, with(map[string]any{"name": theme, "value": "dark"}))
				s.want(200, ok, http.MethodPut, path, with(map[string]any{"data": []any{
					map[string]any{"name": pin, "value": []any{1, nil}, "encrypt": "yes", "expiration": "60"}, map[string]any{"name": theme, "value": 1.5}}}))
				s.want(200, ok, http.MethodPatch, path, with(map[string]any{"name": theme, "value": false}))
				s.want(403, refused("E009002"), http.MethodPatch, path, with(map[string]any{"name": "none", "value": 1}))
				for name, bad := range map[string]map[string]any{
					"no name": {"value": 1}, "an empty name": {"name": ""}, "no object": {"data": []any{1}}, "no data": {"data": []any{}},
					"expiration": {"name": "x", "expiration": "soon"}, "encrypt": {"name": "x", "encrypt": "perhaps"},
				} {
					if status, got := s.call(http.MethodPut, path, with(bad)); status != 403 || !reflect.DeepEqual(got, refused("E008002")) {
						t.Errorf("%s: %d %v", name, status, got)
					}
				}
				status, got := s.call(http.MethodGet, path, with(map[string]any{"name": pin}))
				if status != 200 || got["found"] != true || !reflect.DeepEqual(got["value"], []any{1.0, nil}) || got["is_encrypted"] != true || got["name"] != pin || len(got) != 9 {
					t.Errorf("%d %v", status, got)
				}
				if _, got = s.call(http.MethodGet, path, with(map[string]any{"name": pin, "decrypt": false})); !strings.HasPrefix(got["value"].(string), "gAAAA") {
					t.Errorf("%v", got)
				}
				none := maps.Clone(ok)
				none["found"] = false
				s.want(200, none, http.MethodGet, path, with(map[string]any{"name": "none"}))
				_, got = s.call(http.MethodGet, path, with(map[string]any{"data": []any{theme, "none"}}))
				result, _ := got["result"].(map[string]any)
				if one, _ := result[theme].(map[string]any); len(result) != 2 || result["none"] != nil || one["value"] != false || one["expiration_time"] != "9999-12-31T00:00:00" {
					t.Errorf("%v", got)
				}
				exists := maps.Clone(ok)
				exists["result"] = true
				s.want(200, exists, http.MethodGet, path+"/exists", with(map[string]any{"name": theme}))
				exists["result"] = map[string]any{theme: true, "none": false}
				s.want(200, exists, http.MethodGet, path+"/exists", with(map[string]any{"data": []any{theme, "none"}}))
				s.want(200, ok, http.MethodDelete, path, with(map[string]any{"data": []any{theme, "none"}}))
				s.want(200, ok, http.MethodDelete, path, with(map[string]any{"name": "none"}))
				names := maps.Clone(ok)
				names["result"] = []any{pin}
				s.want(200, names, http.MethodGet, path+"/names", owner)
				s.want(200, ok, http.MethodDelete, path, with(map[string]any{"name": pin}))
			}
			s.want(403, refused("E007001"), http.MethodGet, path, map[string]any{"name": "x"})
			s.want(403, refused("E007001"), http.MethodPut, path, map[string]any{"name": ""})
		}
		s.want(403, refused("E005001"), http.MethodGet, "/user/attr", map[string]any{"ust": jane, "user_id": s.ID("admin"), "name": "x"})
		s.want(403, refused("E005001"), http.MethodGet, "/session/attr", map[string]any{"current_ust": jane, "target_ust": admin, "name": "x"})
		testWithoutTarget(t, s, jane)
	})
}

// testWithoutTarget sees that the attributes of a session that is not named are
// not those of the user instead.
func testWithoutTarget(t *testing.T, s *site, ust string) {
	t.Helper()
	own := map[string]any{"ust": ust, "name": "own", "value": "kept"}
	s.want(200, ok, http.MethodPost, "/user/attr", own)
	for _, target := range []map[string]any{{}, {"target_ust": ""}, {"target_ust": nil}} {
		elements := map[string]any{"current_ust": ust, "name": "own", "value": "lost"}
		maps.Copy(elements, target)
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodGet, http.MethodDelete} {
			s.want(403, refused("E007001"), method, "/session/attr", elements)
		}
		for _, path := range []string{"/session/attr/exists", "/session/attr/names"} {
			s.want(403, refused("E007001"), http.MethodGet, path, elements)
		}
	}
	if status, got := s.call(http.MethodGet, "/user/attr", own); status != 200 || got["value"] != "kept" {
		t.Errorf("%d %v", status, got)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		s.want(403, refused("E005001"), http.MethodGet, "/user/search", map[string]any{"ust": jane})
		s.want(403, refused("E008002"), http.MethodGet, "/user/search", map[string]any{"ust": admin, "name_op": "xor"})
		s.want(400, badRequest, http.MethodGet, "/user/search", nil)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, got := s.call(method, "/user/search", map[string]any{"ust": admin, "email": "jane@example.com", "is_name_exact": "no", "page_size": "10", "x": 1})
			rows, _ := got["result"].([]any)
			if status != 200 || len(rows) != 1 || len(got) != 11 || got["total"] != 1.0 || got["page_size"] != 10.0 || got["next_page"] != nil || got["has_next_page"] != false {
				t.Fatalf("%d %v", status, got)
			}
			row := rows[0].(map[string]any)
			if _, limited := row["rate_limit_def"]; !limited || row["username"] != "jane" || row["email"] != "jane@example.com" || row["totp_key"] != nil || row["first_name"] != nil {
				t.Errorf("%v", row)
			}
		}
	})
}
