package channel_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

// callers lets in by fixed credentials.
type callers struct{}

func (callers) Verify(_ context.Context, from security.Client, username, password string) (security.Principal, error) {
	if from.Address != "127.0.0.1" || password != right || !slices.Contains(from.Definitions, username) {
		return security.Principal{}, security.ErrDenied
	}
	return security.Principal{Type: security.BasicAuth, ID: 1, Name: username, Username: username}, nil
}

func (callers) VerifyToken(_ context.Context, from security.Client, token string) (security.Principal, error) {
	if token == "broken" {
		return security.Principal{}, errors.New("a private cause")
	}
	if token != "good" || from.Address != "127.0.0.1" || !slices.Contains(from.Definitions, "partner") {
		return security.Principal{}, security.ErrDenied
	}
	return security.Principal{Type: security.JWT, ID: 2, Name: "partner", Token: "digest"}, nil
}

func TestCallers(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Authenticator, config.Definitions = callers{}, []string{"client", "partner"}
	})
	const path = "/zato/api/invoke/a.b"
	if got := h.send(t, "POST", path, right, "{}"); got.status != 200 {
		t.Errorf("Basic Auth: %d %s", got.status, got.body)
	}
	for _, header := range []string{"Bearer good", "bearer  good"} {
		if got := h.send(t, "POST", path, "", "{}", "Authorization", header); got.status != 200 {
			t.Errorf("%q: %d %s", header, got.status, got.body)
		}
		if sent := h.invoker.taken(); sent.HTTP.Headers.Get("Authorization") != "" {
			t.Error("a service sees the token")
		}
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer bad", "Bearer good good", "Basic good", "good", "JWT good"} {
		got := h.send(t, "POST", path, "", "{}", "Authorization", header)
		checkFailure(t, got, 401, "of a security definition")
		if want := []string{`Basic realm="services", charset="UTF-8"`, `Bearer realm="services"`}; !slices.Equal(got.header.Values("WWW-Authenticate"), want) {
			t.Errorf("%q: %v", header, got.header.Values("WWW-Authenticate"))
		}
	}
	checkFailure(t, h.send(t, "POST", path, "", "{}", "Authorization", "Bearer broken"), 500, "Internal error")
	if h.invoker.taken() != nil {
		t.Error("a service ran for somebody who was not let in")
	}
	if got := h.send(t, "GET", "/zato/services", "", "", "Authorization", "Bearer good"); got.status != 200 {
		t.Errorf("the list of services: %d", got.status)
	}
}

func TestSessionsOfCallers(t *testing.T) {
	const header = "X-Zato-SSO-UST"
	var token string
	var fault error
	var opened []security.Principal
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Authenticator, config.Definitions = callers{}, []string{"client", "partner"}
		config.Session = func(r *http.Request, caller security.Principal) (string, error) {
			opened = append(opened, caller)
			return token, fault
		}
	})
	const path = "/zato/api/invoke/a.b"
	token = "the-token"
	got := h.send(t, "POST", path, "", "{}", "Authorization", "Bearer good", header, "the client's")
	if got.status != 200 || got.header.Get(header) != token || h.invoker.taken().HTTP.Headers.Get(header) != token {
		t.Errorf("%d, header %q", got.status, got.header.Get(header))
	}
	if want := (security.Principal{Type: security.JWT, ID: 2, Name: "partner", Token: "digest"}); len(opened) != 1 || opened[0] != want {
		t.Errorf("opened for %+v", opened)
	}
	h.invoker.respond = func(context.Context, invocation.Request) (invocation.Response, error) {
		return invocation.Response{}, &invocation.Error{Status: 409, Message: "no"}
	}
	if got := h.send(t, "POST", path, right, "{}"); got.status != 409 || got.header.Get(header) != token {
		t.Errorf("a service that refuses: %d, header %q", got.status, got.header.Get(header))
	}
	h.invoker.respond, token = answer("{}"), ""
	h.invoker.taken()
	got = h.send(t, "POST", path, right, "{}", header, "the client's")
	if got.status != 200 || got.header.Values(header) != nil || h.invoker.taken().HTTP.Headers.Get(header) != "the client's" {
		t.Errorf("without a session: %d, header %q", got.status, got.header.Values(header))
	}
	fault = errors.New("a private cause")
	checkFailure(t, h.send(t, "POST", path, right, "{}"), 500, "Internal error")
	opened = nil
	h.send(t, "POST", path, "guess", "{}")
	h.send(t, "GET", "/zato/services", right, "")
	h.send(t, "POST", path, right, "{")
	if h.invoker.taken() != nil || opened != nil {
		t.Errorf("a session was opened for nothing: %+v", opened)
	}
}

// TestRefusals has the log tell why callers were refused, with what an operator
// needs to look into it, and no more; clients are told one and the same.
func TestRefusals(t *testing.T) {
	h := start(t, nil)
	requests := func() (found []map[string]any) {
		t.Helper()
		for line := range strings.Lines(h.log.String()) {
			var logged map[string]any
			if err := json.Unmarshal([]byte(line), &logged); err != nil {
				t.Fatal(err)
			}
			if logged["msg"] == "request" {
				found = append(found, logged)
			}
		}
		return found
	}
	basic := func(username, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))
	}
	for _, c := range []struct{ header, definition, want string }{
		{"", "", "no credentials"},
		{"Digest hunter2", "", "neither Basic nor Bearer"},
		{"Basic hunter2", "", "neither Basic nor Bearer"},
		{basic("client", "hunter2"), "pubapi", "wrong password"},
		{basic("hunter2", "s3cret-pass"), "", "no Basic Auth definition has this username"},
		{"Bearer hunter2", "", "is no JWT"},
	} {
		before := len(requests())
		got := h.send(t, "POST", "/zato/api/invoke/a.b", "", "{}", "Authorization", c.header)
		checkFailure(t, got, 401, "needs the username and password")
		until(t, func() bool { return len(requests()) > before })
		logged := requests()[before]
		definition, _ := logged["security"].(string)
		refused, _ := logged["refused"].(string)
		if logged["cid"] != got.header.Get("X-Zato-CID") || logged["path"] != "/zato/api/invoke/a.b" || logged["remote_addr"] != "127.0.0.1" ||
			definition != c.definition || !strings.Contains(refused, c.want) {
			t.Errorf("%q: logged %v", c.header, logged)
		}
	}
	if got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}"); got.status != 200 {
		t.Errorf("the right password: %d", got.status)
	}
	if text := h.log.String(); strings.Contains(text, "hunter2") || strings.Contains(text, right) {
		t.Error("what was sent is in the log")
	}
}

// TestGuessesAreToldToWait sends wrong passwords until it has to wait, with those
// who were let in before unharmed.
func TestGuessesAreToldToWait(t *testing.T) {
	throttle := security.DefaultThrottle()
	throttle.FirstDelay = throttle.LongestDelay // for as long as the test takes
	h := startThrottled(t, &throttle, nil)
	const path = "/zato/api/invoke/a.b"
	send := func(password string) reply { return h.send(t, "POST", path, password, "{}") }
	if got := send(right); got.status != 200 {
		t.Fatalf("got %d", got.status)
	}
	for i := range 5 {
		checkFailure(t, send(fmt.Sprint("hunter", i)), 401, "Not authenticated")
	}
	for i := range 20 {
		got := send(fmt.Sprint("hunter", 5+i))
		checkFailure(t, got, 429, "Too many wrong passwords: try again in ")
		if seconds, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 61 || got.header.Get("WWW-Authenticate") != "" {
			t.Errorf("headers %v", got.header)
		}
	}
	checkFailure(t, send("hunter0"), 401, "Not authenticated") // as was known
	if got := send(right); got.status != 200 {
		t.Errorf("who was let in before: %d", got.status)
	}
	text := h.log.String()
	if n := strings.Count(text, "may be guessing"); n != 1 || strings.Contains(text, "hunter") {
		t.Errorf("%d warnings, in %s", n, text)
	}
	if !strings.Contains(text, `"refused":"too early after wrong passwords`) || !strings.Contains(text, `"security":"pubapi","reason":"wrong password"`) {
		t.Errorf("the log does not tell: %s", text)
	}
}

// until waits for what a request does behind its answer.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for range 2000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it does not happen")
}
