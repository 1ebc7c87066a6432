package blackbox

import "testing"

// oneCall is what calls have in common: who may make them, and what they need.
type oneCall struct {
	verb, path string
	in         elements // beside the session
	ust        string   // the element with the caller's session; "" for none
	noUST      string   // the answer without it
	noApp      string   // the answer without an application
	regular    string   // what a regular user gets; "" where he may call
}

// calls returns all calls, with a target that is there.
func calls(target user) []oneCall {
	id := elements{"user_id": target.id}
	attr := elements{"name": "n", "value": "v"}
	return []oneCall{
		{"POST", "/user/login", elements{"username": "nobody", "password": "x"}, "", "", "400", ""},
		{"GET", "/user", nil, "ust", "400", "400", ""},
		{"GET", "/user", id, "ust", "400", "400", "E005001"},
		{"POST", "/user", elements{"username": "x y"}, "ust", "400", "400", "E005001"},
		{"PATCH", "/user", elements{"first_name": "x"}, "ust", "400", "400", ""},
		{"PATCH", "/user", id.with(elements{"first_name": "x"}), "ust", "400", "400", "E008002"},
		{"DELETE", "/user", id, "ust", "400", "400", "E005001"},
		{"POST", "/user/signup", elements{"username": "jane x"}, "", "", "E004001", ""},
		{"PATCH", "/user/signup", elements{"confirm_token": "x"}, "", "", "E004001", ""},
		{"POST", "/user/approve", id, "ust", "400", "400", "E008002"},
		{"POST", "/user/reject", id, "ust", "400", "400", "E008002"},
		{"POST", "/user/lock", id, "ust", "400", "400", "E005001"},
		{"DELETE", "/user/lock", id, "ust", "400", "400", "E005001"},
		{"PATCH", "/user/password", elements{"old_password": "x", "new_password": "y"}, "ust", "400", "400", "E005001"},
		{"PATCH", "/user/password", id.with(elements{"new_password": "Some-Secret-Of-Mine"}), "ust", "400", "400", "E008002"},
		{"PATCH", "/user/totp", elements{"totp_key": "", "totp_label": ""}, "ust", "400", "400", ""},
		{"PATCH", "/user/totp", id.with(elements{"totp_key": "", "totp_label": ""}), "ust", "400", "400", "E008002"},
		{"GET", "/user/search", nil, "ust", "400", "400", "E005001"},
		{"POST", "/user/search", nil, "ust", "400", "400", "E005001"},
		{"GET", "/user/linked", nil, "ust", "400", "400", ""},
		{"GET", "/user/linked", id, "ust", "400", "400", "E005001"},
		{"POST", "/user/linked", id.with(elements{"auth_type": "basic_auth", "auth_username": "pubapi", "is_active": true}), "ust", "400", "400", "E005001"},
		{"DELETE", "/user/linked", id.with(elements{"auth_type": "basic_auth", "auth_username": "pubapi"}), "ust", "400", "400", "E005001"},
		{"GET", "/audit", elements{"op": "user.login", "page_size": 1}, "ust", "400", "400", "E005001"},
		{"GET", "/audit/export", elements{"op": "user.login"}, "ust", "400", "400", "E005001"},
		{"GET", "/user/session", elements{"target_ust": target.ust}, "current_ust", "E007001", "400", "E005001"},
		{"POST", "/user/session", elements{"target_ust": target.ust}, "current_ust", "E007001", "400", "E005001"},
		{"PATCH", "/user/session", nil, "ust", "E007001", "400", ""},
		{"GET", "/user/session/list", nil, "ust", "E007001", "400", ""},
		{"GET", "/user/session/list", elements{"target_ust": target.ust}, "current_ust", "E007001", "400", "E005001"},
		{"POST", "/user/attr", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"PATCH", "/user/attr", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"PUT", "/user/attr", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"GET", "/user/attr", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"DELETE", "/user/attr", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"GET", "/user/attr/exists", id.with(attr), "ust", "E007001", "400", "E005001"},
		{"GET", "/user/attr/names", id, "ust", "E007001", "400", "E005001"},
		{"POST", "/session/attr", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"PATCH", "/session/attr", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"PUT", "/session/attr", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"GET", "/session/attr", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"DELETE", "/session/attr", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"GET", "/session/attr/exists", attr.with(elements{"target_ust": target.ust}), "current_ust", "E007001", "400", "E005001"},
		{"GET", "/session/attr/names", elements{"target_ust": target.ust}, "current_ust", "E007001", "400", "E005001"},
		{"POST", "/password/reset", elements{"credential": "nobody"}, "", "", "E004001", ""},
		{"PATCH", "/password/reset", elements{"token": "x"}, "", "", "E004001", ""},
		{"DELETE", "/password/reset", elements{"token": "x", "reset_key": "y", "password": "Some-Secret-Of-Mine"}, "", "", "E004001", ""},
	}
}

func (c oneCall) name() string {
	name := c.verb + " " + c.path
	if c.in["user_id"] != nil {
		name += " of another"
	}
	return name
}

// testApplications has every call made for applications that there are not.
func testApplications(t *testing.T, h *host) {
	target := h.newSession(t, nil)
	for _, c := range calls(target) {
		in := c.in
		if c.ust != "" {
			in = in.with(elements{c.ust: h.admin.ust})
		}
		t.Run(c.name(), func(t *testing.T) {
			h.call(t, c.verb, c.path, in.with(elements{"current_app": absent})).want(c.noApp)
			for _, app := range []any{"", nil, "unknown", "crm", "CRM ", 123, "Ω"} {
				h.call(t, c.verb, c.path, in.with(elements{"current_app": app})).refused("E004001")
			}
		})
	}
	t.Run("logout", func(t *testing.T) {
		h.call(t, "POST", "/user/logout", elements{"ust": "x", "current_app": absent}).bad()
		h.call(t, "POST", "/user/logout", elements{"ust": "x", "current_app": "unknown"}).ok(nil)
	})
	h.see(t, target.id) // is still there
}

// testCallersSessions has every call made with sessions that are none.
func testCallersSessions(t *testing.T, h *host) {
	target := h.newSession(t, nil)
	gone, expired, locked, deleted := h.newSession(t, nil), h.newSession(t, nil), h.newSession(t, nil), h.newSession(t, nil)
	h.call(t, "POST", "/user/logout", elements{"ust": gone.ust}).ok(nil)
	h.expireSessions(t, expired.name)
	h.call(t, "POST", "/user/lock", elements{"ust": h.admin.ust, "user_id": locked.id}).ok(nil)
	h.call(t, "DELETE", "/user", elements{"ust": h.admin.ust, "user_id": deleted.id}).ok(nil)
	flipped := []byte(target.ust)
	flipped[len(flipped)/2] ^= 1

	for _, c := range calls(target) {
		if c.ust == "" {
			continue
		}
		t.Run(c.name(), func(t *testing.T) {
			h.call(t, c.verb, c.path, c.in).want(c.noUST)
			for name, ust := range map[string]any{
				"empty": "", "null": nil, "garbage": "garbage", "in clear": "zust1234567890abcdefghjkmnpq", "a number": 123,
				"logged out": gone.ust, "expired": expired.ust, "changed": string(flipped), "cut": target.ust[:40],
				"of a locked user": locked.ust, "of a deleted user": deleted.ust, "no ASCII": "gAAAAABé",
			} {
				t.Run(name, func(t *testing.T) {
					h.call(t, c.verb, c.path, c.in.with(elements{c.ust: ust})).refused("E007001")
				})
			}
		})
	}
	h.call(t, "POST", "/user/logout", nil).bad()
	h.see(t, target.id)
}

// testRights has a regular user make every call.
func testRights(t *testing.T, h *host) {
	target, regular := h.newSession(t, nil), h.newSession(t, nil)
	for _, c := range calls(target) {
		if c.regular == "" {
			continue
		}
		t.Run(c.name(), func(t *testing.T) {
			h.call(t, c.verb, c.path, c.in.with(elements{c.ust: regular.ust})).refused(c.regular)
			if c.in["user_id"] != nil { // nor does it help that there is no such user
				h.call(t, c.verb, c.path, c.in.with(elements{c.ust: regular.ust, "user_id": "zusr4q51jwtsdh9s298315h4at6t1n"})).refused(c.regular)
			}
		})
	}
	h.see(t, target.id).has(keys{"first_name": nil, "is_locked": false, "approval_status": "approved"})
}

// testWrongTypes sends values that are neither texts nor numbers for every
// element of every call: whatever the answer is, it is one of a refusal.
func testWrongTypes(t *testing.T, h *host) {
	target := h.newSession(t, nil)
	for _, c := range calls(target) {
		in := c.in.with(elements{"current_app": "CRM"})
		if c.ust != "" {
			in[c.ust] = h.admin.ust
		}
		for name := range in {
			if name == "value" {
				continue // may be anything
			}
			t.Run(c.name()+" "+name, func(t *testing.T) {
				for _, value := range []any{[]any{}, []any{"x"}, map[string]any{}, map[string]any{"x": 1}} {
					h.call(t, c.verb, c.path, in.with(elements{name: value})).turnedDown()
				}
			})
		}
	}
	h.see(t, target.id).has(keys{"is_locked": false, "approval_status": "approved"})
}
