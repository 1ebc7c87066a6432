package blackbox

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTelling is about a host that tells its clients all that it can be told to
// tell, and knows several applications.
func TestTelling(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, settings{
			"apps": {"all": []string{"CRM", "Portal", "Desk"}, "login_allowed": []string{"CRM", "Portal"}, "signup_allowed": []string{"Portal"},
				"login_metadata_allowed": []string{"Portal"}},
			"signup":   {"inform_if_user_exists": true, "inform_if_user_invalid": true, "inform_if_email_exists": true, "inform_if_email_invalid": true},
			"password": {"inform_if_expired": true},
		})
		t.Run("sign-up", func(t *testing.T) { testTellingSignup(t, h) })
		t.Run("applications", func(t *testing.T) { testSeveralApplications(t, h) })
		t.Run("expired password", func(t *testing.T) {
			u := h.newUser(t, nil)
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": u.id, "password_expiry": "2020-01-02"}).ok(nil)
			h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).refused("E003004")
			h.call(t, "POST", "/user/login", elements{"username": u.name, "password": "wrong"}).refused("E005001")
		})
	})
}

func testTellingSignup(t *testing.T, h *host) {
	taken := h.newUser(t, nil)
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no username":             {elements{"username": absent}, "E001001"},
		"null username":           {elements{"username": nil}, "E001001"},
		"empty username":          {elements{"username": ""}, "E001001"},
		"a username that exists":  {elements{"username": taken.name}, "E001002"},
		"a username too long":     {elements{"username": strings.Repeat("é", 129)}, "E001003"},
		"a username with a space": {elements{"username": "jane doe"}, "E001004"},
		"a username to reject":    {elements{"username": "theADMINistrator"}, "E001001"},
		"no e-mail":               {elements{"email": absent}, "E002005"},
		"null e-mail":             {elements{"email": nil}, "E002005"},
		"empty e-mail":            {elements{"email": ""}, "E002005"},
		"an e-mail that exists":   {elements{"email": taken.email}, "E002002"},
		"an e-mail too long":      {elements{"email": strings.Repeat("é", 129)}, "E002003"},
		"an e-mail with a space":  {elements{"email": "a b@example.com"}, "E002004"},
		"an e-mail to reject":     {elements{"email": "Root@example.com"}, "E002001"},
		"not for sign-up":         {elements{"current_app": "CRM"}, "E004002"},
		"an unknown application":  {elements{"current_app": "x"}, "E004001"},
		"an unknown one listed":   {elements{"app_list": []string{"Portal", "x"}}, "E004001"},
	} {
		t.Run(name, func(t *testing.T) {
			never := unique("never")
			h.call(t, "POST", "/user/signup", elements{"current_app": "Portal", "username": never, "email": never + "@example.com",
				"password": "Sign-Secret-Of-Mine", "app_list": []string{"Portal"}}.with(c.change)).want(c.want)
		})
	}
	name := unique("jane")
	h.call(t, "POST", "/user/signup", elements{"current_app": "Portal", "username": name, "email": name + "@example.com",
		"password": "Sign-Secret-Of-Mine", "app_list": []string{"Portal", "CRM", "Desk"}}).ok(keys{"confirm_token": token})
}

func testSeveralApplications(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	login := elements{"username": u.name, "password": u.password}
	h.call(t, "POST", "/user/login", login.with(elements{"current_app": "Desk"})).refused("E004001")
	h.call(t, "POST", "/user/login", login.with(elements{"current_app": "Desk", "password": "wrong"})).refused("E005001")
	h.call(t, "GET", "/user", elements{"ust": u.ust, "current_app": "Desk"}).ok(ownerKeys)

	ust := h.call(t, "POST", "/user/login", login.with(elements{"current_app": "Portal", "remote_addr": "10.1.2.3", "user_agent": "the portal's client"})).
		ok(keys{"ust": encrypted}).text("ust")
	h.call(t, "GET", "/user/session", elements{"current_ust": h.admin.ust, "target_ust": ust}).
		ok(sessionKeys.with(keys{"remote_addr": "10.1.2.3", "user_agent": "the portal's client"}))
	ust = h.call(t, "POST", "/user/login", login.with(elements{"current_app": "Portal"})).ok(keys{"ust": encrypted}).text("ust")
	h.call(t, "GET", "/user/session", elements{"current_ust": h.admin.ust, "target_ust": ust}).
		ok(sessionKeys.with(keys{"remote_addr": "127.0.0.1", "user_agent": "black box"}))
}

// TestReserved is about a host that tells as little as it can be told to tell.
func TestReserved(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, settings{
			"apps": {"inform_if_app_invalid": false},
			"login": {"inform_if_locked": false, "inform_if_not_confirmed": false, "inform_if_not_approved": false, "inform_if_totp_missing": false,
				"reject_if_not_listed": true},
			"password":          {"inform_if_about_to_expire": false, "inform_if_must_be_changed": false, "inform_if_invalid": false},
			"password_reset":    {"user_search_by": "email"},
			"signup":            {"is_email_required": false, "is_approval_needed": false},
			"user_address_list": {adminName: []string{"127.0.0.1"}, "listed": []string{"10.0.0.0/8", "127.0.0.0/8"}, "anywhere": []string{"*"}, "elsewhere": []string{"10.0.0.0/8"}, "nowhere": []string{}},
			"compatibility":     {"status_200_on_app_error": true},
		})
		create := func(t *testing.T, name string, more elements) elements {
			t.Helper()
			h.call(t, "POST", "/user", elements{"ust": h.admin.ust, "username": name, "email": name + "@example.com", "password": "User-Secret-Of-Mine"}.with(more)).
				ok(superUserKeys.with(keys{"approval_status": "approved", "is_approval_needed": false}))
			return elements{"username": name, "password": "User-Secret-Of-Mine"}
		}
		t.Run("applications", func(t *testing.T) {
			h.call(t, "POST", "/user/login", elements{"username": adminName, "password": adminPassword, "current_app": "x"}).refused("E005001")
			h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust, "current_app": "x"}).refused("E005001")
			appError := keys{"status": "error", "sub_status": []string{"E004001"}}
			h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "current_app": "x"}).exactly(http.StatusOK, appError)
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "first_name": "x", "current_app": "x"}).exactly(http.StatusOK, appError)
			h.call(t, "GET", "/user", elements{"ust": "x"}).refused("E007001") // which is another one
		})
		t.Run("addresses", func(t *testing.T) {
			for name, isLet := range map[string]bool{"listed": true, "anywhere": true, "elsewhere": false, "nowhere": false, "unlisted": false} {
				login := create(t, name, nil)
				if isLet {
					h.call(t, "POST", "/user/login", login).ok(keys{"ust": encrypted})
				} else {
					h.call(t, "POST", "/user/login", login).refused("E005001")
				}
				h.call(t, "POST", "/user/login", login.with(elements{"password": "wrong"})).refused("E005001")
			}
		})
		id := h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust, "username": "anywhere"}).result()[0]["user_id"]
		login := elements{"username": "anywhere", "password": "User-Secret-Of-Mine"}
		patch := func(t *testing.T, in elements) {
			t.Helper()
			h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "user_id": id}.with(in)).ok(nil)
		}
		for name, c := range map[string]struct{ change, back elements }{
			"locked":           {elements{"is_locked": true}, elements{"is_locked": false}},
			"not confirmed":    {elements{"sign_up_status": "before_confirmation"}, elements{"sign_up_status": "final"}},
			"not approved":     {elements{"approval_status": "rejected"}, elements{"approval_status": "approved"}},
			"must be changed":  {elements{"password_must_change": true}, elements{"password_must_change": false}},
			"TOTP missing":     {elements{"is_totp_enabled": true}, elements{"is_totp_enabled": false}},
			"password expired": {elements{"password_expiry": "2020-01-02"}, elements{"password_expiry": "2345-01-02"}},
		} {
			t.Run(name, func(t *testing.T) {
				patch(t, c.change)
				h.call(t, "POST", "/user/login", login).refused("E005001")
				patch(t, c.back)
				h.call(t, "POST", "/user/login", login).ok(keys{"ust": encrypted})
			})
		}
		t.Run("about to expire", func(t *testing.T) {
			patch(t, elements{"password_expiry": time.Now().UTC().AddDate(0, 0, 10).Format("2006-01-02T15:04:05")})
			h.call(t, "POST", "/user/login", login).refused("E005001") // E003006 for the audit
			patch(t, elements{"password_expiry": "2345-01-02"})
		})
		t.Run("password", func(t *testing.T) {
			ust := h.call(t, "POST", "/user/login", login).ok(keys{"ust": encrypted}).text("ust")
			h.call(t, "PATCH", "/user/password", elements{"ust": ust, "old_password": "User-Secret-Of-Mine", "new_password": "short"}).refused("E003002") // it is his own
		})
		t.Run("sign-up", func(t *testing.T) {
			name := unique("jane")
			h.call(t, "POST", "/user/signup", elements{"username": name, "password": "short", "app_list": []string{"CRM"}}).refused("E005001")
			h.call(t, "POST", "/user/signup", elements{"username": name, "password": "Sign-Secret-Of-Mine", "app_list": []string{"CRM"}}).ok(keys{"confirm_token": token})
			row := h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust, "username": name}).ok(pageKeys.with(keys{"total": 1})).result()[0]
			if row["approval_status"] != "approved" || row["sign_up_status"] != "before_confirmation" || row["email"] != nil {
				t.Error(row)
			}
		})
		t.Run("password reset by e-mail", func(t *testing.T) {
			h.call(t, "POST", "/password/reset", elements{"credential": "anywhere"}).ok(nil)
			h.call(t, "POST", "/password/reset", elements{"credential": "Anywhere@example.com"}).ok(nil)
			h.call(t, "POST", "/password/reset", elements{"credential": "listed@example.com"}).ok(nil)
			mail := h.mails.Next()
			if mail.To == "anywhere@example.com" { // e-mails are alike in upper and lower case, or they are not
				mail = h.mails.Next()
			}
			if found := mailed.FindStringSubmatch(mail.Text); mail.To != "listed@example.com" || found == nil || found[1] != "listed" {
				t.Errorf("mail to %s: %q", mail.To, mail.Text)
			}
		})
	})
}

// TestDefaults is about what the other hosts have switched off: single use of
// TOTP codes, throttling, and hashes that take their time.
func TestDefaults(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, settings{
			"login":       {"totp_single_use": true, "throttle": true},
			"hash_secret": {"algorithm": "argon2id"},
		})
		t.Run("a code works once", func(t *testing.T) {
			u := h.newUser(t, elements{"is_totp_enabled": true, "totp_key": adminKey})
			in := elements{"username": u.name, "password": u.password, "totp_code": totp(t, adminKey, 1)}
			h.call(t, "POST", "/user/login", in).ok(keys{"ust": encrypted})
			h.call(t, "POST", "/user/login", in).refused("E005001")
		})
		t.Run("throttling", func(t *testing.T) {
			u := h.newUser(t, nil)
			in := elements{"username": u.name, "password": "wrong"}
			for i := range 20 { // some may come when a delay is over
				a := h.call(t, "POST", "/user/login", in)
				if a.code == http.StatusTooManyRequests {
					a.exactly(http.StatusTooManyRequests, keys{"status": "error", "sub_status": []string{"E005001"}})
					if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
						a.errorf("Retry-After %q", a.header.Get("Retry-After"))
					}
					h.call(t, "GET", "/user", elements{"ust": h.admin.ust}).ok(superUserKeys)
					return
				}
				a.refused("E005001")
				in["password"] = "wrong" + strconv.Itoa(i)
			}
			t.Error("no delay after twenty wrong passwords")
		})
	})
}
