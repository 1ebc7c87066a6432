package channel_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

// callers lets in by fixed credentials.
type callers struct{}

func (callers) Verify(_ context.Context, definition, username, password string) (security.Principal, error) {
	if definition != "" || password != right {
		return security.Principal{}, security.ErrDenied
	}
	return security.Principal{Type: security.BasicAuth, ID: 1, Name: username, Username: username}, nil
}

func (callers) VerifyToken(_ context.Context, token string) (security.Principal, error) {
	if token == "broken" {
		return security.Principal{}, errors.New("a private cause")
	}
	if token != "good" && token != "stranger" {
		return security.Principal{}, security.ErrDenied
	}
	return security.Principal{Type: security.JWT, ID: 2, Name: map[string]string{"good": "partner", "stranger": "stranger"}[token], Token: "digest"}, nil
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
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer bad", "Bearer good good", "Bearer stranger", "Basic good", "good", "JWT good"} {
		got := h.send(t, "POST", path, "", "{}", "Authorization", header)
		checkFailure(t, got, 401, "client or partner")
		if want := []string{`Basic realm="client", charset="UTF-8"`, `Bearer realm="client"`}; !slices.Equal(got.header.Values("WWW-Authenticate"), want) {
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
