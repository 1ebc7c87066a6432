package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/logtest"
	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/ssotest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const apiPassword = "api-password-9"

// host is a whole host on a real listener.
type host struct {
	t       *testing.T
	url     string
	runtime *runtime.Runtime
	sso     *plugin.SSO
	log     *logtest.Buffer
	dir     string // of services
	cfg     runtime.Config

	stopServing, stop func()
}

// openOptions opens a runtime with the SSO and without a log.
func openOptions(cfg runtime.Config) runtime.Options {
	return runtime.Options{Config: cfg, Plugins: []runtime.Plugin{plugin.New()}, Logger: slog.New(slog.DiscardHandler)}
}

type options struct {
	database string
	services map[string]string // file → source
	change   func(*runtime.Config)
	compiled map[string]func() service.Handler
	jsonLog  bool // as well
}

// onEveryStore runs a test against a host on each engine.
func onEveryStore(t *testing.T, o options, test func(t *testing.T, h *host)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, start(t, o)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		o := o
		o.database = pgtest.URL(t)
		test(t, start(t, o))
	})
}

func start(t *testing.T, o options) *host {
	t.Helper()
	h := &host{t: t, dir: t.TempDir(), log: new(logtest.Buffer), sso: plugin.New()}
	for name, source := range o.services {
		h.write(name, source)
	}
	cfg := runtime.DefaultConfig()
	cfg.Data, cfg.Database, cfg.Services.Directories = t.TempDir(), o.database, []string{h.dir}
	cfg.Listen = "127.0.0.1:0"
	if o.change != nil {
		o.change(&cfg)
	}
	h.cfg = cfg
	var handler slog.Handler = slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})
	if o.jsonLog {
		handler = slog.NewMultiHandler(handler, slog.NewJSONHandler(h.log, nil))
	}
	var err error
	h.runtime, err = runtime.Open(t.Context(), runtime.Options{
		Config: cfg, Plugins: []runtime.Plugin{h.sso}, Compiled: o.compiled, Logger: slog.New(handler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.runtime.Security().Set(t.Context(), runtime.InvokeDefinition, "", apiPassword); err != nil {
		t.Fatal(err)
	}
	if err := h.runtime.LoadServices(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, release, err := h.runtime.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- h.runtime.Serve(ctx, listener) }()
	h.stopServing = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	h.stop = sync.OnceFunc(func() {
		h.stopServing()
		release()
		if err := h.runtime.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(h.stop)
	return h
}

func (h *host) write(name, source string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (a answer) String() string { return http.StatusText(a.status) + " " + a.text }

func (h *host) send(method, path, body string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	request.SetBasicAuth(runtime.InvokeDefinition, apiPassword)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if len(bytes.TrimSpace(text)) > 0 {
		if err := json.Unmarshal(text, &a.json); err != nil {
			a.json = nil // a list, or a plain value
		}
	}
	return a
}

// invoke runs a service with an input, which is marshalled.
func (h *host) invoke(name string, input any) answer {
	h.t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.send(http.MethodPost, "/zato/api/invoke/"+name, string(body))
}

// user creates a user behind the API and returns its ID and a UST.
func (h *host) user(username string, change func(*sso.NewUser)) (id, ust string) {
	h.t.Helper()
	user := sso.NewUser{Username: username, Password: ssotest.Password, AutoApprove: true}
	if change != nil {
		change(&user)
	}
	created, err := h.sso.SSO().CreateUser(h.t.Context(), ssotest.Trusted(), user)
	if err != nil {
		h.t.Fatal(err)
	}
	return created.UserID, h.login(username)
}

func (h *host) login(username string) string {
	h.t.Helper()
	session, err := h.sso.SSO().Login(h.t.Context(), ssotest.Call(""), sso.LoginRequest{Username: username, Password: ssotest.Password})
	if err != nil {
		h.t.Fatal(err)
	}
	return session.UST
}

// configFile writes a configuration file and returns its path.
func configFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gatehouse.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
