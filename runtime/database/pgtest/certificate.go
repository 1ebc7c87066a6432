package pgtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// CA is a certificate authority of a test's own.
type CA struct {
	// File has its certificate, in PEM.
	File string

	certificate *x509.Certificate
	key         crypto.Signer
}

// Certificate is a certificate with its key.
type Certificate struct {
	File, KeyFile string // in PEM
}

// NewCA makes a CA.
func NewCA(t testing.TB) *CA {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "Tests of Gatehouse"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	ca := &CA{key: newKey(t)}
	ca.certificate = sign(t, template, template, ca.key.Public(), ca.key)
	ca.File = writePEM(t, "ca.crt", "CERTIFICATE", ca.certificate.Raw)
	return ca
}

// Roots returns what has a client trust the CA alone.
func (ca *CA) Roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(ca.certificate)
	return roots
}

// Issue makes a certificate that is good for an hour: of a server with these
// names and addresses, or of a client, whose name is that of a role.
func (ca *CA) Issue(t testing.TB, names ...string) Certificate {
	t.Helper()
	return ca.issue(t, time.Now().Add(time.Hour), names)
}

// IssueExpired makes a certificate whose time has passed.
func (ca *CA) IssueExpired(t testing.TB, names ...string) Certificate {
	t.Helper()
	return ca.issue(t, time.Now().Add(-time.Minute), names)
}

func (ca *CA) issue(t testing.TB, until time.Time, names []string) Certificate {
	t.Helper()
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: names[0]},
		NotAfter:    until,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key := newKey(t)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{
		File:    writePEM(t, "tls.crt", "CERTIFICATE", sign(t, template, ca.certificate, key.Public(), ca.key).Raw),
		KeyFile: writePEM(t, "tls.key", "PRIVATE KEY", encoded),
	}
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func writePEM(t testing.TB, name, kind string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
