package channel_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
)

const head = "POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Y2xpZW50OnMzY3JldC1wYXNz\r\n"

// TestOthersAreServedBesideSlowClients has many clients of each slow kind, with
// and without TLS, and another one that gets all its answers meanwhile.
func TestOthersAreServedBesideSlowClients(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 8<<20)
	large := channel.Route{Method: "GET", Pattern: "/large", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(content)
	})}
	slow := map[string]string{
		"silent":         "",
		"half a header":  "POST /zato/api/invoke/a.b HTTP/1.1\r\nHost:",
		"half a body":    head + "Content-Length: 100\r\n\r\n{",
		"half a chunk":   head + "Transfer-Encoding: chunked\r\n\r\n20\r\n{",
		"does not read":  "GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
		"does not want":  "POST /nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
		"idle":           ping,
		"not HTTP":       "\x16\x03\x01",
		"waits to write": head + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
	}
	const ofEach = 20
	for _, isSecured := range []bool{false, true} {
		name := "plain"
		change := func(config *channel.Config, _ *channel.ServerConfig) { config.Routes = []channel.Route{large} }
		if isSecured {
			name = "TLS"
		}
		t.Run(name, func(t *testing.T) {
			client := &http.Client{Timeout: far}
			var h *host
			if isSecured {
				h, client = secured(t, change)
			} else {
				h = start(t, change)
			}
			for _, sent := range slow {
				for range ofEach {
					connection := dial(t, h.address)
					if isSecured && sent != "" {
						settings := client.Transport.(*http.Transport).TLSClientConfig.Clone()
						settings.ServerName, settings.NextProtos = "127.0.0.1", nil
						connection = tls.Client(connection, settings)
					}
					if _, err := io.WriteString(connection, sent); err != nil {
						t.Fatal(err)
					}
				}
			}
			for range 100 {
				request, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/zato/api/invoke/a.b", strings.NewReader(`{"a":1}`))
				if err != nil {
					t.Fatal(err)
				}
				request.SetBasicAuth("client", right)
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != 200 || string(body) != `{"ok":true}` {
					t.Fatalf("%d %s %v", response.StatusCode, body, err)
				}
			}
		})
	}
}

// TestSlowBytesAreBounded has clients send a byte now and then, which keeps no
// request alive beyond its time.
func TestSlowBytesAreBounded(t *testing.T) {
	const limit = time.Second // in which a busy machine takes the header
	h := start(t, func(_ *channel.Config, server *channel.ServerConfig) {
		server.ReadTimeout, server.HeaderTimeout = limit, limit
	})
	for name, test := range map[string]struct{ first, next, want string }{
		"header": {"POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nX: ", "x", ""},
		"body":   {head + "Content-Length: 100000\r\n\r\n", " ", "408 Request Timeout"},
		"chunks": {head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", "408 Request Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			connection := dial(t, h.address)
			if _, err := io.WriteString(connection, test.first); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			var sending sync.WaitGroup
			sending.Go(func() {
				for {
					select {
					case <-ended:
						return
					case <-time.After(10 * time.Millisecond):
						if _, err := io.WriteString(connection, test.next); err != nil {
							return
						}
					}
				}
			})
			buffer := make([]byte, 4096)
			n, err := connection.Read(buffer) // the answer, or the end
			close(ended)
			sending.Wait()
			if isTimeout(err) || !strings.Contains(string(buffer[:n]), test.want) {
				t.Errorf("answer is %q, %v", buffer[:n], err)
			}
		})
	}
}

// TestRefusalsDoNotWaitForBodies refuses a request whose body does not come,
// long before the body had to be there.
func TestRefusalsDoNotWaitForBodies(t *testing.T) {
	h := start(t, func(_ *channel.Config, server *channel.ServerConfig) { server.ReadTimeout = time.Hour })
	for request, want := range map[string]string{
		"POST /nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{":              "404",
		"POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{": "401",
		"POST /zato/ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n":     "405",
	} {
		if status := ask(t, dial(t, h.address), request); !strings.HasPrefix(status, want) {
			t.Errorf("%q: %s", request, status)
		}
	}
}

// TestSlowBodyOverHTTP2 has one request of a connection wait for its body, while
// others of the same connection are answered.
func TestSlowBodyOverHTTP2(t *testing.T) {
	h, client := secured(t, func(_ *channel.Config, server *channel.ServerConfig) { server.ReadTimeout = 500 * time.Millisecond })
	half, rest := io.Pipe()
	defer rest.Close()
	request, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/zato/api/invoke/a.b", half)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("client", right)
	answered := make(chan error, 1)
	var status int
	go func() {
		response, err := client.Do(request)
		if err == nil {
			status = response.StatusCode
			response.Body.Close()
		}
		answered <- err
	}()
	if _, err := rest.Write([]byte("{")); err != nil {
		t.Fatal(err)
	}
	response, err := client.Get(h.url + "/zato/ping")
	if err != nil || response.StatusCode != 200 || response.ProtoMajor != 2 {
		t.Fatalf("beside it: %v", err)
	}
	response.Body.Close()
	select {
	case err := <-answered:
		if err != nil || status != 408 {
			t.Errorf("%d, %v", status, err)
		}
	case <-time.After(far):
		t.Error("no answer")
	}
}

// TestAClientOfHTTP2ThatDoesNotRead holds neither its handler nor the rest of
// the host for ever.
func TestAClientOfHTTP2ThatDoesNotRead(t *testing.T) {
	finished := make(chan struct{})
	h, client := secured(t, func(config *channel.Config, server *channel.ServerConfig) {
		config.WriteTimeout, server.WriteTimeout = time.Second, time.Second
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/large", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(finished)
			channel.WriteJSON(w, 200, strings.Repeat("x", 16<<20))
		})}}
	})
	response, err := client.Get(h.url + "/large") // and its body is left alone
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	select {
	case <-finished:
	case <-time.After(far):
		t.Fatal("the handler waits for the client")
	}
}

// TestLargeBodiesAreBounded has slow clients send large bodies, but for the last
// byte, until they are refused; small ones are not.
func TestLargeBodiesAreBounded(t *testing.T) {
	h := start(t, func(_ *channel.Config, server *channel.ServerConfig) { server.ReadTimeout = time.Hour })
	// Of each body 192 KiB count, and 64 MiB are for all: 341 of them.
	const size, clients, refused = 256 << 10, 360, 19
	large := strings.Repeat(" ", size-1)
	answers := make(chan string, clients)
	for range clients {
		connection := dial(t, h.address)
		go func() {
			_, _ = fmt.Fprintf(connection, "%sContent-Length: %d\r\n\r\n%s", head, size, large)
			buffer := make([]byte, 4096)
			if n, err := connection.Read(buffer); err == nil {
				answers <- string(buffer[:n])
			}
		}()
	}
	for range refused {
		select {
		case got := <-answers:
			if !strings.Contains(got, "503 Service Unavailable") || !strings.Contains(got, "Retry-After") {
				t.Fatalf("answer is %s", got)
			}
		case <-time.After(far):
			t.Fatal("all large bodies are taken")
		}
	}
	if got := h.send(t, "POST", "/zato/api/invoke/a.b", right, `{"a":1}`); got.status != 200 {
		t.Errorf("a small body: %d %s", got.status, got.body)
	}
	if count := strings.Count(h.log.String(), "take too much memory"); count != 1 {
		t.Errorf("%d lines tell of it", count)
	}
}

// TestLimitsDoNotHoldForTheMakingOfAnAnswerOverHTTP2 lets a call take longer
// than its body, its answer and an idle connection may.
func TestLimitsDoNotHoldForTheMakingOfAnAnswerOverHTTP2(t *testing.T) {
	const limit = 400 * time.Millisecond
	h, client := secured(t, func(config *channel.Config, server *channel.ServerConfig) {
		config.WriteTimeout, server.WriteTimeout, server.ReadTimeout, server.IdleTimeout = limit, limit, limit, limit
	})
	h.invoker.respond = func(ctx context.Context, _ invocation.Request) (invocation.Response, error) {
		select {
		case <-ctx.Done():
			return invocation.Response{}, ctx.Err()
		case <-time.After(4 * limit):
			return invocation.Response{Status: 200, Body: []byte(`"late"`)}, nil
		}
	}
	for _, body := range []string{`{"a":1}`, ``} {
		request, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/zato/api/invoke/a.b", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("client", right)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		read, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || string(read) != `"late"` || response.ProtoMajor != 2 {
			t.Errorf("body %q: %s %s %v", body, response.Status, read, err)
		}
	}
}

// TestClientsThatPipelineAndDoNotRead send requests, take no answers, and are
// ended.
func TestClientsThatPipelineAndDoNotRead(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) { config.WriteTimeout = 100 * time.Millisecond })
	for _, request := range []string{ping, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nosuch HTTP/1.1\r\nHost: x\r\n\r\n"} {
		isEndedByPipelining(t, dial(t, h.address), request)
	}
}

// isEndedByPipelining sends a request again and again until the server ends the
// connection.
func isEndedByPipelining(t *testing.T, connection net.Conn, request string) {
	t.Helper()
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for many := strings.Repeat(request, 100); ; {
		if _, err := io.WriteString(connection, many); isTimeout(err) {
			t.Errorf("%q: the server does not end the connection", request)
			return
		} else if err != nil {
			return
		}
	}
}

// TestOptionsOfTheServer are answered by the channel, as all else is.
func TestOptionsOfTheServer(t *testing.T) {
	h := start(t, nil)
	connection := dial(t, h.address)
	if _, err := io.WriteString(connection, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	cid := response.Header.Get("X-Zato-CID")
	if response.StatusCode != 404 || cid == "" || response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %v", response.Status, response.Header)
	}
	h.stop()
	err = <-h.ended
	h.ended <- err // for the clean-up
	if log := h.log.String(); err != nil || !strings.Contains(log, cid) {
		t.Errorf("%v, the log is %s", err, log)
	}
}
