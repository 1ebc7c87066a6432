package channel_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
)

// echo answers with the method and the elements that a route gets.
func echo(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elements, err := channel.DecodeObject(r)
		if err != nil {
			channel.WriteError(w, r, err)
			return
		}
		channel.WriteJSON(w, http.StatusOK, fmt.Sprint(name, " ", r.Method, " ", elements["a"], " ", elements["b"]))
	})
}

func withOverride(change func(*channel.Config)) func(*channel.Config, *channel.ServerConfig) {
	return func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{
			{Method: "GET", Pattern: "/both", Handler: echo("get"), MethodOverride: true},
			{Method: "POST", Pattern: "/both", Handler: echo("post"), MethodOverride: true},
			{Method: "POST", Pattern: "/post", Handler: echo("post"), MethodOverride: true},
			{Pattern: "/any", Handler: echo("any"), MethodOverride: true},
			{Method: "GET", Pattern: "/plain", Handler: echo("get")},
			{Method: "POST", Pattern: "/plain", Handler: echo("post")},
			{Method: "GET", Pattern: "/costly", Handler: echo("get"), MethodOverride: true, Costly: true},
		}
		if change != nil {
			change(config)
		}
	}
}

const headerOverride = "X-HTTP-Method-Override"

// TestOverride has POST be GET where the header says so, that GET in all respects,
// and nothing else be anything else.
func TestOverride(t *testing.T) {
	h := start(t, withOverride(func(config *channel.Config) { config.MaxBody = 1000 }))
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		want               string
	}{
		{"POST", "/both", `{"a":1}`, nil, 200, "post POST 1 <nil>"},
		{"POST", "/both", `{"a":1}`, []string{headerOverride, "GET"}, 200, "get GET 1 <nil>"},
		{"POST", "/both", `{"a":1}`, []string{"x-http-method-override", "GET"}, 200, "get GET 1 <nil>"},
		{"POST", "/both?a=2&b=3", `{"a":1}`, []string{headerOverride, "GET"}, 200, "get GET 2 3"}, // as GET has it
		{"POST", "/both?a=2", `{"a":1}`, nil, 200, "post POST 1 <nil>"},
		{"POST", "/any", `{"a":1}`, []string{headerOverride, "GET"}, 200, "any GET 1 <nil>"},
		{"POST", "/both", `{"a":`, []string{headerOverride, "GET"}, 400, "not valid JSON"},
		{"POST", "/both", `{"a":"` + strings.Repeat("a", 1000) + `"}`, []string{headerOverride, "GET"}, 413, "larger than 1000 bytes"},
		{"POST", "/post", `{}`, []string{headerOverride, "GET"}, 405, "this path takes OPTIONS, POST"},

		{"POST", "/both", `{}`, []string{headerOverride, "DELETE"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "PATCH"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "POST"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "HEAD"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "get"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, ""}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "GET, GET"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "GET", headerOverride, "GET"}, 400, "takes GET alone"},
		{"POST", "/both", `{}`, []string{headerOverride, "GET", headerOverride, "DELETE"}, 400, "takes GET alone"},
		{"GET", "/both", `{}`, []string{headerOverride, "GET"}, 400, "takes GET alone"},
		{"GET", "/both", `{}`, []string{headerOverride, "POST"}, 400, "takes GET alone"},
		{"PUT", "/any", `{}`, []string{headerOverride, "GET"}, 400, "takes GET alone"},
		{"DELETE", "/any", `{}`, []string{headerOverride, "GET"}, 400, "takes GET alone"},

		// The header means nothing on other paths.
		{"POST", "/plain", `{"a":1}`, []string{headerOverride, "GET"}, 200, "post POST 1 <nil>"},
		{"POST", "/plain", `{"a":1}`, []string{headerOverride, "DELETE"}, 200, "post POST 1 <nil>"},
		{"POST", "/zato/ping", ``, []string{headerOverride, "GET"}, 405, "takes GET"},
		{"POST", "/nosuch", ``, []string{headerOverride, "GET"}, 404, "No such path"},
	} {
		got := h.send(t, c.method, c.path, "", c.body, c.headers...)
		if got.status != c.status || !strings.Contains(got.body, c.want) || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s %v: %d %s", c.method, c.path, c.headers, got.status, got.body)
		}
		var logged string
		for line := range strings.Lines(h.log.String()) {
			if strings.Contains(line, `"msg":"request"`) && strings.Contains(line, got.header.Get("X-Zato-CID")) {
				logged = line
			}
		}
		method, sentAs := c.method, ""
		if strings.HasPrefix(c.want, "get GET") || strings.HasPrefix(c.want, "any GET") || c.path == "/post" || c.status == 413 || c.want == "not valid JSON" {
			method, sentAs = "GET", `"sent_as":"POST"`
		}
		if !strings.Contains(logged, `"method":"`+method+`"`) || strings.Contains(logged, "sent_as") != (sentAs != "") || !strings.Contains(logged, sentAs) {
			t.Errorf("%s %s %v is logged as %s", c.method, c.path, c.headers, logged)
		}
	}
	// What a service makes of the header is its own business.
	if got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}", headerOverride, "DELETE"); got.status != 200 || h.invoker.taken().HTTP.Method != "POST" {
		t.Errorf("a service: %d %s", got.status, got.body)
	}
}

// TestOverrideIsLimited counts what is sent so against the limits of what it is.
func TestOverrideIsLimited(t *testing.T) {
	handler, err := channel.New(func() channel.Config {
		config := channel.Config{Invoker: &invoker{}, Authenticator: noAuthenticator{}}
		withOverride(func(config *channel.Config) {
			config.CostlyRateLimit = channel.CostlyRateLimit{Enabled: true, RequestsPerMinute: 1, Burst: 2}
		})(&config, nil)
		return config
	}())
	if err != nil {
		t.Fatal(err)
	}
	var statuses []int
	for range 3 {
		request := httptest.NewRequest("POST", "/costly", strings.NewReader("{}"))
		request.Header.Set(headerOverride, "GET")
		statuses = append(statuses, recorded(handler, request).status)
	}
	if fmt.Sprint(statuses) != "[200 200 429]" {
		t.Errorf("%v", statuses)
	}
}

// TestOverrideOfPages has pages send as GET what they may send as GET.
func TestOverrideOfPages(t *testing.T) {
	for methods, status := range map[string]int{"GET POST": 200, "POST": 400} {
		h := start(t, withOverride(func(config *channel.Config) {
			config.CORS = channel.DefaultCORS()
			config.CORS.AllowedOrigins, config.CORS.AllowedMethods = []string{"https://app.example.com"}, strings.Fields(methods)
		}))
		got := h.send(t, "POST", "/both", "", `{"a":1}`, headerOverride, "GET", "Origin", "https://app.example.com")
		if got.status != status || status == 400 && !strings.Contains(got.body, "http.cors.allowed_methods") {
			t.Errorf("%s: %d %s", methods, got.status, got.body)
		}
		// That is for pages of other origins alone.
		for _, origin := range []string{h.url, ""} {
			if got := h.send(t, "POST", "/both", "", `{"a":1}`, headerOverride, "GET", "Origin", origin); got.status != 200 {
				t.Errorf("%s, origin %q: %d %s", methods, origin, got.status, got.body)
			}
		}
	}
}
