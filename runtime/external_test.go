package runtime_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

const headerUST = "X-Zato-SSO-UST"

var linkScripts = map[string]string{
	"who_am_i.go": script("WhoAmI", "", `
	ust := self.Request.HTTP.Headers.Get("X-Zato-SSO-UST")
	if ust == "" {
		self.Response.Payload = service.Dict{"username": nil}
		return nil
	}
	user, err := self.SSO.User.GetCurrentUser(self.CID, ust, "CRM", self.Request.HTTP.RemoteAddr)
	if err != nil {
		return err
	}
	self.Response.Payload = service.Dict{"username": user.Username}
	return nil`),
	"link.go": script("Link", "errors gatehouse/runtime/sso", `
	get := func(name string) string { return self.Request.Get(name, "") }
	ust, id, kind, username := get("ust"), get("user_id"), get("type"), get("username")
	var err error
	switch get("do") {
	case "create":
		err = self.SSO.User.CreateLinkedAuth(self.CID, ust, id, kind, username, true, "CRM", "127.0.0.1")
	case "delete":
		err = self.SSO.User.DeleteLinkedAuth(self.CID, ust, id, kind, username, "CRM", "127.0.0.1")
	case "list":
		var links []sso.LinkedAuth
		links, err = self.SSO.User.GetLinkedAuthList(self.CID, ust, "CRM", "127.0.0.1", id)
		names := []string{}
		for _, link := range links {
			names = append(names, link.AuthType + " " + *link.AuthUsername)
		}
		self.Response.Payload = service.Dict{"links": links, "names": names}
	case "who":
		var user sso.User
		user, err = self.SSO.User.GetUserByLinkedAuth(self.CID, kind, username, ust, "CRM", "127.0.0.1")
		if err == nil {
			color, _ := user.Attr.Get("color")
			self.Response.Payload = service.Dict{"username": user.Username, "color": color}
		}
	}
	if errors.Is(err, sso.ErrNoSuchDefinition) {
		return service.NotFound("no such definition")
	}
	return err`),
}

// as sends a call of a service with credentials and headers.
func (h *host) as(authenticate func(*http.Request), service string, headers ...string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url+"/zato/api/invoke/"+service, strings.NewReader("{}"))
	if err != nil {
		h.t.Fatal(err)
	}
	authenticate(request)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, text: string(text)}
}

func basic(username string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(username, apiPassword) }
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// TestLinkedAuthentication goes the whole way: definitions are linked to users
// by scripts, callers by them have sessions over HTTP, and what ends a link or a
// user ends these.
func TestLinkedAuthentication(t *testing.T) {
	t.Parallel()
	o := options{services: linkScripts, change: func(cfg *runtime.Config) {
		cfg.HTTP.Definitions = []string{runtime.InvokeDefinition, "crm", "partner"}
	}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		for _, service := range h.runtime.Services() {
			if service.LastError != "" {
				t.Fatal(service.LastError)
			}
		}
		if err := h.runtime.Security().Set(t.Context(), "crm", "crm.client", apiPassword); err != nil {
			t.Fatal(err)
		}
		if err := h.runtime.Security().Set(t.Context(), "unlisted", "", apiPassword); err != nil {
			t.Fatal(err)
		}
		if _, err := h.runtime.Security().SetJWT(t.Context(), "partner", security.JWTSettings{}); err != nil {
			t.Fatal(err)
		}
		issue := func() string {
			t.Helper()
			token, err := h.runtime.Security().IssueToken(t.Context(), "partner", time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		_, admin := h.user("admin", func(u *sso.NewUser) { u.IsSuperUser = true })
		janeID, jane := h.user("jane", nil)
		link := func(wantStatus int, elements map[string]any) answer {
			t.Helper()
			got := h.invoke("link.link", elements)
			if got.status != wantStatus {
				t.Errorf("%v: %v, want %d", elements["do"], got, wantStatus)
			}
			return got
		}

		if got := h.as(basic("unlisted"), "who-am-i.who-am-i"); got.status != 401 {
			t.Errorf("a definition that guards nothing: %v", got)
		}
		if got := h.as(bearer(issue()+"x"), "who-am-i.who-am-i"); got.status != 401 {
			t.Errorf("a token that is none: %v", got)
		}
		got := h.as(basic("crm.client"), "who-am-i.who-am-i")
		if got.status != 200 || got.header.Get(headerUST) != "" || got.text != `{"username":null}` {
			t.Errorf("without a link: %v, %q", got, got.header.Get(headerUST))
		}

		link(403, map[string]any{"do": "create", "ust": jane, "user_id": janeID, "type": "basic_auth", "username": "crm.client"})
		link(404, map[string]any{"do": "create", "ust": admin, "user_id": janeID, "type": "basic_auth", "username": "crm"})
		link(200, map[string]any{"do": "create", "ust": admin, "user_id": janeID, "type": "basic_auth", "username": "crm.client"})
		link(403, map[string]any{"do": "create", "ust": admin, "user_id": janeID, "type": "basic_auth", "username": "crm.client"})
		link(200, map[string]any{"do": "create", "ust": admin, "user_id": janeID, "type": "jwt", "username": "partner"})
		listed := link(200, map[string]any{"do": "list", "ust": jane})
		if !strings.Contains(listed.text, `"names":["basic_auth crm.client","jwt partner"]`) || !strings.Contains(listed.text, `"auth_username":"partner"`) {
			t.Errorf("links: %v", listed)
		}
		if got := link(200, map[string]any{"do": "who", "ust": jane, "type": "jwt", "username": "partner"}); got.text != `{"color":null,"username":"jane"}` {
			t.Errorf("by link: %v", got)
		}
		link(403, map[string]any{"do": "who", "ust": jane, "type": "basic_auth", "username": runtime.InvokeDefinition})

		// Many at once have one session, and the services run as its user.
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				got := h.as(basic("crm.client"), "who-am-i.who-am-i")
				if got.status != 200 || got.text != `{"username":"jane"}` || !strings.HasPrefix(got.header.Get(headerUST), "gAAAA") {
					t.Errorf("by Basic Auth: %v, %q", got, got.header.Get(headerUST))
				}
			})
		}
		group.Wait()
		first, second := issue(), issue()
		for _, token := range []string{first, second, first} {
			if got := h.as(bearer(token), "who-am-i.who-am-i"); got.status != 200 || got.text != `{"username":"jane"}` {
				t.Errorf("by a token: %v", got)
			}
		}
		sessions, err := h.sso.SSO().Sessions(t.Context(), ssotest.Call(jane), sso.SessionList{UST: jane})
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, session := range sessions {
			kinds[session.AuthType]++
			if session.AuthType != "default" && !strings.HasPrefix(session.ExternalID, session.AuthType+".100000000") {
				t.Errorf("external ID %q", session.ExternalID)
			}
		}
		if len(kinds) != 3 || kinds["default"] != 1 || kinds["basic_auth"] != 1 || kinds["jwt"] != 2 {
			t.Errorf("sessions: %v", kinds)
		}

		// The application comes from a header. An unknown one has no session, and
		// the service runs all the same.
		got = h.as(basic("crm.client"), "who-am-i.who-am-i", "X-Zato-SSO-Current-App", "CRM")
		if got.header.Get(headerUST) == "" {
			t.Errorf("of a known app: %v", got)
		}
		got = h.as(basic("crm.client"), "who-am-i.who-am-i", "X-Zato-SSO-Current-App", "NOPE")
		if got.status != 200 || got.header.Get(headerUST) != "" || got.text != `{"username":null}` {
			t.Errorf("of an unknown app: %v", got)
		}
		until(t, "the refusal in the audit", func() (found bool) {
			err := h.sso.Store().Audit(t.Context(), store.AuditFilter{CID: got.header.Get("X-Zato-CID")}, func(e store.AuditEntry) error {
				found = found || e.Op == sso.OpExternalSession && e.SubStatus == "E004001" && e.App == "NOPE" && e.Target == janeID
				return nil
			})
			return found && err == nil
		})

		// Locked, the user has no session any more: what is remembered is forgotten
		// within a second.
		ust := h.as(basic("crm.client"), "who-am-i.who-am-i").header.Get(headerUST)
		if err := h.sso.SSO().LockUser(t.Context(), ssotest.Call(admin), janeID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.sso.SSO().CurrentUser(t.Context(), ssotest.Call(ust), false); !sso.HasCode(err, sso.NoSuchSession) {
			t.Errorf("a session after its user was locked: %v", err)
		}
		until(t, "no session for a locked user", func() bool {
			got := h.as(basic("crm.client"), "who-am-i.who-am-i")
			return got.status == 200 && got.header.Get(headerUST) == ""
		})
		if err := h.sso.SSO().UnlockUser(t.Context(), ssotest.Call(admin), janeID); err != nil {
			t.Fatal(err)
		}
		until(t, "a session for a user who is unlocked", func() bool {
			return h.as(basic("crm.client"), "who-am-i.who-am-i").text == `{"username":"jane"}`
		})

		link(403, map[string]any{"do": "delete", "ust": admin, "user_id": janeID, "type": "basic_auth", "username": runtime.InvokeDefinition})
		link(200, map[string]any{"do": "delete", "ust": admin, "user_id": janeID, "type": "basic_auth", "username": "crm.client"})
		if got := h.as(basic("crm.client"), "who-am-i.who-am-i"); got.status != 200 || got.header.Get(headerUST) != "" {
			t.Errorf("after its link was deleted: %v", got)
		}
		until(t, "a session by the link that is left", func() bool {
			return h.as(bearer(first), "who-am-i.who-am-i").text == `{"username":"jane"}`
		})
		if err := h.sso.SSO().DeleteUserByID(t.Context(), ssotest.Call(admin), janeID); err != nil {
			t.Fatal(err)
		}
		until(t, "no session of a user who is gone", func() bool {
			got := h.as(bearer(first), "who-am-i.who-am-i")
			return got.status == 200 && got.header.Get(headerUST) == ""
		})
		for _, secret := range []string{first, second, ust} {
			if strings.Contains(h.log.String(), secret) {
				t.Error("a token is in the log")
			}
		}
	})
}
