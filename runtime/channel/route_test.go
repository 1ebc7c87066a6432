package channel_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
)

func TestRoutesOfOthers(t *testing.T) {
	tell := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			channel.WriteJSON(w, 200, text+r.PathValue("name"))
		})
	}
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{
			{Method: "GET", Pattern: "/zato/sso/user", Handler: tell("get <b>")},
			{Method: "PATCH", Pattern: "/zato/sso/user", Handler: tell("patch")},
			{Method: "DELETE", Pattern: "/files/{name}", Handler: tell("delete ")},
			{Method: "OPTIONS", Pattern: "/own", Handler: tell("own")},
			{Pattern: "/any", Handler: tell("any")},
		}
	})
	for _, test := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/zato/sso/user", 200, `"get <b>"`},
		{"HEAD", "/zato/sso/user", 200, ``},
		{"PATCH", "/zato/sso/user", 200, `"patch"`},
		{"DELETE", "/zato/sso/user", 405, `GET, HEAD, OPTIONS, PATCH`},
		{"DELETE", "/files/a.txt", 200, `"delete a.txt"`},
		{"GET", "/files/a.txt", 405, `DELETE, OPTIONS`},
		{"OPTIONS", "/own", 200, `"own"`},
		{"PUT", "/any", 200, `"any"`},
		{"GET", "/zato/sso", 404, `No such path`},
		{"GET", "/zato/sso/user/", 404, `No such path`},
	} {
		got := h.send(t, test.method, test.path, "", "")
		if got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s %s: %d %s", test.method, test.path, got.status, got.body)
		}
	}
}

func TestDecodeObject(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{{Pattern: "/echo", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			object, err := channel.DecodeObject(r)
			if err != nil {
				channel.WriteError(w, r, err)
				return
			}
			channel.WriteJSON(w, 200, object)
		})}}
	})
	for name, test := range map[string]struct {
		method, query, body string
		status              int
		want                string
	}{
		"body":            {"POST", "", `{"a":null,"b":[1,true]}`, 200, `{"a":null,"b":[1,true]}`},
		"numbers":         {"POST", "", `{"a":12345678901234567890.10}`, 200, `{"a":12345678901234567890.10}`},
		"NUL":             {"POST", "", `{"a":"\u0000"}`, 200, `{"a":"\u0000"}`},
		"DELETE":          {"DELETE", "", `{"a":1}`, 200, `{"a":1}`},
		"GET with a body": {"GET", "", `{"a":1}`, 200, `{"a":1}`},
		"parameters":      {"GET", "?a=1&b=x%20y", ``, 200, `{"a":"1","b":"x y"}`},
		"they win":        {"GET", "?a=2", `{"a":1,"b":1}`, 200, `{"a":"2","b":1}`},
		"several":         {"GET", "?a=1&a=2", ``, 200, `{"a":["1","2"]}`},
		"not for POST":    {"POST", "?a=2", `{"b":1}`, 200, `{"b":1}`},
		"nothing":         {"POST", "", ``, 200, `{}`},
		"list":            {"POST", "", `[1]`, 400, `want a JSON object`},
		"null":            {"POST", "", `null`, 400, `want a JSON object`},
		"text":            {"POST", "", `"a"`, 400, `want a JSON object`},
		"duplicates":      {"GET", "", `{"a":1,"a":2}`, 400, `duplicate key`},
		"bad query":       {"GET", "?a=%z", ``, 400, `The query`},
		"large":           {"DELETE", "", `"` + strings.Repeat("x", 10<<20) + `"`, 413, `larger than`},
	} {
		got := h.send(t, test.method, "/echo"+test.query, "", test.body, "Content-Type", "text/plain")
		if got.status != test.status || !strings.Contains(got.body, test.want) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for name, routes := range map[string][]channel.Route{
		"two handlers":   {{Method: "GET", Pattern: "/a", Handler: nothing}, {Pattern: "/a", Handler: nothing}},
		"one of ours":    {{Method: "GET", Pattern: "/zato/ping", Handler: nothing}},
		"no slash":       {{Pattern: "a", Handler: nothing}},
		"trailing slash": {{Pattern: "/a/", Handler: nothing}},
		"root":           {{Pattern: "/", Handler: nothing}},
		"method":         {{Method: "get", Pattern: "/a", Handler: nothing}},
		"no handler":     {{Pattern: "/a"}},
		"conflict":       {{Pattern: "/a/{x}/b", Handler: nothing}, {Pattern: "/a/b/{y}", Handler: nothing}},
		"bad pattern":    {{Pattern: "/a/{", Handler: nothing}},
	} {
		_, err := channel.New(channel.Config{Invoker: &invoker{}, Authenticator: denied{}, Routes: routes})
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := channel.New(channel.Config{}); err == nil {
		t.Error("no invoker: accepted")
	}
}

// TestHelpersWithoutAChannel lets packages test their handlers by themselves.
func TestHelpersWithoutAChannel(t *testing.T) {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest("POST", "/", strings.NewReader(`{"a":1}`))
	object, err := channel.DecodeObject(request)
	if err != nil || object["a"] != json.Number("1") {
		t.Errorf("DecodeObject = %v, %v", object, err)
	}
	if got := channel.RemoteAddr(request); got != "192.0.2.1" {
		t.Errorf("RemoteAddr = %q", got)
	}
	request.RemoteAddr = "[::ffff:192.0.2.7]:80"
	if got := channel.RemoteAddr(request); got != "192.0.2.7" {
		t.Errorf("RemoteAddr = %q", got)
	}
	channel.Logger(request.Context()).Info("to nowhere")
	channel.WriteError(recorder, request, &invocation.Error{Status: 429, Message: "slow down", Version: "v"})
	if recorder.Code != 429 || !strings.Contains(recorder.Body.String(), "slow down") {
		t.Errorf("answer is %d %s", recorder.Code, recorder.Body)
	}
}
