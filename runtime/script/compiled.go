package script

import (
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"gatehouse/runtime/service"
)

// CompiledVersion is the version of every compiled-in service.
const CompiledVersion = "compiled"

// compiledIn is a service that is part of the program.
type compiledIn struct {
	newHandler func() service.Handler
	registered time.Time
	backlog    *backlog
}

// run runs a call on a goroutine of its own. One that does not end at its
// deadline cannot be stopped: it is left behind and counted as stuck.
func (t *compiledIn) run(c *call) (string, error) {
	select {
	case <-t.backlog.filled():
		return CompiledVersion, &StuckError{Service: c.service, Calls: t.backlog.limit, Compiled: true}
	default:
	}
	c.backlog = t.backlog
	go c.perform(func(ready func(*service.Service)) error {
		handler := t.newHandler()
		ready(service.Base(handler))
		return handler.Handle()
	}, locateCompiled)
	result, _ := c.wait()
	return CompiledVersion, result.err
}

// locateCompiled finds where a compiled-in service panicked. It is called by
// the deferred function that recovers.
func locateCompiled(fault *PanicError) {
	fault.Stack = debug.Stack()
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters)])
	panicking := false
	for {
		frame, more := frames.Next()
		inRuntime := strings.HasPrefix(frame.Function, "runtime.")
		if panicking && !inRuntime {
			fault.File, fault.Line, fault.Function = frame.File, frame.Line, frame.Function
			return
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return
		}
	}
}
