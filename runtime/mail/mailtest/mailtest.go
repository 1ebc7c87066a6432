// Package mailtest has an SMTP server for tests, on the loopback address: in
// clear, with STARTTLS or with TLS, with or without a login.
package mailtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	gatehousemail "gatehouse/runtime/mail"
)

// Options say what kind of server it is. The zero value takes mail in clear,
// without a login.
type Options struct {
	TLS                string // as in mail.Config; "" is none
	Username, Password string // asked for, if set

	// Refuse, if set, is asked before a mail is taken from a client, which gets
	// its error. mail counts from 1.
	Refuse func(mail int, to string) error
}

// Server is a running server.
type Server struct {
	// Config connects to the server.
	Config gatehousemail.Config

	t        *testing.T
	options  Options
	received chan Mail
	count    chan int // holds how many mails were offered
}

// Mail is a mail that the server has taken.
type Mail struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string // decoded
	Text     string // decoded, lines end with \n
	TLS      bool   // it came encrypted
	Raw      string
}

// patience is how long Next waits before it gives up.
const patience = 30 * time.Second

// Start runs a server until the test ends.
func Start(t *testing.T, o Options) *Server {
	t.Helper()
	if o.TLS == "" {
		o.TLS = gatehousemail.NoTLS
	}
	s := &Server{t: t, options: o, received: make(chan Mail, 1000), count: make(chan int, 1)}
	s.count <- 0
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		_, encrypted := c.TLSConnectionState()
		return &session{server: s, tls: encrypted}, nil
	}))
	server.Domain, server.ReadTimeout, server.WriteTimeout = "localhost", patience, patience
	server.AllowInsecureAuth = o.TLS == gatehousemail.NoTLS
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Config = gatehousemail.Config{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: o.TLS,
		Username: o.Username, Password: o.Password}
	if o.TLS != gatehousemail.NoTLS {
		var certificate tls.Certificate
		certificate, s.Config.CAFile = newCertificate(t)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		if o.TLS == gatehousemail.TLS {
			listener = tls.NewListener(listener, server.TLSConfig)
		}
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("closing the SMTP server: %v", err)
		}
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the SMTP server: %v", err)
		}
	})
	return s
}

// Next waits for the next mail that the server takes.
func (s *Server) Next() Mail {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	select {
	case received := <-s.received:
		return received
	case <-ctx.Done():
		s.t.Fatal("no mail came")
		return Mail{}
	}
}

// Waiting returns how many mails were taken that Next has not returned.
func (s *Server) Waiting() int { return len(s.received) }

// Offered returns how many mails clients have tried to send.
func (s *Server) Offered() int {
	n := <-s.count
	s.count <- n
	return n
}

// session is one connection of a client.
type session struct {
	server   *Server
	tls      bool
	loggedIn bool
	from, to string
}

func (s *session) AuthMechanisms() []string {
	if s.server.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.server.options.Username || password != s.server.options.Password {
			return smtp.ErrAuthFailed
		}
		s.loggedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.Username != "" && !s.loggedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = strings.TrimPrefix(s.to+","+to, ",")
	n := <-s.server.count + 1
	s.server.count <- n
	if refuse := s.server.options.Refuse; refuse != nil {
		return refuse(n, to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	parsed, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		s.server.t.Errorf("a mail that cannot be read: %v", err)
		return err
	}
	body := parsed.Body
	if parsed.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		s.server.t.Errorf("a text that cannot be read: %v", err)
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		s.server.t.Errorf("a subject that cannot be read: %v", err)
		return err
	}
	s.server.received <- Mail{From: s.from, To: s.to, Header: parsed.Header, Subject: subject,
		Text: strings.ReplaceAll(string(text), "\r\n", "\n"), TLS: s.tls, Raw: string(raw)}
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

// newCertificate makes a certificate of the loopback address that signs itself,
// and a file to check it with.
func newCertificate(t *testing.T) (certificate tls.Certificate, caFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, caFile
}
