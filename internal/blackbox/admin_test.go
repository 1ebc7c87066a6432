package blackbox

import (
	"strings"
	"testing"
)

func testLock(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	for _, verb := range []string{"POST", "DELETE"} {
		t.Run(verb, func(t *testing.T) {
			h.call(t, verb, "/user/lock", elements{"ust": h.admin.ust}).bad()
			for _, id := range []any{nil, ""} {
				h.call(t, verb, "/user/lock", elements{"ust": h.admin.ust, "user_id": id}).refused("E008002")
			}
			for _, id := range []any{unknownID, "x", 12} {
				h.call(t, verb, "/user/lock", elements{"ust": h.admin.ust, "user_id": id}).refused("E001100")
			}
		})
	}
	id := elements{"ust": h.admin.ust, "user_id": u.id}
	h.call(t, "POST", "/user/lock", elements{"ust": h.admin.ust, "user_id": h.admin.id}).refused("E008001")
	h.call(t, "POST", "/user/lock", id).ok(nil)
	h.call(t, "POST", "/user/lock", id).ok(nil) // locking a locked user is fine
	h.see(t, u.id).has(keys{"is_locked": true, "locked_time": date, "locked_by": h.admin.id})
	h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
	h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005002")
	h.call(t, "DELETE", "/user/lock", id).ok(nil)
	h.call(t, "DELETE", "/user/lock", id).ok(nil)
	h.see(t, u.id).has(keys{"is_locked": false})
	h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
	h.login(t, &u)
}

func testApprove(t *testing.T, h *host) {
	for _, path := range []string{"/user/approve", "/user/reject"} {
		t.Run(path, func(t *testing.T) {
			h.call(t, "POST", path, elements{"ust": h.admin.ust}).bad()
			for _, id := range []any{nil, ""} {
				h.call(t, "POST", path, elements{"ust": h.admin.ust, "user_id": id}).refused("E008002")
			}
			for _, id := range []any{unknownID, "x", 12} {
				h.call(t, "POST", path, elements{"ust": h.admin.ust, "user_id": id}).refused("E001100")
			}
		})
	}
	u := h.newUser(t, elements{"auto_approve": false})
	id := elements{"ust": h.admin.ust, "user_id": u.id}
	h.see(t, u.id).has(keys{"approval_status": "before_decision", "is_approval_needed": true})
	h.call(t, "POST", "/user/approve", id).ok(nil)
	h.call(t, "POST", "/user/approve", id).ok(nil)
	h.see(t, u.id).has(keys{"approval_status": "approved", "is_approval_needed": false, "approval_status_mod_by": h.admin.id})
	h.login(t, &u)
	h.call(t, "POST", "/user/reject", id).ok(nil)
	h.see(t, u.id).has(keys{"approval_status": "rejected", "is_approval_needed": true, "approval_status_mod_by": h.admin.id})
	h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
	h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005001")
}

func testPassword(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	other := u
	h.login(t, &other)
	own := elements{"ust": u.ust, "old_password": u.password, "new_password": "Other-Secret-Of-Mine"}
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no new password":             {elements{"new_password": absent}, "400"},
		"null new password":           {elements{"new_password": nil}, "E003002"},
		"empty new password":          {elements{"new_password": ""}, "E003002"},
		"too short":                   {elements{"new_password": "Shrt-12"}, "E003002"},
		"too long":                    {elements{"new_password": strings.Repeat("ab-", 86)}, "E003003"},
		"to reject":                   {elements{"new_password": "a-QWERTY-keyboard"}, "E003001"},
		"no old password":             {elements{"old_password": absent}, "E005001"},
		"null old password":           {elements{"old_password": nil}, "E005001"},
		"empty old password":          {elements{"old_password": ""}, "E005001"},
		"wrong old password":          {elements{"old_password": "wrong"}, "E005001"},
		"of another":                  {elements{"user_id": h.admin.id}, "E008002"},
		"of another, who is unknown":  {elements{"user_id": unknownID}, "E008002"},
		"in an application, unknown":  {elements{"current_app": "x"}, "E004001"},
		"of a session that is none":   {elements{"ust": "x"}, "E007001"},
		"NUL in the new password":     {elements{"new_password": "Other-Secret-\x00-Mine"}, ""},
		"a list for the new password": {elements{"new_password": []any{"Other-Secret-Of-Mine"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.call(t, "PATCH", "/user/password", own.with(c.change))
			if c.want == "" {
				a.turnedDown()
				return
			}
			a.want(c.want)
		})
	}
	h.call(t, "GET", "/user", elements{"ust": other.ust}).ok(ownerKeys)
	h.call(t, "PATCH", "/user/password", own).ok(nil)
	h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys)
	h.call(t, "GET", "/user", elements{"ust": other.ust}).refused("E007001") // other sessions have ended
	h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005001")
	u.password = "Other-Secret-Of-Mine"
	h.login(t, &u)

	t.Run("by a super-user", func(t *testing.T) {
		by := elements{"ust": h.admin.ust, "user_id": u.id, "new_password": "Third-Secret-Of-Mine"}
		h.call(t, "PATCH", "/user/password", by.with(elements{"new_password": "short"})).refused("E003002")
		h.call(t, "PATCH", "/user/password", by.with(elements{"user_id": unknownID})).refused("E001100")
		for _, days := range []any{"x", -1, 1.5, []any{}, "99999999999999999999"} {
			h.call(t, "PATCH", "/user/password", by.with(elements{"password_expiry": days})).refused("E008002")
		}
		for _, must := range []any{"x", 2, []any{}} {
			h.call(t, "PATCH", "/user/password", by.with(elements{"must_change": must})).refused("E008002")
		}
		h.call(t, "PATCH", "/user/password", by.with(elements{"password_expiry": 100, "password_must_change": true})).ok(nil)
		h.see(t, u.id).has(keys{"password_must_change": false}) // that name is none here
		h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
		u.password = "Third-Secret-Of-Mine"
		h.login(t, &u)
		h.call(t, "PATCH", "/user/password", by.with(elements{"must_change": "yes", "password_expiry": "100"})).ok(nil)
		h.see(t, u.id).has(keys{"password_must_change": true})
		h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E003007")
	})
	t.Run("a super-user's own", func(t *testing.T) {
		name := unique("super")
		h.command(t, "sso", "create-super-user", name, "--password", "Super-Secret-Of-Mine")
		s := user{name: name, password: "Super-Secret-Of-Mine"}
		h.login(t, &s)
		in := elements{"ust": s.ust, "new_password": "Other-Secret-Of-Mine"}
		h.call(t, "PATCH", "/user/password", in).refused("E005001")
		h.call(t, "PATCH", "/user/password", in.with(elements{"old_password": "wrong"})).refused("E005001")
		h.call(t, "PATCH", "/user/password", in.with(elements{"old_password": s.password})).ok(nil)
		h.call(t, "GET", "/user", elements{"ust": s.ust}).ok(superUserKeys)
	})
}

func testPasswordExpiry(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	in := elements{"username": u.name, "password": u.password}
	t.Run("about to expire", func(t *testing.T) {
		h.call(t, "PATCH", "/user/password", elements{"ust": h.admin.ust, "user_id": u.id, "new_password": u.password, "password_expiry": 10}).ok(nil)
		ust := h.call(t, "POST", "/user/login", in).
			exactly(200, keys{"status": "warning", "sub_status": []string{"W003005"}, "ust": encrypted}).text("ust")
		h.call(t, "GET", "/user", elements{"ust": ust}).ok(ownerKeys)
	})
	t.Run("expired", func(t *testing.T) {
		ust := h.call(t, "POST", "/user/login", in).status(200).text("ust")
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id, "password_expiry": "2020-01-02T03:04:05"}).ok(nil)
		h.call(t, "POST", "/user/login", in).refused("E005001") // password.inform_if_expired is off
		h.call(t, "POST", "/user/login", in.with(elements{"new_password": "Other-Secret-Of-Mine"})).refused("E005001")
		h.call(t, "GET", "/user", elements{"ust": ust}).turnedDown()
	})
}

func testTOTPKey(t *testing.T, h *host) {
	const secret = "JBSWY3DPEHPK3PXP"
	u := h.newSession(t, nil)
	in := elements{"ust": u.ust, "totp_key": secret, "totp_label": "phone"}
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no key":                     {elements{"totp_key": absent}, "400"},
		"no label":                   {elements{"totp_label": absent}, "400"},
		"neither":                    {elements{"totp_key": absent, "totp_label": absent}, "400"},
		"a key that is none":         {elements{"totp_key": "not base32!"}, "E008002"},
		"a short key":                {elements{"totp_key": "JBSWY3DPEHPK3PX"}, "E008002"},
		"a number for a key":         {elements{"totp_key": 1234}, "E008002"},
		"of another":                 {elements{"user_id": h.admin.id}, "E008002"},
		"of a session that is none":  {elements{"ust": "x"}, "E007001"},
		"in an unknown app":          {elements{"current_app": "x"}, "E004001"},
		"of another, who is unknown": {elements{"user_id": unknownID}, "E008002"},
	} {
		t.Run(name, func(t *testing.T) { h.call(t, "PATCH", "/user/totp", in.with(c.change)).want(c.want) })
	}
	t.Run("lists", func(t *testing.T) {
		for _, name := range []string{"totp_key", "totp_label"} {
			h.call(t, "PATCH", "/user/totp", in.with(elements{name: []any{"x"}})).turnedDown()
		}
	})
	t.Run("given", func(t *testing.T) {
		h.call(t, "PATCH", "/user/totp", in).ok(keys{"totp_key": secret})
		h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys.with(keys{"totp_label": "phone"}))
	})
	t.Run("generated, and good for logins", func(t *testing.T) {
		made := h.call(t, "PATCH", "/user/totp", in.with(elements{"totp_key": "", "totp_label": ""})).ok(keys{"totp_key": key}).text("totp_key")
		again := h.call(t, "PATCH", "/user/totp", in.with(elements{"totp_key": nil, "user_id": ""})).ok(keys{"totp_key": key}).text("totp_key")
		if made == again {
			t.Error("two keys are the same")
		}
		h.call(t, "PATCH", "/user", elements{"ust": u.ust, "is_totp_enabled": true}).ok(nil)
		login := elements{"username": u.name, "password": u.password}
		h.call(t, "POST", "/user/login", login.with(elements{"totp_code": totp(t, made, 0)})).refused("E005001")
		h.call(t, "POST", "/user/login", login.with(elements{"totp_code": totp(t, again, 0)})).ok(keys{"ust": encrypted})
	})
	t.Run("by a super-user", func(t *testing.T) {
		h.call(t, "PATCH", "/user/totp", elements{"ust": h.admin.ust, "user_id": u.id, "totp_key": secret, "totp_label": "their phone"}).
			ok(keys{"totp_key": secret})
		h.see(t, u.id).has(keys{"totp_label": "their phone"})
		h.call(t, "PATCH", "/user/totp", elements{"ust": h.admin.ust, "user_id": unknownID, "totp_key": "", "totp_label": ""}).refused("E001100")
	})
}
