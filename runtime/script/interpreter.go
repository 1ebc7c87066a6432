package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing/fstest"
	"time"

	"github.com/traefik/yaegi/interp"

	"gatehouse/runtime/script/compile"
	"gatehouse/runtime/script/guard"
	"gatehouse/runtime/script/symbols"
	"gatehouse/runtime/service"
)

// runFunc makes a handler of one service, gives its Service to ready and
// returns what Handle returns. It is the script's, made by entryPoint.
type runFunc = func(ready func(*service.Service)) error

// interpreter is one yaegi interpreter that runs one package. Its script hands
// the functions that run its services to the host (serve), and the goroutine
// on which it did so then runs calls until the interpreter is ended. That is
// the only arrangement of yaegi's in which calls need no evaluation and a
// context ends whatever they do.
type interpreter struct {
	pkg   *compile.Package
	guard *guard.State

	printed *lineLogger // what the script prints goes to; nil where the host takes it

	jobs    chan job
	ready   chan struct{}     // closed when the package is initialised
	stopped chan compile.Site // gets where an initialisation was that was stopped, once it is over

	life context.Context // ends the interpreter and what it runs
	end  context.CancelFunc

	// halted ends once no more statement of the script can run. What scripts
	// wait on in the host waits on it rather than on life, so that nothing
	// of the script runs between the end of the wait and its own.
	halted context.Context
	halt   context.CancelFunc

	released time.Time // when it last became idle; the pool's
}

// job is a call for an interpreter.
type job struct {
	call    *call
	service int // index in compile.Package.Services
}

// unstarted is an interpreter for which a package is compiled, and of which
// nothing has run.
type unstarted struct {
	*interpreter
	program *interp.Program
	host    *interp.Interpreter
}

// prepare makes an interpreter and compiles a package for it. The error is a
// *LoadError.
func prepare(pkg *compile.Package, config Config) (prepared *unstarted, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
		if err != nil {
			prepared, err = nil, refusal(pkg, err.Error())
		}
	}()
	w := &interpreter{
		pkg:     pkg,
		guard:   guard.New(),
		jobs:    make(chan job, 1),
		ready:   make(chan struct{}),
		stopped: make(chan compile.Site, 1),
	}
	stdout := config.Stdout
	if stdout == nil {
		w.printed = &lineLogger{logger: config.Logger.With("dir", pkg.Dir)}
		stdout = w.printed
	}
	w.life, w.end = context.WithCancel(context.Background())
	w.halted, w.halt = context.WithCancel(context.Background())
	host := interp.New(interp.Options{
		Stdin:                strings.NewReader(""),
		Stdout:               stdout,
		Stderr:               io.Discard, // it would tell of panics in its own words
		Args:                 []string{},
		SourcecodeFilesystem: fstest.MapFS{},
	})
	exports := symbols.Exports(pkg.Imports, stdout)
	w.makeInterruptible(exports)
	for key, values := range w.guard.Exports(compile.GuardPath) {
		exports[key] = values
	}
	exports[compile.GuardPath+"//guard"]["Serve"] = reflect.ValueOf(w.serve)
	if err := host.Use(exports); err != nil {
		return nil, err
	}
	program, err := host.Compile(string(pkg.Source) + entryPoint(pkg))
	if err != nil {
		return nil, err
	}
	return &unstarted{w, program, host}, nil
}

// entryPoint returns the function that ends a lowered source: it hands a
// runFunc for each service to serve.
func entryPoint(pkg *compile.Package) string {
	var text bytes.Buffer
	fmt.Fprintf(&text, "\n\nfunc init() {\n\t%sguard.Serve(\n", pkg.Prefix)
	for _, found := range pkg.Services {
		fmt.Fprintf(&text, "\t\tfunc(ready func(*%sservice.Service)) error { x := &%s{}; ready(&x.Service); return x.Handle() },\n",
			pkg.Prefix, found.Type)
	}
	text.WriteString("\t)\n}\n")
	return text.String()
}

// makeInterruptible replaces what waits without a context by functions whose
// wait ends with the interpreter.
func (w *interpreter) makeInterruptible(exports map[string]map[string]reflect.Value) {
	if table, ok := exports["time//time"]; ok && table["Sleep"].IsValid() {
		table["Sleep"] = reflect.ValueOf(w.sleep)
	}
	if table, ok := exports["net/http//http"]; ok && table["NewRequest"].IsValid() {
		table["NewRequest"] = reflect.ValueOf(w.newRequest)
	}
}

func (w *interpreter) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.halted.Done():
	}
}

func (w *interpreter) newRequest(method, url string, body io.Reader) (*http.Request, error) {
	return http.NewRequestWithContext(w.halted, method, url, body)
}

// start makes an interpreter and initialises the package in it. The error is a
// *LoadError.
func start(pkg *compile.Package, config Config) (*interpreter, error) {
	prepared, err := prepare(pkg, config)
	if err != nil {
		return nil, err
	}
	return prepared.initialise(context.Background(), config)
}

// initialise initialises the package, for as long as the configuration allows
// and ctx has not ended. The error is a *LoadError.
func (w *unstarted) initialise(ctx context.Context, config Config) (*interpreter, error) {
	failed := make(chan error, 1)
	go func() {
		defer w.halt()
		_, err := w.host.ExecuteWithContext(w.life, w.program)
		failed <- err
	}()
	timer := time.NewTimer(config.LoadTimeout)
	defer timer.Stop()
	select {
	case <-w.ready:
		return w.interpreter, nil
	case err := <-failed:
		w.end()
		return nil, w.initialisationError(err)
	case <-timer.C:
	case <-ctx.Done():
	}
	w.end()
	message := fmt.Sprintf("the package variables were not initialised within %s", config.LoadTimeout)
	at := compile.Site{File: w.pkg.Dir}
	settled := time.NewTimer(settling)
	defer settled.Stop()
	select {
	case site := <-w.stopped: // only now may it be read
		w.stopped <- site
		if site.File != "" {
			at = site
			message += "; they were stopped here"
		}
	case <-settled.C:
		message += "; they wait in a function of the host"
	}
	return nil, &LoadError{Dir: w.pkg.Dir, Diagnostics: []Diagnostic{{File: at.File, Line: at.Line, Message: message}}}
}

// initialisationError tells why the package could not be initialised.
func (w *interpreter) initialisationError(err error) error {
	message := "the package could not be initialised"
	var fault interp.Panic
	if errors.As(err, &fault) {
		message = "panic while package variables were initialised: " + panicText(fault.Value)
	} else if err != nil {
		message = interpreterPosition.ReplaceAllString(err.Error(), "")
	}
	site := w.site()
	if site.File == "" {
		site.File = w.pkg.Dir
	}
	return &LoadError{Dir: w.pkg.Dir, Diagnostics: []Diagnostic{{File: site.File, Line: site.Line, Message: message}}}
}

// site returns where in the author's source the script is.
func (w *interpreter) site() compile.Site {
	if at := w.guard.Site(); at >= 0 && at < len(w.pkg.Sites) {
		return w.pkg.Sites[at]
	}
	return compile.Site{}
}

// serve is called by the script's entry point and runs calls until the
// interpreter is ended. It is called, too, after an initialisation that was
// stopped.
func (w *interpreter) serve(services ...runFunc) {
	// ExecuteWithContext writes its results when it is cancelled and again
	// when the script ends: the second must not come before the first is over.
	defer func() { <-w.halted.Done() }()
	if w.life.Err() == nil {
		close(w.ready)
	} else {
		w.stopped <- w.site()
	}
	for {
		select {
		case <-w.life.Done():
			select {
			case next := <-w.jobs: // abandoned before it began
				next.call.isOver(new(PanicError))
			default:
			}
			return
		case next := <-w.jobs:
			w.guard.Reset()
			next.call.perform(func(ready func(*service.Service)) error {
				if w.printed == nil {
					return services[next.service](ready)
				}
				defer w.printed.flush()
				return services[next.service](func(s *service.Service) {
					ready(s)
					w.printed.call = s.Logger
				})
			}, w.locate)
		}
	}
}

// locate tells an error where the script is.
func (w *interpreter) locate(fault *PanicError) {
	site := w.site()
	fault.File, fault.Line, fault.Function = site.File, site.Line, site.Function
}
