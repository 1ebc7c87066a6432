package script

import (
	"context"
	"errors"
	"sync"
	"time"

	"gatehouse/runtime/script/compile"
)

// errRetired tells a call that a newer version of its package is live.
var errRetired = errors.New("the version is no longer live")

// pool runs the calls of one version of a package, each in an interpreter of
// its own. It bounds how many calls run at once, invocations from within
// calls apart; interpreters are made when there is none idle. A call that was
// stopped keeps its turn until it is over.
type pool struct {
	pkg     *compile.Package
	config  Config
	turns   chan struct{} // a value for every call that is not nested
	backlog *backlog
	gone    chan struct{} // closed when the pool is retired
	mu      sync.Mutex
	retired bool
	idle    []*interpreter // the last one released is last
	making  int
	waiting []chan made // calls that want an interpreter, the oldest first
}

// made is an interpreter, or why there is none.
type made struct {
	interpreter *interpreter
	err         error
}

// newPool returns a pool with one interpreter ready.
func newPool(first *interpreter, config Config) *pool {
	first.released = time.Now()
	return &pool{
		pkg:     first.pkg,
		config:  config,
		turns:   make(chan struct{}, config.PoolSize),
		backlog: newBacklog(config, first.pkg.Dir),
		gone:    make(chan struct{}),
		idle:    []*interpreter{first},
	}
}

// run runs a call of the package's service of an index.
func (p *pool) run(c *call, index int) error {
	if err := p.admit(c); err != nil {
		return err
	}
	w, err := p.acquire(c.ctx)
	if err != nil {
		c.giveTurnBack()
		if c.ctx.Err() != nil {
			return c.queued()
		}
		return err
	}
	w.jobs <- job{call: c, service: index}
	result, ok := c.wait()
	if ok {
		c.giveTurnBack()
	}
	if !ok || result.broken {
		p.discard(w)
	} else {
		p.release(w)
	}
	return result.err
}

// admit waits for the turn of a call that is not nested. It refuses every call
// while the backlog is full.
func (p *pool) admit(c *call) error {
	c.backlog, c.turns = p.backlog, nil
	select {
	case <-p.gone:
		return errRetired
	case <-p.backlog.filled():
		return p.refusal(c)
	default:
	}
	if c.nested {
		return nil
	}
	select {
	case p.turns <- struct{}{}:
		c.turns = p.turns
		return nil
	case <-p.gone: // the next version has turns of its own
		return errRetired
	case <-p.backlog.filled():
		return p.refusal(c)
	case <-c.ctx.Done():
		return c.queued()
	}
}

func (p *pool) refusal(c *call) error {
	return &StuckError{Service: c.service, Calls: p.backlog.limit}
}

// acquire returns an interpreter that is the caller's until it releases or
// discards it.
func (p *pool) acquire(ctx context.Context) (*interpreter, error) {
	p.mu.Lock()
	if p.retired {
		p.mu.Unlock()
		return nil, errRetired
	}
	if last := len(p.idle) - 1; last >= 0 {
		w := p.idle[last]
		p.idle[last] = nil
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return w, nil
	}
	turn := make(chan made, 1)
	p.waiting = append(p.waiting, turn)
	p.makeUpTo(len(p.waiting))
	p.mu.Unlock()
	select {
	case got := <-turn:
		return got.interpreter, got.err
	case <-ctx.Done():
	}
	p.mu.Lock()
	for i, other := range p.waiting {
		if other == turn {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	select {
	case got := <-turn: // it came at the last moment
		if got.err == nil {
			p.release(got.interpreter)
		}
	default:
	}
	return nil, ctx.Err()
}

// makeUpTo has n interpreters on their way. The caller holds mu.
func (p *pool) makeUpTo(n int) {
	for ; p.making < n; p.making++ {
		go func() {
			w, err := start(p.pkg, p.config)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.making--
			p.give(made{w, err})
		}()
	}
}

// give hands on what was made or released. The caller holds mu.
func (p *pool) give(m made) {
	switch {
	case len(p.waiting) > 0:
		p.waiting[0] <- m
		p.waiting = p.waiting[1:]
	case m.err != nil: // nobody waits; who comes next tries again
	case p.retired:
		m.interpreter.end()
	default:
		m.interpreter.released = time.Now()
		p.idle = append(p.idle, m.interpreter)
	}
}

// release takes an interpreter back whose call is over.
func (p *pool) release(w *interpreter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.give(made{interpreter: w})
}

// discard ends an interpreter and whatever runs in it, and has another one
// made where none is left.
func (p *pool) discard(w *interpreter) {
	w.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 && !p.retired {
		p.makeUpTo(max(1, len(p.waiting)))
	}
}

// retire makes the pool refuse new calls. Those that have come already are
// served; then its interpreters are ended.
func (p *pool) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.retired {
		p.retired = true
		close(p.gone)
	}
	for _, w := range p.idle {
		w.end()
	}
	p.idle = nil
}

// shrink ends interpreters that have been idle since before the given time,
// but for the last one.
func (p *pool) shrink(before time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 1 && p.idle[0].released.Before(before) {
		p.idle[0].end()
		p.idle[0] = nil
		p.idle = p.idle[1:]
	}
}
