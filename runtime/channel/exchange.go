package channel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	pathpkg "path"
	"runtime/debug"
	"strconv"
	"time"

	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

// Headers of every answer, and of those of services.
const (
	headerCID     = "X-Zato-CID"
	headerVersion = "X-Gatehouse-Version"

	// headerUST carries the token of the session that a caller has by its
	// security definition: in the answer, and in the request as services see
	// it.
	headerUST = "X-Zato-SSO-UST"
)

// exchange is one request and its answer. It is in the request's context, and
// is the ResponseWriter of its handler.
type exchange struct {
	http.ResponseWriter
	channel *channel
	cid     string
	logger  *slog.Logger
	address string // the client's, without port
	content *body

	status  int // of the answer; 0 before it
	size    int64
	version string // of the service that answered
	sentAs  string // the method, where a header has it be another one
	caller  security.Principal
	refused *security.Refusal // why there is no caller
	quiet   bool
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	if found, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return found
	}
	return &exchange{logger: slog.New(slog.DiscardHandler)} // a handler that is called without a channel
}

// CID returns the correlation ID of the request that a context belongs to, or
// "" where there is none.
func CID(ctx context.Context) string { return exchangeOf(ctx).cid }

// Logger returns a logger that writes the correlation ID of the request that a
// context belongs to with every line.
func Logger(ctx context.Context) *slog.Logger {
	found := exchangeOf(ctx)
	if found.cid == "" {
		return found.logger
	}
	return found.logger.With("cid", found.cid)
}

// RemoteAddr returns the client's address without port: the peer's, or the one
// that a trusted proxy forwards for.
func RemoteAddr(r *http.Request) string {
	if found := exchangeOf(r.Context()); found.address != "" {
		return found.address
	}
	return addressOf(r.RemoteAddr)
}

// ServeHTTP answers one request, and logs that it did.
func (c *channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	x := &exchange{
		ResponseWriter: w,
		channel:        c,
		cid:            invocation.NewCID(),
		logger:         c.Logger,
		address:        c.clientOf(r),
	}
	header := w.Header()
	header.Set(headerCID, x.cid)
	setSecurityHeaders(header)
	if c.HSTS > 0 && r.TLS != nil {
		header.Set("Strict-Transport-Security", "max-age="+strconv.FormatInt(int64(c.HSTS/time.Second), 10))
	}
	x.content = &body{ReadCloser: http.MaxBytesReader(w, r.Body, c.MaxBody), of: c.bodies, logger: c.Logger, isRead: r.ContentLength == 0}
	defer x.content.release()
	r.Body = x.content
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	defer x.logAccess(r, begun)
	defer x.recover(r)
	if c.cors != nil {
		x.quiet = isPreflight(r)
		c.cors.ServeHTTP(x, r, c.serve)
		return
	}
	c.serve(x, r)
}

// serve answers a request that is not for a browser alone.
func (c *channel) serve(w http.ResponseWriter, r *http.Request) {
	if c.limiter.limit(w, r) {
		return
	}
	if beyond := beyondLimits(r); beyond != nil {
		WriteError(w, r, beyond)
		return
	}
	switch {
	case r.URL.Path != pathpkg.Clean(r.URL.Path), r.URL.Path[0] != '/': // which the mux would redirect
		notFound(w, r)
	default:
		c.mux.ServeHTTP(w, r)
	}
}

// recover turns a panic into an answer.
func (x *exchange) recover(r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) { // a handler's way to cut the connection
		panic(fault)
	}
	Logger(r.Context()).Error("panic in a handler", "panic", fault, "stack", string(debug.Stack()))
	if x.status != 0 { // too late for an answer: let the client see that it is cut
		panic(http.ErrAbortHandler)
	}
	WriteError(x, r, &invocation.Error{Status: http.StatusInternalServerError})
}

func (x *exchange) logAccess(r *http.Request, begun time.Time) {
	level := slog.LevelInfo
	if x.quiet {
		level = slog.LevelDebug
	}
	if !x.logger.Enabled(r.Context(), level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("cid", x.cid),
		slog.String("method", cut(r.Method, maxShownMethod)),
		slog.String("path", shownPath(r)),
		slog.Int("status", x.status),
		slog.Int64("size", x.size),
		slog.Duration("duration", time.Since(begun)),
		slog.String("remote_addr", x.address),
	}
	if x.sentAs != "" {
		attributes = append(attributes, slog.String("sent_as", x.sentAs))
	}
	if x.caller.Name != "" {
		attributes = append(attributes, slog.String("security", x.caller.Name))
	}
	if x.refused != nil {
		if x.refused.Definition != "" {
			attributes = append(attributes, slog.String("security", x.refused.Definition))
		}
		attributes = append(attributes, slog.String("refused", string(x.refused.Reason)))
	}
	if x.version != "" {
		attributes = append(attributes, slog.String("version", x.version))
	}
	x.logger.LogAttrs(r.Context(), level, "request", attributes...)
}

// WriteHeader notes the status, and gives the writing of the answer its limit,
// and what is left of a body that was refused.
func (x *exchange) WriteHeader(status int) {
	if status >= http.StatusOK && x.status == 0 {
		x.status = status
		controller := http.NewResponseController(x.ResponseWriter)
		_ = controller.SetWriteDeadline(time.Now().Add(x.channel.WriteTimeout))
		if status >= http.StatusBadRequest && !x.content.isRead {
			_ = controller.SetReadDeadline(time.Now().Add(refusedBody))
		}
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (x *exchange) Write(content []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	written, err := x.ResponseWriter.Write(content)
	x.size += int64(written)
	return written, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// maxBody is the size of the largest body, in bytes.
func (x *exchange) maxBody() int64 {
	if x.channel == nil {
		return defaultMaxBody
	}
	return x.channel.MaxBody
}
