package channel_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
)

var securityHeaders = map[string]string{
	"Cache-Control":           "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
	"X-Frame-Options":         "DENY",
}

func TestSecurityHeaders(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.HSTS = time.Hour
		config.MaxBody = 100
		config.Routes = []channel.Route{
			{Method: "GET", Pattern: "/panics", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })},
			{Method: "GET", Pattern: "/page", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Security-Policy", "default-src 'self'")
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(200)
			})},
		}
	})
	for _, test := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/zato/ping", "", 200},
		{"POST", "/zato/api/invoke/a.b", "{}", 200},
		{"POST", "/zato/api/invoke/a.b", "{", 400},
		{"POST", "/zato/api/invoke/a.b", strings.Repeat(" ", 200), 413},
		{"GET", "/nosuch", "", 404},
		{"GET", "/zato/../zato/ping", "", 404},
		{"DELETE", "/zato/ping", "", 405},
		{"OPTIONS", "/zato/ping", "", 204},
		{"GET", "/panics", "", 500},
	} {
		got := h.send(t, test.method, test.path, right, test.body)
		if got.status != test.status {
			t.Errorf("%s %s: %d %s", test.method, test.path, got.status, got.body)
		}
		for name, want := range securityHeaders {
			if values := got.header.Values(name); len(values) != 1 || values[0] != want {
				t.Errorf("%s %s: %s is %q", test.method, test.path, name, values)
			}
		}
		for _, name := range []string{"Server", "X-Powered-By", "Strict-Transport-Security", "Access-Control-Allow-Origin"} {
			if got.header.Get(name) != "" {
				t.Errorf("%s %s: %s is %q", test.method, test.path, name, got.header.Get(name))
			}
		}
	}
	got := h.send(t, "GET", "/page", "", "")
	if got.header.Get("Content-Security-Policy") != "default-src 'self'" || got.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("a handler's own policy: %v", got.header)
	}
	h.invoker.respond = func(context.Context, invocation.Request) (invocation.Response, error) {
		return invocation.Response{Status: 200, Body: []byte(`{}`), Headers: http.Header{
			"cache-control": {"max-age=60"}, "X-Frame-Options": {"SAMEORIGIN"}, "Referrer-Policy": {"origin"},
		}}, nil
	}
	got = h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}")
	for name, want := range map[string]string{"Cache-Control": "max-age=60", "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "origin", "X-Content-Type-Options": "nosniff"} {
		if values := got.header.Values(name); len(values) != 1 || values[0] != want {
			t.Errorf("a service's own %s: %q", name, values)
		}
	}
}

func TestHSTS(t *testing.T) {
	for age, want := range map[time.Duration]string{0: "", time.Hour: "max-age=3600"} {
		h, client := secured(t, func(config *channel.Config, _ *channel.ServerConfig) { config.HSTS = age })
		response, err := client.Get(h.url + "/nosuch")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Strict-Transport-Security"); got != want {
			t.Errorf("with %v: %q", age, got)
		}
	}
}

func TestHTTP2(t *testing.T) {
	h, client := secured(t, nil)
	response, err := client.Get(h.url + "/zato/ping")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.ProtoMajor != 2 || response.StatusCode != 200 || response.TLS.Version != tls.VersionTLS13 {
		t.Errorf("%s %s, TLS %x", response.Proto, response.Status, response.TLS.Version)
	}
}

func TestOldTLS(t *testing.T) {
	h, client := secured(t, nil)
	settings := client.Transport.(*http.Transport).TLSClientConfig.Clone()
	for version, isTaken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		settings.MinVersion, settings.MaxVersion = version, version
		connection, err := tls.Dial("tcp", h.address, settings)
		if err == nil {
			connection.Close()
		}
		if (err == nil) != isTaken {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestLimitsOfTheRequestLineAndHeader(t *testing.T) {
	h := start(t, nil)
	if got := h.send(t, "GET", "/zato/ping?"+strings.Repeat("x", 16<<10), "", ""); got.status != 414 || got.object(t)["result"] != "Error" {
		t.Errorf("a long URL: %d %s", got.status, got.body)
	}
	if got := h.send(t, "GET", "/zato/ping?"+strings.Repeat("x", 15<<10), "", ""); got.status != 200 {
		t.Errorf("a shorter one: %d %s", got.status, got.body)
	}
	var lines []string
	for range 300 {
		lines = append(lines, "X-A", "b")
	}
	if got := h.send(t, "GET", "/zato/ping", "", "", lines...); got.status != 431 || got.object(t)["result"] != "Error" {
		t.Errorf("many headers: %d %s", got.status, got.body)
	}
}

func TestRedirect(t *testing.T) {
	named := []string{"sso.example.com", "*.apps.example.com", "Caf.example.com", "192.0.2.7", "::1"}
	for _, test := range []struct {
		port                 int
		names                []string
		method, target, host string
		status               int
		location             string
	}{
		{443, nil, "GET", "/zato/sso/user?ust=x%20y&a=b", "sso.example.com", 308, "https://sso.example.com/zato/sso/user?ust=x%20y&a=b"},
		{443, nil, "POST", "/a%2Fb", "sso.example.com:80", 308, "https://sso.example.com/a%2Fb"},
		{17010, nil, "GET", "/", "localhost:8080", 308, "https://localhost:17010/"},
		{443, nil, "GET", "//evil.example/x", "sso.example.com", 308, "https://sso.example.com//evil.example/x"},
		{17010, nil, "GET", "/x", "[::1]:80", 308, "https://[::1]:17010/x"},
		{443, nil, "GET", "/x", "[::1]", 308, "https://[::1]/x"},
		{443, nil, "GET", "/x", "192.0.2.7", 308, "https://192.0.2.7/x"},
		{443, nil, "GET", "/x", "a b", 400, ""},
		{443, nil, "GET", "/x", "a@b", 400, ""},
		{443, nil, "GET", "/x", "a/b", 400, ""},
		{443, nil, "GET", "/x", "", 400, ""},
		{443, nil, "GET", "/x", "a.com:80:90", 400, ""},
		{443, nil, "GET", "/x", "a.com:", 400, ""},
		{443, nil, "GET", "/x", "a.com:65536", 400, ""},
		{443, nil, "GET", "/x", "a.com:+80", 400, ""},
		{443, nil, "GET", "/x", "e[vil].com", 400, ""},
		{443, nil, "GET", "/x", "[evil.com]", 400, ""},
		{443, nil, "GET", "/x", "[192.0.2.7]", 400, ""},
		{443, nil, "GET", "/x", "[::1", 400, ""},
		{443, nil, "GET", "/x", "[::1]80", 400, ""},
		{443, nil, "GET", "/x", "[fe80::1%eth0]", 400, ""},
		{443, nil, "GET", "/x", "::1", 400, ""},
		{443, nil, "GET", "/x", ":::", 400, ""},
		{443, nil, "GET", "/x", ":80", 400, ""},
		{443, nil, "GET", "/x", "a..com", 400, ""},
		{443, nil, "GET", "/x", "-a.com", 400, ""},
		{443, nil, "GET", "/x", "1.2.3", 400, ""},
		{443, nil, "GET", "/x", "0x7f000001", 400, ""},
		{443, nil, "GET", "/x", strings.Repeat("a", 64) + ".com", 400, ""},
		{443, nil, "GET", "/x", strings.Repeat("a.", 127) + "com", 400, ""},
		{443, named, "GET", "/x", "sso.example.com:80", 308, "https://sso.example.com/x"},
		{443, named, "GET", "/x", "SSO.example.com.", 308, "https://sso.example.com/x"},
		{443, named, "GET", "/x", "caf.example.com", 308, "https://caf.example.com/x"},
		{443, named, "GET", "/x", "crm.apps.example.com", 308, "https://crm.apps.example.com/x"},
		{443, named, "GET", "/x", "192.0.2.7:80", 308, "https://192.0.2.7/x"},
		{8443, named, "GET", "/x", "[0:0::1]", 308, "https://[::1]:8443/x"},
		{443, named, "GET", "/x", "evil.com", 400, ""},
		{443, named, "GET", "/x", "sso.example.com.evil.com", 400, ""},
		{443, named, "GET", "/x", "apps.example.com", 400, ""},
		{443, named, "GET", "/x", "a.b.apps.example.com", 400, ""},
		{443, named, "GET", "/x", "192.0.2.8", 400, ""},
		{443, named, "GET", "/x", "*.apps.example.com", 400, ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, "http://x"+test.target, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = test.host
		handler := channel.Redirect(channel.RedirectConfig{Port: test.port, Names: func() []string { return test.names }})
		got := recorded(channel.Bounded(handler, time.Minute), request)
		if got.status != test.status || got.header.Get("Location") != test.location {
			t.Errorf("%s %s: %d %s", test.host, test.target, got.status, got.header.Get("Location"))
		}
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", test.host, got.header)
		}
	}
}
