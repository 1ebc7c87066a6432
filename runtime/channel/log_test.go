package channel_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/security"
)

// TestLogShowsNoSecrets sends secrets in every place that a request has.
func TestLogShowsNoSecrets(t *testing.T) {
	const secret = "hunter2"
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.CORS = channel.DefaultCORS()
		config.CORS.AllowedOrigins = []string{"https://app.example.com"}
		config.RateLimit = channel.RateLimit{Enabled: true, RequestsPerSecond: 1, Burst: 150}
		config.Routes = []channel.Route{
			{Method: "GET", Pattern: "/zato/sso/user", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := channel.DecodeObject(r); err != nil {
					channel.WriteError(w, r, err)
					return
				}
				channel.WriteJSON(w, 200, "ok")
			})},
			{Method: "GET", Pattern: "/panics", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })},
		}
	})
	for _, path := range []string{"/zato/sso/user", "/zato/api/invoke/a.b", "/nosuch", "/panics", "/zato/ping", "/zato/services", "/zato//sso/user", "/readyz"} {
		for _, method := range []string{"GET", "POST", "OPTIONS", "DELETE", "BREW"} {
			for _, query := range []string{"?ust=" + secret, "?ust=" + secret + "&ust=%zz", "?" + secret, "%3Fust=" + secret, "%23ust=" + secret, "%253Fust=" + secret, "%253fust=" + secret, "%2523ust=" + secret, "%25253Fust=" + secret} {
				for _, body := range []string{"", `{"password":"` + secret + `"}`, `{"password":"` + secret} {
					h.send(t, method, path+query, secret, body, "X-Zato-SSO-UST", secret, "Cookie", "ust="+secret, "Referer", "https://x/?"+secret, "Origin", "https://app.example.com")
				}
			}
		}
		h.send(t, "GET", path, "", "", "Authorization", "Bearer "+secret)
		h.send(t, "GET", path, "", "", "Authorization", secret)
	}
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, secret) {
			t.Errorf("the log has it: %s", line)
		}
	}
	if !strings.Contains(h.log.String(), `"path":"/zato/sso/user"`) {
		t.Error("the log has no lines of these requests")
	}
}

// TestLogIsBounded sends what is long, and what would begin another line.
func TestLogIsBounded(t *testing.T) {
	h := start(t, nil)
	for _, request := range []string{
		"GET /" + strings.Repeat("a", 10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /" + strings.Repeat("%0Alevel=ERROR%20msg=forged", 20) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /" + strings.Repeat("%C3%BC%1b%5B31m%FF", 500) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		strings.Repeat("A", 10_000) + " / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		before := len(h.log.String())
		connection := dial(t, h.address)
		if status := ask(t, connection, request); !strings.HasPrefix(status, "4") {
			t.Errorf("%.40q: %s", request, status)
		}
		for deadline := time.Now().Add(far); len(h.log.String()) == before; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%.40q: nothing was logged", request)
			}
		}
		written := h.log.String()[before:]
		if strings.Count(written, "\n") != 1 || len(written) > 2000 || strings.ContainsAny(strings.TrimSpace(written), "\n\r\x1b") {
			t.Errorf("%.40q: %d bytes: %.600q", request, len(written), written)
		}
	}
}

// TestHandshakesThatFail come from scanners in any number, and fill no disk.
func TestHandshakesThatFail(t *testing.T) {
	h, client := secured(t, nil)
	for i := range 60 {
		connection := dial(t, h.address)
		_, _ = fmt.Fprintf(connection, "GET /%d HTTP/1.0\r\n\r\n", i)
		if _, err := io.ReadAll(connection); isTimeout(err) {
			t.Fatal(err)
		}
		connection, err := net.Dial("tcp", h.address)
		if err != nil {
			t.Fatal(err)
		}
		connection.Close()
	}
	response, err := client.Get(h.url + "/zato/ping")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if count := strings.Count(h.log.String(), "TLS handshake"); count != 2 { // one line, which says it twice
		t.Errorf("%d", count)
	}
}

// TestWarningOfGuessesShowsNoSecrets guesses a password until there is a warning
// of it, whose path ends where a query begins.
func TestWarningOfGuessesShowsNoSecrets(t *testing.T) {
	throttle := security.DefaultThrottle()
	throttle.DefinitionAttempts = 1
	h := startThrottled(t, &throttle, nil)
	for range 3 {
		h.send(t, "POST", "/zato/api/invoke/a.b%3Fust=s3cret-ust", "wrong", "{}")
	}
	written := h.log.String()
	if !strings.Contains(written, "may be guessing") || strings.Contains(written, "s3cret-ust") {
		t.Errorf("the log is %s", written)
	}
}
