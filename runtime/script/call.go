package script

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/runtime/service"
)

// Call runs the service of a name and returns the version of the source that
// served it; that is known for errors of the service too.
//
// A new handler is made, then setup, Handle and finish run one after another
// on another goroutine, all of them by one deadline: that of ctx or the
// service's own, whichever comes first. setup gets the context that ends with
// the call, and fills the Service with it; finish runs where Handle returned
// nil, and takes from the Service what is wanted: it must do all of that, for
// the Service is dead afterwards. An error of either is returned as it is.
//
// A call that does not end by its deadline, or whose ctx is cancelled, is
// stopped, and Call returns at once; finish is then not begun, and what a
// finish that had begun has written must not be looked at. An invocation from
// within a call, recognised by its ctx, does not wait for its turn, so that
// services that invoke each other cannot lock each other out.
//
// Errors: *NotFoundError, *TimeoutError, *CancelledError, *PanicError,
// *DepthError, *StuckError, *LoadError, ErrClosed; any other is the one that Handle, setup or finish
// returned.
func (e *Engine) Call(
	ctx context.Context, name string,
	setup func(ctx context.Context, s *service.Service),
	finish func(s *service.Service) error,
) (version string, err error) {
	depth, _ := ctx.Value(depthKey{}).(int)
	nested := depth > 0
	if depth >= maxDepth {
		return "", &DepthError{Service: name, Depth: maxDepth}
	}
	if !e.calls.enter(nested) {
		return "", ErrClosed
	}
	defer e.calls.leave()
	var c *call
	for {
		entry, ok := (*e.services.Load())[name]
		if !ok {
			return "", &NotFoundError{Service: name}
		}
		if c == nil {
			begun := time.Now()
			limit := entry.timeout
			if deadline, ok := ctx.Deadline(); ok {
				limit = min(limit, deadline.Sub(begun).Round(time.Millisecond))
			}
			within, cancel := context.WithTimeout(context.WithValue(ctx, depthKey{}, depth+1), entry.timeout)
			defer cancel()
			c = &call{
				engine: e, service: name, begun: begun, limit: limit, ctx: within, nested: nested,
				setup: setup, finish: finish, done: make(chan outcome, 1),
			}
		}
		version, err = entry.target.run(c)
		if !errors.Is(err, errRetired) {
			return version, err
		}
	}
}

// depthKey is the key in the contexts of calls of how many calls they are in.
type depthKey struct{}

// Within returns a context for what a call does that is to be made with ctx,
// in other ways than by the context of its Service: calls made with it are
// invocations from within that call.
func Within(ctx context.Context) context.Context {
	depth, _ := ctx.Value(depthKey{}).(int)
	return context.WithValue(ctx, depthKey{}, depth+1)
}

// maxDepth is how long a chain of services that invoke each other may be:
// every one holds an interpreter.
const maxDepth = 50

// call is one call of a service on its way.
type call struct {
	engine  *Engine
	service string
	begun   time.Time
	limit   time.Duration
	ctx     context.Context
	nested  bool
	setup   func(ctx context.Context, s *service.Service)
	finish  func(s *service.Service) error

	state atomic.Int32 // running, then finished or abandoned
	done  chan outcome // gets one value, unless the call is abandoned

	// What an abandoned call leaves when it is over; set before it runs.
	backlog *backlog
	turns   chan struct{} // of its pool, where it has a turn in it

	// Set before the call is abandoned.
	counted *time.Timer // adds it to the backlog
	overdue *time.Timer // names it in the log
}

// States of a call.
const (
	running int32 = iota
	finished
	abandoned // nobody waits for it any more
)

// outcome is how a call went.
type outcome struct {
	err error

	// broken tells that what the call ran in may be left in a state that
	// another call must not see.
	broken bool
}

// perform runs the call on the goroutine of its own and hands the outcome to
// whoever waits. run makes a handler, gives its Service to ready and returns
// what Handle returns; locate completes the error of a panic.
func (c *call) perform(run func(ready func(*service.Service)) error, locate func(*PanicError)) {
	var result outcome
	returned := false
	defer func() {
		if !returned {
			value := recover()
			fault := &PanicError{Service: c.service}
			locate(fault) // before its text, for which methods of the script may run
			fault.Message = panicText(value)
			result = outcome{err: fault, broken: true}
		}
		if c.state.CompareAndSwap(running, finished) {
			c.done <- result
			return
		}
		at := new(PanicError)
		locate(at)
		c.isOver(at)
	}()
	var base *service.Service
	err := run(func(s *service.Service) {
		base = s
		c.setup(c.ctx, s)
	})
	switch {
	case c.ctx.Err() != nil: // a call that was stopped returns nil, whatever it was about
		err = c.ended()
	case err == nil:
		err = c.finish(base)
	}
	result.err = frozen(err)
	returned = true
}

// wait returns the outcome of the call, or ok false where it was not over
// when its context ended: the caller stops it then, and the turn is no longer
// the caller's to give back.
func (c *call) wait() (result outcome, ok bool) {
	select {
	case result = <-c.done:
		return result, true
	case <-c.ctx.Done():
	}
	c.watch()
	if c.state.CompareAndSwap(running, abandoned) {
		return outcome{err: c.ended()}, false
	}
	c.unwatch()
	return <-c.done, true
}

// ended returns the error of a call whose context has ended.
func (c *call) ended() error {
	if !errors.Is(c.ctx.Err(), context.DeadlineExceeded) {
		return &CancelledError{Service: c.service, Cause: context.Cause(c.ctx)}
	}
	return &TimeoutError{Service: c.service, Limit: c.limit}
}

// queued returns the error of a call whose context ended before it began.
func (c *call) queued() error {
	err := c.ended()
	var timeout *TimeoutError
	if errors.As(err, &timeout) {
		timeout.Queued = true
	}
	return err
}

// gate counts calls in flight and closes.
type gate struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // closed when the last call leaves a closed gate
}

// enter reports whether a call may begin; if so, leave must follow. A nested
// one may while anybody is inside: as a rule the call that it belongs to.
func (g *gate) enter(nested bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed && (!nested || g.inside == 0) {
		return false
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more and waits until everybody is out.
func (g *gate) close() {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.empty = make(chan struct{})
		if g.inside == 0 {
			close(g.empty)
		}
	}
	g.mu.Unlock()
	<-g.empty
}
