package channel_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
)

// gate is a service that reports that it has begun and waits.
type gate struct {
	begun, open chan struct{}
	cancelled   chan error
}

func newGate() *gate {
	return &gate{make(chan struct{}, 10), make(chan struct{}), make(chan error, 10)}
}

func (g *gate) respond(ctx context.Context, _ invocation.Request) (invocation.Response, error) {
	g.begun <- struct{}{}
	select {
	case <-g.open:
		return invocation.Response{Status: 200, Body: []byte(`"done"`)}, nil
	case <-ctx.Done():
		g.cancelled <- ctx.Err()
		return invocation.Response{}, ctx.Err()
	}
}

func TestCallsInFlightFinish(t *testing.T) {
	h, slow := start(t, nil), newGate()
	h.invoker.respond = slow.respond
	answers := make(chan reply, 1)
	go func() { answers <- h.send(t, "POST", "/zato/api/invoke/a.b", right, `{}`) }()
	<-slow.begun
	h.stop()
	for { // it stops accepting
		connection, err := net.Dial("tcp", h.address)
		if err != nil {
			break
		}
		connection.Close()
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-h.ended:
		t.Fatalf("it ended with a call in flight: %v", err)
	default:
	}
	close(slow.open)
	if got := <-answers; got.status != 200 || got.body != `"done"` {
		t.Errorf("answer is %d %s", got.status, got.body)
	}
	err := <-h.ended
	if err != nil {
		t.Errorf("Serve = %v", err)
	}
	h.ended <- err // for the clean-up
}

func TestCallsThatTakeLongerThanTheGrace(t *testing.T) {
	h, slow := start(t, func(_ *channel.Config, server *channel.ServerConfig) { server.Grace = 20 * time.Millisecond }), newGate()
	h.invoker.respond = slow.respond
	go func() {
		request, _ := http.NewRequest("POST", h.url+"/zato/api/invoke/a.b", nil)
		request.SetBasicAuth("client", right)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	}()
	<-slow.begun
	h.stop()
	err := <-h.ended
	if err == nil || !strings.Contains(err.Error(), "cut off after 20ms") {
		t.Errorf("Serve = %v", err)
	}
	if err := <-slow.cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("the call's context: %v", err)
	}
	h.ended <- err
}

func TestListenerThatFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	err = channel.NewServer(channel.ServerConfig{Handler: http.NotFoundHandler()}).Serve(context.Background(), listener)
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v", err)
	}
}

func TestACallEndsWhenItsClientGoes(t *testing.T) {
	h, slow := start(t, nil), newGate()
	h.invoker.respond = slow.respond
	ctx, leave := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, "POST", h.url+"/zato/api/invoke/a.b", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("client", right)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
		}
	}()
	<-slow.begun
	leave()
	if err := <-slow.cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("the call's context: %v", err)
	}
	<-gone
}

// TestLimitsDoNotHoldForTheMakingOfAnAnswer lets calls take longer than their
// bodies and answers may, one after another on one connection.
func TestLimitsDoNotHoldForTheMakingOfAnAnswer(t *testing.T) {
	const limit = 30 * time.Millisecond
	h := start(t, func(config *channel.Config, server *channel.ServerConfig) {
		config.WriteTimeout, server.ReadTimeout, server.HeaderTimeout = limit, limit, limit
	})
	h.invoker.respond = func(ctx context.Context, _ invocation.Request) (invocation.Response, error) {
		select {
		case <-ctx.Done():
			return invocation.Response{}, ctx.Err()
		case <-time.After(4 * limit):
			return invocation.Response{Status: 200, Body: []byte(`"late"`)}, nil
		}
	}
	for _, body := range []string{`{"a":1}`, ``, `{"a":2}`} {
		if got := h.send(t, "POST", "/zato/api/invoke/a.b", right, body); got.status != 200 || got.body != `"late"` {
			t.Errorf("body %q: %d %s", body, got.status, got.body)
		}
	}
}

// TestContinueOnAKeptConnection asks for leave to send a body, after the time
// that the answer before it had.
func TestContinueOnAKeptConnection(t *testing.T) {
	const limit = 20 * time.Millisecond
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) { config.WriteTimeout = limit })
	connection, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	expect := func(request, want string) {
		t.Helper()
		if _, err := io.WriteString(connection, request); err != nil {
			t.Fatal(err)
		}
		line, err := answers.ReadString('\n')
		if err != nil || !strings.Contains(line, want) {
			t.Fatalf("answer is %q, %v; want %s", line, err, want)
		}
		for line != "\r\n" && err == nil {
			line, err = answers.ReadString('\n')
		}
	}
	expect("HEAD /zato/ping HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK")
	time.Sleep(2 * limit)
	expect("POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Y2xpZW50OnMzY3JldC1wYXNz\r\n"+
		"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", "100 Continue")
	expect("{}", "200 OK")
}

// TestSlowClients send part of a request and then nothing.
func TestSlowClients(t *testing.T) {
	const limit = 50 * time.Millisecond
	h := start(t, func(_ *channel.Config, server *channel.ServerConfig) {
		server.ReadTimeout, server.HeaderTimeout, server.IdleTimeout = limit, limit, limit
	})
	for name, test := range map[string]struct{ sent, want string }{
		"nothing":         {"", ""},
		"half a header":   {"POST /zato/api/invoke/a.b HTTP/1.1\r\nHost:", ""},
		"half a body":     {"POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Y2xpZW50OnMzY3JldC1wYXNz\r\nContent-Length: 100\r\n\r\n{", "408 Request Timeout"},
		"body not wanted": {"POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", "401 Unauthorized"},
		"idle":            {"GET /zato/ping HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", h.address)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			if _, err := io.WriteString(connection, test.sent); err != nil {
				t.Fatal(err)
			}
			if err := connection.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(connection) // to the end: the server hangs up
			if err != nil {
				t.Fatalf("the server does not hang up: %v", err)
			}
			if !strings.Contains(string(answer), test.want) {
				t.Errorf("answer is %q", answer)
			}
		})
	}
}

// TestAClientThatDoesNotRead does not hold its handler for ever.
func TestAClientThatDoesNotRead(t *testing.T) {
	finished := make(chan struct{})
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.WriteTimeout = 50 * time.Millisecond
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/large", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(finished)
			channel.WriteJSON(w, 200, strings.Repeat("x", 16<<20))
		})}}
	})
	connection, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-finished:
	case <-time.After(20 * time.Second):
		t.Fatal("the handler waits for the client")
	}
}

func TestHugeHeader(t *testing.T) {
	h := start(t, nil)
	connection, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	go func() {
		_, _ = fmt.Fprintf(connection, "GET /zato/ping HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 1<<20))
	}()
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil || !strings.Contains(line, "431") {
		t.Errorf("answer is %q, %v", line, err)
	}
}

func BenchmarkInvoke(b *testing.B) {
	handler, err := channel.New(channel.Config{Invoker: &invoker{respond: answer(`{"ok":true}`)}, Authenticator: denied{}})
	if err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- channel.NewServer(channel.ServerConfig{Handler: handler}).Serve(ctx, listener) }()
	for b.Loop() {
		request, err := http.NewRequest("POST", "http://"+listener.Addr().String()+"/zato/api/invoke/a.b", strings.NewReader(`{"a":1}`))
		if err != nil {
			b.Fatal(err)
		}
		request.SetBasicAuth("client", right)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != 200 {
			b.Fatal(response.Status, err)
		}
		response.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
