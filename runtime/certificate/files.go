package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
)

// files are a certificate and its key in files.
type files struct {
	certFile, keyFile string
	section           string
	logger            *slog.Logger
	current           atomic.Pointer[tls.Certificate]

	// Of refresh alone: what the files held when they were last read, well or
	// not, and whether it was told that they are no good.
	seen  pair
	fault bool
	told  bool
}

// pair is what both files hold.
type pair struct{ cert, key []byte }

func (p pair) equal(other pair) bool {
	return bytes.Equal(p.cert, other.cert) && bytes.Equal(p.key, other.key)
}

func openFiles(config Config, section string, logger *slog.Logger) (*files, error) {
	f := &files{certFile: config.CertFile, keyFile: config.KeyFile, section: section, logger: logger}
	read, err := f.read()
	if err != nil {
		return nil, err
	}
	parsed, err := f.parse(read)
	if err != nil {
		return nil, err
	}
	f.current.Store(parsed)
	f.seen = read
	if info, err := os.Stat(f.keyFile); err == nil && info.Mode().Perm()&0o007 != 0 {
		logger.Warn("the TLS key may be read by every user of this machine: take the right away (chmod o-rwx)", "file", f.keyFile)
	}
	logger.Info("TLS", "certificate", f.certFile, "names", namesOf(parsed.Leaf), "expires", parsed.Leaf.NotAfter)
	return f, nil
}

// maxFile bounds what is read of a file, in bytes.
const maxFile = 1 << 20

func (f *files) read() (read pair, err error) {
	if read.cert, err = readFile(f.certFile); err != nil {
		return read, fmt.Errorf("%s.cert_file: %w", f.section, err)
	}
	if read.key, err = readFile(f.keyFile); err != nil {
		return read, fmt.Errorf("%s.key_file: %w", f.section, err)
	}
	return read, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return text, err
}

// parse makes one certificate of both. No text of a file is in its errors.
func (f *files) parse(read pair) (*tls.Certificate, error) {
	block := firstBlock(read.cert, func(kind string) bool { return kind == "CERTIFICATE" })
	if block == nil {
		return nil, fmt.Errorf("%s.cert_file: %s has no certificate in PEM (BEGIN CERTIFICATE)", f.section, f.certFile)
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return nil, fmt.Errorf("%s.cert_file: %s: %w", f.section, f.certFile, err)
	}
	block = firstBlock(read.key, func(kind string) bool { return kind == "PRIVATE KEY" || strings.HasSuffix(kind, " PRIVATE KEY") })
	switch {
	case block == nil:
		return nil, fmt.Errorf("%s.key_file: %s has no key in PEM (BEGIN PRIVATE KEY)", f.section, f.keyFile)
	case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
		return nil, fmt.Errorf("%s.key_file: the key in %s is encrypted: decrypt it (openssl pkey -in …), and let nobody else read the file", f.section, f.keyFile)
	}
	parsed, err := tls.X509KeyPair(read.cert, read.key)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("%s.key_file: the key in %s is not that of the first certificate in %s", f.section, f.keyFile, f.certFile)
	case err != nil:
		return nil, fmt.Errorf("%s.key_file: %s: %w", f.section, f.keyFile, err)
	}
	return &parsed, nil
}

func firstBlock(text []byte, wanted func(kind string) bool) *pem.Block {
	for {
		block, rest := pem.Decode(text)
		if block == nil || wanted(block.Type) {
			return block
		}
		text = rest
	}
}

func (f *files) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return f.current.Load(), nil
}

// refresh compares the files with what they held, rather than being told of
// changes: that works for links that are turned, mounted secrets and network
// file systems alike. What is no good is told when it is found a second time,
// for the two files are hardly ever replaced at the same moment.
func (f *files) refresh(context.Context) {
	read, err := f.read()
	var parsed *tls.Certificate
	isSame := read.equal(f.seen)
	switch {
	case err == nil && isSame && !f.fault:
		return
	case err == nil:
		parsed, err = f.parse(read)
	}
	if err != nil {
		if f.fault && isSame && !f.told {
			f.logger.Error("the new TLS certificate is not taken: the one before serves on", "error", err)
			f.told = true
		}
		f.told = f.told && isSame
		f.seen, f.fault = read, true
		return
	}
	before := f.current.Swap(parsed)
	f.seen, f.fault, f.told = read, false, false
	if !bytes.Equal(before.Leaf.Raw, parsed.Leaf.Raw) {
		f.logger.Info("the TLS certificate was replaced", "names", namesOf(parsed.Leaf), "expires", parsed.Leaf.NotAfter)
	}
}

func (f *files) all() []*x509.Certificate { return []*x509.Certificate{f.current.Load().Leaf} }

func (f *files) protocols() []string { return nil }

func (f *files) plain(next http.Handler) http.Handler { return next }

func (f *files) names() []string { return namesOf(f.current.Load().Leaf) }
