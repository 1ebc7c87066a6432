package blackbox

import (
	"maps"
	"net/http"
	"testing"
)

func (h *host) link(u user) elements {
	return elements{"ust": h.admin.ust, "user_id": u.id, "auth_type": "basic_auth", "auth_username": "pubapi", "is_active": true}
}

func testLinked(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	link := h.link(u)
	for name, c := range map[string]struct {
		change elements
		want   string
	}{
		"no user":                           {elements{"user_id": absent}, "E008002"},
		"null user":                         {elements{"user_id": nil}, "E008002"},
		"empty user":                        {elements{"user_id": ""}, "E008002"},
		"unknown user":                      {elements{"user_id": unknownID}, "E008002"},
		"unknown type":                      {elements{"auth_type": "ldap"}, "400"},
		"the type as it is in the database": {elements{"auth_type": "zato.basic_auth"}, "400"},
		"empty type":                        {elements{"auth_type": ""}, "400"},
		"null type":                         {elements{"auth_type": nil}, "400"},
		"no type":                           {elements{"auth_type": absent}, "400"},
		"a list for a type":                 {elements{"auth_type": []any{}}, "400"},
		"unknown definition":                {elements{"auth_username": "nobody"}, "400"},
		"definition of another type":        {elements{"auth_type": "jwt", "auth_username": "basic"}, "400"},
		"empty definition":                  {elements{"auth_username": ""}, "400"},
		"no definition":                     {elements{"auth_username": absent}, "400"},
		"is_active that is none":            {elements{"is_active": "maybe"}, "E008002"},
	} {
		t.Run(name, func(t *testing.T) {
			h.call(t, "POST", "/user/linked", link.with(c.change)).want(c.want)
			if c.change["is_active"] == nil {
				h.call(t, "DELETE", "/user/linked", link.with(c.change)).want(c.want)
			}
		})
	}
	t.Run("made, seen, deleted", func(t *testing.T) {
		seen := keys{"result": listOf(linkKeys.with(keys{"is_active": true, "auth_type": "basic_auth", "auth_username": "pubapi"}).values())}
		h.call(t, "DELETE", "/user/linked", link).refused("E008002") // there is none
		h.call(t, "GET", "/user/linked", elements{"ust": u.ust}).ok(keys{"result": []any{}})
		h.call(t, "POST", "/user/linked", link).ok(nil)
		h.call(t, "POST", "/user/linked", link).refused("E008002") // there is one
		for _, id := range []any{absent, nil, ""} {
			a := h.call(t, "GET", "/user/linked", elements{"ust": u.ust, "user_id": id}).ok(seen)
			if len(a.result()) != 1 {
				a.errorf("want one link")
			}
		}
		h.call(t, "GET", "/user/linked", elements{"ust": h.admin.ust, "user_id": u.id}).ok(seen)
		h.call(t, "GET", "/user/linked", elements{"ust": h.admin.ust}).ok(keys{"result": []any{}})
		h.call(t, "DELETE", "/user/linked", link.with(elements{"is_active": absent})).ok(nil)
		h.call(t, "GET", "/user/linked", elements{"ust": u.ust}).ok(keys{"result": []any{}})
		h.call(t, "DELETE", "/user/linked", link).refused("E008002")
	})
	t.Run("not active", func(t *testing.T) {
		h.call(t, "POST", "/user/linked", link.with(elements{"is_active": "no"})).ok(nil)
		h.call(t, "GET", "/user/linked", elements{"ust": u.ust}).ok(keys{"result": listOf(linkKeys.with(keys{"is_active": false}).values())})
		if ust := h.invoke(t, nil); ust != "" {
			t.Error("a link that is not active opens sessions")
		}
		h.call(t, "DELETE", "/user/linked", link).ok(nil)
	})
}

// invoke calls a service by Basic Auth, or with the header Authorization that is
// given, and returns the UST of its answer.
func (h *host) invoke(t *testing.T, header http.Header) string {
	t.Helper()
	sent, err := http.NewRequest("POST", h.url+"/zato/api/invoke/echo.echo", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	sent.SetBasicAuth("pubapi", pubapiPassword)
	for name, values := range header {
		sent.Header[name] = values
	}
	received, err := httpClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	received.Body.Close()
	if received.StatusCode != http.StatusOK {
		t.Fatalf("echo.echo: status %d", received.StatusCode)
	}
	return received.Header.Get("X-Zato-SSO-UST")
}

func testExternalSessions(t *testing.T, h *host) {
	if ust := h.invoke(t, nil); ust != "" {
		t.Error("a session without a link")
	}
	bearer := http.Header{"Authorization": {"Bearer " + h.command(t, "security", "issue-token", "pubapi")}}
	for name, c := range map[string]struct {
		header http.Header
		id     string
	}{
		"basic_auth": {http.Header{}, `^basic_auth\.\d+$`},
		"jwt":        {bearer, `^jwt\.\d+\.[0-9a-f]{64}$`},
	} {
		t.Run(name, func(t *testing.T) {
			u := h.newUser(t, elements{"is_totp_enabled": name == "basic_auth"}) // Basic Auth is not asked for TOTP
			link := h.link(u).with(elements{"auth_type": name})
			with := func(header, value string) http.Header {
				all := maps.Clone(c.header)
				all[header] = []string{value}
				return all
			}
			h.call(t, "POST", "/user/linked", link).ok(nil)
			ust := h.invoke(t, with("User-Agent", "outside"))
			if !encrypted.has(ust) {
				t.Fatalf("X-Zato-SSO-UST %q", ust)
			}
			again := h.invoke(t, with("X-Zato-Sso-Current-App", "CRM"))
			h.call(t, "GET", "/user", elements{"ust": ust}).ok(ownerKeys.with(keys{"user_id": u.id, "username": u.name}))
			h.call(t, "PATCH", "/user", elements{"ust": again, "first_name": "Outside"}).ok(nil)
			rows := h.call(t, "GET", "/user/session/list", elements{"current_ust": h.admin.ust, "target_ust": ust}).
				ok(keys{"result": listOf(sessionRowKeys.with(keys{"auth_type": name, "ext_session_id": kind{c.id, matches(c.id)}, "remote_addr": "127.0.0.1"}).values())}).result()
			if len(rows) != 1 {
				t.Errorf("%d sessions, want one that was renewed", len(rows))
			}
			if ust := h.invoke(t, with("X-Zato-Sso-Current-App", "unknown")); ust != "" {
				t.Error("a session for an unknown application")
			}
			h.call(t, "DELETE", "/user/linked", link).ok(nil)
			h.call(t, "GET", "/user", elements{"ust": ust}).refused("E007001")
			wait(t, "the end of the link", func() bool { return h.invoke(t, c.header) == "" })
		})
	}
}
