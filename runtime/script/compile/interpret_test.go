package compile_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/traefik/yaegi/interp"

	"gatehouse/runtime/script/compile"
	"gatehouse/runtime/script/guard"
	"gatehouse/runtime/script/symbols"
)

var compiler = compile.New()

// program is a package in an interpreter.
type program struct {
	*compile.Package
	interp *interp.Interpreter
	state  *guard.State
}

// load compiles and evaluates a package. Its text goes to stdout.
func load(stdout io.Writer, dir string, files ...compile.File) (loaded *program, err error) {
	pkg, err := compiler.Compile(dir, files)
	if err != nil {
		return nil, err
	}
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the interpreter panicked: %v", fault)
		}
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, pkg.Source)
		}
	}()
	loaded = &program{Package: pkg, state: guard.New(), interp: interp.New(interp.Options{Stdout: io.Discard, Stderr: io.Discard})}
	exports := symbols.Exports(pkg.Imports, stdout)
	maps.Copy(exports, loaded.state.Exports(compile.GuardPath))
	if err := loaded.interp.Use(exports); err != nil {
		return nil, err
	}
	if _, err := loaded.interp.EvalWithContext(context.Background(), string(pkg.Source)); err != nil {
		var fault interp.Panic
		if errors.As(err, &fault) {
			err = fmt.Errorf("%w at %v\n%s", err, pkg.Sites[loaded.state.Site()], fault.Stack)
		}
		return nil, err
	}
	return loaded, nil
}

// call runs a function without arguments and returns its results.
func (p *program) call(name string) (results []reflect.Value, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	f, err := p.interp.Eval(p.Name + "." + name)
	if err != nil {
		return nil, err
	}
	p.state.Reset()
	type outcome struct {
		results []reflect.Value
		fault   any
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if fault := recover(); fault != nil {
				done <- outcome{fault: fault}
			}
		}()
		done <- outcome{results: f.Call(nil)}
	}()
	select {
	case ended := <-done:
		if ended.fault != nil {
			panic(ended.fault)
		}
		return ended.results, nil
	case <-time.After(time.Minute):
		return nil, errors.New("does not end")
	}
}

func source(text string) compile.File {
	return compile.File{Name: "services/x.go", Source: []byte(text)}
}

func mustLoad(t testing.TB, text string) *program {
	t.Helper()
	loaded, err := load(io.Discard, "services", source(text))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}
