package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"gatehouse/runtime/internal/rarely"
)

// authority gets certificates by ACME.
type authority struct {
	domains []string
	manager *autocert.Manager
	logger  *slog.Logger
	failed  rarely.Line

	mu    sync.Mutex
	leafs map[string]*x509.Certificate // the newest of each domain that was handed out
	asked time.Time                    // when refresh asked last
}

// askAgain is how often certificates are asked for that no client asks for: in
// time for another try where one failed, and no oftener than authorities like.
const askAgain = time.Hour

func openAuthority(config ACMEConfig, section string, options Options) (*authority, error) {
	client := &http.Client{Timeout: 30 * time.Second}
	if config.CAFile != "" {
		text, err := readFile(config.CAFile)
		if err != nil {
			return nil, fmt.Errorf("%s.acme.ca_file: %w", section, err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s.acme.ca_file: %s has no certificate in PEM (BEGIN CERTIFICATE)", section, config.CAFile)
		}
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		client.Transport = transport
	}
	if err := ownDirectory(options.Directory); err != nil {
		return nil, fmt.Errorf("%s.acme.enabled: the directory for certificates: %w", section, err)
	}
	return &authority{
		domains: config.Domains,
		logger:  options.Logger,
		leafs:   map[string]*x509.Certificate{},
		manager: &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(options.Directory),
			HostPolicy: autocert.HostWhitelist(config.Domains...),
			Email:      config.Email,
			Client:     &acme.Client{DirectoryURL: config.DirectoryURL, HTTPClient: client, UserAgent: "gatehouse"},
		},
	}, nil
}

// ownDirectory makes a directory that is its owner's alone, or has it be so.
func ownDirectory(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o700); err != nil {
			return fmt.Errorf("others can read it: %w", err)
		}
	}
	return nil
}

func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if !slices.Contains(a.domains, name) {
		return nil, errNoName
	}
	isChallenge := slices.Equal(hello.SupportedProtos, []string{challengeProtocol})
	found, err := a.manager.GetCertificate(hello)
	switch {
	case isChallenge:
	case err != nil:
		a.failed.Log(a.logger, slog.LevelError, "no TLS certificate was had from the ACME authority, which has to reach the name on port 443, or with http.tls.redirect_listen on port 80", "name", name, "error", err)
	default:
		a.note(name, found.Leaf)
	}
	return found, err
}

// note remembers a certificate, and tells of a new one.
func (a *authority) note(name string, leaf *x509.Certificate) {
	a.mu.Lock()
	before := a.leafs[name]
	isNewer := before == nil || leaf.NotAfter.After(before.NotAfter)
	if isNewer {
		a.leafs[name] = leaf
	}
	a.mu.Unlock()
	if isNewer {
		a.logger.Info("TLS certificate by ACME", "name", name, "expires", leaf.NotAfter)
	}
}

// refresh asks for the certificate of each domain, so that the first client
// need not wait for it, and that it is known when it ends.
func (a *authority) refresh(ctx context.Context) {
	if now := time.Now(); now.Sub(a.asked) < askAgain {
		return
	} else {
		a.asked = now
	}
	done := make(chan struct{})
	go func() { // it may take minutes, and cannot be told to end
		defer close(done)
		for _, domain := range a.domains {
			if ctx.Err() != nil {
				return
			}
			_, _ = a.certificate(usualClient(domain)) // which tells the log
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// usualClient is one that takes the kind of certificate that nearly all take.
func usualClient(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:       name,
		CipherSuites:     []uint16{tls.TLS_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	}
}

func (a *authority) all() (leafs []*x509.Certificate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, domain := range a.domains {
		if leaf := a.leafs[domain]; leaf != nil {
			leafs = append(leafs, leaf)
		}
	}
	return leafs
}

func (a *authority) protocols() []string { return []string{challengeProtocol} }

// challengePath is where an authority asks over plain HTTP (RFC 8555, section
// 8.3).
const challengePath = "/.well-known/acme-challenge/"

func (a *authority) plain(next http.Handler) http.Handler {
	answers := a.manager.HTTPHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err == nil && strings.HasPrefix(r.URL.Path, challengePath) {
			r = r.Clone(r.Context())
			r.Host = host // which is compared with the names
		}
		answers.ServeHTTP(w, r)
	})
}

func (a *authority) names() []string { return a.domains }
