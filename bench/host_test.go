package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/store"
	"gatehouse/services/examples"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	apiPassword  = "api-password-9"
	userPassword = "Correct-Horse-9-Battery"

	// The example, from its file and compiled in.
	interpretedUpdate = "update-current-user.update-current-user"
	compiledUpdate    = "compiled.update-current-user"

	interpretedEmpty = "empty.empty"
	compiledEmpty    = "compiled.empty"
)

const emptySource = `package services

import "gatehouse/runtime/service"

type Empty struct{ service.Service }

func (self *Empty) Handle() error { return nil }
`

// empty is emptySource, compiled.
type empty struct{ service.Service }

func (self *empty) Handle() error { return nil }

func compiledServices() map[string]func() service.Handler {
	return map[string]func() service.Handler{
		compiledUpdate: func() service.Handler { return new(examples.UpdateCurrentUser) },
		compiledEmpty:  func() service.Handler { return new(empty) },
	}
}

// host is a whole host on a real listener.
type host struct {
	address  string
	runtime  *runtime.Runtime
	sso      *plugin.SSO
	services string // directory
	database string // URL of PostgreSQL, or path of the SQLite file
	stop     func() // ends the host, once
}

// startHost starts a host on PostgreSQL, or on SQLite where url is empty. Its
// log is text at level info, as by default, and goes to log.
func startHost(b *testing.B, url string, log io.Writer) *host {
	b.Helper()
	return startHostAtLevel(b, url, log, slog.LevelInfo)
}

func startHostAtLevel(b *testing.B, url string, log io.Writer, level slog.Level) *host {
	b.Helper()
	h := &host{services: b.TempDir(), sso: plugin.New(), database: url}
	source, err := os.ReadFile("../services/examples/update_current_user.go")
	if err != nil {
		b.Fatal(err)
	}
	h.write(b, "examples/update_current_user.go", string(source))
	h.write(b, "empty.go", emptySource)
	cfg := runtime.DefaultConfig()
	cfg.Data, cfg.Database, cfg.Services.Directories = b.TempDir(), url, []string{h.services}
	cfg.Listen = "127.0.0.1:0"
	if url == "" {
		h.database = filepath.Join(cfg.Data, "gatehouse.db")
	}
	h.runtime, err = runtime.Open(b.Context(), runtime.Options{
		Config: cfg, Plugins: []runtime.Plugin{h.sso}, Compiled: compiledServices(),
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		b.Fatal(err)
	}
	serving := func() {}
	h.stop = sync.OnceFunc(func() {
		serving()
		if err := h.runtime.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(h.stop)
	if err := h.runtime.Security().Set(b.Context(), runtime.InvokeDefinition, "", apiPassword); err != nil {
		b.Fatal(err)
	}
	if err := h.runtime.LoadServices(b.Context()); err != nil {
		b.Fatal(err)
	}
	listener, release, err := h.runtime.Listen(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	h.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- h.runtime.Serve(ctx, listener) }()
	serving = func() {
		cancel()
		if err := <-served; err != nil {
			b.Error(err)
		}
		release()
	}
	return h
}

func (h *host) write(b *testing.B, name, source string) {
	b.Helper()
	path := filepath.Join(h.services, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		b.Fatal(err)
	}
}

// users creates users, logs them in and returns their UST.
func (h *host) users(b *testing.B, n int) []string {
	b.Helper()
	call := sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1"}
	tokens := make([]string, n)
	for i := range tokens {
		trusted := call
		trusted.Trusted = true
		_, err := h.sso.SSO().CreateUser(b.Context(), trusted, sso.NewUser{
			Username: username(i), Password: userPassword, AutoApprove: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		session, err := h.sso.SSO().Login(b.Context(), call, sso.LoginRequest{Username: username(i), Password: userPassword})
		if err != nil {
			b.Fatal(err)
		}
		tokens[i] = session.UST
	}
	return tokens
}

func username(i int) string { return fmt.Sprintf("user-%d", i) }

// auditLength returns how many successful updates the audit tells of.
func (h *host) auditLength(b *testing.B) (n int) {
	b.Helper()
	err := h.sso.Store().Audit(b.Context(), store.AuditFilter{Op: sso.OpUpdateCurrentUser}, func(e store.AuditEntry) error {
		if e.Result == store.ResultOK {
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// input is the body that has the example update the owner of a UST.
func input(ust string) string {
	body, err := json.Marshal(map[string]string{"current_ust": ust})
	if err != nil {
		panic(err) // text always marshals
	}
	return string(body)
}

// client is a keep-alive connection that sends requests written beforehand. It
// spends as little as it can, for it shares the processors with the host.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
}

func (h *host) dial(b *testing.B) *client {
	b.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &client{conn: conn, reader: bufio.NewReader(conn)}
}

// post returns a request, as it goes over the wire.
func (h *host) post(b *testing.B, service, body string) []byte {
	b.Helper()
	var wire strings.Builder
	if err := h.request(b, service, body).Write(&wire); err != nil {
		b.Fatal(err)
	}
	return []byte(wire.String())
}

func (h *host) request(b *testing.B, service, body string) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost,
		"http://"+h.address+"/zato/api/invoke/"+service, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.SetBasicAuth(runtime.InvokeDefinition, apiPassword)
	return r
}

// do sends a request and reads its answer to the end. Any status but 200 is an
// error.
func (c *client) do(wire []byte) (body []byte, err error) {
	if _, err := c.conn.Write(wire); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	return readAnswer(response)
}

func readAnswer(response *http.Response) ([]byte, error) {
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answer %d: %s", response.StatusCode, body)
	}
	return body, nil
}

// over returns a contestant whose clients send a request each, over a
// connection each.
func (h *host) over(b *testing.B, name, service string, bodies []string) contestant {
	b.Helper()
	clients := make([]*client, len(bodies))
	wires := make([][]byte, len(bodies))
	for i, body := range bodies {
		clients[i], wires[i] = h.dial(b), h.post(b, service, body)
	}
	return contestant{name, func(i int) error {
		_, err := clients[i].do(wires[i])
		return err
	}}
}

// overNetHTTP is the same with the client of net/http.
func (h *host) overNetHTTP(b *testing.B, name, service string, bodies []string) contestant {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: len(bodies)}
	b.Cleanup(transport.CloseIdleConnections)
	caller := &http.Client{Transport: transport}
	requests := make([]*http.Request, len(bodies))
	for i, body := range bodies {
		requests[i] = h.request(b, service, body)
	}
	return contestant{name, func(i int) error {
		r := *requests[i]
		r.Body = io.NopCloser(strings.NewReader(bodies[i]))
		response, err := caller.Do(&r)
		if err != nil {
			return err
		}
		_, err = readAnswer(response)
		return err
	}}
}
