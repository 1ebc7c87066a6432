package script

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/script/compile"
)

// ErrClosed is returned by calls of an engine that has been closed.
var ErrClosed = errors.New("the script engine is closed")

// NotFoundError tells that there is no service of a name.
type NotFoundError struct {
	Service string
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("there is no service named %q", e.Service) }

// TimeoutError tells that a call was not over at its deadline. It matches
// context.DeadlineExceeded.
type TimeoutError struct {
	Service string
	Limit   time.Duration // how long the call had

	// Queued is set where the call had not begun: its package was at its
	// limit of calls at once, or the machine too busy to make an interpreter.
	Queued bool
}

func (e *TimeoutError) Error() string {
	if e.Queued {
		return fmt.Sprintf("service %s could not begin within %s: no interpreter of its package became free", e.Service, e.Limit)
	}
	return fmt.Sprintf("service %s did not end within %s and was stopped", e.Service, e.Limit)
}

// Unwrap makes the error match context.DeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// CancelledError tells that the caller went away before the call was over. It
// matches context.Canceled.
type CancelledError struct {
	Service string
	Cause   error // context.Cause of the caller's context
}

func (e *CancelledError) Error() string {
	return fmt.Sprintf("the call of service %s was cancelled: %v", e.Service, e.Cause)
}

// Unwrap makes the error match context.Canceled and the cause.
func (e *CancelledError) Unwrap() []error { return []error{context.Canceled, e.Cause} }

// DepthError tells that a chain of services that invoke each other is too
// long: they go round in a circle, as a rule.
type DepthError struct {
	Service string // the one that was not called
	Depth   int    // how many calls the chain has
}

func (e *DepthError) Error() string {
	return fmt.Sprintf("service %s was not invoked: %d services have invoked each other already; do they go round in a circle?", e.Service, e.Depth)
}

// StuckError tells that a call was refused at once: too many calls of the same
// package, or of the same compiled-in service, were stopped and yet go on.
type StuckError struct {
	Service  string // the one that was not called
	Calls    int    // how many go on
	Compiled bool   // they are of the compiled-in service itself
}

func (e *StuckError) Error() string {
	whose := "its package"
	if e.Compiled {
		whose = "it"
	}
	return fmt.Sprintf("service %s is not served for now: %s still blocked in functions of the host; pass them self.Context()", e.Service,
		words.Counted(e.Calls, "call of "+whose+" that was stopped is", "calls of "+whose+" that were stopped are"))
}

// PanicError tells that a service panicked.
type PanicError struct {
	Service  string
	Message  string // what happened, in the Go compiler's words where there are some
	File     string // where, in the author's source; "" where that is not known
	Line     int    // from 1; 0 where that is not known
	Function string
	Stack    []byte // of a compiled-in service, for the log
}

func (e *PanicError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("service %s: panic: %s", e.Service, e.Message)
	}
	return fmt.Sprintf("service %s: panic: %s, at %s:%d in %s", e.Service, e.Message, e.File, e.Line, e.Function)
}

// LoadError tells why a directory cannot be loaded.
type LoadError struct {
	Dir         string // as it is shown to users
	Diagnostics []Diagnostic
}

// Error returns a line for each diagnostic.
func (e *LoadError) Error() string { return compile.Errors(e.Diagnostics).Error() }
