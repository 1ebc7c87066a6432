package blackbox

import (
	"net/http"
	"strings"
	"testing"
)

func testLogin(t *testing.T, h *host) {
	u := h.newUser(t, nil)
	right := elements{"username": u.name, "password": u.password}
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no username":              {elements{"username": absent}, "400"},
		"no password":              {elements{"password": absent}, "400"},
		"null username":            {elements{"username": nil}, "E005001"},
		"null password":            {elements{"password": nil}, "E005001"},
		"empty username":           {elements{"username": ""}, "E005001"},
		"empty password":           {elements{"password": ""}, "E005001"},
		"unknown user":             {elements{"username": "nobody"}, "E005001"},
		"wrong password":           {elements{"password": "wrong"}, "E005001"},
		"password in other case":   {elements{"password": strings.ToUpper(u.password)}, "E005001"},
		"space behind the name":    {elements{"username": u.name + " "}, "E005001"},
		"a number for a name":      {elements{"username": 1}, "E005001"},
		"a number for a password":  {elements{"password": 12345678}, "E005001"},
		"the user ID":              {elements{"username": u.id}, "E005001"},
		"the e-mail":               {elements{"username": u.email}, "E005001"},
		"NUL in the name":          {elements{"username": u.name + "\x00"}, "E005001"},
		"NUL in the password":      {elements{"password": u.password + "\x00"}, "E005001"},
		"a long password":          {elements{"password": strings.Repeat("x", 100_000)}, "E005001"},
		"a long name":              {elements{"username": strings.Repeat("x", 100_000)}, "E005001"},
		"SQL":                      {elements{"username": "' OR 1=1 --"}, "E005001"},
		"unknown app":              {elements{"current_app": "x"}, "E004001"},
		"wrong password and app":   {elements{"password": "x", "current_app": "x"}, "E004001"},
		"unknown user, new one":    {elements{"username": "nobody", "new_password": "Other-Secret-Of-Mine"}, "E005001"},
		"wrong password, new one":  {elements{"password": "wrong", "new_password": "Other-Secret-Of-Mine"}, "E005001"},
		"wrong password, and code": {elements{"password": "wrong", "totp_code": "123456"}, "E005001"},
	} {
		t.Run(name, func(t *testing.T) { h.call(t, "POST", "/user/login", right.with(c.change)).want(c.want) })
	}
	for name, change := range map[string]elements{
		"right":                   {},
		"unknown elements":        {"ust": "x", "user_id": 1, "x": nil},
		"null and empty elements": {"totp_code": nil, "new_password": ""},
		"a code without TOTP":     {"totp_code": "123456"},
	} {
		t.Run(name, func(t *testing.T) {
			ust := h.call(t, "POST", "/user/login", right.with(change)).ok(keys{"ust": encrypted}).text("ust")
			h.call(t, "GET", "/user", elements{"ust": ust}).ok(ownerKeys).has(keys{"user_id": u.id})
		})
	}
	t.Run("metadata of an application that may send none", func(t *testing.T) {
		for _, change := range []elements{{"remote_addr": "10.0.0.1"}, {"user_agent": "mine"}} {
			a := h.call(t, "POST", "/user/login", right.with(change))
			a.status(http.StatusForbidden)
			if code := a.json["sub_status"].([]any)[0]; code != "E006001" && code != "E005001" {
				a.errorf("want E006001 or E005001")
			}
		}
	})
	t.Run("a number that is a password", func(t *testing.T) {
		n := h.newUser(t, elements{"password": "9182736450"})
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": 9182736450}).ok(keys{"ust": encrypted})
	})
	t.Run("Unicode", func(t *testing.T) {
		n := h.newUser(t, elements{"username": unique("zoë.日本.🙂"), "password": "pässwört ist “日本” 🙂"})
		h.call(t, "POST", "/user/login", elements{"username": h.see(t, n.id).text("username"), "password": "pässwört ist “日本” 🙂"}).
			ok(keys{"ust": encrypted})
	})
	t.Run("not approved", func(t *testing.T) {
		n := h.newUser(t, elements{"auto_approve": false})
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": n.password}).refused("E005001")
		h.call(t, "POST", "/user/approve", elements{"ust": h.admin.ust, "user_id": n.id}).ok(nil)
		h.login(t, &n)
	})
	t.Run("sign-up not final", func(t *testing.T) {
		n := h.newUser(t, elements{"sign_up_status": "before_confirmation"})
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": n.password}).refused("E005003")
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": "wrong"}).refused("E005001")
	})
	t.Run("locked", func(t *testing.T) {
		n := h.newUser(t, elements{"is_locked": true})
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": n.password}).refused("E005002")
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": "wrong"}).refused("E005001")
	})
	t.Run("locked comes before sign-up", func(t *testing.T) {
		n := h.newUser(t, elements{"is_locked": true, "sign_up_status": "before_confirmation"})
		h.call(t, "POST", "/user/login", elements{"username": n.name, "password": n.password}).refused("E005002")
	})
	t.Run("must change the password", func(t *testing.T) {
		n := h.newUser(t, elements{"password_must_change": true})
		in := elements{"username": n.name, "password": n.password}
		h.call(t, "POST", "/user/login", in).refused("E003007")
		h.call(t, "POST", "/user/login", in.with(elements{"new_password": ""})).refused("E003007")
		h.call(t, "POST", "/user/login", in.with(elements{"new_password": "short"})).refused("E003002")
		h.call(t, "POST", "/user/login", in.with(elements{"new_password": "Other-Secret-Of-Mine"})).ok(keys{"ust": encrypted})
		h.call(t, "POST", "/user/login", in).refused("E005001")
		h.call(t, "POST", "/user/login", in.with(elements{"password": "Other-Secret-Of-Mine"})).ok(keys{"ust": encrypted})
		h.see(t, n.id).has(keys{"password_must_change": false})
	})
	t.Run("each session is another", func(t *testing.T) {
		one, two := u, u
		h.login(t, &one)
		h.login(t, &two)
		if one.ust == two.ust {
			t.Error("two logins, one UST")
		}
		h.call(t, "POST", "/user/logout", elements{"ust": one.ust}).ok(nil)
		h.call(t, "GET", "/user", elements{"ust": two.ust}).ok(ownerKeys)
	})
}

func testLoginWithTOTP(t *testing.T, h *host) {
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	u := h.newUser(t, elements{"is_totp_enabled": true, "totp_key": secret, "totp_label": "phone"})
	right := elements{"username": u.name, "password": u.password}
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no code":                       {nil, "E005008"},
		"null code":                     {elements{"totp_code": nil}, "E005008"},
		"empty code":                    {elements{"totp_code": ""}, "E005008"},
		"no code, wrong password":       {elements{"password": "wrong"}, "E005001"},
		"right code, wrong password":    {elements{"password": "wrong", "totp_code": totp(t, secret, 0)}, "E005001"},
		"wrong code":                    {elements{"totp_code": totp(t, adminKey, 0)}, "E005001"},
		"no number":                     {elements{"totp_code": "abcdef"}, "E005001"},
		"too short":                     {elements{"totp_code": totp(t, secret, 0)[:5]}, "E005001"},
		"too long":                      {elements{"totp_code": totp(t, secret, 0) + "0"}, "E005001"},
		"of a while ago":                {elements{"totp_code": totp(t, secret, -20)}, "E005001"},
		"of later":                      {elements{"totp_code": totp(t, secret, 20)}, "E005001"},
		"the key":                       {elements{"totp_code": secret}, "E005001"},
		"digits of another script":      {elements{"totp_code": "١٢٣٤٥٦"}, "E005001"},
		"no code, and unknown elements": {elements{"code": totp(t, secret, 0)}, "E005008"},
	} {
		t.Run(name, func(t *testing.T) { h.call(t, "POST", "/user/login", right.with(c.change)).want(c.want) })
	}
	for _, way := range []int{0, -1, 1} {
		// A period may end on the way there, which leaves the ones next to it.
		a := h.call(t, "POST", "/user/login", right.with(elements{"totp_code": totp(t, secret, way)}))
		if a.code != http.StatusOK {
			a = h.call(t, "POST", "/user/login", right.with(elements{"totp_code": totp(t, secret, way)}))
		}
		a.ok(keys{"ust": encrypted})
	}
	t.Run("again, as single use is off", func(t *testing.T) {
		code := totp(t, secret, 0)
		h.call(t, "POST", "/user/login", right.with(elements{"totp_code": code})).ok(keys{"ust": encrypted})
		h.call(t, "POST", "/user/login", right.with(elements{"totp_code": code})).ok(keys{"ust": encrypted})
	})
	t.Run("a number", func(t *testing.T) {
		for way := range 3 {
			if code := totp(t, secret, way-1); code[0] != '0' {
				h.send(t, request{method: "POST", path: base + "/user/login", body: []byte(
					`{"current_app":"CRM","username":"` + u.name + `","password":"` + u.password + `","totp_code":` + code + `}`)}).ok(keys{"ust": encrypted})
				return
			}
		}
	})
	t.Run("wrong code of a locked user", func(t *testing.T) {
		n := h.newUser(t, elements{"is_totp_enabled": true, "totp_key": secret, "is_locked": true})
		in := elements{"username": n.name, "password": n.password}
		h.call(t, "POST", "/user/login", in.with(elements{"totp_code": "x"})).refused("E005001")
		h.call(t, "POST", "/user/login", in).refused("E005008")
		h.call(t, "POST", "/user/login", in.with(elements{"totp_code": totp(t, secret, 0)})).refused("E005002")
	})
	t.Run("turned off again", func(t *testing.T) {
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id, "is_totp_enabled": false}).ok(nil)
		h.call(t, "POST", "/user/login", right).ok(keys{"ust": encrypted})
	})
}

func testLogout(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	for _, ust := range []any{"garbage", "", nil, 123, "zust123", h.admin.ust[:50]} {
		h.call(t, "POST", "/user/logout", elements{"ust": ust}).ok(nil)
	}
	h.call(t, "POST", "/user/logout", elements{"ust": u.ust}).ok(nil)
	h.call(t, "POST", "/user/logout", elements{"ust": u.ust}).ok(nil)
	h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
	h.call(t, "PATCH", "/user/session", elements{"ust": u.ust}).refused("E007001")
}
