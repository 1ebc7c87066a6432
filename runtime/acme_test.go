package runtime_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
)

const domain = "sso.gatehouse.test"

// authority is a CA that speaks ACME: Pebble, which Let's Encrypt tests clients
// with, in this process. All names are at 127.0.0.1 for it.
type authority struct {
	directory string
	caFile    string // of its own certificate
	roots     *x509.CertPool

	server *http.Server
	listen net.Listener
	own    pgtest.Certificate
}

// newAuthority makes one that answers when it is told where to look for hosts.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	issuer := pgtest.NewCA(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &authority{
		directory: "https://" + listener.Addr().String() + wfe.DirectoryPath, caFile: issuer.File,
		listen: listener, own: issuer.Issue(t, "127.0.0.1"),
	}
}

// looksAt begins to answer, and to look for hosts on these ports.
func (a *authority) looksAt(t *testing.T, tlsPort, plainPort int, lifetime time.Duration) {
	t.Helper()
	silent := stdlog.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(silent, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: uint64(lifetime / time.Second)}})
	frontEnd := wfe.New(silent, store, va.New(silent, plainPort, tlsPort, false, nameServer(t), store), issuer, []string{"pebble.test"}, false, false, 1, 1)
	a.roots = x509.NewCertPool()
	a.roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM())
	a.server = &http.Server{Handler: frontEnd.Handler(), ErrorLog: silent, ReadHeaderTimeout: time.Minute}
	go func() { _ = a.server.ServeTLS(a.listen, a.own.File, a.own.KeyFile) }()
	t.Cleanup(func() { a.server.Close() })
}

// nameServer has every name be this machine.
func nameServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		answer := new(dns.Msg)
		answer.SetReply(question)
		if of := question.Question[0]; of.Qtype == dns.TypeA {
			answer.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: of.Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(answer)
	})}
	ended := make(chan struct{})
	go func() {
		_ = server.ActivateAndServe()
		close(ended)
	}()
	t.Cleanup(func() {
		listener.Close()
		<-ended
	})
	return listener.Addr().String()
}

func portOf(address net.Addr) int { return address.(*net.TCPAddr).Port }

// closedPort is one where nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return portOf(listener.Addr())
}

func (a *authority) configure(cfg *runtime.Config) {
	cfg.HTTP.TLS.ACME.Enabled, cfg.HTTP.TLS.ACME.Domains = true, []string{domain}
	cfg.HTTP.TLS.ACME.DirectoryURL, cfg.HTTP.TLS.ACME.CAFile = a.directory, a.caFile
	cfg.HTTP.TLS.ACME.Email = "ops@gatehouse.test"
	cfg.HTTP.TLS.RedirectListen = "127.0.0.1:0"
}

// shake does a TLS handshake with a host, and returns the serial number of the
// certificate that it shows.
func (h *host) shake(name string, roots *x509.CertPool) (serial string, err error) {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: time.Minute}, Config: &tls.Config{ServerName: name, RootCAs: roots, InsecureSkipVerify: roots == nil}}
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	connection, err := dialer.DialContext(ctx, "tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		return "", err
	}
	defer connection.Close()
	return connection.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String(), nil
}

// TestACME has hosts get their certificates from an authority, which asks them
// by TLS, and where it does not reach that, by plain HTTP; keep them over a
// restart; and renew them while they serve.
func TestACME(t *testing.T) {
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	for _, test := range []struct {
		name     string
		byTLS    bool
		lifetime time.Duration
	}{{"TLS-ALPN-01", true, 24 * time.Hour}, {"HTTP-01", false, 24 * time.Hour}, {"renewed", true, 6 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			a := newAuthority(t)
			data := t.TempDir()
			change := func(cfg *runtime.Config) {
				a.configure(cfg)
				cfg.Data = data
			}
			h := start(t, options{change: change})
			tlsPort := h.port()
			if !test.byTLS {
				tlsPort = closedPort(t)
			}
			a.looksAt(t, tlsPort, portOf(h.runtime.RedirectAddress()), test.lifetime)
			first, err := h.shake(domain, a.roots)
			if err != nil {
				t.Fatalf("%v\n%s", err, h.log)
			}
			h.awaitLog("TLS certificate by ACME")
			for _, name := range []string{"", "other.gatehouse.test", "127.0.0.1"} {
				if _, err := h.shake(name, nil); err == nil {
					t.Errorf("name %q got a certificate", name)
				}
			}
			if test.name == "renewed" {
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
					if serial, err := h.shake(domain, a.roots); err == nil && serial != first {
						return
					} else if time.Now().After(deadline) {
						t.Fatalf("not renewed: %v\n%s", err, h.log)
					}
				}
			}
			checkOwnersAlone(t, filepath.Join(data, "acme"))
			h.stop()
			a.server.Close()
			again := start(t, options{change: change})
			if serial, err := again.shake(domain, a.roots); err != nil || serial != first {
				t.Errorf("after a restart without the authority: %s, %v", serial, err)
			}
		})
	}
}

func (h *host) awaitLog(text string) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(h.log.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("log: %s", h.log)
		}
	}
}

func (h *host) port() int {
	h.t.Helper()
	address, err := net.ResolveTCPAddr("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	return address.Port
}

func checkOwnersAlone(t *testing.T, directory string) {
	t.Helper()
	info, err := os.Stat(directory)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v, %v", directory, info.Mode(), err)
	}
	entries, err := os.ReadDir(directory)
	// Who asks for a certificate while the host does has it before it is kept.
	for deadline := time.Now().Add(time.Minute); err == nil && len(entries) < 2 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		entries, err = os.ReadDir(directory)
	}
	if err != nil || len(entries) < 2 {
		t.Errorf("%d files, %v", len(entries), err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", entry.Name(), info.Mode(), err)
		}
	}
}

// TestACMEWithoutAnAuthority starts all the same, and says what is missing.
func TestACMEWithoutAnAuthority(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.listen.Close()
	h := start(t, options{change: a.configure})
	if _, err := h.shake(domain, nil); err == nil {
		t.Error("there is a certificate")
	}
	h.awaitLog("no TLS certificate was had from the ACME authority")
	if !strings.Contains(h.log.String(), "connection refused") || !strings.Contains(h.log.String(), "name="+domain) {
		t.Errorf("log: %s", h.log)
	}
}
