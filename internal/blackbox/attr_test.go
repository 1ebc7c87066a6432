package blackbox

import (
	"encoding/json"
	"strings"
	"testing"
)

// attributes are those of a user or of a session, and who asks.
type attributes struct {
	h    *host
	path string
	in   elements
}

func (a attributes) call(t *testing.T, verb, below string, in elements) *answer {
	t.Helper()
	return a.h.call(t, verb, a.path+below, a.in.with(in))
}

func testUserAttributes(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	testAttributes(t, attributes{h, "/user/attr", elements{"ust": u.ust}})
	t.Run("by a super-user", func(t *testing.T) {
		u := h.newSession(t, nil)
		testAttributes(t, attributes{h, "/user/attr", elements{"ust": h.admin.ust, "user_id": u.id}})
	})
}

func testSessionAttributes(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	testAttributes(t, attributes{h, "/session/attr", elements{"current_ust": u.ust, "target_ust": u.ust}})
	t.Run("by a super-user", func(t *testing.T) {
		u := h.newSession(t, nil)
		testAttributes(t, attributes{h, "/session/attr", elements{"current_ust": h.admin.ust, "target_ust": u.ust}})
	})
}

func testAttributes(t *testing.T, a attributes) {
	get := func(t *testing.T, name string) *answer {
		t.Helper()
		return a.call(t, "GET", "", elements{"name": name})
	}
	a.call(t, "POST", "", elements{"name": "soon", "value": 1, "expiration": 1}).ok(nil)
	t.Run("create, get, update, set, delete", func(t *testing.T) {
		get(t, "a").ok(notFound)
		a.call(t, "POST", "", elements{"name": "a", "value": "1"}).ok(nil)
		get(t, "a").ok(attributeKeys.with(keys{"name": "a", "value": "1", "is_encrypted": false}))
		a.call(t, "POST", "", elements{"name": "a", "value": "2"}).refused("E009001")
		a.call(t, "PATCH", "", elements{"name": "a", "value": "3"}).ok(nil)
		get(t, "a").ok(attributeKeys.with(keys{"name": "a", "value": "3", "last_modified": date}))
		a.call(t, "PUT", "", elements{"name": "a", "value": "4"}).ok(nil)
		a.call(t, "PUT", "", elements{"name": "new", "value": "5"}).ok(nil)
		get(t, "a").has(keys{"value": "4"})
		get(t, "new").has(keys{"value": "5"})
		a.call(t, "DELETE", "", elements{"name": "new"}).ok(nil)
		a.call(t, "DELETE", "", elements{"name": "new"}).ok(nil)
		a.call(t, "PATCH", "", elements{"name": "new", "value": "6"}).refused("E009002")
		get(t, "new").ok(notFound)
	})
	t.Run("values of all types", func(t *testing.T) {
		for _, value := range []any{"", "text", "Zoë 日本 🙂 \" \\ \x01", 0, 1, -1.5, 12345678901234567, json.Number("1e400"), json.Number("-12345678901234567890123"), true, false, nil, []any{}, []any{1, "x", nil, []any{false}},
			map[string]any{}, map[string]any{"x": map[string]any{"y": []any{1}}, "": nil}, "null", "[1]", strings.Repeat("x", 50_000)} {
			for _, encrypt := range []bool{false, true} {
				a.call(t, "PUT", "", elements{"name": "v", "value": value, "encrypt": encrypt}).ok(nil)
				get(t, "v").ok(attributeKeys.with(keys{"name": "v", "value": value, "is_encrypted": encrypt}))
			}
		}
	})
	t.Run("encrypted", func(t *testing.T) {
		a.call(t, "POST", "", elements{"name": "e", "value": "secret", "encrypt": "yes"}).ok(nil)
		get(t, "e").ok(attributeKeys.with(keys{"value": "secret", "is_encrypted": true}))
		a.call(t, "GET", "", elements{"name": "e", "decrypt": true}).ok(attributeKeys.with(keys{"value": "secret", "is_encrypted": true}))
		a.call(t, "GET", "", elements{"name": "e", "decrypt": "false"}).ok(attributeKeys.with(keys{"value": encrypted, "is_encrypted": true}))
		a.call(t, "GET", "", elements{"name": "e", "decrypt": "maybe"}).refused("E008002")
		a.call(t, "POST", "", elements{"name": "x", "value": "x", "encrypt": "maybe"}).refused("E008002")
		a.call(t, "PUT", "", elements{"name": "e", "value": "open", "encrypt": false}).ok(nil)
		a.call(t, "GET", "", elements{"name": "e", "decrypt": false}).ok(attributeKeys.with(keys{"value": "open", "is_encrypted": false}))
	})
	t.Run("expiration", func(t *testing.T) {
		for _, never := range []any{absent, nil, 0} {
			a.call(t, "PUT", "", elements{"name": "never", "value": 1, "expiration": never}).ok(nil)
			get(t, "never").ok(attributeKeys.with(keys{"expiration_time": orNull(kind{"never", func(v any) bool { return v == "9999-12-31T00:00:00" }})}))
		}
		a.call(t, "PUT", "", elements{"name": "later", "value": 1, "expiration": 1000}).ok(nil)
		until := get(t, "later").ok(attributeKeys.with(keys{"expiration_time": date})).text("expiration_time")
		a.call(t, "PATCH", "", elements{"name": "later", "value": 2}).ok(nil)
		get(t, "later").has(keys{"value": 2, "expiration_time": until}) // what is absent stays
		a.call(t, "PATCH", "", elements{"name": "later", "expiration": "2000"}).ok(nil)
		if longer := get(t, "later").has(keys{"value": 2}).text("expiration_time"); longer <= until {
			t.Errorf("%s is not later than %s", longer, until)
		}
		for _, wrong := range []any{"x", -1, []any{}, 1e30, true} {
			a.call(t, "POST", "", elements{"name": "wrong", "value": 1, "expiration": wrong}).refused("E008002")
		}
		wait(t, "an attribute to expire", func() bool { return get(t, "soon").json["found"] == false })
		get(t, "soon").ok(notFound)
		a.call(t, "GET", "/exists", elements{"name": "soon"}).ok(keys{"result": false})
		a.call(t, "PATCH", "", elements{"name": "soon", "value": 2}).refused("E009002")
		a.call(t, "POST", "", elements{"name": "soon", "value": 3}).ok(nil)
		get(t, "soon").has(keys{"value": 3})
	})
	t.Run("exists, names", func(t *testing.T) {
		a.call(t, "GET", "/exists", elements{"name": "a"}).ok(keys{"result": true})
		a.call(t, "GET", "/exists", elements{"name": "none"}).ok(keys{"result": false})
		a.call(t, "GET", "/exists", elements{"data": []string{"a", "none"}}).ok(keys{"result": map[string]any{"a": true, "none": false}})
		found := a.call(t, "GET", "/names", nil).ok(keys{"result": listOf(text)}).json["result"].([]any)
		for _, name := range []string{"a", "e", "later", "never", "soon", "v"} {
			if !contains(found, name) {
				t.Errorf("%s is not among %v", name, found)
			}
		}
		if contains(found, "new") || contains(found, "wrong") {
			t.Errorf("%v has too many", found)
		}
	})
	t.Run("several", func(t *testing.T) {
		a.call(t, "POST", "", elements{"data": []any{
			map[string]any{"name": "m1", "value": 1}, map[string]any{"name": "m2", "value": "two", "encrypt": true, "expiration": 1000},
		}}).ok(nil)
		a.call(t, "GET", "", elements{"data": []string{"m1", "m2", "none"}}).ok(keys{"result": keys{
			"m1":   attributeKeys.with(keys{"name": "m1", "value": 1, "is_encrypted": false}).values(),
			"m2":   attributeKeys.with(keys{"name": "m2", "value": "two", "is_encrypted": true, "expiration_time": date}).values(),
			"none": kind{"null", func(v any) bool { return v == nil }},
		}.values()})
		a.call(t, "POST", "", elements{"data": []any{map[string]any{"name": "m3", "value": 3}, map[string]any{"name": "m1", "value": 9}}}).refused("E009001")
		get(t, "m3").ok(notFound) // all or nothing
		a.call(t, "PATCH", "", elements{"data": []any{map[string]any{"name": "m1", "value": 10}, map[string]any{"name": "m3", "value": 3}}}).refused("E009002")
		get(t, "m1").has(keys{"value": 1})
		a.call(t, "PUT", "", elements{"data": []any{map[string]any{"name": "m1", "value": 10}, map[string]any{"name": "m3", "value": []any{3}}}}).ok(nil)
		a.call(t, "PATCH", "", elements{"data": []any{map[string]any{"name": "m1", "value": nil}}}).ok(nil)
		get(t, "m1").ok(attributeKeys.with(keys{"value": nil}))
		get(t, "m3").ok(attributeKeys.with(keys{"value": []any{3}}))
		a.call(t, "DELETE", "", elements{"data": []string{"m1", "m2", "m3", "none"}}).ok(nil)
		a.call(t, "GET", "/exists", elements{"data": []string{"m1", "m2", "m3"}}).ok(keys{"result": map[string]any{"m1": false, "m2": false, "m3": false}})
	})
	t.Run("wrong", func(t *testing.T) {
		for name, in := range map[string]elements{
			"no name":            {"value": 1},
			"null name":          {"name": nil, "value": 1},
			"empty name":         {"name": "", "value": 1},
			"name too long":      {"name": strings.Repeat("n", 200), "value": 1},
			"name with NUL":      {"name": "a\x00b", "value": 1},
			"a list for a name":  {"name": []any{"x"}, "value": 1},
			"a text for data":    {"data": "x"},
			"an object for data": {"data": map[string]any{"name": "x", "value": 1}},
			"texts in data":      {"data": []any{1}},
			"no name in data":    {"data": []any{map[string]any{"value": 1}}},
			"wrong flag in data": {"data": []any{map[string]any{"name": "x", "value": 1, "encrypt": "maybe"}}},
		} {
			for _, verb := range []string{"POST", "PUT", "PATCH"} {
				t.Run(verb+" "+name, func(t *testing.T) {
					a.call(t, verb, "", in).turnedDown()
				})
			}
		}
		for name, in := range map[string]elements{
			"no name": {}, "null name": {"name": nil}, "empty name": {"name": ""}, "an object for data": {"data": map[string]any{}}, "objects in data": {"data": []any{map[string]any{}}},
		} {
			for _, call := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"GET", "/exists"}} {
				t.Run(call[0]+call[1]+" "+name, func(t *testing.T) {
					a.call(t, call[0], call[1], in).turnedDown()
				})
			}
		}
	})
	t.Run("a number for a name", func(t *testing.T) {
		a.call(t, "PUT", "", elements{"name": 5, "value": 1}).ok(nil)
		get(t, "5").ok(attributeKeys.with(keys{"name": "5"}))
	})
}

func contains(all []any, one any) bool {
	for _, value := range all {
		if value == one {
			return true
		}
	}
	return false
}

// testRightsToAttributes: everybody has his own, a super-user has all.
func testRightsToAttributes(t *testing.T, h *host) {
	u, other := h.newSession(t, nil), h.newSession(t, nil)
	h.call(t, "POST", "/user/attr", elements{"ust": u.ust, "user_id": "", "name": "n", "value": "mine"}).ok(nil)
	h.call(t, "POST", "/session/attr", elements{"current_ust": u.ust, "target_ust": u.ust, "name": "n", "value": "session's"}).ok(nil)
	h.call(t, "GET", "/user/attr", elements{"ust": u.ust, "user_id": u.id, "name": "n"}).ok(attributeKeys.with(keys{"value": "mine"}))
	h.call(t, "GET", "/user/attr", elements{"ust": u.ust, "user_id": nil, "name": "n"}).ok(attributeKeys.with(keys{"value": "mine"}))
	h.call(t, "GET", "/session/attr", elements{"current_ust": u.ust, "target_ust": u.ust, "name": "n"}).ok(attributeKeys.with(keys{"value": "session's"}))
	h.call(t, "GET", "/user/attr", elements{"ust": other.ust, "name": "n"}).ok(notFound)
	h.call(t, "GET", "/session/attr", elements{"current_ust": other.ust, "target_ust": u.ust, "name": "n"}).refused("E005001")
	h.call(t, "GET", "/session/attr", elements{"current_ust": h.admin.ust, "target_ust": u.ust, "name": "n"}).ok(attributeKeys.with(keys{"value": "session's"}))
	h.call(t, "GET", "/user/attr", elements{"ust": h.admin.ust, "user_id": u.id, "name": "n"}).ok(attributeKeys.with(keys{"value": "mine"}))

	// Another session of the user has the user's attributes, not the session's.
	second := u
	h.login(t, &second)
	h.call(t, "GET", "/user/attr", elements{"ust": second.ust, "name": "n"}).ok(attributeKeys.with(keys{"value": "mine"}))
	h.call(t, "GET", "/session/attr", elements{"current_ust": second.ust, "target_ust": second.ust, "name": "n"}).ok(notFound)

	h.call(t, "GET", "/user/attr", elements{"ust": u.ust, "name": "n", "user_id": "x"}).refused("E005001")
	h.call(t, "GET", "/session/attr", elements{"current_ust": u.ust, "target_ust": "x", "name": "n"}).refused("E005001")
}
