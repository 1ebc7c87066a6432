package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/mail/mailtest"
	"gatehouse/runtime/openapi/openapitest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/client"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/totp"
)

const (
	adminPassword = "Adm1n-Secret-Of-Mine"
	janePassword  = "Jane-Secret-Of-Mine"
	totpKey       = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
)

// hostURL is where the host of the examples is.
var hostURL string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (status int) {
	dir, err := os.MkdirTemp("", "gatehouse-client-")
	if err == nil {
		defer os.RemoveAll(dir)
		var h *host
		if h, err = open(context.Background(), dir, "", nil); err == nil {
			defer func() {
				if err := h.close(); err != nil {
					fmt.Fprintln(os.Stderr, "client: end the host of the examples:", err)
					status = 1
				}
			}()
			hostURL = h.url
			err = h.fill(context.Background())
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "client: start the host of the examples:", err)
		return 1
	}
	return pgtest.Run(m)
}

// host is a whole host on a real listener.
type host struct {
	url   string
	sso   *plugin.SSO
	close func() error
}

// open makes an installation in a directory, in its SQLite database or in
// another, and serves it.
func open(ctx context.Context, dir, database string, more map[string]any) (_ *host, err error) {
	settings := map[string]any{
		"listen": "127.0.0.1:0", "data": filepath.Join(dir, "data"), "database": database,
		"services": map[string]any{"directories": []string{dir}},
		"sso": map[string]any{
			"apps":           map[string]any{"signup_allowed": []string{"CRM"}, "login_metadata_allowed": []string{"CRM"}},
			"login":          map[string]any{"totp_single_use": false, "throttle": map[string]any{"user_attempts": 3}},
			"hash_secret":    map[string]any{"algorithm": "pbkdf2-sha512", "rounds": 1000},
			"password_reset": map[string]any{"email_from": "noreply@example.com"},
		},
	}
	for name, value := range more {
		settings[name] = value
		if name == "smtp" {
			settings["sso"].(map[string]any)["main"] = map[string]any{"smtp_conn": "main"}
		}
	}
	text, err := json.Marshal(settings) // which is YAML, too
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "gatehouse.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	cfg, err := runtime.LoadConfig(file)
	if err != nil {
		return nil, err
	}
	h := &host{sso: plugin.New()}
	opened, err := runtime.Open(ctx, runtime.Options{Config: cfg, Plugins: []runtime.Plugin{h.sso}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	var listener net.Listener
	var release func()
	if err = opened.Security().Set(ctx, runtime.InvokeDefinition, "", "Api-Secret-Of-Mine"); err == nil {
		err = opened.LoadServices(ctx)
	}
	if err == nil {
		listener, release, err = opened.Listen(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close(ctx))
	}
	h.url = "http://" + listener.Addr().String()
	serving, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- opened.Serve(serving, listener) }()
	h.close = func() error {
		stop()
		err := <-served
		release()
		return errors.Join(err, opened.Close(context.Background()))
	}
	return h, nil
}

// fill makes the users that there are at first: a super-user, who logs in with
// TOTP, and a regular one.
func (h *host) fill(ctx context.Context) error {
	call := sso.Call{App: "CRM", RemoteAddr: "127.0.0.1", Trusted: true}
	_, err := h.sso.SSO().CreateUser(ctx, call, sso.NewUser{Username: "admin", Password: adminPassword, Email: sso.Some("admin@example.com"),
		IsSuperUser: true, AutoApprove: true, IsTOTPEnabled: true, TOTPKey: totpKey, TOTPLabel: "phone"})
	if err != nil {
		return err
	}
	_, err = h.sso.SSO().CreateUser(ctx, call, sso.NewUser{Username: "jane", Password: janePassword, Email: sso.Some("jane@example.com"),
		FirstName: sso.Some("Jane"), MiddleName: sso.Some("M."), LastName: sso.Some("Doe"), AutoApprove: true})
	return err
}

// onEachStore runs a test against a host on each engine.
func onEachStore(t *testing.T, test func(t *testing.T, h *host, mails *mailtest.Server)) {
	t.Helper()
	start := func(t *testing.T, database string) {
		mails := mailtest.Start(t, mailtest.Options{})
		smtp := map[string]any{"main": map[string]any{"host": mails.Config.Host, "port": mails.Config.Port, "tls": "none"}}
		h, err := open(t.Context(), t.TempDir(), database, map[string]any{"smtp": smtp})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.close(); err != nil {
				t.Error(err)
			}
		})
		if err := h.fill(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, h, mails)
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		start(t, "")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		start(t, pgtest.URL(t))
	})
}

// exchanges notes what a client sends, and what it is answered with.
type exchanges struct {
	http.RoundTripper
	last string          // method and path of the last one
	done map[string]bool // by method and path, whether it was answered with 200
	urls map[string]bool
}

// watch returns an HTTP client which checks all exchanges against the document
// of the host, and notes them.
func watch(t *testing.T, h *host) (*http.Client, *exchanges) {
	t.Helper()
	checked := openapitest.Client(t, h.url)
	noted := &exchanges{RoundTripper: checked.Transport, done: map[string]bool{}, urls: map[string]bool{}}
	checked.Transport = noted
	return checked, noted
}

func (e *exchanges) RoundTrip(request *http.Request) (*http.Response, error) {
	e.last = request.Method + " " + request.URL.Path
	e.urls[request.URL.String()] = true
	response, err := e.RoundTripper.RoundTrip(request)
	if err == nil {
		e.done[e.last] = e.done[e.last] || response.StatusCode == http.StatusOK
	}
	return response, err
}

// code returns the code that the app of the super-user shows now.
func code(t testing.TB) string {
	t.Helper()
	shown, err := totp.Code(totpKey, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func newClient(t *testing.T, baseURL string, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(baseURL, "CRM", options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
