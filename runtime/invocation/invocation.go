// Package invocation defines one call of a service as plain data: what goes
// in, what comes out, what is refused. Nothing in it could not cross a socket,
// so that services may one day run in processes of their own.
package invocation

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// NewCID returns a new correlation ID: 26 lower-case letters and digits, 130
// random bits.
func NewCID() string { return strings.ToLower(rand.Text()) }

// Request asks for one call of a service.
type Request struct {
	// Service is the name of the service, such as crm.get-customer.
	Service string

	// CID is the correlation ID; empty means that the runtime makes one.
	CID string

	// Body is the input: a JSON object, or empty. A body that is not a JSON
	// object reaches the service as Request.Raw alone.
	Body []byte

	// HTTP describes the HTTP request behind the call, if there is one.
	HTTP *HTTP
}

// HTTP describes the HTTP request behind a call.
type HTTP struct {
	Method     string
	Path       string
	Headers    http.Header
	Query      url.Values
	RemoteAddr string
	UserAgent  string
}

// Response is the answer of a call that succeeded.
type Response struct {
	CID     string
	Status  int         // HTTP status, never 0
	Headers http.Header // added to the answer's own; may be nil
	Body    []byte      // JSON; empty for an empty answer

	// Version identifies the source of the service that gave the answer.
	Version string
}

// Error is the answer of a call that was refused or failed. Its fields may be
// shown to the caller; the cause may not.
type Error struct {
	CID       string
	Status    int    // HTTP status
	Message   string // what was wrong and what to do
	Fields    []Field
	SubStatus []string // codes of an SSO error
	Version   string   // the source of the service that failed; "" where none ran

	// RetryAfter is how many seconds the caller should wait before the same
	// call, with status 429 or 503; 0 leaves it to the channel.
	RetryAfter int

	// Cause is for the log of the process that the call ran in.
	Cause error
}

// Field is one refused part of the input.
type Field struct {
	Name    string `json:"field"`
	Message string `json:"message"`
}

// Error returns the status and the message.
func (e *Error) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Invoker runs services by name. An error that it returns is an *Error.
type Invoker interface {
	Invoke(ctx context.Context, request Request) (Response, error)
}
