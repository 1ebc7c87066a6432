package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// unread is a call that got no answer which could be read. The text of its cause
// is not in its own unless it is known to have nothing of the answer in it: who
// answers may do so with what was sent.
type unread struct {
	text  string
	cause error
}

func (e *unread) Error() string { return e.text }

// GoString has %#v print no more than %v, which could be text of the cause.
func (e *unread) GoString() string { return e.text }

func (e *unread) Unwrap() error { return e.cause }

// noAnswer wraps an error of the HTTP client, or of what reads its answers. What
// is said where the error must not be is otherwise.
func noAnswer(ctx context.Context, doing string, err error, otherwise string) error {
	why := harmless(err)
	switch {
	case why != "":
	case ctx.Err() != nil:
		why = ctx.Err().Error()
	case isTimeout(err):
		why = "it took too long" // the text of the HTTP client's own timeout has that of another error in it
	default:
		why = otherwise
	}
	return &unread{text: doing + ": " + why, cause: err}
}

// harmless returns the text of the error in a chain that is of a kind which has
// nothing of an answer in it, or "".
func harmless(err error) string {
	if e, is := errors.AsType[*net.OpError](err); is {
		switch e.Op {
		case "dial", "read", "write", "local error", "remote error": // the latter two are TLS
			return e.Error()
		}
		return harmless(e.Err) // that of a proxy may have what the proxy says
	}
	if e, is := errors.AsType[*net.DNSError](err); is {
		return e.Error()
	}
	if e, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return e.Error()
	}
	if e, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return e.Error()
	}
	if e, is := errors.AsType[x509.HostnameError](err); is {
		return e.Error()
	}
	if e, is := errors.AsType[x509.CertificateInvalidError](err); is {
		return e.Error()
	}
	if e, is := errors.AsType[syscall.Errno](err); is {
		return e.Error()
	}
	for _, known := range []error{http.ErrSchemeMismatch, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, context.Canceled} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

func isTimeout(err error) bool {
	e, is := errors.AsType[net.Error](err)
	return is && e.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
