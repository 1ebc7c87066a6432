package script

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// settling is how long a call may take to end once it was stopped before it
// counts as stuck: a script's own loops and waits end within a millisecond,
// and many that end together must not close their package.
const settling = 100 * time.Millisecond

// backlog counts the calls of one version of a package, or of one compiled-in
// service, that are stuck: stopped, but at work in a function of the host,
// which nothing can interrupt. Each holds memory and perhaps a processor, so
// their number is bounded: while it is at its limit, new calls are refused.
//
// A new version of a package begins with a backlog of its own, so that one
// that mends the fault can serve.
type backlog struct {
	of     string // as the log names it
	limit  int
	logger *slog.Logger

	mu    sync.Mutex
	calls int
	full  chan struct{} // closed while calls are at the limit
}

// newBacklog returns an empty backlog. Its limit is half the calls that may
// run at once, so that the other half can still end; but at least two, for one
// slow function of the host is no reason to close a package, unless there is
// one turn only.
func newBacklog(config Config, of string) *backlog {
	return &backlog{
		of: of, logger: config.Logger,
		limit: min(max(2, config.PoolSize/2), config.PoolSize),
		full:  make(chan struct{}),
	}
}

// filled returns a channel that is closed when the backlog is full, or is so
// already.
func (b *backlog) filled() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.full
}

func (b *backlog) add() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if b.calls == b.limit {
		close(b.full)
		b.logger.Error("new calls are refused: too many that were stopped are blocked in functions of the host; pass them self.Context()",
			"of", b.of, "calls", b.calls)
	}
}

func (b *backlog) remove() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == b.limit {
		b.full = make(chan struct{})
		b.logger.Info("calls are served again", "of", b.of)
	}
	b.calls--
}

// watch counts a call as stuck that is about to be abandoned; after a while
// the log names it.
func (c *call) watch() {
	e := c.engine
	e.stuck.Add(1)
	c.counted = time.AfterFunc(settling, c.backlog.add)
	c.overdue = time.AfterFunc(e.config.StuckAfter, func() {
		e.logger.Warn("a call was ended but goes on, blocked in a function of the host; pass it self.Context()",
			"service", c.service, "ended_ago", e.config.StuckAfter)
	})
}

func (c *call) unwatch() {
	c.overdue.Stop()
	if !c.counted.Stop() {
		c.backlog.remove()
	}
	c.engine.stuck.Add(-1)
}

// isOver takes note of the end of an abandoned call and tells where it was, as
// far as that is known.
func (c *call) isOver(at *PanicError) {
	c.unwatch()
	c.giveTurnBack()
	place := slog.Attr{}
	if at.Line > 0 {
		place = slog.String("near", fmt.Sprintf("%s:%d", at.File, at.Line))
	}
	c.engine.logger.Info("a call that was stopped is over",
		"service", c.service, "took", time.Since(c.begun).Round(time.Millisecond), place)
}

// giveTurnBack lets another call of the pool have the turn of this one.
func (c *call) giveTurnBack() {
	if c.turns != nil {
		<-c.turns
		c.turns = nil
	}
}
