package rest_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

const headerOverride = "X-HTTP-Method-Override"

// TestOverride sends every GET as a POST with the header: it answers the same, and
// the audit has the same of it.
func TestOverride(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) { cfg.Login.Throttle.Enabled = false }
	each(t, change, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		id := s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		for _, ust := range []string{admin, jane} {
			s.want(200, ok, http.MethodPost, "/user/attr", map[string]any{"ust": ust, "name": "theme", "value": "dark", "encrypt": true})
			s.want(200, ok, http.MethodPost, "/session/attr", map[string]any{"current_ust": ust, "target_ust": ust, "name": "theme", "value": 1})
		}
		operations := map[string]string{"/user": sso.OpGetUserByID, "/user/search": sso.OpSearch, "/user/session": sso.OpGetSession,
			"/user/session/list": sso.OpListSessions, "/user/linked": sso.OpGetLinkedAuthList, "/audit": sso.OpListAudit, "/audit/export": sso.OpExportAudit}
		seen := 0
		for _, d := range rest.Definitions() {
			path := strings.TrimPrefix(d.Path, "/zato/sso")
			if d.Method != http.MethodGet && path != "/user/search" {
				continue
			}
			seen++
			op := operations[path]
			if op == "" {
				op = sso.OpGetAttribute
			}
			for _, by := range []string{admin, jane, "gAAAAAB"} {
				elements := map[string]any{}
				for _, name := range d.Names() {
					switch name {
					case "ust", "current_ust":
						elements[name] = by
					case "target_ust":
						elements[name] = jane
					case "user_id":
						elements[name] = id
					case "name":
						elements[name] = "theme"
					case "op":
						elements[name] = sso.OpLogin // which this test calls no more
					}
				}
				if path == "/user/session/list" {
					delete(elements, "ust")
				}
				before := len(s.Audit(op))
				wanted := s.answer(http.MethodGet, path, elements)
				got := s.answer(http.MethodPost, path, elements, headerOverride, "GET")
				if got != wanted {
					t.Errorf("%s: POST is answered with\n%s\nand GET with\n%s", path, got, wanted)
				}
				entries := s.Audit(op)
				if len(entries) != before+2 {
					t.Fatalf("%s leaves %d entries of %s", path, len(entries)-before, op)
				}
				first, second := entries[before], entries[before+1]
				if first.CID == second.CID {
					t.Errorf("%s: one cid twice", path)
				}
				if alike := func(e store.AuditEntry) store.AuditEntry { e.ID, e.CID, e.Time = 0, "", first.Time; return e }; alike(first) != alike(second) {
					t.Errorf("%s: the audit has\n%+v of GET, and of POST\n%+v", path, first, second)
				}
			}
		}
		if seen < 13 {
			t.Errorf("only %d operations were sent", seen)
		}
		// The same path without the header, and with another value, is what it was.
		s.want(403, refused("E001001"), http.MethodPost, "/user", map[string]any{"ust": admin})
		if status := s.plain(http.MethodPost, "/user", map[string]any{"ust": admin, "username": "new"}, headerOverride, "PUT"); status != 400 {
			t.Errorf("PUT: %d", status)
		}
		if status := s.plain(http.MethodDelete, "/user", map[string]any{"ust": admin, "user_id": id}, headerOverride, "GET"); status != 400 {
			t.Errorf("DELETE as GET: %d", status)
		}
		if status := s.plain(http.MethodPost, "/user", map[string]any{"ust": admin, "user_id": id}, headerOverride, "DELETE"); status != 400 {
			t.Errorf("POST as DELETE: %d", status)
		}
		if status := s.plain(http.MethodPost, "/user/lock", map[string]any{"ust": admin, "user_id": id}, headerOverride, "GET"); status != 405 {
			t.Errorf("a path without GET: %d", status)
		}
		if row := s.Row(id); row.IsLocked || len(s.Audit(sso.OpDeleteUserByID)) != 0 || len(s.Audit(sso.OpLockUser)) != 0 {
			t.Errorf("something was done: %+v", row)
		}
		if user, err := s.Core.UserByUsername(t.Context(), ssotest.Trusted(), "new", false); user != nil {
			t.Errorf("a user was created: %+v %v", user, err)
		}
	})
}

// token is what is encrypted anew each time.
var token = regexp.MustCompile(`gAAAAA[\w=-]+`)

// answer is the status, and all of the answer but for the cid and tokens.
func (s *site) answer(method, path string, elements map[string]any, headers ...string) string {
	s.T.Helper()
	response, text := s.transfer(s.client, method, path, s.body(elements), headers...)
	text = strings.ReplaceAll(response.Status+" "+text, response.Header.Get("X-Zato-CID"), "")
	return token.ReplaceAllString(text, "TOKEN")
}

// plain sends what the document does not have, and returns the status.
func (s *site) plain(method, path string, elements map[string]any, headers ...string) int {
	s.T.Helper()
	response, _ := s.transfer(http.DefaultClient, method, path, s.body(elements), headers...)
	return response.StatusCode
}

// TestOverrideIsDocumented has the document tell of the header where GET takes a
// body.
func TestOverrideIsDocumented(t *testing.T) {
	t.Parallel()
	text := published(t, rest.Options{})
	var document struct {
		Paths map[string]map[string]struct {
			Description string
			Override    map[string]string `json:"x-method-override"`
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for path, item := range document.Paths {
		for method, operation := range item {
			wanted := method == "get" && strings.HasPrefix(path, "/zato/sso/")
			if isThere := operation.Override["header"] == headerOverride && operation.Override["method"] == "POST" && operation.Override["value"] == "GET" &&
				strings.Contains(operation.Description, "POST and the header X-HTTP-Method-Override: GET"); isThere != wanted || !wanted && operation.Override != nil {
				t.Errorf("%s %s: %+v", method, path, operation)
			}
		}
	}
}
