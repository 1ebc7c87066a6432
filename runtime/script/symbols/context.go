package symbols

import (
	"context"
	"fmt"
	"time"

	"gatehouse/runtime/internal/nesting"
)

// Contexts are derived from one another, and package context follows the chain
// by recursion where one is cancelled, asked for a value or printed: a chain of
// millions ends the process. So those that scripts derive know how deep they
// lie. Embedding the host's context keeps cancellation as cheap as it is: the
// host finds its own context below by Value and Done.

// derivedContext is a context that a script has derived.
type derivedContext struct {
	context.Context
	depth int
}

// contextDepth is the key by which a context tells its depth, from below
// contexts of the host too, such as those that an http.Client derives.
type contextDepth struct{}

func (c *derivedContext) Value(key any) any {
	if key == (contextDepth{}) {
		return c.depth
	}
	return c.Context.Value(key)
}

// String returns what package context prints.
func (c *derivedContext) String() string { return fmt.Sprint(c.Context) }

// deriving returns the depth of a context to derive from parent, or panics.
func deriving(parent context.Context) int {
	if parent == nil {
		return 0 // the host panics for it
	}
	above, _ := parent.Value(contextDepth{}).(int)
	if above >= nesting.Most {
		panic(fmt.Sprintf("context: more than %d contexts are derived from one another: derive each from self.Context()", nesting.Most))
	}
	return above + 1
}

func withCancel(parent context.Context) (context.Context, context.CancelFunc) {
	depth := deriving(parent)
	ctx, cancel := context.WithCancel(parent)
	return &derivedContext{ctx, depth}, cancel
}

func withCancelCause(parent context.Context) (context.Context, context.CancelCauseFunc) {
	depth := deriving(parent)
	ctx, cancel := context.WithCancelCause(parent)
	return &derivedContext{ctx, depth}, cancel
}

func withDeadline(parent context.Context, d time.Time) (context.Context, context.CancelFunc) {
	return withDeadlineCause(parent, d, nil)
}

func withDeadlineCause(parent context.Context, d time.Time, cause error) (context.Context, context.CancelFunc) {
	depth := deriving(parent)
	ctx, cancel := context.WithDeadlineCause(parent, d, cause)
	return &derivedContext{ctx, depth}, cancel
}

func withTimeout(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return withDeadlineCause(parent, time.Now().Add(timeout), nil)
}

func withTimeoutCause(parent context.Context, timeout time.Duration, cause error) (context.Context, context.CancelFunc) {
	return withDeadlineCause(parent, time.Now().Add(timeout), cause)
}

func withValue(parent context.Context, key, value any) context.Context {
	depth := deriving(parent)
	return &derivedContext{context.WithValue(parent, key, value), depth}
}

func withoutCancel(parent context.Context) context.Context {
	depth := deriving(parent)
	return &derivedContext{context.WithoutCancel(parent), depth}
}
