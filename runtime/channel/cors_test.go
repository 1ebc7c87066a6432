package channel_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
)

func recorded(handler http.Handler, request *http.Request) reply {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return reply{recorder.Code, recorder.Header(), recorder.Body.String()}
}

func withCORS(change func(*channel.CORSConfig)) func(*channel.Config, *channel.ServerConfig) {
	return func(config *channel.Config, _ *channel.ServerConfig) {
		config.CORS = channel.DefaultCORS()
		config.CORS.AllowedOrigins = []string{"https://app.example.com", "https://*.example.org"}
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/panics", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })}}
		if change != nil {
			change(&config.CORS)
		}
	}
}

func TestPreflight(t *testing.T) {
	h := start(t, withCORS(nil))
	for _, test := range []struct {
		name, path, origin, method, headers string
		isAllowed                           bool
	}{
		{"a service", "/zato/api/invoke/a.b", "https://app.example.com", "POST", "authorization,content-type", true},
		{"the SSO's", "/zato/sso/user", "https://app.example.com", "PATCH", "content-type", true},
		{"a GET with a body", "/zato/sso/user", "https://app.example.com", "POST", "content-type,x-http-method-override", true},
		{"a GET with a body, of another origin", "/zato/sso/user", "https://evil.example", "POST", "x-http-method-override", false},
		{"no headers", "/zato/ping", "https://app.example.com", "DELETE", "", true},
		{"below a name", "/zato/ping", "https://a.b.example.org", "GET", "", true},
		{"no such path", "/nosuch", "https://app.example.com", "GET", "", true},
		{"the name itself", "/zato/ping", "https://example.org", "GET", "", false},
		{"another origin", "/zato/ping", "https://evil.example", "GET", "", false},
		{"one that begins so", "/zato/ping", "https://app.example.com.evil.example", "GET", "", false},
		{"one that ends so", "/zato/ping", "https://evilexample.org", "GET", "", false},
		{"without TLS", "/zato/ping", "http://app.example.com", "GET", "", false},
		{"another port", "/zato/ping", "https://app.example.com:8443", "GET", "", false},
		{"null", "/zato/ping", "null", "GET", "", false},
		{"another header", "/zato/ping", "https://app.example.com", "GET", "x-other", false},
		{"another method", "/zato/ping", "https://app.example.com", "TRACE", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := []string{"Origin", test.origin, "Access-Control-Request-Method", test.method}
			if test.headers != "" {
				headers = append(headers, "Access-Control-Request-Headers", test.headers)
			}
			got := h.send(t, "OPTIONS", test.path, "", "", headers...)
			if got.status != 204 || got.header.Get("X-Zato-CID") == "" {
				t.Errorf("status %d %v", got.status, got.header)
			}
			wants := map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Methods": "", "Access-Control-Allow-Headers": "", "Access-Control-Max-Age": ""}
			if test.isAllowed {
				wants = map[string]string{"Access-Control-Allow-Origin": test.origin, "Access-Control-Allow-Methods": test.method,
					"Access-Control-Allow-Headers": test.headers, "Access-Control-Max-Age": "600"}
			}
			wants["Access-Control-Allow-Credentials"] = ""
			for name, want := range wants {
				if got.header.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
				}
			}
			for _, name := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} {
				if !strings.Contains(strings.Join(got.header.Values("Vary"), ","), name) {
					t.Errorf("Vary is %q", got.header.Values("Vary"))
				}
			}
		})
	}
	if h.invoker.taken() != nil {
		t.Error("a preflight ran a service")
	}
}

// TestCORSOfAnswers looks at what a page may read: all answers, also refusals.
func TestCORSOfAnswers(t *testing.T) {
	h := start(t, func(config *channel.Config, server *channel.ServerConfig) {
		withCORS(nil)(config, server)
		config.RateLimit = channel.RateLimit{Enabled: true, RequestsPerSecond: 1, Burst: 20}
	})
	h.invoker.respond = func(context.Context, invocation.Request) (invocation.Response, error) {
		return invocation.Response{Status: 200, Body: []byte(`{}`), Headers: http.Header{"Vary": {"Accept-Language"}}}, nil
	}
	check := func(got reply, status int) {
		t.Helper()
		if got.status != status || got.header.Get("Access-Control-Allow-Origin") != "https://app.example.com" ||
			got.header.Get("Access-Control-Expose-Headers") != "X-Zato-Cid, X-Zato-Sso-Ust, X-Gatehouse-Version, Retry-After" ||
			!strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Origin") {
			t.Errorf("%d: %d %v", status, got.status, got.header)
		}
	}
	const origin = "https://app.example.com"
	check(h.send(t, "GET", "/zato/ping", "", "", "Origin", origin), 200)
	check(h.send(t, "GET", "/nosuch", "", "", "Origin", origin), 404)
	check(h.send(t, "POST", "/zato/ping", "", "", "Origin", origin), 405)
	check(h.send(t, "POST", "/zato/api/invoke/a.b", "", "{}", "Origin", origin), 401)
	check(h.send(t, "POST", "/zato/api/invoke/a.b", right, "{", "Origin", origin), 400)
	check(h.send(t, "GET", "/panics", "", "", "Origin", origin), 500)
	got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}", "Origin", origin)
	check(got, 200)
	if vary := strings.Join(got.header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Language") {
		t.Errorf("a service's Vary: %q", vary)
	}
	got = h.send(t, "GET", "/zato/ping", "", "", "Origin", "https://evil.example")
	if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Origin") {
		t.Errorf("another origin: %d %v", got.status, got.header)
	}
	for range 20 {
		got = h.send(t, "GET", "/zato/ping", "", "", "Origin", origin)
	}
	check(got, 429)
}

func TestCORSOptions(t *testing.T) {
	h := start(t, withCORS(func(c *channel.CORSConfig) {
		c.AllowedOrigins, c.AllowCredentials, c.MaxAge, c.AllowedHeaders = []string{"https://app.example.com"}, true, 0, nil
	}))
	got := h.send(t, "OPTIONS", "/zato/ping", "", "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "GET")
	if got.header.Get("Access-Control-Allow-Credentials") != "true" || got.header.Get("Access-Control-Max-Age") != "0" {
		t.Errorf("%v", got.header)
	}
	got = h.send(t, "OPTIONS", "/zato/ping", "", "", "Origin", "https://app.example.com",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "x-requested-with")
	if got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("no header is allowed: %v", got.header)
	}
	everybody := start(t, withCORS(func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"*"} }))
	got = everybody.send(t, "GET", "/zato/ping", "", "", "Origin", "https://evil.example")
	if got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("everybody: %v", got.header)
	}
	// Where CORS is off, OPTIONS is what it was.
	off := start(t, nil)
	got = off.send(t, "OPTIONS", "/zato/ping", "", "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "GET")
	if got.status != 204 || got.header.Get("Allow") != "GET, HEAD, OPTIONS" || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("off: %d %v", got.status, got.header)
	}
}

func TestWrongCORS(t *testing.T) {
	for _, test := range []struct {
		change func(*channel.CORSConfig)
		want   string
	}{
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"app.example.com"} }, "http.cors.allowed_origins: \"app.example.com\" is no origin"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://a.example/"} }, "without a slash at its end"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://a.example/x"} }, "without a slash at its end"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://a.example?"} }, "scheme, host and port alone"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://u@a.example"} }, "scheme, host and port alone"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://A.example"} }, "lower case"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://bücher.example"} }, "xn--"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://a.example:443"} }, "usual port"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://*"} }, "allowed_origins"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://*.com"} }, "below one of your own"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://a.*.com"} }, "below one of your own"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"https://*a.example.com"} }, "below one of your own"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"null"} }, "null"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins = []string{"*", "https://a.example"} }, "name no others"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins, c.AllowCredentials = []string{"*"}, true }, "http.cors.allow_credentials"},
		{func(c *channel.CORSConfig) { c.AllowedMethods = []string{"get"} }, "http.cors.allowed_methods: \"get\" is none of"},
		{func(c *channel.CORSConfig) { c.AllowedMethods = []string{"TRACE"} }, "http.cors.allowed_methods"},
		{func(c *channel.CORSConfig) { c.AllowedOrigins, c.AllowedMethods = []string{"https://a.example"}, nil }, "http.cors.allowed_methods"},
		{func(c *channel.CORSConfig) { c.AllowedHeaders = []string{"a b"} }, "http.cors.allowed_headers"},
		{func(c *channel.CORSConfig) { c.ExposedHeaders = []string{""} }, "http.cors.exposed_headers"},
		{func(c *channel.CORSConfig) { c.ExposedHeaders, c.AllowCredentials = []string{"*"}, true }, "http.cors.exposed_headers"},
		{func(c *channel.CORSConfig) { c.MaxAge = -1 }, "http.cors.max_age"},
	} {
		config := channel.DefaultCORS()
		test.change(&config)
		faults := config.Check("http.cors")
		if len(faults) != 1 || !strings.Contains(faults[0].Error(), test.want) {
			t.Errorf("%+v: %v, want %s", config, faults, test.want)
		}
	}
	config := channel.DefaultCORS()
	config.AllowedOrigins = []string{"https://a.example", "http://localhost:3000", "capacitor://localhost", "https://*.example.com", "https://[::1]:8443"}
	if faults := config.Check("http.cors"); faults != nil {
		t.Errorf("%v", faults)
	}
}

// TestPagesOfOtherOrigins has browsers send the password that they remember.
func TestPagesOfOtherOrigins(t *testing.T) {
	for _, test := range []struct {
		name, site, origin string
		hasCORS            bool
		status             int
	}{
		{"no browser", "", "", false, 200},
		{"a page of the host", "same-origin", "", false, 200},
		{"typed in", "none", "", false, 200},
		{"another page", "cross-site", "https://evil.example", false, 403},
		{"another page of the site", "same-site", "https://other.example.com", false, 403},
		{"a picture of another page", "cross-site", "", true, 403},
		{"a page that is not allowed", "cross-site", "https://evil.example", true, 403},
		{"a page that is allowed", "cross-site", "https://app.example.com", true, 200},
		{"something new", "of-no-known-kind", "", false, 403},
		{"a page of the host, by plain HTTP", "", "http://HOST", false, 200},
		{"another page, by plain HTTP", "", "http://evil.example", false, 403},
		{"a page of another port, by plain HTTP", "", "http://127.0.0.1", false, 403},
		{"a page of nowhere, by plain HTTP", "", "null", false, 403},
		{"no origin, by plain HTTP", "", "http://%zz", false, 403},
		{"a page that is not allowed, by plain HTTP", "", "http://evil.example", true, 403},
		{"a page that is allowed, by plain HTTP", "", "https://app.example.com", true, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := start(t, func(config *channel.Config, server *channel.ServerConfig) {
				if test.hasCORS {
					withCORS(nil)(config, server)
				}
			})
			headers := []string{"Content-Type", "text/plain"}
			if test.site != "" {
				headers = append(headers, "Sec-Fetch-Site", test.site)
			}
			if test.origin != "" {
				headers = append(headers, "Origin", strings.Replace(test.origin, "HOST", h.address, 1))
			}
			got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}", headers...)
			if ran := h.invoker.taken() != nil; got.status != test.status || ran != (test.status == 200) {
				t.Errorf("%d %s, ran %v", got.status, got.body, ran)
			}
		})
	}
}
