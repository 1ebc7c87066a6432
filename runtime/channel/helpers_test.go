package channel_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/openapi/openapitest"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/security"
)

// invoker runs a function in the place of services, and keeps the last request.
type invoker struct {
	mu      sync.Mutex
	last    *invocation.Request
	respond func(ctx context.Context, request invocation.Request) (invocation.Response, error)
}

func (i *invoker) Invoke(ctx context.Context, request invocation.Request) (invocation.Response, error) {
	i.mu.Lock()
	i.last = &request
	i.mu.Unlock()
	return i.respond(ctx, request)
}

func (i *invoker) taken() *invocation.Request {
	i.mu.Lock()
	defer i.mu.Unlock()
	last := i.last
	i.last = nil
	return last
}

func answer(body string) func(context.Context, invocation.Request) (invocation.Response, error) {
	return func(_ context.Context, request invocation.Request) (invocation.Response, error) {
		return invocation.Response{CID: request.CID, Status: 200, Body: []byte(body), Version: "v-1"}, nil
	}
}

// host is a channel on a real listener, with real security on SQLite: the
// definition pubapi takes client and s3cret-pass.
type host struct {
	url      string
	address  string
	document []byte // of OpenAPI: what send gets is checked against it, unless there are routes without documentation
	invoker  *invoker
	log      *logtest.Buffer
	db       interface{ Close() error }
	stop     context.CancelFunc
	ended    chan error
}

func start(t *testing.T, change func(*channel.Config, *channel.ServerConfig)) *host {
	t.Helper()
	return startThrottled(t, nil, change)
}

func startThrottled(t *testing.T, throttle *security.ThrottleConfig, change func(*channel.Config, *channel.ServerConfig)) *host {
	t.Helper()
	return launch(t, throttle, nil, change)
}

// startOn is start on another listener than the one that the host has.
func startOn(t *testing.T, other func(net.Listener) net.Listener, change func(*channel.Config, *channel.ServerConfig)) *host {
	t.Helper()
	return launch(t, nil, other, change)
}

func launch(t *testing.T, throttle *security.ThrottleConfig, other func(net.Listener) net.Listener, change func(*channel.Config, *channel.ServerConfig)) *host {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	db, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(t.TempDir(), "test.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, security.MigrationOwner, security.Migrations()); err != nil {
		t.Fatal(err)
	}
	hasher, err := password.New(password.Config{Algorithm: password.PBKDF2SHA512, Rounds: 1, SaltSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	definitions := security.New(security.Config{DB: db, Hasher: hasher, Refresh: time.Millisecond, Throttle: throttle})
	if err := definitions.Set(ctx, "pubapi", "client", "s3cret-pass"); err != nil {
		t.Fatal(err)
	}
	h := &host{invoker: &invoker{respond: answer(`{"ok":true}`)}, log: &logtest.Buffer{}, db: db, stop: stop, ended: make(chan error, 1)}
	logger := slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := channel.Config{
		Invoker:       h.invoker,
		Authenticator: definitions,
		Services:      func() any { return []map[string]string{{"name": "a.b"}} },
		Logger:        logger,
	}
	serverConfig := channel.ServerConfig{Logger: logger}
	if change != nil {
		change(&config, &serverConfig)
	}
	if serverConfig.Handler, err = channel.New(config); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(config.Routes, func(r channel.Route) bool { return r.Doc == nil }) {
		config.Logger, config.HideDocs = nil, false
		h.document = documentOf(t, config)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = listener.Addr().String()
	h.url = "http://" + h.address
	if other != nil {
		listener = other(listener)
	}
	go func() { h.ended <- channel.NewServer(serverConfig).Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		http.DefaultClient.CloseIdleConnections()
		select {
		case <-h.ended:
		case <-time.After(time.Minute):
			t.Error("the server does not end")
		}
	})
	return h
}

// documentOf returns the OpenAPI document of a channel.
func documentOf(t *testing.T, config channel.Config) []byte {
	t.Helper()
	handler, err := channel.New(config)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, openapitest.Path, nil))
	return answer.Body.Bytes()
}

// reply is an answer read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(r.body), &object); err != nil {
		t.Fatalf("the answer %q is no JSON object: %v", r.body, err)
	}
	return object
}

// send sends a request; credentials other than none are client's.
func (h *host) send(t *testing.T, method, path, credentials, body string, headers ...string) reply {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = bytes.NewReader([]byte(body))
	}
	request, err := http.NewRequest(method, h.url+path, content)
	if err != nil {
		t.Fatal(err)
	}
	if credentials != "" {
		request.SetBasicAuth("client", credentials)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if h.document != nil {
		client = openapitest.ClientOf(t, h.document)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(read)}
}

// secured has a host speak TLS, and returns a client that trusts it.
func secured(t *testing.T, change func(*channel.Config, *channel.ServerConfig)) (*host, *http.Client) {
	t.Helper()
	ca := pgtest.NewCA(t)
	issued := ca.Issue(t, "127.0.0.1")
	pair, err := tls.LoadX509KeyPair(issued.File, issued.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, func(config *channel.Config, server *channel.ServerConfig) {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
		if change != nil {
			change(config, server)
		}
	})
	h.url = "https://" + h.address
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Roots()}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return h, &http.Client{Transport: transport}
}
