// Package script is the script engine: it turns the Go files of services
// directories into services that can be called, and keeps them in step with
// the files.
//
// A directory is a package. Its files are type-checked and lowered (package
// compile), then interpreted. A package has a pool of interpreters, each of
// which serves one call at a time; one whose call runs away is ended and
// thrown away. A changed directory is loaded beside its old version and goes
// live in one swap; calls in flight finish on the version that they began on.
//
// An engine's life, in order: New, Register for every compiled-in service,
// Load, Watch on a goroutine of its own, any number of Calls at once, Close.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/runtime/script/compile"
	"gatehouse/runtime/service"
)

// Diagnostic is one thing that is wrong with a script: where, and what.
type Diagnostic = compile.Diagnostic

// Config configures an Engine. The zero value of each field but Dirs is
// replaced by its default.
type Config struct {
	// Dirs are the services directories. Each is scanned recursively, hidden
	// directories, those that begin with an underscore, testdata and vendor
	// left out. A directory that does not exist is one without services.
	Dirs []string

	// Logger is told of loads, failures and calls that do not end. Default:
	// nothing is logged.
	Logger *slog.Logger

	// Stdout takes what scripts print with fmt.Print, from many goroutines.
	// Default: the logger, a line an entry, at level info.
	Stdout io.Writer

	// Timeout is how long a call may take, from Call to the end of finish.
	// Default: 30 s.
	Timeout time.Duration

	// Timeouts overrides Timeout for services, by name.
	Timeouts map[string]time.Duration

	// LoadTimeout bounds the initialisation of a package's variables.
	// Default: 5 s.
	LoadTimeout time.Duration

	// CompileTimeout is how long a directory may be compiled before it is
	// reported as a failure; it goes live all the same if it is done later.
	// Default: 15 s.
	CompileTimeout time.Duration

	// PoolSize is how many calls of one package run at once; more wait.
	// Invocations from within a call are not counted. Half of it, but at
	// least two calls, may be stuck before new calls of the package are
	// refused; likewise of each compiled-in service. Default: 4 for each
	// processor, at least 8, at most 64.
	PoolSize int

	// IdleTimeout is how long an interpreter is kept without a call; the last
	// one of a package is kept for ever. Default: 1 minute.
	IdleTimeout time.Duration

	// Quiet is how long after the last change of a file its directory is
	// loaded. Default: 15 ms.
	Quiet time.Duration

	// Grace is how long a change must last that empties or removes a file or
	// does not load: editors and copies empty or remove a file for a moment
	// before they write it. A change that loads but lacks a service must last
	// four times Quiet. Default: 100 ms.
	Grace time.Duration

	// Poll is how often directories are read although the system has told of
	// no change. Default: 2 s, and 100 ms where it cannot tell.
	Poll time.Duration

	// PollOnly reads directories without asking the system for events: for
	// file systems that give none, such as some network and container mounts.
	PollOnly bool

	// StuckAfter is how long a call may go on after it was ended before the
	// log names it. Default: 5 s.
	StuckAfter time.Duration
}

// Engine holds services and calls them. It is safe for concurrent use.
type Engine struct {
	config   Config
	compiler *compile.Compiler
	logger   *slog.Logger

	services atomic.Pointer[snapshot] // replaced whole, never changed
	calls    gate
	stuck    atomic.Int64

	loading sync.Mutex    // held by whoever reads directories; before mu
	turns   chan struct{} // a value for every preparation whose turn it is
	arrived chan struct{} // has a value when a slow preparation is done, or late

	// What follows is changed under mu.
	mu          sync.Mutex
	compiledIn  map[string]*entry
	directories map[string]*directory

	stop    context.CancelFunc
	stopped context.Context
	janitor sync.WaitGroup
}

// snapshot is what can be called at one moment, by name.
type snapshot map[string]*entry

// entry is a service that can be called.
type entry struct {
	name    string
	timeout time.Duration
	target  target
}

// target is where a service runs.
type target interface {
	// run runs a call and answers with the version that served it.
	run(c *call) (version string, err error)
}

// New returns an engine without services.
func New(config Config) (*Engine, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.PoolSize == 0 {
		config.PoolSize = max(8, min(64, 4*runtime.GOMAXPROCS(0)))
	}
	for _, setting := range []struct {
		name     string
		value    *time.Duration
		fallback time.Duration
	}{
		{"Timeout", &config.Timeout, 30 * time.Second},
		{"LoadTimeout", &config.LoadTimeout, 5 * time.Second},
		{"CompileTimeout", &config.CompileTimeout, 15 * time.Second},
		{"IdleTimeout", &config.IdleTimeout, time.Minute},
		{"Quiet", &config.Quiet, 15 * time.Millisecond},
		{"Grace", &config.Grace, 100 * time.Millisecond},
		{"Poll", &config.Poll, 2 * time.Second},
		{"StuckAfter", &config.StuckAfter, 5 * time.Second},
	} {
		if *setting.value < 0 {
			return nil, fmt.Errorf("script engine: %s is %s; it must not be negative", setting.name, *setting.value)
		}
		if *setting.value == 0 {
			*setting.value = setting.fallback
		}
	}
	if config.PoolSize < 0 {
		return nil, fmt.Errorf("script engine: PoolSize is %d; it must not be negative", config.PoolSize)
	}
	for name, timeout := range config.Timeouts {
		if timeout <= 0 {
			return nil, fmt.Errorf("script engine: the timeout of service %s is %s; it must be positive", name, timeout)
		}
	}
	e := &Engine{
		config:      config,
		compiler:    compile.New(),
		logger:      config.Logger,
		compiledIn:  map[string]*entry{},
		directories: map[string]*directory{},
		turns:       make(chan struct{}, runtime.GOMAXPROCS(0)),
		arrived:     make(chan struct{}, 1),
	}
	e.services.Store(&snapshot{})
	e.stopped, e.stop = context.WithCancel(context.Background())
	e.janitor.Go(e.closeIdle)
	return e, nil
}

// Register adds a compiled-in service. Its handler is made anew for every
// call. It goes through the same deadline, recovery and finish as a script.
// A name that is taken is refused.
func (e *Engine) Register(name string, newHandler func() service.Handler) error {
	if name == "" || newHandler == nil {
		return errors.New("register a compiled-in service: it needs a name and a function that makes its handler")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, taken := (*e.services.Load())[name]; taken {
		return fmt.Errorf("register compiled-in service %s: the name is taken", name)
	}
	e.compiledIn[name] = &entry{
		name:    name,
		timeout: e.timeout(name),
		target:  &compiledIn{newHandler: newHandler, registered: time.Now(), backlog: newBacklog(e.config, name)},
	}
	e.publish()
	return nil
}

// publish makes what is registered and loaded callable, all at once. The
// caller holds mu.
func (e *Engine) publish() {
	next := maps.Clone(e.compiledIn)
	for _, d := range e.directories {
		if d.live != nil {
			maps.Copy(next, d.live.entries)
		}
	}
	e.services.Store((*snapshot)(&next))
}

func (e *Engine) timeout(name string) time.Duration {
	if timeout, ok := e.config.Timeouts[name]; ok {
		return timeout
	}
	return e.config.Timeout
}

// Stuck returns how many calls go on although they were ended at their
// deadline: they are blocked in a function of the host.
func (e *Engine) Stuck() int { return int(e.stuck.Load()) }

// Close refuses new calls, waits for those in flight, at most to their
// deadlines, and ends all interpreters. Calls that are stuck in functions of
// the host are not waited for; the log says how many there are. It may be
// called more than once.
func (e *Engine) Close() error {
	e.calls.close()
	if left := e.Stuck(); left > 0 {
		e.logger.Warn("closing although calls that were stopped go on, blocked in functions of the host", "calls", left)
	}
	e.stop()
	e.janitor.Wait()
	e.loading.Lock()
	defer e.loading.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.directories {
		d.live.retire()
		d.preparation.abandon()
		d.preparation = nil
	}
	return nil
}

// closeIdle ends interpreters that have had no call for long.
func (e *Engine) closeIdle() {
	tick := time.NewTicker(max(e.config.IdleTimeout/2, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-e.stopped.Done():
			return
		case <-tick.C:
		}
		e.mu.Lock()
		for _, d := range e.directories {
			d.live.shrink(time.Now().Add(-e.config.IdleTimeout))
		}
		e.mu.Unlock()
	}
}

// Info describes a service, or a file that gave none because it is at fault.
type Info struct {
	Name     string    `json:"name,omitempty"` // empty for a file without a service
	File     string    `json:"file,omitempty"` // empty for a compiled-in service
	Line     int       `json:"line,omitempty"` // of the type
	Compiled bool      `json:"compiled"`
	Version  string    `json:"version,omitempty"` // hash of the package that answers
	LoadedAt time.Time `json:"loaded_at,omitzero"`

	// LastError tells why the newest version of the file's package is not
	// the one that answers; empty where it is.
	LastError   string    `json:"last_error,omitempty"`
	LastErrorAt time.Time `json:"last_error_at,omitzero"`
}

// Services lists what can be called, by name, then the files that cannot be
// loaded and gave no service yet.
func (e *Engine) Services() []Info {
	e.mu.Lock()
	defer e.mu.Unlock()
	infos := []Info{} // rather than null in JSON
	for _, name := range slices.Sorted(maps.Keys(e.compiledIn)) {
		infos = append(infos, Info{
			Name: name, Compiled: true, Version: CompiledVersion,
			LoadedAt: e.compiledIn[name].target.(*compiledIn).registered,
		})
	}
	for _, d := range e.directories {
		infos = append(infos, d.infos()...)
	}
	slices.SortStableFunc(infos, func(a, b Info) int {
		if (a.Name == "") != (b.Name == "") {
			return strings.Compare(b.Name, a.Name)
		}
		return strings.Compare(a.Name+"\x00"+filepath.ToSlash(a.File), b.Name+"\x00"+filepath.ToSlash(b.File))
	})
	return infos
}
