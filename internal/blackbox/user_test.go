package blackbox

import (
	"maps"
	"strings"
	"testing"
)

const unknownID = "zusr4q51jwtsdh9s298315h4at6t1n"

func testGetUser(t *testing.T, h *host) {
	names := elements{"display_name": "Zoë “日本” 🙂 \\ / \" <b>&amp;</b>", "first_name": "Zoë", "middle_name": "M.", "last_name": "Ω"}
	u := h.newSession(t, names.with(elements{"totp_label": "Zoë's phone"}))
	own := ownerKeys.with(keys{
		"user_id": u.id, "username": u.name, "email": u.email, "display_name": names["display_name"], "first_name": "Zoë",
		"middle_name": "M.", "last_name": "Ω", "is_totp_enabled": false, "totp_label": "Zoë's phone",
	})
	for name, id := range map[string]any{"absent": absent, "null": nil, "empty": ""} {
		t.Run("own, user_id "+name, func(t *testing.T) {
			h.call(t, "GET", "/user", elements{"ust": u.ust, "user_id": id}).ok(own)
			h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": id}).ok(superUserKeys.with(keys{
				"user_id": h.admin.id, "username": h.admin.name, "is_super_user": true, "is_totp_enabled": true,
				"approval_status": "approved", "is_approval_needed": false, "totp_label": "phone", "email": h.admin.email,
			}))
		})
	}
	t.Run("by a super-user", func(t *testing.T) {
		h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": u.id}).ok(superUserKeys.with(own).with(keys{
			"is_active": true, "is_internal": false, "is_super_user": false, "is_locked": false, "locked_time": nil, "locked_by": nil,
			"approval_status": "approved", "is_approval_needed": false, "approval_status_mod_by": h.admin.id,
			"password_is_set": true, "password_must_change": false, "sign_up_status": "final",
		}))
	})
	t.Run("unknown", func(t *testing.T) {
		for _, id := range []any{unknownID, "x", 123, u.name, strings.ToUpper(u.id), u.id + " ", strings.Repeat("x", 10_000)} {
			h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": id}).refused("E005001")
		}
	})
	t.Run("own ID, by a regular user", func(t *testing.T) {
		h.call(t, "GET", "/user", elements{"ust": u.ust, "user_id": u.id}).refused("E005001")
	})
}

func testCreateUser(t *testing.T, h *host) {
	create := func(t *testing.T, in elements) *answer {
		t.Helper()
		return h.call(t, "POST", "/user", elements{"ust": h.admin.ust}.with(in))
	}
	t.Run("all elements", func(t *testing.T) {
		name := unique("jane")
		id := create(t, elements{
			"username": name, "password": "Janes-Secret-Of-Mine", "password_must_change": true, "display_name": " Jane D. ", "first_name": "\tJane",
			"middle_name": "M ", "last_name": " Doe\n", "email": name + "@example.com", "is_locked": "no", "sign_up_status": "final",
			"is_totp_enabled": true, "totp_key": "JBSWY3DPEHPK3PXP", "totp_label": "phone", "is_rate_limit_active": false,
			"rate_limit_def": "127.0.0.1=100/m", "auto_approve": "true",
		}).ok(superUserKeys.with(keys{
			"user_id": userID, "username": name, "email": name + "@example.com", "display_name": "Jane D.", "first_name": "Jane", "middle_name": "M",
			"last_name": "Doe", "is_totp_enabled": true, "totp_label": "phone", "is_locked": false, "password_must_change": true,
			"approval_status": "approved", "is_approval_needed": false, "is_super_user": false, "sign_up_status": "final",
		})).text("user_id")
		h.see(t, id).has(keys{"username": name, "display_name": "Jane D.", "totp_label": "phone", "approval_status_mod_by": h.admin.id})
	})
	t.Run("a name alone", func(t *testing.T) {
		name := unique("jane")
		id := create(t, elements{"username": name}).ok(superUserKeys.with(keys{
			"username": name, "email": nil, "display_name": orNull(text), "first_name": nil, "middle_name": nil, "last_name": nil,
			"is_totp_enabled": false, "totp_label": orNull(text), "is_locked": false, "password_must_change": false, "password_is_set": true,
			"approval_status": "before_decision", "is_approval_needed": true, "sign_up_status": "final", "is_active": true, "is_internal": false,
		})).text("user_id")
		h.see(t, id).has(keys{"display_name": orNull(kind{"empty", func(v any) bool { return v == "" }})})
	})
	t.Run("display name of the others", func(t *testing.T) {
		create(t, elements{"username": unique("jane"), "first_name": " Jane ", "middle_name": nil, "last_name": "Doe "}).ok(superUserKeys.with(keys{
			"display_name": "Jane Doe", "first_name": "Jane", "last_name": "Doe", "middle_name": nil}))
		create(t, elements{"username": unique("jane"), "display_name": "", "first_name": "Jane", "last_name": "Doe"}).status(200)
	})
	t.Run("no password, null, empty", func(t *testing.T) {
		for _, password := range []any{absent, nil, ""} {
			name := unique("jane")
			create(t, elements{"username": name, "password": password, "auto_approve": true}).ok(superUserKeys.with(keys{"password_is_set": true}))
			h.call(t, "POST", "/user/login", elements{"username": name, "password": ""}).refused("E005001")
		}
	})
	t.Run("numbers as texts", func(t *testing.T) {
		create(t, elements{"username": unique("5"), "display_name": 12, "first_name": 1.5, "last_name": -3, "email": 7, "password": 9182736450}).
			ok(superUserKeys.with(keys{"display_name": "12", "first_name": "1.5", "last_name": "-3", "email": "7"}))
	})
	t.Run("booleans", func(t *testing.T) {
		for _, value := range []any{true, "true", "yes", "1"} {
			create(t, elements{"username": unique("jane"), "is_locked": value, "auto_approve": value, "password_must_change": value}).
				ok(superUserKeys.with(keys{"is_locked": true, "approval_status": "approved", "password_must_change": true}))
		}
		for _, value := range []any{false, "false", "no", "0"} {
			create(t, elements{"username": unique("jane"), "is_locked": value, "auto_approve": value, "password_must_change": value}).
				ok(superUserKeys.with(keys{"is_locked": false, "approval_status": "before_decision", "password_must_change": false}))
		}
		for _, name := range []string{"is_locked", "auto_approve", "password_must_change", "is_totp_enabled", "is_rate_limit_active"} {
			for _, value := range []any{"maybe", "2", "", "y", []any{}, map[string]any{}, " true"} {
				create(t, elements{"username": unique("never"), name: value}).refused("E008002")
			}
		}
	})
	taken := h.newUser(t, nil)
	for name, c := range map[string]struct {
		in   elements
		want string
	}{
		"no username":                  {elements{"username": absent}, "E001001"},
		"null username":                {elements{"username": nil}, "E001001"},
		"empty username":               {elements{"username": ""}, "E001001"},
		"username that exists":         {elements{"username": taken.name}, "E001002"},
		"username too long":            {elements{"username": strings.Repeat("é", 129)}, "E001003"},
		"username with a space":        {elements{"username": "jane doe"}, "E001004"},
		"username with a tab":          {elements{"username": "jane\t"}, "E001004"},
		"username with an em space":    {elements{"username": "jane\u2003doe"}, "E001004"},
		"password too short":           {elements{"password": "Shrt-1"}, "E003002"},
		"password too long":            {elements{"password": strings.Repeat("ab-", 86)}, "E003003"},
		"password to reject":           {elements{"password": "my-PassWord-of-mine"}, "E003001"},
		"e-mail too long":              {elements{"email": strings.Repeat("é", 129)}, "E002003"},
		"e-mail with a space":          {elements{"email": "a b@example.com"}, "E002004"},
		"display name too long":        {elements{"display_name": strings.Repeat("é", 192)}, "E008002"},
		"first name too long":          {elements{"first_name": strings.Repeat("é", 192)}, "E008002"},
		"first name with NUL":          {elements{"first_name": "a\x00b"}, "E008002"},
		"username with NUL":            {elements{"username": "a\x00b"}, ""},
		"sign-up status that is none":  {elements{"sign_up_status": "x"}, "E008002"},
		"TOTP key that is none":        {elements{"totp_key": "1"}, "E008002"},
		"TOTP key that is too short":   {elements{"totp_key": "JBSWY3DPEHPK3PX"}, "E008002"},
		"a list for a name":            {elements{"display_name": []any{"x"}}, "E008002"},
		"an object for an e-mail":      {elements{"email": map[string]any{}}, "E008002"},
		"a boolean for a name":         {elements{"display_name": true}, "E008002"},
		"rate limit that is none":      {elements{"is_rate_limit_active": true, "rate_limit_def": []any{1}}, "E008002"},
		"a list for a username":        {elements{"username": []any{"x"}}, ""},
		"an object for a password":     {elements{"password": map[string]any{"x": 1}}, ""},
		"username exists in no app":    {elements{"username": taken.name, "current_app": "x"}, "E004001"},
		"username exists, no session":  {elements{"username": taken.name, "ust": "x"}, "E007001"},
		"username exists, as a number": {elements{"username": taken.name, "password": 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := create(t, elements{"username": unique("never")}.with(c.in))
			if c.want == "" { // any refusal
				a.turnedDown()
				return
			}
			a.want(c.want)
		})
	}
	t.Run("the longest", func(t *testing.T) {
		create(t, elements{"username": unique(strings.Repeat("é", 120)), "email": strings.Repeat("é", 128), "password": strings.Repeat("ab-C", 64),
			"display_name": strings.Repeat("ß", 191), "first_name": strings.Repeat("日", 191)}).ok(superUserKeys.with(keys{
			"email": strings.Repeat("é", 128), "display_name": strings.Repeat("ß", 191), "first_name": strings.Repeat("日", 191)}))
	})
	t.Run("unknown elements", func(t *testing.T) {
		create(t, elements{"username": unique("jane"), "is_super_user": true, "is_internal": true, "approval_status": "approved", "user_id": "x", "shoe_size": 43}).
			ok(superUserKeys.with(keys{"is_super_user": false, "is_internal": false, "approval_status": "before_decision", "user_id": userID}))
	})
	t.Run("refused ones were not created", func(t *testing.T) {
		h.call(t, "GET", "/user/search", elements{"ust": h.admin.ust, "username": "jane doe"}).ok(pageKeys.with(keys{"total": 0}))
	})
}

// updates are what PATCH user does with values, for whoever may send them.
var updates = []struct {
	key  string
	sent any
	want any    // in the answer of GET
	code string // instead, if it is refused
}{
	{"email", "new@example.com", "new@example.com", ""},
	{"email", nil, nil, ""},
	{"email", "", "", ""},
	{"email", strings.Repeat("é", 128), strings.Repeat("é", 128), ""},
	{"email", strings.Repeat("é", 129), nil, "E002003"},
	{"email", "a b@example.com", nil, "E002004"},
	{"email", "a@example.com\n", nil, "E002004"},
	{"email", 7, "7", ""},
	{"email", []any{"a@example.com"}, nil, "E008002"},
	{"email", map[string]any{}, nil, "E008002"},
	{"email", true, nil, "E008002"},
	{"email", "a\x00b", nil, "E008002"},
	{"display_name", "New “Name” 🙂", "New “Name” 🙂", ""},
	{"display_name", nil, nil, ""},
	{"display_name", "", "", ""},
	{"display_name", strings.Repeat("ß", 191), strings.Repeat("ß", 191), ""},
	{"display_name", strings.Repeat("ß", 192), nil, "E008002"},
	{"display_name", 12.5, "12.5", ""},
	{"display_name", false, nil, "E008002"},
	{"display_name", []any{}, nil, "E008002"},
	{"display_name", map[string]any{"x": 1}, nil, "E008002"},
	{"display_name", "a\x00b", nil, "E008002"},
	{"first_name", "Jane", "Jane", ""},
	{"first_name", nil, nil, ""},
	{"first_name", strings.Repeat("x", 192), nil, "E008002"},
	{"middle_name", "M.", "M.", ""},
	{"middle_name", nil, nil, ""},
	{"middle_name", []any{}, nil, "E008002"},
	{"last_name", "Doe", "Doe", ""},
	{"last_name", 0, "0", ""},
	{"last_name", nil, nil, ""},
	{"last_name", strings.Repeat("x", 192), nil, "E008002"},
	{"totp_label", "my phone", "my phone", ""},
	{"totp_label", "", "", ""},
	{"totp_label", nil, nil, ""},
	{"totp_label", []any{}, nil, "E008002"},
	{"is_totp_enabled", "yes", true, ""},
	{"is_totp_enabled", "0", false, ""},
	{"is_totp_enabled", true, true, ""},
	{"is_totp_enabled", false, false, ""},
	{"is_totp_enabled", nil, nil, "E008002"},
	{"is_totp_enabled", "", nil, "E008002"},
	{"is_totp_enabled", "maybe", nil, "E008002"},
	{"is_totp_enabled", 2, nil, "E008002"},
	{"is_totp_enabled", []any{true}, nil, "E008002"},
	{"totp_key", "1", nil, "E008002"},
	{"totp_key", "JBSWY3DPEHPK3PX", nil, "E008002"},
	{"totp_key", []any{}, nil, "E008002"},
	{"username", "", nil, "E001001"},
	{"username", nil, nil, "E008002"},
	{"username", adminName, nil, "E001002"},
	{"username", strings.Repeat("é", 129), nil, "E001003"},
	{"username", "a b", nil, "E001004"},
	{"username", []any{}, nil, "E008002"},
}

// superUpdates are what only a super-user may send.
var superUpdates = []struct {
	key  string
	sent any
	want any
	code string
}{
	{"is_locked", "true", true, ""},
	{"is_locked", "false", false, ""},
	{"is_locked", true, true, ""},
	{"is_locked", false, false, ""},
	{"is_locked", nil, nil, "E008002"},
	{"is_locked", "x", nil, "E008002"},
	{"password_expiry", "2345-12-27T11:22:33", "2345-12-27T11:22:33", ""},
	{"password_expiry", nil, nil, "E008002"},
	{"password_expiry", "", nil, "E008002"},
	{"password_expiry", "soon", nil, "E008002"},
	{"password_expiry", 12, nil, "E008002"},
	{"password_expiry", true, nil, "E008002"},
	{"password_must_change", "1", true, ""},
	{"password_must_change", "no", false, ""},
	{"password_must_change", true, true, ""},
	{"password_must_change", false, false, ""},
	{"password_must_change", nil, nil, "E008002"},
	{"password_must_change", []any{}, nil, "E008002"},
	{"sign_up_status", "before_confirmation", "before_confirmation", ""},
	{"sign_up_status", "final", "final", ""},
	{"sign_up_status", "FINAL", nil, "E008002"},
	{"sign_up_status", "", nil, "E008002"},
	{"sign_up_status", nil, nil, "E008002"},
	{"approval_status", "before_decision", "before_decision", ""},
	{"approval_status", "rejected", "rejected", ""},
	{"approval_status", "approved", "approved", ""},
	{"approval_status", "final", nil, "E008002"},
	{"approval_status", nil, nil, "E008002"},
}

func testUpdateOwnUser(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	patch := func(t *testing.T, in elements) *answer {
		t.Helper()
		return h.call(t, "PATCH", "/user", elements{"ust": u.ust}.with(in))
	}
	get := func(t *testing.T) *answer { return h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys) }
	for _, c := range updates {
		before := get(t)
		a := patch(t, elements{c.key: c.sent})
		a.want(c.code)
		want := keys{}
		maps.Copy(want, before.json)
		if c.code == "" {
			want[c.key] = c.want
		}
		delete(want, "cid")
		get(t).ok(want)
	}
	t.Run("several, some of them absent", func(t *testing.T) {
		patch(t, elements{"display_name": "D", "first_name": "F", "middle_name": "M", "last_name": "L", "email": "e@example.com", "totp_label": "T"}).ok(nil)
		patch(t, elements{"first_name": nil, "middle_name": ""}).ok(nil)
		get(t).has(keys{"display_name": "D", "first_name": nil, "middle_name": "", "last_name": "L", "email": "e@example.com", "totp_label": "T"})
	})
	t.Run("all or nothing", func(t *testing.T) {
		patch(t, elements{"display_name": "X", "email": "a b"}).refused("E002004")
		patch(t, elements{"display_name": "X", "is_locked": false}).refused("E008002")
		patch(t, elements{"display_name": "X", "first_name": strings.Repeat("x", 192)}).refused("E008002")
		get(t).has(keys{"display_name": "D"})
	})
	t.Run("what only super-users may send", func(t *testing.T) {
		for _, c := range superUpdates {
			patch(t, elements{c.key: c.sent}).refused("E008002")
			patch(t, elements{c.key: c.sent, "display_name": "X"}).refused("E008002")
		}
		get(t).has(keys{"display_name": "D"})
	})
	t.Run("nothing", func(t *testing.T) {
		patch(t, nil).refused("E008003")
		patch(t, elements{"shoe_size": 43, "is_super_user": true, "password": "x", "Email": "x"}).refused("E008003")
		patch(t, elements{"user_id": nil}).refused("E008003")
	})
	t.Run("unknown elements beside known ones", func(t *testing.T) {
		patch(t, elements{"shoe_size": 43, "is_super_user": true, "display_name": "known"}).ok(nil)
		get(t).has(keys{"display_name": "known"})
		h.see(t, u.id).has(keys{"is_super_user": false})
	})
	t.Run("user_id null, empty, own", func(t *testing.T) {
		patch(t, elements{"user_id": nil, "display_name": "null"}).ok(nil)
		get(t).has(keys{"display_name": "null"})
		patch(t, elements{"user_id": "", "display_name": "empty"}).ok(nil)
		get(t).has(keys{"display_name": "empty"})
		patch(t, elements{"user_id": u.id, "display_name": "own"}).refused("E005001")
		get(t).has(keys{"display_name": "empty"})
	})
	t.Run("username", func(t *testing.T) {
		patch(t, elements{"username": u.name}).ok(nil)
		name := unique("other")
		patch(t, elements{"username": name}).ok(nil)
		h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005001")
		u.name = name
		h.login(t, &u)
		patch(t, elements{"username": unique("admin")}).ok(nil) // the reject list is for sign-up
	})
	t.Run("TOTP", func(t *testing.T) {
		const secret = "JBSWY3DPEHPK3PXP"
		patch(t, elements{"is_totp_enabled": false, "totp_key": nil}).ok(nil)
		patch(t, elements{"is_totp_enabled": true}).refused("E008002")
		patch(t, elements{"is_totp_enabled": true, "totp_key": nil}).refused("E008002")
		patch(t, elements{"totp_key": secret, "is_totp_enabled": true}).ok(nil)
		patch(t, elements{"totp_key": nil}).refused("E008002")
		name := get(t).text("username")
		h.call(t, "POST", "/user/login", elements{"username": name, "password": u.password}).refused("E005008")
		h.call(t, "POST", "/user/login", elements{"username": name, "password": u.password, "totp_code": totp(t, secret, 0)}).ok(keys{"ust": encrypted})
		patch(t, elements{"totp_key": nil, "is_totp_enabled": false}).ok(nil)
		h.call(t, "POST", "/user/login", elements{"username": name, "password": u.password}).ok(keys{"ust": encrypted})
	})
}

func testUpdateAnotherUser(t *testing.T, h *host) {
	u := h.newUser(t, nil)
	patch := func(t *testing.T, in elements) *answer {
		t.Helper()
		return h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id}.with(in))
	}
	for _, c := range append(updates[:len(updates):len(updates)], superUpdates...) {
		before := h.see(t, u.id)
		patch(t, elements{c.key: c.sent}).want(c.code)
		after := h.see(t, u.id)
		for name, value := range before.json {
			follows := map[string]bool{"cid": true, "locked_time": c.key == "is_locked", "locked_by": c.key == "is_locked",
				"approval_status_mod_time": c.key == "approval_status", "is_approval_needed": c.key == "approval_status"}
			switch {
			case name == c.key && c.code == "":
				after.has(keys{name: c.want})
			case !follows[name] || c.code != "" && name != "cid":
				after.has(keys{name: value})
			}
		}
	}
	t.Run("lock", func(t *testing.T) {
		n := h.newSession(t, nil)
		h.see(t, n.id).has(keys{"locked_time": nil, "locked_by": nil})
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": n.id, "is_locked": true}).ok(nil)
		h.see(t, n.id).has(keys{"is_locked": true, "locked_time": date, "locked_by": h.admin.id})
		h.call(t, "GET", "/user", elements{"ust": n.ust}).refused("E007001")
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": n.id, "is_locked": false}).ok(nil)
		h.see(t, n.id).has(keys{"is_locked": false, "locked_time": date, "locked_by": h.admin.id})
		h.call(t, "GET", "/user", elements{"ust": n.ust}).refused("E007001") // sessions are not revived
		h.login(t, &n)
	})
	t.Run("approval", func(t *testing.T) {
		n := h.newUser(t, elements{"auto_approve": false})
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": n.id, "approval_status": "approved"}).ok(nil)
		h.see(t, n.id).has(keys{"approval_status": "approved", "is_approval_needed": false, "approval_status_mod_by": h.admin.id})
		h.login(t, &n)
		h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": n.id, "approval_status": "rejected"}).ok(nil)
		h.see(t, n.id).has(keys{"approval_status": "rejected", "is_approval_needed": true})
		h.call(t, "GET", "/user", elements{"ust": n.ust}).refused("E007001")
	})
	t.Run("oneself, who cannot lock himself", func(t *testing.T) {
		for _, id := range []any{h.admin.id, absent} {
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": id, "is_locked": true}).refused("E008001")
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": id, "middle_name": "A.", "sign_up_status": "final"}).ok(nil)
		}
		h.see(t, h.admin.id).has(keys{"middle_name": "A.", "is_locked": false})
	})
	t.Run("unknown", func(t *testing.T) {
		for _, id := range []any{unknownID, "x", 5, strings.Repeat("x", 1000)} {
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": id, "middle_name": "A."}).refused("E001100")
		}
	})
	t.Run("nothing", func(t *testing.T) {
		patch(t, nil).refused("E008003")
		patch(t, elements{"shoe_size": 43}).refused("E008003")
	})
}

// testOrderOfChecks: app, session, rights, emptiness, keys, values.
func testOrderOfChecks(t *testing.T, h *host) {
	u, other := h.newSession(t, nil), h.newUser(t, nil)
	for name, c := range map[string]struct {
		in   elements
		want string
	}{
		"required elements before all":          {elements{"current_app": "x", "email": "a b"}, "400"},
		"app before session":                    {elements{"current_app": "x", "ust": "x", "email": "a b"}, "E004001"},
		"session before rights":                 {elements{"ust": "x", "user_id": other.id, "is_locked": true}, "E007001"},
		"session before emptiness":              {elements{"ust": "x"}, "E007001"},
		"rights before emptiness":               {elements{"ust": u.ust, "user_id": other.id}, "E008002"},
		"rights to oneself before emptiness":    {elements{"ust": u.ust, "user_id": u.id}, "E005001"},
		"rights to oneself before values":       {elements{"ust": u.ust, "user_id": u.id, "email": "a b"}, "E005001"},
		"rights before values":                  {elements{"ust": u.ust, "user_id": other.id, "email": "a b"}, "E008002"},
		"keys before values":                    {elements{"ust": u.ust, "is_locked": true, "email": "a b"}, "E008002"},
		"emptiness before an unknown user's":    {elements{"ust": h.admin.ust, "user_id": other.id}, "E008003"},
		"values":                                {elements{"ust": h.admin.ust, "user_id": other.id, "email": "a b"}, "E002004"},
		"values of a super-user's own":          {elements{"ust": h.admin.ust, "username": "", "is_locked": false}, "E001001"},
		"unknown elements are no keys":          {elements{"ust": u.ust, "x": "y", "email": "a b"}, "E002004"},
		"a session of another application":      {elements{"ust": u.ust, "current_app": "Other", "email": "a@example.com"}, "E004001"},
		"a locked name of one who may not":      {elements{"ust": u.ust, "is_locked": "maybe"}, "E008002"},
		"an unknown ID, by one who may not":     {elements{"ust": u.ust, "user_id": unknownID, "email": "a@example.com"}, "E008002"},
		"an unknown ID, of a garbage session":   {elements{"ust": "x", "user_id": unknownID, "email": "a@example.com"}, "E007001"},
		"an unknown ID, in an unknown app":      {elements{"ust": "x", "user_id": unknownID, "current_app": "x"}, "E004001"},
		"no current_app, though all is wrong":   {elements{"ust": "x", "user_id": unknownID, "current_app": absent}, "400"},
		"null is no missing element":            {elements{"ust": nil, "email": "a b"}, "E007001"},
		"null app is no missing element":        {elements{"ust": nil, "current_app": nil}, "E004001"},
		"an empty session is no missing one":    {elements{"ust": ""}, "E007001"},
		"an empty app is no missing one":        {elements{"ust": "", "current_app": ""}, "E004001"},
		"a number for a session is a text":      {elements{"ust": 12}, "E007001"},
		"a number for an application is a text": {elements{"ust": 12, "current_app": 12}, "E004001"},
	} {
		t.Run(name, func(t *testing.T) { h.call(t, "PATCH", "/user", c.in).want(c.want) })
	}
}

func testDates(t *testing.T, h *host) {
	u := h.newUser(t, nil)
	for sent, want := range map[string]string{
		"2345-12-27T11:22:33":              "2345-12-27T11:22:33",
		"2345-12-27T11:22:33.123456":       "2345-12-27T11:22:33.123456",
		"2345-12-27T11:22:33.100000":       "2345-12-27T11:22:33.100000",
		"2345-12-27T11:22:33.000001":       "2345-12-27T11:22:33.000001",
		"2345-12-27T11:22:33.000000":       "2345-12-27T11:22:33",
		"2345-12-27":                       "2345-12-27T00:00:00",
		"2345-12-27T00:00:00":              "2345-12-27T00:00:00",
		"2345-12-27T11:22:33Z":             "2345-12-27T11:22:33",
		"2345-12-27T11:22:33+00:00":        "2345-12-27T11:22:33",
		"2345-12-27T11:22:33+02:00":        "2345-12-27T09:22:33",
		"2345-12-27T23:22:33.5-05:30":      "2345-12-28T04:52:33.500000",
		"2345-12-27T23:22:33.123456-05:00": "2345-12-28T04:22:33.123456",
		"2344-02-29T00:00:00":              "2344-02-29T00:00:00",
	} {
		t.Run(sent, func(t *testing.T) {
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id, "password_expiry": sent}).ok(nil)
			h.see(t, u.id).has(keys{"password_expiry": want})
		})
	}
	for _, sent := range []string{"2345-13-01", "2345-02-30", "2345-12-27T25:00:00", "27.12.2345", "12/27/2345", "tomorrow", "1700000000",
		"2345-12-27T11:22:33+25:00", "2345-12-27T11:22:33.123456789012345678901234567890x", "0000-01-01", "12345-01-01", "-2345-12-27", "2345-12-27T11:22:33 Europe/Berlin"} {
		t.Run(sent, func(t *testing.T) {
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id, "password_expiry": sent}).refused("E008002")
		})
	}
}

func testDeleteUser(t *testing.T, h *host) {
	remove := func(t *testing.T, in elements) *answer {
		t.Helper()
		return h.call(t, "DELETE", "/user", elements{"ust": h.admin.ust}.with(in))
	}
	for name, id := range map[string]any{"absent": absent, "null": nil, "empty": ""} {
		t.Run("user_id "+name, func(t *testing.T) { remove(t, elements{"user_id": id}).refused("E008002") })
	}
	for name, id := range map[string]any{"unknown": unknownID, "garbage": "x", "a number": 12, "oneself": h.admin.id} {
		t.Run(name, func(t *testing.T) { remove(t, elements{"user_id": id}).refused("E008001") })
	}
	t.Run("a user", func(t *testing.T) {
		u := h.newSession(t, nil)
		h.call(t, "POST", "/user/attr", elements{"ust": u.ust, "name": "n", "value": "v"}).ok(nil)
		h.call(t, "POST", "/user/linked", elements{"ust": h.admin.ust, "user_id": u.id, "auth_type": "basic_auth", "auth_username": "pubapi", "is_active": true}).ok(nil)
		remove(t, elements{"user_id": u.id}).ok(nil)
		h.call(t, "GET", "/user", elements{"ust": u.ust}).refused("E007001")
		h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": u.id}).refused("E005001")
		h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E005001")
		remove(t, elements{"user_id": u.id}).refused("E008001")
		h.call(t, "POST", "/user", elements{"ust": h.admin.ust, "username": u.name}).ok(superUserKeys) // the name is free again
	})
}
