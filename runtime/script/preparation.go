package script

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/runtime/script/compile"
)

// promptness is how long the loader waits for a preparation before the others
// go live without it; most take a tenth of that.
const promptness = 250 * time.Millisecond

// maxCompiling is how many versions of one directory may be compiled at once.
// What compiles cannot be stopped: one that takes very long goes on after its
// author has saved the next.
const maxCompiling = 2

// preparation makes a change of what a directory holds, on a goroutine of its
// own, so that a source that takes long to compile or to initialise holds up
// nobody else.
type preparation struct {
	hash   [32]byte        // of what the directory holds
	ctx    context.Context // ends when the change is not wanted any more
	cancel context.CancelFunc

	slow   chan struct{} // closed when the loader is not to wait for it any more
	late   chan struct{} // closed when it is compiled for longer than it may be
	done   chan struct{} // closed when change is set
	change *change

	giveWay sync.Once // gives its turn to the next: when it is slow, or done
	told    bool      // that it is late; the loader's
}

// begin has what a directory holds prepared, unless that is under way. The
// caller holds loading.
func (e *Engine) begin(d *directory) *preparation {
	if p := d.preparation; p != nil {
		if p.hash == d.hash {
			return p
		}
		p.abandon()
	}
	p := &preparation{hash: d.hash, slow: make(chan struct{}), late: make(chan struct{}), done: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(e.stopped)
	d.preparation = p
	if d.compiling == nil {
		d.compiling = make(chan struct{}, maxCompiling)
	}
	content, live, compiling := d.content, "", d.compiling
	if d.live != nil {
		live = d.live.pkg.Hash
	}
	go e.run(p, func() *change { return e.prepare(p, content, live, compiling) })
	return p
}

// run waits for the preparation's turn, so that of many directories each has
// its time to itself, and prepares the change. What is slow gives its turn to
// the next and goes on beside it; the watcher is told when it is done.
func (e *Engine) run(p *preparation, prepare func() *change) {
	select {
	case e.turns <- struct{}{}:
	case <-p.ctx.Done():
		p.change = &change{}
		close(p.done)
		return
	}
	giveWay := func() {
		<-e.turns
		close(p.slow)
	}
	impatience := time.AfterFunc(promptness, func() { p.giveWay.Do(giveWay) })
	p.change = prepare()
	close(p.done)
	impatience.Stop()
	isSlow := true
	p.giveWay.Do(func() {
		isSlow = false
		giveWay()
	})
	if isSlow {
		e.arrive()
	}
}

// arrive tells the watcher that there is something to load or to report.
func (e *Engine) arrive() {
	select {
	case e.arrived <- struct{}{}:
	default: // it will come already
	}
}

// abandon drops what comes of a preparation. A nil one is none.
func (p *preparation) abandon() {
	if p == nil {
		return
	}
	p.cancel()
	go func() {
		<-p.done
		p.change.drop()
	}()
}

// isClosed reports whether a channel that carries no values is closed.
func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// prepare compiles a directory and starts the first interpreter. live is the
// version that serves; compiling bounds how many are compiled at once.
func (e *Engine) prepare(p *preparation, of *content, live string, compiling chan struct{}) *change {
	fail := func(err error, diagnostics ...Diagnostic) *change {
		var loading *LoadError
		if errors.As(err, &loading) {
			diagnostics = loading.Diagnostics
		} else if err != nil {
			diagnostics = []Diagnostic{{File: of.shown, Message: err.Error()}}
		}
		return failed(of.shown, diagnostics...)
	}
	if len(of.fault) > 0 {
		return fail(nil, of.fault...)
	}
	if len(of.files) == 0 {
		return &change{}
	}
	overdue := time.AfterFunc(e.config.CompileTimeout, func() {
		close(p.late)
		e.arrive()
	})
	defer overdue.Stop()
	select {
	case compiling <- struct{}{}:
	case <-p.ctx.Done():
		return &change{}
	}
	pkg, prepared, err := e.compile(of, live)
	<-compiling
	overdue.Stop()
	var faults compile.Errors
	switch {
	case errors.Is(err, compile.ErrNoFiles):
		return &change{}
	case errors.As(err, &faults):
		return fail(nil, faults...)
	case err != nil:
		return fail(err)
	case pkg.Hash == live:
		return &change{same: true}
	}
	next := &version{pkg: pkg, entries: map[string]*entry{}, loadedAt: time.Now()}
	if prepared == nil {
		return &change{next: next}
	}
	first, err := prepared.initialise(p.ctx, e.config)
	if err != nil {
		return fail(err)
	}
	next.pool = newPool(first, e.config)
	for i, found := range pkg.Services {
		next.entries[found.Name] = &entry{
			name:    found.Name,
			timeout: e.timeout(found.Name),
			target:  &packageService{pool: next.pool, index: i},
		}
	}
	next.loadedAt = time.Now()
	return &change{next: next}
}

// compile compiles a directory, and for the interpreter too where it has
// services and is not the version that is live.
func (e *Engine) compile(of *content, live string) (*compile.Package, *unstarted, error) {
	pkg, err := e.compiler.Compile(of.shown, of.files)
	if err != nil || pkg.Hash == live || len(pkg.Services) == 0 {
		return pkg, nil, err
	}
	prepared, err := prepare(pkg, e.config)
	return pkg, prepared, err
}

// overdue is the failure of a directory that is still being compiled.
func (e *Engine) overdue(d *directory) *failure {
	return failed(d.shown, Diagnostic{File: d.shown, Message: fmt.Sprintf(
		"could not be compiled within %s; make its files smaller, or their types and expressions simpler", e.config.CompileTimeout)}).failure
}

// failed is a change that comes to nothing.
func failed(dir string, diagnostics ...Diagnostic) *change {
	return &change{failure: &failure{err: &LoadError{Dir: dir, Diagnostics: diagnostics}, at: time.Now()}}
}
