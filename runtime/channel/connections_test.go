package channel_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gatehouse/runtime/channel"
)

// far is a generous deadline: a test that comes near it has failed.
const far = time.Minute

// dial opens a connection that is closed with the test.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(far)); err != nil {
		t.Fatal(err)
	}
	return connection
}

// ask sends a request on a connection, and returns the status line of its answer.
func ask(t *testing.T, connection net.Conn, request string) string {
	t.Helper()
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	return response.Status
}

const ping = "GET /zato/ping HTTP/1.1\r\nHost: x\r\n\r\n"

// isEnded waits for the server to end a connection.
func isEnded(t *testing.T, connection net.Conn) {
	t.Helper()
	if n, err := connection.Read(make([]byte, 1)); n != 0 || errors.Is(err, syscall.ETIMEDOUT) || isTimeout(err) {
		t.Errorf("the connection was not ended: %d, %v", n, err)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func limited(most int) func(*channel.Config, *channel.ServerConfig) {
	return func(_ *channel.Config, server *channel.ServerConfig) {
		server.Connections = channel.NewConnections(channel.ConnectionsConfig{Max: most, Logger: server.Logger})
	}
}

// TestIdleConnectionsMakeRoom takes all connections, and then some more.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	h := start(t, limited(3))
	silent, half, kept := dial(t, h.address), dial(t, h.address), dial(t, h.address)
	if _, err := io.WriteString(half, "GET /zato/ping HTTP/1.1\r\nHo"); err != nil {
		t.Fatal(err)
	}
	if status := ask(t, kept, ping); status != "200 OK" {
		t.Fatal(status)
	}
	newest := dial(t, h.address)
	if status := ask(t, newest, ping); status != "200 OK" { // in the place of the silent one
		t.Fatal(status)
	}
	isEnded(t, silent)
	if status := ask(t, kept, ping); status != "200 OK" {
		t.Fatal(status)
	}
	if status := ask(t, dial(t, h.address), ping); status != "200 OK" {
		t.Fatal(status)
	}
	isEnded(t, half)
	for range 10 {
		if status := ask(t, dial(t, h.address), ping); status != "200 OK" {
			t.Fatal(status)
		}
	}
	if count := strings.Count(h.log.String(), "those that have waited the longest"); count != 1 {
		t.Errorf("%d lines tell that all are taken", count)
	}
}

// TestRequestsInProgressAreNotEnded has all connections busy: a new one waits
// until one of them has its answer.
func TestRequestsInProgressAreNotEnded(t *testing.T) {
	for _, isSecured := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %v", isSecured), func(t *testing.T) {
			slow := newGate()
			var h *host
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			if isSecured {
				h, client = secured(t, limited(2))
				client.Transport.(*http.Transport).DisableKeepAlives = true
			} else {
				h = start(t, limited(2))
			}
			h.invoker.respond = slow.respond
			answers := make(chan error, 3)
			get := func(path string) {
				request, err := http.NewRequestWithContext(t.Context(), "GET", h.url+path, http.NoBody)
				if err != nil {
					answers <- err
					return
				}
				request.SetBasicAuth("client", right)
				response, err := client.Do(request)
				if err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					response.Body.Close()
					if response.StatusCode != 200 {
						err = errors.New(response.Status)
					}
				}
				answers <- err
			}
			for range 2 {
				go get("/zato/api/invoke/a.b")
				<-slow.begun
			}
			go get("/zato/ping")
			for deadline := time.Now().Add(far); !strings.Contains(h.log.String(), "new ones wait"); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the third connection does not wait")
				}
			}
			select {
			case err := <-answers:
				t.Fatalf("somebody was answered: %v", err)
			default:
			}
			close(slow.open)
			for range 3 {
				if err := <-answers; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestStopWhileConnectionsWait ends a server that accepts none for now.
func TestStopWhileConnectionsWait(t *testing.T) {
	h, slow := start(t, limited(1)), newGate()
	h.invoker.respond = slow.respond
	answers := make(chan reply, 1)
	go func() { answers <- h.send(t, "POST", "/zato/api/invoke/a.b", right, `{}`) }()
	<-slow.begun
	dial(t, h.address)
	for deadline := time.Now().Add(far); !strings.Contains(h.log.String(), "new ones wait"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the connection does not wait")
		}
	}
	h.stop()
	for deadline := time.Now().Add(far); !strings.Contains(h.log.String(), "stopping"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server does not stop")
		}
	}
	close(slow.open)
	if got := <-answers; got.status != 200 {
		t.Errorf("the call in flight: %d", got.status)
	}
	err := <-h.ended
	if err != nil {
		t.Errorf("Serve = %v", err)
	}
	h.ended <- err
}

// elsewhere is a listener whose clients come from the addresses that they are
// given in turn.
type elsewhere struct {
	net.Listener
	next func() string
}

type from struct {
	net.Conn
	address string
}

func (f from) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.ParseIP(f.address), Port: 4711}
}

func (e elsewhere) Accept() (net.Conn, error) {
	conn, err := e.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return from{conn, e.next()}, nil
}

// TestConnectionsOfOneAddress has one address take its share, while others are
// let in.
func TestConnectionsOfOneAddress(t *testing.T) {
	var address atomic.Value
	address.Store("203.0.113.7")
	slow := newGate()
	h := startOn(t, func(on net.Listener) net.Listener {
		return elsewhere{on, func() string { return address.Load().(string) }}
	}, func(_ *channel.Config, server *channel.ServerConfig) {
		server.Connections = channel.NewConnections(channel.ConnectionsConfig{Max: 100, PerAddress: 2, Logger: server.Logger})
	})
	h.invoker.respond = slow.respond
	const call = "POST /zato/api/invoke/a.b HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Y2xpZW50OnMzY3JldC1wYXNz\r\nContent-Length: 2\r\n\r\n{}"
	first, second := dial(t, h.address), dial(t, h.address)
	for _, connection := range []net.Conn{first, second} {
		if _, err := io.WriteString(connection, call); err != nil {
			t.Fatal(err)
		}
		<-slow.begun
	}
	isEnded(t, dial(t, h.address)) // both have calls in progress: one more is refused
	address.Store("203.0.113.8")
	if status := ask(t, dial(t, h.address), ping); status != "200 OK" {
		t.Errorf("another address: %s", status)
	}
	close(slow.open)
	for _, connection := range []net.Conn{first, second} {
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("a call in progress: %v", err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
	}
	address.Store("203.0.113.7")
	for deadline := time.Now().Add(far); ; { // until the server has noticed that both are idle
		connection := dial(t, h.address)
		_, _ = io.WriteString(connection, ping)
		if response, err := http.ReadResponse(bufio.NewReader(connection), nil); err == nil && response.StatusCode == 200 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("one more, now that others are idle: %v", err)
		}
	}
	if count := strings.Count(h.log.String(), "as many connections as it may"); count != 1 {
		t.Errorf("%d lines tell of the bound", count)
	}
}

// failing is a listener that fails now and then.
type failing struct {
	net.Listener
	mu     sync.Mutex
	errors []error
}

func (f *failing) Accept() (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.errors) > 0 {
		err := f.errors[0]
		f.errors = f.errors[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: err}
	}
	return f.Listener.Accept()
}

// TestErrorsOfAcceptPass lets a host run out of files and meet networks that
// are down.
func TestErrorsOfAcceptPass(t *testing.T) {
	h := startOn(t, func(on net.Listener) net.Listener {
		return &failing{Listener: on, errors: []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENETDOWN, syscall.EPROTO, syscall.EPERM}}
	}, nil)
	if got := h.send(t, "GET", "/zato/ping", "", ""); got.status != 200 {
		t.Errorf("%d", got.status)
	}
	if count := strings.Count(h.log.String(), "could not be accepted"); count != 1 {
		t.Errorf("%d lines tell of it", count)
	}
}

func TestConnectionsByDefault(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := channel.MaxConnections(); most < 1 || most > 16_384 || uint64(most) >= limit.Cur {
		t.Errorf("%d connections with %d files", most, limit.Cur)
	}
}
