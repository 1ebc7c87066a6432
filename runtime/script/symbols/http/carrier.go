package http

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 64 << 20

// carrier gives the host's transport requests that a script has no part in, for
// one use of a client.
type carrier struct {
	timeout time.Duration // of the client; 0 where it has none
	begun   time.Time
	most    time.Duration // for a request that nothing ends
}

// mostEndless bounds the exchanges that neither a context nor a timeout of the
// client ever ends, such as those of Get: the call that made one is over long
// before, and its interpreter waits for the exchange.
const mostEndless = 10 * time.Minute

func (c *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := detached(req)
	if err != nil {
		return nil, err
	}
	if sent.Cancel == nil && sent.Context().Done() == nil { //nolint:staticcheck // as below
		over := make(chan struct{})
		time.AfterFunc(c.most, func() { close(over) })
		sent.Cancel = over //nolint:staticcheck // a context would have to end with the body of the response
	}
	resp, err := http.DefaultTransport.RoundTrip(sent)
	if err != nil {
		if c.isOver(req) {
			err = context.DeadlineExceeded
		}
		return nil, err
	}
	resp.Request = req
	resp.TLS = ownState(resp.TLS)
	return resp, nil
}

// isOver reports whether the timeout of the client is over, and returns once the
// client knows: it ends the context of the request by then and closes the
// channel a moment later, and only the latter makes it say so in its error.
func (c *carrier) isOver(req *http.Request) bool {
	if c.timeout == 0 || time.Since(c.begun) < c.timeout || req.Cancel == nil { //nolint:staticcheck // the client itself uses it
		return false
	}
	<-req.Cancel //nolint:staticcheck // see above
	return true
}

// detached returns a copy of a request whose body is in memory. It reads and
// closes the body of the request.
func detached(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req.Clone(req.Context()), nil
	}
	content, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if closing := req.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	if len(content) > maxBody {
		return nil, fmt.Errorf("the body of a request is read whole before it is sent and can have %d MiB at most: send it in parts", maxBody>>20)
	}
	sent := req.Clone(req.Context()) // now that the trailers, if any, are set
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	sent.Body, _ = sent.GetBody()
	switch {
	case req.ContentLength > 0: // the transport tells where it is wrong
	case len(req.Trailer) > 0:
		sent.ContentLength = -1 // trailers go with a body in chunks alone
	case len(content) == 0:
		sent.ContentLength, sent.Body = 0, http.NoBody
		sent.GetBody = func() (io.ReadCloser, error) { return http.NoBody, nil }
	default:
		sent.ContentLength = int64(len(content))
	}
	return sent, nil
}

// ownState returns a copy of what is known of a connection, and of its
// certificates: those are shared by all that use the connection, and by later
// ones to the same server.
func ownState(shared *tls.ConnectionState) *tls.ConnectionState {
	if shared == nil {
		return nil
	}
	own := *shared
	own.PeerCertificates = ownCertificates(shared.PeerCertificates)
	own.VerifiedChains = make([][]*x509.Certificate, len(shared.VerifiedChains))
	for i, chain := range shared.VerifiedChains {
		own.VerifiedChains[i] = ownCertificates(chain)
	}
	return &own
}

func ownCertificates(shared []*x509.Certificate) []*x509.Certificate {
	own := make([]*x509.Certificate, len(shared))
	for i, certificate := range shared {
		copied := *certificate
		own[i] = &copied
	}
	return own
}
