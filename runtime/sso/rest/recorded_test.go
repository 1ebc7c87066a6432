package rest_test

import (
	"net/http"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// TestNoBooleanIsAudited has booleans that are none be refused in their turn, after
// the session and the rights, and leave an entry under the cid of the answer.
func TestNoBooleanIsAudited(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		id := s.User("jane", nil)
		s.Definitions[sso.AuthBasic][1] = "crm"
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		s.want(200, ok, http.MethodPut, "/user/attr", map[string]any{"ust": jane, "name": "theme", "value": "dark"})
		for _, call := range []struct {
			op, method, path, name string
			elements               map[string]any
			others                 string // what a call of nobody special's is refused with
		}{
			{sso.OpCreateUser, http.MethodPost, "/user", "auto_approve", map[string]any{"username": "new"}, "E005001"},
			{sso.OpCreateLinkedAuth, http.MethodPost, "/user/linked", "is_active", map[string]any{"user_id": id, "auth_type": "basic_auth", "auth_username": "crm"}, "E005001"},
			{sso.OpGetAttribute, http.MethodGet, "/user/attr", "decrypt", map[string]any{"user_id": id, "name": "theme"}, "E008002"},
		} {
			for _, value := range []any{"perhaps", "", 2, []bool{true}, map[string]any{}} {
				for _, by := range []struct{ ust, want string }{{admin, "E008002"}, {jane, call.others}, {"gAAAAAB", "E007001"}} {
					elements := map[string]any{"ust": by.ust, call.name: value}
					for name, value := range call.elements {
						elements[name] = value
					}
					before := len(s.Audit(call.op))
					cid := s.refusedWith(by.want, call.method, call.path, elements)
					entries := s.Audit(call.op)
					if len(entries) != before+1 || entries[before].CID != cid || entries[before].Result != "error" || entries[before].SubStatus != by.want {
						t.Errorf("%s with %s %v: the audit has %+v", call.path, call.name, value, entries[before:])
					}
				}
			}
		}
		if created, err := s.Core.UserByUsername(t.Context(), ssotest.Trusted(), "new", false); created != nil {
			t.Errorf("a user was created: %+v %v", created, err)
		}
		if links, err := s.Core.LinkedAuth(t.Context(), ssotest.Trusted(), id); len(links) != 0 || err != nil {
			t.Errorf("a link was created: %+v %v", links, err)
		}
		// What stands for a boolean, or is left out, is one.
		s.want(200, ok, http.MethodPost, "/user/linked", map[string]any{"ust": admin, "user_id": id, "auth_type": "basic_auth", "auth_username": "crm", "is_active": nil})
		if links, err := s.Core.LinkedAuth(t.Context(), ssotest.Trusted(), id); err != nil || len(links) != 1 || !links[0].IsActive {
			t.Errorf("%+v %v", links, err)
		}
		for value, isApproved := range map[any]bool{"YES": true, 1: true, nil: false, false: false} {
			status, got := s.call(http.MethodPost, "/user", map[string]any{"ust": admin, "username": "new", "auto_approve": value})
			if status != 200 || (got["approval_status"] == sso.ApprovalApproved) != isApproved {
				t.Errorf("auto_approve %v: %d %v", value, status, got)
			}
			s.want(200, ok, http.MethodDelete, "/user", map[string]any{"ust": admin, "user_id": got["user_id"]})
		}
	})
}

// refusedWith makes a call that is refused, and returns its cid.
func (s *site) refusedWith(code, method, path string, elements map[string]any) (cid string) {
	s.T.Helper()
	response, got := s.exchange(method, path, s.body(elements))
	if codes, _ := got["sub_status"].([]any); response.StatusCode != http.StatusForbidden || len(codes) != 1 || codes[0] != code {
		s.T.Errorf("%s %s %v: %d %v, want %s", method, path, elements, response.StatusCode, got, code)
	}
	return response.Header.Get("X-Zato-CID")
}
