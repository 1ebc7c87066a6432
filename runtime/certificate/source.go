package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/crypto/acme"
)

// Options are what a source works with.
type Options struct {
	// Directory is where certificates from ACME, and the account's key, are
	// kept. It is made, for its owner alone.
	Directory string

	// Logger is told of certificates that come, and of those that do not.
	Logger *slog.Logger

	// Interval is how often files are looked at (default 5 s).
	Interval time.Duration
}

// Source is where the certificates of a server come from.
type Source struct {
	logger   *slog.Logger
	interval time.Duration
	origin   origin
}

// origin is files, or ACME.
type origin interface {
	// certificate is that for a client.
	certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)

	// refresh looks for newer certificates, at each interval.
	refresh(ctx context.Context)

	// all returns the certificates that there are.
	all() []*x509.Certificate

	// protocols are what is spoken besides HTTP.
	protocols() []string

	// answers the questions of the authority that come by plain HTTP.
	plain(next http.Handler) http.Handler

	// names are those that clients may ask for.
	names() []string
}

// Open returns the source that a configuration asks for, which has to be
// enabled. Its errors begin with the path of a setting, below section.
func Open(config Config, section string, options Options) (*Source, error) {
	s := &Source{logger: options.Logger, interval: options.Interval}
	if s.interval <= 0 {
		s.interval = 5 * time.Second
	}
	var err error
	if config.ACME.Enabled {
		s.origin, err = openAuthority(config.ACME, section, options)
	} else {
		s.origin, err = openFiles(config, section, options.Logger)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// TLS is how a server speaks: TLS 1.2 or later, with Go's choice of ciphers, and
// HTTP/2 or HTTP/1.1.
func (s *Source) TLS() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: s.origin.certificate,
		NextProtos:     append([]string{"h2", "http/1.1"}, s.origin.protocols()...),
	}
}

// Plain answers what the authority asks over plain HTTP, and has next answer the
// rest.
func (s *Source) Plain(next http.Handler) http.Handler { return s.origin.plain(next) }

// Names lists what hosts the certificates are for, names before addresses.
func (s *Source) Names() []string { return s.origin.names() }

// expiryCheck is how often it is looked whether certificates are near their end.
const expiryCheck = 24 * time.Hour

// Watch keeps the certificates fresh until ctx ends, and warns of those that
// are near their end.
func (s *Source) Watch(ctx context.Context) {
	ticker := time.NewTicker(s.interval)
	defer ticker.Stop()
	var checked time.Time
	for {
		s.origin.refresh(ctx)
		if now := time.Now(); now.Sub(checked) >= expiryCheck {
			for _, certificate := range s.origin.all() {
				s.warnOfEnd(certificate, now)
			}
			checked = now
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// warnOfEnd warns when a sixth of a certificate's life is left, or a week where
// that is less: whatever renews it should have done so by then.
func (s *Source) warnOfEnd(certificate *x509.Certificate, now time.Time) {
	left := certificate.NotAfter.Sub(now)
	switch names := namesOf(certificate); {
	case left <= 0:
		s.logger.Error("the TLS certificate has expired: clients refuse it", "names", names, "expired", certificate.NotAfter)
	case left < min(certificate.NotAfter.Sub(certificate.NotBefore)/6, 7*24*time.Hour):
		s.logger.Warn("the TLS certificate expires soon, and was not renewed", "names", names, "expires", certificate.NotAfter)
	}
}

// namesOf lists what a certificate is for.
func namesOf(certificate *x509.Certificate) []string {
	names := append([]string{}, certificate.DNSNames...)
	for _, address := range certificate.IPAddresses {
		names = append(names, address.String())
	}
	return names
}

// challengeProtocol is how an authority asks over TLS (RFC 8737).
const challengeProtocol = acme.ALPNProto
