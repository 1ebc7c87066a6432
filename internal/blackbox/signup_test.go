package blackbox

import (
	"regexp"
	"strings"
	"testing"
)

func testSignup(t *testing.T, h *host) {
	signup := func(t *testing.T, name string, change elements) *answer {
		t.Helper()
		return h.call(t, "POST", "/user/signup", elements{"username": name, "password": "Sign-Secret-Of-Mine", "email": name + "@example.com",
			"app_list": []string{"CRM"}}.with(change))
	}
	t.Run("to the first login", func(t *testing.T) {
		name := unique("jane")
		confirm := signup(t, name, nil).ok(keys{"confirm_token": token}).text("confirm_token")
		login := elements{"username": name, "password": "Sign-Secret-Of-Mine"}
		h.call(t, "POST", "/user/login", login).refused("E005001")
		found := h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust, "username": name}).ok(pageKeys.with(keys{"total": 1})).result()[0]
		id := found["user_id"].(string)
		h.see(t, id).has(keys{"sign_up_status": "before_confirmation", "approval_status": "before_decision", "is_approval_needed": true,
			"email": name + "@example.com", "is_super_user": false})
		h.call(t, "POST", "/user/approve", elements{"ust": h.admin.ust, "user_id": id}).ok(nil)
		h.call(t, "POST", "/user/login", login).refused("E005003")
		h.call(t, "PATCH", "/user/signup", elements{"confirm_token": confirm}).ok(nil)
		h.see(t, id).has(keys{"sign_up_status": "final", "approval_status": "approved"})
		h.call(t, "POST", "/user/login", login).ok(keys{"ust": encrypted})
		h.call(t, "PATCH", "/user/signup", elements{"confirm_token": confirm}).refused("E005007")
		h.call(t, "POST", "/user/login", login).ok(keys{"ust": encrypted})
	})
	t.Run("confirmed before it is approved", func(t *testing.T) {
		name := unique("jane")
		confirm := signup(t, name, nil).ok(keys{"confirm_token": token}).text("confirm_token")
		h.call(t, "PATCH", "/user/signup", elements{"confirm_token": confirm}).ok(nil)
		h.call(t, "POST", "/user/login", elements{"username": name, "password": "Sign-Secret-Of-Mine"}).refused("E005001")
	})
	t.Run("wrong tokens", func(t *testing.T) {
		for _, confirm := range []any{"wrong", "", nil, 12, strings.Repeat("x", 10_000), "a\x00b"} {
			h.call(t, "PATCH", "/user/signup", elements{"confirm_token": confirm}).refused("E005006")
		}
		a := h.call(t, "PATCH", "/user/signup", nil)
		if a.code != 400 {
			a.refused("E005006")
		}
	})
	taken := h.newUser(t, nil)
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		// signup.inform_if_… are off, so that no code tells about others.
		"no username":                  {elements{"username": absent}, "E005001"},
		"null username":                {elements{"username": nil}, "E005001"},
		"empty username":               {elements{"username": ""}, "E005001"},
		"a username that exists":       {elements{"username": taken.name}, "E005001"},
		"an e-mail that exists":        {elements{"email": taken.email}, "E005001"},
		"a username with a space":      {elements{"username": "jane doe"}, "E005001"},
		"a username too long":          {elements{"username": strings.Repeat("j", 129)}, "E005001"},
		"a username to reject":         {elements{"username": "theADMINistrator"}, "E005001"},
		"no e-mail":                    {elements{"email": absent}, "E005001"},
		"null e-mail":                  {elements{"email": nil}, "E005001"},
		"empty e-mail":                 {elements{"email": ""}, "E005001"},
		"an e-mail with a space":       {elements{"email": "a b@example.com"}, "E005001"},
		"an e-mail too long":           {elements{"email": strings.Repeat("j", 129)}, "E005001"},
		"an e-mail to reject":          {elements{"email": "Root@example.com"}, "E005001"},
		"a password too short":         {elements{"password": "short"}, "E003002"},
		"a password too long":          {elements{"password": strings.Repeat("ab-", 86)}, "E003003"},
		"a password to reject":         {elements{"password": "my-letmein-word"}, "E003001"},
		"no application":               {elements{"current_app": absent}, "E004001"},
		"an unknown application":       {elements{"current_app": "x"}, "E004001"},
		"a list with an unknown one":   {elements{"app_list": []string{"CRM", "x"}}, "E004001"},
		"an unknown one and a wrong e": {elements{"current_app": "x", "email": "a b"}, "E004001"},
	} {
		t.Run(name, func(t *testing.T) { signup(t, unique("never"), c.change).want(c.want) })
	}
	t.Run("no password", func(t *testing.T) {
		for _, password := range []any{absent, nil, ""} {
			signup(t, unique("never"), elements{"password": password}).turnedDown()
		}
	})
	t.Run("no list of applications, or a text", func(t *testing.T) {
		for _, list := range []any{absent, nil, []string{}, "CRM"} {
			signup(t, unique("jane"), elements{"app_list": list}).ok(keys{"confirm_token": token})
		}
		signup(t, unique("never"), elements{"app_list": "CRM,x"}).refused("E004001")
	})
	t.Run("unknown elements", func(t *testing.T) {
		name := unique("jane")
		signup(t, name, elements{"is_super_user": true, "approval_status": "approved", "sign_up_status": "final", "ust": "x", "user_id": "x"}).
			ok(keys{"confirm_token": token})
		h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust, "username": name}).ok(pageKeys).has(keys{"result": listOf(searchKeys.with(keys{
			"is_super_user": false, "approval_status": "before_decision", "sign_up_status": "before_confirmation"}).values())})
	})
	t.Run("other names are as they were", func(t *testing.T) {
		h.see(t, taken.id).has(keys{"username": taken.name, "email": taken.email})
	})
}

var mailed = regexp.MustCompile(`^(\S+) of Gatehouse: ([0-9a-z]+)\s*$`)

// mailedTo asks for a reset of a password and returns the token that is mailed.
func (h *host) mailedTo(t *testing.T, u user) string {
	t.Helper()
	h.call(t, "POST", "/password/reset", elements{"credential": u.name}).ok(nil)
	mail := h.mails.Next()
	found := mailed.FindStringSubmatch(mail.Text)
	if mail.To != u.email || found == nil || found[1] != u.name {
		t.Fatalf("mail to %s: %q", mail.To, mail.Text)
	}
	return found[2]
}

func testPasswordReset(t *testing.T, h *host) {
	t.Run("to the next login", func(t *testing.T) {
		u := h.newSession(t, nil)
		token := h.mailedTo(t, u)
		key := h.call(t, "PATCH", "/password/reset", elements{"token": token}).ok(keys{"reset_key": encrypted}).text("reset_key")
		h.call(t, "PATCH", "/password/reset", elements{"token": token}).refused("E010001") // once
		change := elements{"token": token, "reset_key": key, "password": "Reset-Secret-Of-Mine"}
		for name, wrong := range map[string]elements{
			"no token":    {"token": absent},
			"null token":  {"token": nil},
			"wrong token": {"token": "0123456789abcdefghjkmnpqrs"},
			"no key":      {"reset_key": absent},
			"null key":    {"reset_key": nil},
			"wrong key":   {"reset_key": "x"},
			"a UST":       {"reset_key": u.ust},
		} {
			t.Run(name, func(t *testing.T) { h.call(t, "DELETE", "/password/reset", change.with(wrong)).refused("E010001") })
		}
		h.call(t, "DELETE", "/password/reset", change.with(elements{"password": "short"})).refused("E003002")
		h.call(t, "DELETE", "/password/reset", change.with(elements{"password": "my-letmein-word"})).refused("E003001")
		h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys)
		h.call(t, "DELETE", "/password/reset", change).ok(nil)
		h.call(t, "DELETE", "/password/reset", change).refused("E010001")
		h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001") // sessions have ended
		h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005001")
		u.password = "Reset-Secret-Of-Mine"
		h.login(t, &u)
	})
	t.Run("not accessed first", func(t *testing.T) {
		token := h.mailedTo(t, h.newUser(t, nil))
		h.call(t, "DELETE", "/password/reset", elements{"token": token, "reset_key": "x", "password": "Reset-Secret-Of-Mine"}).refused("E010001")
	})
	t.Run("the answer tells nothing of users", func(t *testing.T) {
		waiting := h.newUser(t, elements{"auto_approve": false})
		for _, credential := range []any{"nobody", h.admin.email, waiting.name, 12, strings.Repeat("x", 10_000), "a\x00b", "Ω"} {
			h.call(t, "POST", "/password/reset", elements{"credential": credential}).ok(nil)
		}
		u := h.newUser(t, nil)
		h.mailedTo(t, u) // which is the next mail: none was sent to the others
	})
	t.Run("wrong tokens", func(t *testing.T) {
		for _, token := range []any{absent, nil, "", "x", 12, strings.Repeat("x", 10_000), "a\x00b"} {
			h.call(t, "PATCH", "/password/reset", elements{"token": token}).refused("E010001")
			h.call(t, "DELETE", "/password/reset", elements{"token": token, "reset_key": "x", "password": "Reset-Secret-Of-Mine"}).refused("E010001")
		}
	})
	t.Run("an expired token", func(t *testing.T) {
		u := h.newUser(t, nil)
		token := h.mailedTo(t, u)
		h.sql(t, "UPDATE zato_sso_password_reset SET expiration_time = $1 WHERE user_id IN ($2, (SELECT user_id FROM zato_sso_user WHERE username = $3))", past, u.id, u.name)
		h.call(t, "PATCH", "/password/reset", elements{"token": token}).refused("E010001")
	})
	t.Run("an expired key", func(t *testing.T) {
		u := h.newUser(t, nil)
		token := h.mailedTo(t, u)
		key := h.call(t, "PATCH", "/password/reset", elements{"token": token}).ok(keys{"reset_key": encrypted}).text("reset_key")
		h.sql(t, "UPDATE zato_sso_password_reset SET reset_key_exp_time = $1 WHERE user_id = $2", past, u.id)
		h.call(t, "DELETE", "/password/reset", elements{"token": token, "reset_key": key, "password": "Reset-Secret-Of-Mine"}).refused("E010001")
	})
}
