package runtime_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/ssotest"
)

// TestTLSOfAHost has a whole host speak TLS with a certificate in files, send
// plain HTTP on, and take another certificate while it serves.
func TestTLSOfAHost(t *testing.T) {
	t.Parallel()
	ca := pgtest.NewCA(t)
	issued, renewed := ca.Issue(t, "sso.example.com", "127.0.0.1"), ca.Issue(t, "127.0.0.1")
	h := start(t, options{change: func(cfg *runtime.Config) {
		cfg.HTTP.TLS.CertFile, cfg.HTTP.TLS.KeyFile = issued.File, issued.KeyFile
		cfg.HTTP.TLS.HSTS, cfg.HTTP.TLS.RedirectListen = 3600, "127.0.0.1:0"
	}})
	if names := h.runtime.CertificateNames(); len(names) != 2 || names[0] != "sso.example.com" {
		t.Errorf("names %q", names)
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: ca.Roots()}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}}
	get := func(url string) *http.Response {
		t.Helper()
		response, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	answer := get("http://" + h.runtime.RedirectAddress().String() + "/zato/ping?x=1") // which is followed
	if answer.StatusCode != 200 || answer.Request.URL.String() != strings.Replace(h.url, "http:", "https:", 1)+"/zato/ping?x=1" ||
		answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") != "max-age=3600" {
		t.Errorf("%s %s %v", answer.Status, answer.Request.URL, answer.Header)
	}
	before := answer.TLS.PeerCertificates[0].SerialNumber
	for from, to := range map[string]string{renewed.File: issued.File, renewed.KeyFile: issued.KeyFile} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer := get(strings.Replace(h.url, "http:", "https:", 1) + "/zato/ping")
		if answer.TLS.PeerCertificates[0].SerialNumber.Cmp(before) != 0 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the new certificate is not served: %s", h.log)
		}
	}
	if strings.Contains(h.log.String(), "plain HTTP on an address") {
		t.Errorf("log: %s", h.log)
	}
}

// redirecting has a host with TLS send plain HTTP on, and returns how to dial
// the latter and a client of the former.
func redirecting(t *testing.T, change func(*runtime.Config)) (h *host, dial func() net.Conn, client *http.Client) {
	t.Helper()
	ca := pgtest.NewCA(t)
	issued := ca.Issue(t, "sso.example.com", "127.0.0.1")
	h = start(t, options{change: func(cfg *runtime.Config) {
		cfg.HTTP.TLS.CertFile, cfg.HTTP.TLS.KeyFile, cfg.HTTP.TLS.RedirectListen = issued.File, issued.KeyFile, "127.0.0.1:0"
		if change != nil {
			change(cfg)
		}
	}})
	dial = func() net.Conn {
		t.Helper()
		connection, err := net.Dial("tcp", h.runtime.RedirectAddress().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() })
		return connection
	}
	return h, dial, &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Roots()}, DisableKeepAlives: true},
		Timeout:   time.Minute,
	}
}

const redirected = "GET / HTTP/1.1\r\nHost: sso.example.com\r\n\r\n"

// TestRedirectedClientsThatDoNotRead are ended.
func TestRedirectedClientsThatDoNotRead(t *testing.T) {
	t.Parallel()
	_, dial, _ := redirecting(t, func(cfg *runtime.Config) { cfg.HTTP.WriteTimeout = time.Second })
	connection := dial()
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	for many := strings.Repeat(redirected, 100); ; {
		if _, err := io.WriteString(connection, many); errors.As(err, &timeout) && timeout.Timeout() {
			t.Fatal("the server does not end the connection")
		} else if err != nil {
			return
		}
	}
}

// TestRedirectedClientsKeepNoneFromTLS has many of them take all that they can
// have, while others come by TLS, where there are fewer connections.
func TestRedirectedClientsKeepNoneFromTLS(t *testing.T) {
	t.Parallel()
	h, dial, client := redirecting(t, func(cfg *runtime.Config) {
		cfg.HTTP.WriteTimeout, cfg.HTTP.MaxConnections = time.Hour, 4
	})
	many := strings.Repeat(redirected, 100)
	for range 8 {
		connection := dial()
		for { // until the server waits for the client to read
			if err := connection.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(connection, many); err != nil {
				break
			}
		}
	}
	for range 10 {
		response, err := client.Get(strings.Replace(h.url, "http:", "https:", 1) + "/zato/ping")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}

// TestRedirectGoesToNamesOfTheCertificate refuses any other host, and what is
// beyond the bounds of a request.
func TestRedirectGoesToNamesOfTheCertificate(t *testing.T) {
	t.Parallel()
	_, dial, _ := redirecting(t, nil)
	for request, want := range map[string]int{
		redirected: 308,
		"GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n":                                                       308,
		"GET / HTTP/1.1\r\nHost: evil.com\r\n\r\n":                                                           400,
		"GET http://evil.com/ HTTP/1.1\r\nHost: sso.example.com\r\n\r\n":                                     400,
		"GET / HTTP/1.1\r\nHost: sso.example.com:80:90\r\n\r\n":                                              400,
		"OPTIONS * HTTP/1.1\r\nHost: sso.example.com\r\n\r\n":                                                400,
		"GET /" + strings.Repeat("x", 17<<10) + " HTTP/1.1\r\nHost: sso.example.com\r\n\r\n":                 414,
		"GET / HTTP/1.1\r\nHost: sso.example.com\r\n" + strings.Repeat("X: y\r\n", 201) + "\r\n":             431,
		"POST / HTTP/1.1\r\nHost: sso.example.com\r\nContent-Length: 100\r\n\r\n" + "never comes to its end": 308,
	} {
		connection := dial()
		if _, err := io.WriteString(connection, request); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		location := response.Header.Get("Location")
		if response.StatusCode != want || strings.Contains(location, "evil") || (location != "") != (want == 308) ||
			response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%.80q: %s %v", request, response.Status, response.Header)
		}
	}
}

// TestEdgeThatCannotBe is found at the start, before anything is served, and
// names the place of the setting.
func TestEdgeThatCannotBe(t *testing.T) {
	t.Parallel()
	issued := pgtest.NewCA(t).Issue(t, "127.0.0.1")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for text, want := range map[string]string{
		"http:\n  max_connections: 100000000\n":                                        "line 2: http.max_connections: 100000000 are more than the limit of open files leaves",
		"http:\n  tls:\n    key_file: KEY\n    cert_file: /nonexistent\n":              "line 4: http.tls.cert_file: there is no file /nonexistent",
		"http:\n  tls:\n    key_file: CERT\n    cert_file: CERT\n":                     "line 3: http.tls.key_file: ",
		"http:\n  tls: {key_file: KEY, cert_file: CERT}\n":                             "",
		"http:\n  tls: {key_file: KEY, cert_file: CERT,\n    redirect_listen: ADDR}\n": "line 3: http.tls.redirect_listen: listen tcp",
	} {
		text = strings.NewReplacer("KEY", issued.KeyFile, "CERT", issued.File, "ADDR", "\""+taken.Addr().String()+"\"").Replace(text)
		path := configFile(t, text)
		cfg, err := runtime.LoadConfig(path)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Data, cfg.Listen = t.TempDir(), "127.0.0.1:0"
		r, err := runtime.Open(t.Context(), openOptions(cfg))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // nothing is left of the first
			listener, release, err := r.Listen(t.Context())
			switch {
			case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("%q: %v, want %s", text, err, want)
			case err == nil:
				listener.Close()
				release()
			}
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// public is a listener on loopback that says otherwise.
type public struct{ net.Listener }

func (public) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 17010} }

func TestPlainHTTPForOthersIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		proxies  []string
		isPublic bool
		warnings int
	}{{nil, true, 1}, {nil, false, 0}, {[]string{"192.0.2.9"}, true, 0}} {
		log := new(logtest.Buffer)
		cfg := runtime.DefaultConfig()
		cfg.Data, cfg.Listen, cfg.Services.Directories = t.TempDir(), "127.0.0.1:0", []string{t.TempDir()}
		cfg.HTTP.TrustedProxies = test.proxies
		r, err := runtime.Open(t.Context(), runtime.Options{Config: cfg, Plugins: []runtime.Plugin{plugin.New()}, Logger: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.LoadServices(t.Context()); err != nil {
			t.Fatal(err)
		}
		listener, release, err := r.Listen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		url := "http://" + listener.Addr().String()
		if test.isPublic {
			listener = public{listener}
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- r.Serve(ctx, listener) }()
		response, err := http.Get(url + "/zato/ping")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		release()
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if count := strings.Count(log.String(), "plain HTTP on an address that others reach"); count != test.warnings {
			t.Errorf("%+v: %d warnings", test, count)
		}
	}
}

// TestCostlyPathsOfTheSSO limits who may sign up and ask for password resets,
// by address, and nobody on this machine.
func TestCostlyPathsOfTheSSO(t *testing.T) {
	t.Parallel()
	onEveryStore(t, options{change: func(cfg *runtime.Config) {
		cfg.HTTP.TrustedProxies = []string{"127.0.0.1"}
		cfg.HTTP.CostlyRateLimit.RequestsPerMinute, cfg.HTTP.CostlyRateLimit.Burst = 1, 3
	}}, func(t *testing.T, h *host) {
		send := func(method, path, address string) (int, http.Header) {
			request, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(`{"current_app":"CRM","credential":"nobody"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Forwarded-For", address)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.StatusCode, response.Header
		}
		const signup, reset = "/zato/sso/user/signup", "/zato/sso/password/reset"
		for _, path := range []string{signup, reset, signup} {
			if status, _ := send("POST", path, "203.0.113.7"); status == 429 {
				t.Errorf("%s: %d", path, status)
			}
		}
		for _, path := range []string{signup, reset} {
			if status, header := send("POST", path, "203.0.113.7"); status != 429 || header.Get("Retry-After") == "" {
				t.Errorf("%s, one too many: %d", path, status)
			}
			if status, _ := send("PATCH", path, "203.0.113.7"); status == 429 {
				t.Errorf("PATCH %s: %d", path, status)
			}
			for range 5 {
				if status, _ := send("POST", path, "127.0.0.1"); status == 429 {
					t.Errorf("%s from this machine: %d", path, status)
				}
			}
		}
		if status, _ := send("POST", "/zato/sso/user/login", "203.0.113.7"); status == 429 {
			t.Errorf("a login: %d", status)
		}
	})
}

// TestLogOfAHostShowsNoSecrets looks for what was sent in URLs, bodies and
// headers, on all levels of the log.
func TestLogOfAHostShowsNoSecrets(t *testing.T) {
	t.Parallel()
	onEveryStore(t, options{}, func(t *testing.T, h *host) {
		_, ust := h.user("jane", nil)
		got := h.send("GET", "/zato/sso/user?current_app=CRM&ust="+ust, "")
		if got.status != 200 {
			t.Fatalf("%v", got)
		}
		const wrong = "gAAAAABhunter2"
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"} {
			for _, path := range []string{"/zato/sso/user", "/zato/sso/user/session", "/zato/sso/user/login", "/zato/sso/user/attr", "/zato/sso/password/reset", "/zato/api/invoke/no.such", "/nosuch"} {
				body, err := json.Marshal(map[string]string{"current_app": "CRM", "ust": wrong, "current_ust": wrong, "target_ust": wrong, "password": wrong, "token": wrong, "username": "jane", "name": "x"})
				if err != nil {
					t.Fatal(err)
				}
				for _, query := range []string{"", "?ust=" + wrong + "&current_app=CRM", "?ust=" + wrong + "&%zz"} {
					request, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(string(body)))
					if err != nil {
						t.Fatal(err)
					}
					request.URL.RawQuery = strings.TrimPrefix(query, "?")
					request.Header.Set("Authorization", "Bearer "+wrong)
					request.Header.Set("X-Zato-SSO-UST", wrong)
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, response.Body)
					response.Body.Close()
				}
			}
		}
		h.send("POST", "/zato/sso/user/login", `{"current_app":"CRM","username":"jane","password":"`+ssotest.Password+`"}`)
		h.stop()
		for _, secret := range []string{ust, "hunter2", ssotest.Password, apiPassword} {
			if at := strings.Index(h.log.String(), secret); at >= 0 {
				log := h.log.String()
				t.Errorf("the log has a secret: %s", log[max(0, at-200):min(len(log), at+len(secret)+50)])
			}
		}
		if !strings.Contains(h.log.String(), "path=/zato/sso/user ") {
			t.Error("the log has no lines of these requests")
		}
	})
}

// TestEdgeFromTheEnvironment sets what a container has no file for.
func TestEdgeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	cfg := runtime.DefaultConfig()
	err := cfg.ReadEnvironment([]string{
		"GATEHOUSE_HTTP_TLS_CERT_FILE=a.crt", "GATEHOUSE_HTTP_TLS_KEY_FILE=a.key", "GATEHOUSE_HTTP_TLS_HSTS=60",
		"GATEHOUSE_HTTP_TLS_ACME_DOMAINS=a.example, b.example",
		"GATEHOUSE_HTTP_CORS_ALLOWED_ORIGINS=https://a.example,https://b.example", "GATEHOUSE_HTTP_CORS_MAX_AGE=5",
		"GATEHOUSE_HTTP_HEADER_TIMEOUT=3s", "GATEHOUSE_HTTP_MAX_CONNECTIONS=300",
		"GATEHOUSE_HTTP_RATE_LIMIT=true", "GATEHOUSE_HTTP_RATE_LIMIT_BURST=7", "GATEHOUSE_HTTP_COSTLY_RATE_LIMIT=false",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.CheckEnvironment(plugin.New()); err != nil {
		t.Error(err)
	}
	want := runtime.DefaultConfig().HTTP
	want.TLS.CertFile, want.TLS.KeyFile, want.TLS.HSTS, want.TLS.ACME.Domains = "a.crt", "a.key", 60, []string{"a.example", "b.example"}
	want.CORS.AllowedOrigins, want.CORS.MaxAge = []string{"https://a.example", "https://b.example"}, 5
	want.HeaderTimeout, want.MaxConnections = 3*time.Second, 300
	want.RateLimit.Enabled, want.RateLimit.Burst, want.CostlyRateLimit.Enabled = true, 7, false
	if !reflect.DeepEqual(cfg.HTTP, want) {
		t.Errorf("%+v, want %+v", cfg.HTTP, want)
	}
	cfg = runtime.DefaultConfig()
	if err := cfg.ReadEnvironment([]string{"GATEHOUSE_HTTP_CORS_ALLOWED_ORIGINS=a.example"}); err != nil {
		t.Fatal(err)
	}
	_, err = runtime.Open(t.Context(), openOptions(cfg))
	if err == nil || !strings.Contains(err.Error(), "environment variable GATEHOUSE_HTTP_CORS_ALLOWED_ORIGINS: http.cors.allowed_origins: ") {
		t.Errorf("%v", err)
	}
}
