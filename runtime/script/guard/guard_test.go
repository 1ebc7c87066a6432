package guard_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"gatehouse/runtime/script/guard"
)

const path = "guard"

// symbol returns what a script sees under a name.
func symbol[T any](t *testing.T, s *guard.State, name string) T {
	t.Helper()
	value, ok := s.Exports(path)[path+"//guard"][name].Interface().(T)
	if !ok {
		t.Fatalf("%s is not a %v", name, reflect.TypeFor[T]())
	}
	return value
}

func TestDepth(t *testing.T) {
	s := guard.New()
	enter, leave := symbol[func()](t, s, "Enter"), symbol[func()](t, s, "Leave")
	for range guard.MaxDepth {
		enter()
	}
	fault := panicOf(enter)
	var depth *guard.DepthError
	if err, ok := fault.(error); !ok || !errors.As(err, &depth) || depth.Depth != guard.MaxDepth {
		t.Fatalf("got %v", fault)
	}
	leave()
	if fault := panicOf(enter); fault != nil {
		t.Errorf("after one has left: %v", fault)
	}
	s.Reset()
	if fault := panicOf(enter); fault != nil {
		t.Errorf("after a reset: %v", fault)
	}
}

func panicOf(f func()) (fault any) {
	defer func() { fault = recover() }()
	f()
	return nil
}

func TestSite(t *testing.T) {
	s := guard.New()
	*symbol[*int](t, s, "At") = 7
	if s.Site() != 7 {
		t.Errorf("site %d, want 7", s.Site())
	}
	if !symbol[func(int) bool](t, s, "Mark")(9) || s.Site() != 9 {
		t.Errorf("site %d, want 9", s.Site())
	}
	s.Reset()
	if s.Site() != 0 {
		t.Errorf("site %d after a reset", s.Site())
	}
}

func TestRun(t *testing.T) {
	s := guard.New()
	run := symbol[func(func(*guard.Frame))](t, s, "Run")
	recovered := symbol[func() any](t, s, "Recover")
	at := symbol[*int](t, s, "At")
	var order []string
	note := func(text string) func() { return func() { order = append(order, text) } }

	run(func(f *guard.Frame) {
		f.Defer(note("first"))
		f.Defer(func() {
			if value := recovered(); value != "boom" {
				t.Errorf("recovered %v", value)
			}
			if recovered() != nil {
				t.Error("recovered twice")
			}
		})
		f.Defer(func() {
			run(func(inner *guard.Frame) {
				inner.Defer(func() {
					if value := recovered(); value != "inner" {
						t.Errorf("recovered %v in the inner function", value)
					}
				})
				panic("inner")
			})
		})
		f.Defer(note("last"))
		panic("boom")
	})
	if want := []string{"last", "first"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if recovered() != nil {
		t.Error("recovered outside of a deferred call")
	}

	fault := panicOf(func() {
		run(func(f *guard.Frame) {
			f.Defer(func() { *at = 50 })
			*at = 3
			panic("through")
		})
	})
	if fault != "through" || s.Site() != 3 {
		t.Errorf("%v at %d, want the site of the panic, 3", fault, s.Site())
	}
	fault = panicOf(func() {
		run(func(f *guard.Frame) {
			f.Defer(func() { panic("second") })
			panic("first")
		})
	})
	if fault != "second" {
		t.Errorf("%v, want the later panic", fault)
	}
}

func TestRecoveredIsInGoWords(t *testing.T) {
	var zero reflect.Value
	fault := guard.Translated(panicOf(func() { zero.Field(0) }))
	var nilDereference runtime.Error
	if err, ok := fault.(error); !ok || !errors.As(err, &nilDereference) ||
		err.Error() != "runtime error: invalid memory address or nil pointer dereference" {
		t.Errorf("got %v", fault)
	}
	if text := guard.Translated("as it is"); text != "as it is" {
		t.Errorf("got %v", text)
	}
}

func TestEqual(t *testing.T) {
	equal := symbol[func(any, any) bool](t, guard.New(), "Equal")
	type wrapper struct {
		IValue any
		WError func() string
	}
	one, two := new(int), new(int)
	if !equal(wrapper{IValue: one, WError: func() string { return "" }}, one) || equal(wrapper{IValue: one}, wrapper{IValue: two}) {
		t.Error("wrapped pointers")
	}
	if !equal("a", "a") || equal(1, "1") || equal(nil, 1) || !equal(nil, nil) {
		t.Error("plain values")
	}
	if fault := panicOf(func() { equal([]int{1}, []int{1}) }); fault == nil {
		t.Error("slices were compared")
	}
}

func TestAsError(t *testing.T) {
	asError := symbol[func(any, func() string, func(error) bool, func(any) bool, any) error](t, guard.New(), "AsError")
	bare := symbol[func(any) any](t, guard.New(), "Bare")
	type pair struct{ A, B int }
	text := func() string { return "text" }
	base := errors.New("base")
	one, same := asError(pair{1, 2}, text, nil, nil, nil), asError(pair{1, 2}, text, nil, nil, nil)
	if !errors.Is(one, same) || errors.Is(one, asError(pair{1, 3}, text, nil, nil, nil)) || bare(one) != (pair{1, 2}) || one.Error() != "text" {
		t.Error("values")
	}
	if !errors.Is(asError(1, text, nil, nil, func() error { return base }), base) ||
		!errors.Is(asError(1, text, nil, nil, func() []error { return []error{nil, base} }), base) ||
		!errors.Is(asError(1, text, func(target error) bool { return target == base }, nil, nil), base) {
		t.Error("chains")
	}
	if got := fmt.Sprintf("%v %q %d", one, one, one); got != `text "text" {1 2}` {
		t.Errorf("it prints %s", got)
	}
}
