package certificate_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/certificate"
	"gatehouse/runtime/database/pgtest"
)

// pair is a certificate in files that a test replaces.
type pair struct {
	t      *testing.T
	config certificate.Config
}

func newPair(t *testing.T, issued pgtest.Certificate) *pair {
	dir := t.TempDir()
	p := &pair{t: t, config: certificate.DefaultConfig()}
	p.config.CertFile, p.config.KeyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	p.replace(issued)
	return p
}

func (p *pair) replace(issued pgtest.Certificate) {
	p.t.Helper()
	p.put(p.config.CertFile, p.read(issued.File))
	p.put(p.config.KeyFile, p.read(issued.KeyFile))
}

func (p *pair) read(path string) string {
	p.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func (p *pair) put(path, text string) {
	p.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// serving opens the pair, and watches it at short intervals.
func (p *pair) serving(log *logtest.Buffer) *certificate.Source {
	p.t.Helper()
	source, err := certificate.Open(p.config, "http.tls", certificate.Options{
		Logger: slog.New(slog.NewTextHandler(log, nil)), Interval: 5 * time.Millisecond,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		source.Watch(ctx)
		close(ended)
	}()
	p.t.Cleanup(func() {
		stop()
		<-ended
	})
	return source
}

// current is the certificate that clients get, in PEM.
func current(t *testing.T, source *certificate.Source) string {
	t.Helper()
	found, err := source.TLS().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: found.Certificate[0]}))
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no sign of %s", what)
		}
	}
}

// TestReplacedFiles renews a certificate, breaks it, and mends it.
func TestReplacedFiles(t *testing.T) {
	t.Parallel()
	ca := pgtest.NewCA(t)
	first, second, third := ca.Issue(t, "a.example"), ca.Issue(t, "b.example"), ca.Issue(t, "c.example")
	p, log := newPair(t, first), new(logtest.Buffer)
	source := p.serving(log)
	if current(t, source) != p.read(first.File) || source.Names()[0] != "a.example" {
		t.Error("another certificate than the one of the files")
	}
	p.replace(second)
	await(t, "the second certificate", func() bool { return current(t, source) == p.read(second.File) })
	if source.Names()[0] != "b.example" || strings.Count(log.String(), "the TLS certificate was replaced") != 1 {
		t.Errorf("names %v, log %s", source.Names(), log)
	}

	for _, broken := range []struct {
		want  string
		spoil func()
	}{
		{"the key", func() { p.put(p.config.KeyFile, p.read(third.KeyFile)) }},
		{"BEGIN", func() { p.put(p.config.CertFile, "nothing") }},
		{"there is no", func() { _ = os.Remove(p.config.CertFile) }},
		{"no key in PEM", func() { p.put(p.config.KeyFile, "") }},
		{"malformed", func() {
			p.put(p.config.CertFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
		}},
		{"larger than", func() { p.put(p.config.CertFile, strings.Repeat("x", 2<<20)) }},
	} {
		before := len(log.String())
		broken.spoil()
		await(t, "a line on "+broken.want, func() bool {
			said := log.String()[before:]
			return strings.Contains(said, "level=ERROR") && strings.Contains(said, "is not taken") && strings.Contains(said, broken.want)
		})
		if current(t, source) != p.read(second.File) {
			t.Errorf("%s: the certificate before does not serve on", broken.want)
		}
		for _, next := range []pgtest.Certificate{third, second} {
			p.replace(next)
			await(t, "the next certificate", func() bool { return current(t, source) == p.read(next.File) })
		}
	}
	for _, issued := range []pgtest.Certificate{first, second, third} {
		if key := strings.Split(p.read(issued.KeyFile), "\n")[1]; strings.Contains(log.String(), key) {
			t.Errorf("a key is in the log: %s", log)
		}
	}
}

// TestWrongFiles has every error name the setting and the file.
func TestWrongFiles(t *testing.T) {
	t.Parallel()
	ca := pgtest.NewCA(t)
	issued, other := ca.Issue(t, "a.example"), ca.Issue(t, "b.example")
	for _, test := range []struct {
		name string
		want string
		make func(p *pair)
	}{
		{"no certificate", "http.tls.cert_file: there is no file ", func(p *pair) { _ = os.Remove(p.config.CertFile) }},
		{"no key", "http.tls.key_file: there is no file ", func(p *pair) { _ = os.Remove(p.config.KeyFile) }},
		{"not PEM", "has no certificate in PEM", func(p *pair) { p.put(p.config.CertFile, "x") }},
		{"a key for a certificate", "has no certificate in PEM", func(p *pair) { p.put(p.config.CertFile, p.read(issued.KeyFile)) }},
		{"a certificate for a key", "has no key in PEM", func(p *pair) { p.put(p.config.KeyFile, p.read(issued.File)) }},
		{"another's key", "http.tls.key_file: the key in ", func(p *pair) { p.put(p.config.KeyFile, p.read(other.KeyFile)) }},
		{"a broken key", "http.tls.key_file: ", func(p *pair) {
			p.put(p.config.KeyFile, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
		}},
		{"an encrypted key", "is encrypted: decrypt it", func(p *pair) {
			p.put(p.config.KeyFile, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
		}},
	} {
		p := newPair(t, issued)
		test.make(p)
		_, err := certificate.Open(p.config, "http.tls", certificate.Options{Logger: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), filepath.Dir(p.config.CertFile)) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestWarnings are of a key that others can read, and of a certificate that has
// expired; neither keeps the host from starting.
func TestWarnings(t *testing.T) {
	t.Parallel()
	p, log := newPair(t, pgtest.NewCA(t).IssueExpired(t, "a.example")), new(logtest.Buffer)
	if err := os.Chmod(p.config.KeyFile, 0o644); err != nil {
		t.Fatal(err)
	}
	p.serving(log)
	for _, want := range []string{"may be read by every user", "has expired"} {
		await(t, want, func() bool { return strings.Contains(log.String(), want) })
	}
}

func TestWrongConfig(t *testing.T) {
	t.Parallel()
	acme := func(c *certificate.Config) {
		c.ACME.Enabled, c.ACME.Domains = true, []string{"sso.example.com"}
	}
	for _, test := range []struct {
		change func(*certificate.Config)
		want   string
	}{
		{func(c *certificate.Config) { c.CertFile = "x" }, "x.cert_file: has no key"},
		{func(c *certificate.Config) { c.KeyFile = "x" }, "x.key_file: has no certificate"},
		{func(c *certificate.Config) { acme(c); c.CertFile, c.KeyFile = "x", "x" }, "x.acme.enabled: "},
		{func(c *certificate.Config) { acme(c); c.HSTS = -1 }, "x.hsts: must be between"},
		{func(c *certificate.Config) { c.HSTS = 1 }, "x.hsts: there is no TLS"},
		{func(c *certificate.Config) { c.RedirectListen = ":80" }, "x.redirect_listen: there is no TLS"},
		{func(c *certificate.Config) { c.RedirectPort = 443 }, "x.redirect_port: there is no TLS"},
		{func(c *certificate.Config) { acme(c); c.RedirectListen = "80" }, "x.redirect_listen: want HOST:PORT"},
		{func(c *certificate.Config) { acme(c); c.RedirectListen = ":http2" }, "x.redirect_listen: want HOST:PORT"},
		{func(c *certificate.Config) { acme(c); c.RedirectPort = 70_000 }, "x.redirect_port: must be between"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = nil }, "x.acme.domains: must have a name"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = []string{"*.example.com"} }, "list each name"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = []string{"192.0.2.1"} }, "is an address"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = []string{"localhost"} }, "is no name such as"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = []string{"https://sso.example.com"} }, "is no name such as"},
		{func(c *certificate.Config) { acme(c); c.ACME.Domains = []string{"SSO.example.com"} }, "in lower case"},
		{func(c *certificate.Config) { acme(c); c.ACME.Email = "nobody" }, "x.acme.email: "},
		{func(c *certificate.Config) { acme(c); c.ACME.DirectoryURL = "http://x/" }, "x.acme.directory_url: "},
		{func(c *certificate.Config) { acme(c); c.ACME.DirectoryURL = "https://u:hunter2@x/" }, "x.acme.directory_url: "},
	} {
		config := certificate.DefaultConfig()
		test.change(&config)
		faults := config.Check("x")
		if len(faults) != 1 || !strings.Contains(faults[0].Error(), test.want) || strings.Contains(faults[0].Error(), "hunter2") {
			t.Errorf("%+v: %v, want %s", config, faults, test.want)
		}
	}
	config := certificate.DefaultConfig()
	if faults := config.Check("x"); faults != nil || config.Enabled() {
		t.Errorf("the default: %v", faults)
	}
	acme(&config)
	config.ACME.Email, config.HSTS, config.RedirectListen = "ops@example.com", 31_536_000, ":80"
	if faults := config.Check("x"); faults != nil || !config.Enabled() {
		t.Errorf("%v", faults)
	}
}

// TestDirectoryOfCertificates is its owner's alone, also where it was not.
func TestDirectoryOfCertificates(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "acme")
	if err := os.Mkdir(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	config := certificate.DefaultConfig()
	config.ACME.Enabled, config.ACME.Domains = true, []string{"sso.example.com"}
	if _, err := certificate.Open(config, "x", certificate.Options{Directory: directory, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(directory)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for want, file := range map[string]string{"x.acme.ca_file: there is no file": directory + "x", "x.acme.ca_file: ": directory} {
		config.ACME.CAFile = file
		if _, err := certificate.Open(config, "x", certificate.Options{Directory: directory, Logger: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
