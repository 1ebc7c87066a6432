package service

import (
	"fmt"
	"net/http"
	"slices"

	"gatehouse/runtime/internal/fields"
	"gatehouse/runtime/internal/nesting"
)

// Error is an error that the caller of a service may see: its status and
// message become the answer. Any other error that Handle returns is answered
// with status 500 and the correlation ID alone, and its text goes to the log;
// an error of self.SSO may be returned as it is.
type Error struct {
	// Status is the HTTP status of the answer.
	Status int

	// Message tells the caller what was wrong and what to do.
	Message string

	// Fields names the parts of the input that were refused, if any.
	Fields []FieldError

	// SubStatus holds the codes of an SSO error, if that is what a service
	// invoked by this one answered with.
	SubStatus []string

	// Err is the cause. It reaches the log, never the caller.
	Err error
}

// FieldError is one refused part of the input.
type FieldError struct {
	Field   string `json:"field"`   // the key in the input, dotted where nested
	Message string `json:"message"` // what is wrong with it
}

// Error returns the status and the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%d %s: %s", e.Status, http.StatusText(e.Status), e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// WithCause returns a copy of the error that carries the cause for the log.
func (e *Error) WithCause(err error) *Error {
	withCause := *e
	withCause.Err = err
	return &withCause
}

func newError(status int, format string, args []any) *Error {
	args = slices.Clone(args)
	for i, arg := range args {
		if nesting.IsEndless(arg, false) { // package fmt would follow it until the process ends
			args[i] = "(a value nested too deeply)"
			continue
		}
		args[i] = fields.Restore(arg)
	}
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

// BadRequest answers 400: the input cannot be understood.
func BadRequest(format string, args ...any) *Error {
	return newError(http.StatusBadRequest, format, args)
}

// Unauthorized answers 401: the caller has to say who it is.
func Unauthorized(format string, args ...any) *Error {
	return newError(http.StatusUnauthorized, format, args)
}

// Forbidden answers 403: the caller may not do this.
func Forbidden(format string, args ...any) *Error {
	return newError(http.StatusForbidden, format, args)
}

// NotFound answers 404: there is no such thing.
func NotFound(format string, args ...any) *Error {
	return newError(http.StatusNotFound, format, args)
}

// MethodNotAllowed answers 405: the service does not take this HTTP method.
func MethodNotAllowed(format string, args ...any) *Error {
	return newError(http.StatusMethodNotAllowed, format, args)
}

// Conflict answers 409: the request does not fit the present state.
func Conflict(format string, args ...any) *Error {
	return newError(http.StatusConflict, format, args)
}

// TooLarge answers 413: the input is larger than the service takes.
func TooLarge(format string, args ...any) *Error {
	return newError(http.StatusRequestEntityTooLarge, format, args)
}

// TooManyRequests answers 429: the caller should come back later.
func TooManyRequests(format string, args ...any) *Error {
	return newError(http.StatusTooManyRequests, format, args)
}

// Unavailable answers 503: something that the service needs is away.
func Unavailable(format string, args ...any) *Error {
	return newError(http.StatusServiceUnavailable, format, args)
}
