package rest_test

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/ssotest"
)

// stoppable is a server that tests stop. It would wait for an hour for requests
// in flight: one that waits fails its test.
type stoppable struct {
	url   string
	log   *logtest.Buffer
	stop  context.CancelFunc
	ended chan error
}

func startStoppable(t *testing.T, core sso.Core, settings *tls.Config) *stoppable {
	t.Helper()
	s := &stoppable{log: new(logtest.Buffer), ended: make(chan error, 1)}
	logger := slog.New(slog.NewTextHandler(s.log, nil))
	handler, err := channel.New(channel.Config{Invoker: noServices{t}, Authenticator: noServices{t}, Routes: rest.Routes(core, rest.Options{}),
		WriteTimeout: time.Hour, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scheme := "http://"
	if settings != nil {
		scheme = "https://"
	}
	s.url = scheme + listener.Addr().String() + "/zato/sso"
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	t.Cleanup(stop)
	server := channel.NewServer(channel.ServerConfig{Handler: handler, Logger: logger, TLS: settings, Grace: time.Hour, WriteTimeout: time.Hour})
	go func() { s.ended <- server.Serve(ctx, narrowed{listener}) }()
	return s
}

// narrowed is a listener whose connections hold little of an answer.
type narrowed struct{ net.Listener }

func (n narrowed) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(4096)
	}
	return conn, err
}

// TestStopEndsExports stops a host while exports are being made, which then end at
// once: of a client that reads nothing, of one whose next page is being read, and
// of one that waits for the first. Clients see that they are cut.
func TestStopEndsExports(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		fill(t, env, 4_000, 2048)
		ust := env.Login("admin")
		ca := pgtest.NewCA(t)
		issued := ca.Issue(t, "127.0.0.1")
		pair, err := tls.LoadX509KeyPair(issued.File, issued.KeyFile)
		if err != nil {
			t.Fatal(err)
		}
		for name, settings := range map[string]*tls.Config{
			"HTTP 1": nil,
			"HTTP 2": {Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}},
		} {
			for _, at := range []string{beforeFirst, betweenPages, writing} {
				t.Run(name+" "+at, func(t *testing.T) {
					waits := make(chan struct{}, 1)
					s := startStoppable(t, &held{Core: env.Core, at: at, waits: waits}, settings)
					transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Roots()}, ForceAttemptHTTP2: true, ReadBufferSize: 4096}
					t.Cleanup(transport.CloseIdleConnections)
					client := &http.Client{Transport: transport}

					var response *http.Response
					asked := make(chan error, 1)
					go func() {
						var err error
						response, err = client.Get(s.url + "/audit/export" + query(ust, map[string]string{"cid": "many"}))
						asked <- err
					}()
					answered := func() {
						if err := <-asked; err != nil {
							t.Fatal(err)
						}
					}
					var body []byte
					var cut error
					hasRead := make(chan struct{})
					read := func() {
						body, cut = io.ReadAll(response.Body)
						response.Body.Close()
						close(hasRead)
					}
					switch at {
					case beforeFirst:
						<-waits
						s.stop()
						answered()
						read()
					case betweenPages:
						answered()
						go read()
						<-waits
						s.stop()
					case writing: // of which the client has read the header
						answered()
						s.stop()
					}
					if err := <-s.ended; err != nil {
						t.Errorf("the server ends with %v", err)
					}
					if at == writing {
						read()
					}
					<-hasRead
					if at == beforeFirst {
						if response.StatusCode != 503 || response.Header.Get("Retry-After") == "" || !strings.Contains(string(body), "The host is stopping") || cut != nil {
							t.Errorf("%s %s %v", response.Status, body, cut)
						}
						return
					}
					if lines := strings.Count(string(body), "\n"); response.StatusCode != 200 || cut == nil || lines >= 4_000 {
						t.Errorf("%s, %d lines, %v", response.Status, lines, cut)
					}
					if log := s.log.String(); !strings.Contains(log, "an answer was cut off") || !strings.Contains(log, "the host is stopping") || strings.Contains(log, ust) {
						t.Errorf("logged %s", log)
					}
				})
			}
		}
	})
}

// Where an export is when its host stops.
const (
	beforeFirst  = "before the first page"
	betweenPages = "between pages"
	writing      = "writing"
)

// held is a core whose exports wait until they are ended.
type held struct {
	sso.Core
	at    string
	waits chan struct{}
}

func (h *held) ExportAudit(ctx context.Context, call sso.Call, criteria sso.AuditCriteria, page func([]sso.AuditEntry) error) error {
	wait := func() error {
		h.waits <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	if h.at == beforeFirst {
		return wait()
	}
	n := 0
	return h.Core.ExportAudit(ctx, call, criteria, func(entries []sso.AuditEntry) error {
		if n++; n == 2 && h.at == betweenPages {
			return wait()
		}
		return page(entries)
	})
}
