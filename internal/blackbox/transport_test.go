package blackbox

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// handlers are the verbs that each path has; none means that it takes any.
var handlers = map[string][]string{
	"/user/login":          {},
	"/user/logout":         {},
	"/user/search":         {},
	"/user":                {"GET", "POST", "PATCH", "DELETE"},
	"/user/signup":         {"POST", "PATCH"},
	"/user/approve":        {"POST"},
	"/user/reject":         {"POST"},
	"/user/lock":           {"POST", "DELETE"},
	"/user/password":       {"PATCH"},
	"/user/totp":           {"PATCH"},
	"/user/linked":         {"GET", "POST", "DELETE"},
	"/audit":               {"GET"},
	"/audit/export":        {"GET"},
	"/user/session":        {"GET", "POST", "PATCH"},
	"/user/session/list":   {"GET"},
	"/user/attr":           {"POST", "PATCH", "PUT", "GET", "DELETE"},
	"/user/attr/exists":    {"GET"},
	"/user/attr/names":     {"GET"},
	"/session/attr":        {"POST", "PATCH", "PUT", "GET", "DELETE"},
	"/session/attr/exists": {"GET"},
	"/session/attr/names":  {"GET"},
	"/password/reset":      {"POST", "PATCH", "DELETE"},
}

// common are the verbs that applications use, and "any verb" means.
var common = []string{"GET", "POST", "PATCH", "PUT", "DELETE"}

func testVerbs(t *testing.T, h *host) {
	for path, handled := range handlers {
		if len(handled) == 0 {
			handled = common
		}
		allows := slices.Concat(handled, []string{"OPTIONS"})
		if slices.Contains(handled, "GET") {
			allows = append(allows, "HEAD")
		}
		slices.Sort(allows)
		for _, verb := range append([]string{"TRACE", "LINK", "get", "Post"}, common...) {
			t.Run(verb+" "+path, func(t *testing.T) {
				a := h.send(t, request{method: verb, path: base + path, body: []byte("{}")})
				if slices.Contains(handled, verb) {
					if a.code == http.StatusMethodNotAllowed || a.code == http.StatusNotFound {
						a.errorf("want a handler")
					}
					return
				}
				a.failed(http.StatusMethodNotAllowed).allows(allows)
			})
		}
		t.Run("HEAD "+path, func(t *testing.T) { // which is GET without the body of the answer
			a := h.send(t, request{method: "HEAD", path: base + path, body: []byte("{}")})
			want := http.StatusMethodNotAllowed
			if slices.Contains(handled, "GET") {
				want = h.send(t, request{method: "GET", path: base + path, body: []byte("{}")}).code
			}
			a.status(want)
		})
		t.Run("OPTIONS "+path, func(t *testing.T) { // which is HTTP's own: it does nothing
			a := h.send(t, request{method: "OPTIONS", path: base + path, body: elements{"ust": h.admin.ust}.json(t)})
			a.status(http.StatusNoContent).allows(allows)
		})
	}
	u := h.newUser(t, nil)
	for _, verb := range common {
		t.Run("login, search, logout by "+verb, func(t *testing.T) {
			ust := h.call(t, verb, "/user/login", elements{"username": u.name, "password": u.password}).ok(keys{"ust": encrypted}).text("ust")
			h.call(t, verb, "/user/search", elements{"ust": h.admin.ust, "username": u.name}).ok(pageKeys.with(keys{"total": 1}))
			h.call(t, verb, "/user/logout", elements{"ust": ust}).ok(nil)
			h.call(t, "GET", "/user", elements{"ust": ust}).refused("E007001")
		})
	}
}

// allows checks which verbs a path says that it takes.
func (a *answer) allows(want []string) {
	a.t.Helper()
	got := strings.Split(strings.ReplaceAll(a.header.Get("Allow"), " ", ""), ",")
	slices.Sort(got)
	if !slices.Equal(got, want) {
		a.errorf("Allow %v, want %v", got, want)
	}
}

func testPaths(t *testing.T, h *host) {
	body := elements{"ust": h.admin.ust}.json(t)
	paths := []string{
		"/", "/zato", "/zato/", "/zato/sso", "/zato/sso/", "/zato/sso/nothing", "/zato/sso/users", "/zato/sso/User",
		"/ZATO/sso/user", "/zato/sso/user/nothing", "/zato/sso/user/login/more", "/zato/sso//user", "/zato//sso/user",
		"/zato/sso/password", "/zato/sso/session", "/zato/sso/user/session/lists", "/zato/sso/user/" + h.admin.id,
		"/zato/sso/user%2Flogin", "/zato/sso/%00", "/zato/sso/user;x=1", "/zato/sso/./user", "/zato/sso/x/../user", "/zato/sso/%ff",
		"/zato/sso/" + strings.Repeat("x", 5000),
	}
	for path := range handlers {
		paths = append(paths, base+path+"/")
	}
	for _, path := range paths {
		for _, verb := range []string{"GET", "POST", "DELETE", "HEAD"} {
			t.Run(fmt.Sprintf("%s %.60s", verb, path), func(t *testing.T) {
				h.send(t, request{method: verb, path: path, body: body}).failed(http.StatusNotFound)
			})
		}
	}
}

// testBodies holds all calls that take a body to what JSON is.
func testBodies(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	right := string(elements{"ust": u.ust}.json(t))
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	deepObject := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	bad := map[string]string{
		"empty":             "",
		"white space":       " \r\n\t",
		"text":              "username=jane&password=x",
		"a JSON text":       `"ust"`,
		"a number":          "123",
		"null":              "null",
		"true":              "true",
		"an empty array":    "[]",
		"an array":          "[" + right + "]",
		"cut off":           right[:len(right)-1],
		"more behind":       right + "x",
		"two objects":       right + right,
		"single quotes":     strings.ReplaceAll(right, `"`, `'`),
		"trailing comma":    right[:len(right)-1] + ",}",
		"NaN":               right[:len(right)-1] + `,"x":NaN}`,
		"comment":           "/* */" + right,
		"XML":               "<user/>",
		"invalid UTF-8":     right[:len(right)-1] + ",\"x\":\"\xff\"}",
		"invalid UTF-8 key": right[:len(right)-1] + ",\"\xc3\":1}",
		"UTF-16":            "\xff\xfe{\x00}\x00",
		"NUL":               right + "\x00",
		"control character": right[:len(right)-1] + ",\"x\":\"\x01\"}",
		"deep array":        deep,
		"deep in an object": `{"x":` + deep + "}",
		"deep objects":      deepObject,
	}
	for path, handled := range handlers {
		if len(handled) == 0 {
			handled = []string{"POST"}
		}
		for _, verb := range handled {
			for name, body := range bad {
				if path == "/user/attr" && len(body) > 50_000 && verb != "POST" {
					continue // one call with large bodies is enough
				}
				if len(body) > 50_000 && path != "/user" && path != "/user/attr" {
					continue
				}
				t.Run(verb+" "+path+" "+name, func(t *testing.T) {
					a := h.send(t, request{method: verb, path: base + path, body: []byte(body)})
					isReset := path == "/user/signup" || path == "/password/reset"
					if isEmpty := strings.TrimSpace(body) == ""; isEmpty && isReset {
						if a.code != http.StatusBadRequest {
							a.refused("E004001")
						}
						return
					}
					a.bad()
				})
			}
		}
	}

	good := map[string]string{
		"unknown elements":  right[:len(right)-1] + `,"x":1,"y":{"z":[null,true]},"":"","user":{"ust":"x"},"cid":"mine","status":"x"}`,
		"white space":       "\r\n\t " + right + " \n",
		"escaped names":     strings.Replace(right, `"ust"`, `"\u0075st"`, 1),
		"nested, not deep":  right[:len(right)-1] + `,"x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + "}",
		"large, not huge":   right[:len(right)-1] + `,"x":"` + strings.Repeat("x", 900_000) + `"}`,
		"large numbers":     right[:len(right)-1] + `,"x":1e400,"y":123456789012345678901234567890}`,
		"names in capitals": right[:len(right)-1] + `,"UST":"x","Current_App":"x"}`,
	}
	for name, body := range good {
		t.Run("good: "+name, func(t *testing.T) {
			for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "application/xml", "garbage", "multipart/form-data", ""} {
				h.send(t, request{method: "GET", path: base + "/user", body: []byte(body), header: http.Header{"Content-Type": {kind}}}).
					ok(ownerKeys)
			}
		})
	}
	t.Run("case of element names", func(t *testing.T) {
		h.send(t, request{method: "GET", path: base + "/user", body: []byte(strings.Replace(right, `"ust"`, `"UST"`, 1))}).bad()
	})
	t.Run("huge", func(t *testing.T) {
		huge := append(bytes.Repeat([]byte(" "), 1<<20), right...)
		for _, r := range []request{
			{method: "POST", path: "/user"}, {method: "POST", path: "/user/login"}, {method: "PATCH", path: "/user"},
			{method: "PUT", path: "/session/attr"}, {method: "POST", path: "/password/reset"}, {method: "DELETE", path: "/user"},
		} {
			h.send(t, request{method: r.method, path: base + r.path, body: huge}).failed(http.StatusRequestEntityTooLarge)
		}
	})
}

func testQuery(t *testing.T, h *host) {
	u, other := h.newSession(t, nil), h.newSession(t, nil)
	t.Run("instead of a body", func(t *testing.T) {
		h.query(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys).has(keys{"username": u.name})
	})
	t.Run("wins over the body", func(t *testing.T) {
		h.send(t, request{method: "GET", path: base + "/user", body: elements{"ust": other.ust}.json(t), query: url.Values{"ust": {u.ust}}}).
			ok(ownerKeys).has(keys{"username": u.name})
		h.send(t, request{method: "GET", path: base + "/user", body: elements{"ust": u.ust}.json(t), query: url.Values{"ust": {"x"}}}).
			refused("E007001")
	})
	t.Run("each element by itself", func(t *testing.T) {
		h.send(t, request{method: "GET", path: base + "/user", body: elements{"ust": u.ust, "current_app": absent}.json(t),
			query: url.Values{"current_app": {"CRM"}}}).ok(ownerKeys).has(keys{"username": u.name})
	})
	t.Run("for GET alone", func(t *testing.T) {
		for _, verb := range []string{"PATCH", "DELETE", "POST"} {
			h.query(t, verb, "/user", elements{"ust": h.admin.ust, "user_id": other.id, "display_name": "x"}).bad()
		}
		h.query(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).bad()
		h.send(t, request{method: "PATCH", path: base + "/user", body: elements{"ust": u.ust, "first_name": "body"}.json(t),
			query: url.Values{"first_name": {"query"}, "last_name": {"query"}}}).ok(nil)
		h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys.with(keys{"first_name": "body", "last_name": nil}))
	})
	t.Run("all calls by GET", func(t *testing.T) {
		ust := h.query(t, "GET", "/user/login", elements{"username": u.name, "password": u.password}).ok(keys{"ust": encrypted}).text("ust")
		h.query(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": u.id}).ok(superUserKeys)
		h.query(t, "GET", "/user/search", elements{"ust": h.admin.ust, "username": u.name, "paginate": "yes", "page_size": 1}).
			ok(pageKeys.with(keys{"total": 1, "page_size": 1}))
		h.query(t, "GET", "/user/search", elements{"ust": h.admin.ust, "display_name": "nobody at all", "is_name_exact": "0"}).
			ok(pageKeys.with(keys{"total": 0}))
		h.query(t, "GET", "/user/linked", elements{"ust": u.ust}).ok(keys{"result": []any{}})
		h.query(t, "GET", "/user/session", elements{"current_ust": h.admin.ust, "target_ust": ust}).ok(sessionKeys)
		h.query(t, "GET", "/user/session/list", elements{"ust": ust}).ok(keys{"result": listOf(sessionRowKeys.values())})
		h.call(t, "PUT", "/user/attr", elements{"ust": ust, "name": "a b&c=d", "value": "v"}).ok(nil)
		h.query(t, "GET", "/user/attr", elements{"ust": ust, "name": "a b&c=d", "decrypt": "no"}).ok(attributeKeys.with(keys{"value": "v"}))
		h.query(t, "GET", "/user/attr/exists", elements{"ust": ust, "name": "a b&c=d"}).ok(keys{"result": true})
		h.query(t, "GET", "/user/attr/names", elements{"ust": ust}).ok(keys{"result": []string{"a b&c=d"}})
		h.send(t, request{method: "GET", path: base + "/user/attr/exists", query: url.Values{"ust": {ust}, "current_app": {"CRM"}, "data": {"x", "a b&c=d"}}}).
			ok(keys{"result": map[string]any{"x": false, "a b&c=d": true}})
		h.query(t, "GET", "/session/attr/names", elements{"current_ust": ust, "target_ust": ust}).ok(keys{"result": []string{}})
		h.query(t, "GET", "/user/logout", elements{"ust": ust}).ok(nil)
		h.query(t, "GET", "/user", elements{"ust": ust}).refused("E007001")
	})
	t.Run("malformed", func(t *testing.T) {
		for _, query := range []string{"ust=%ff&current_app=CRM", "ust=%zz&current_app=CRM", "%ff=1", "ust=a;b&current_app=CRM", "ust=%00&current_app=CRM"} {
			a := h.send(t, request{method: "GET", path: base + "/user?" + query})
			if a.code != http.StatusBadRequest && a.code != http.StatusForbidden {
				a.errorf("want 400 or 403")
			}
		}
	})
}

func testHeaders(t *testing.T, h *host) {
	u := h.newUser(t, nil)
	details := func(t *testing.T, header http.Header) *answer {
		t.Helper()
		ust := h.send(t, request{method: "POST", path: base + "/user/login", header: header,
			body: elements{"username": u.name, "password": u.password}.json(t)}).ok(keys{"ust": encrypted}).text("ust")
		return h.call(t, "GET", "/user/session", elements{"current_ust": h.admin.ust, "target_ust": ust}).ok(sessionKeys)
	}
	t.Run("X-Forwarded-For is not believed", func(t *testing.T) {
		details(t, http.Header{"X-Forwarded-For": {"10.1.2.3, 10.1.2.4"}, "X-Real-Ip": {"10.1.2.5"}, "Forwarded": {"for=10.1.2.6"}}).
			has(keys{"remote_addr": "127.0.0.1"})
	})
	t.Run("User-Agent", func(t *testing.T) {
		details(t, http.Header{"User-Agent": {"Mozilla/5.0 (X11)"}}).has(keys{"user_agent": "Mozilla/5.0 (X11)"})
	})
	t.Run("no User-Agent", func(t *testing.T) {
		details(t, http.Header{"User-Agent": {""}}).has(keys{"user_agent": ""})
	})
	t.Run("User-Agent that is no UTF-8", func(t *testing.T) {
		details(t, http.Header{"User-Agent": {"caf\xe9"}}).has(keys{"user_agent": text})
	})
	t.Run("long User-Agent", func(t *testing.T) {
		details(t, http.Header{"User-Agent": {strings.Repeat("u", 20_000)}})
	})
	t.Run("every request has another cid, which no client chooses", func(t *testing.T) {
		one := h.send(t, request{method: "GET", path: base + "/user", header: http.Header{"X-Zato-Cid": {"mine"}}}).header.Get("X-Zato-CID")
		two := h.send(t, request{method: "GET", path: base + "/user", header: http.Header{"X-Zato-Cid": {"mine"}}}).header.Get("X-Zato-CID")
		if one == two || one == "mine" {
			t.Errorf("%q, then %q", one, two)
		}
	})
	t.Run("Accept", func(t *testing.T) {
		h.send(t, request{method: "POST", path: base + "/user/logout", header: http.Header{"Accept": {"text/html"}}, body: elements{"ust": "x"}.json(t)}).ok(nil)
	})
	t.Run("credentials that are not asked for", func(t *testing.T) {
		h.send(t, request{method: "POST", path: base + "/user/logout", header: http.Header{"Authorization": {"Basic eDp5"}}, body: elements{"ust": "x"}.json(t)}).ok(nil)
	})
}
