// Package guard is what lowered scripts call that their authors did not write:
// the depth guard against endless recursion and the tracker of positions. Each
// interpreter has a State of its own.
package guard

import (
	"fmt"
	"reflect"
)

// MaxDepth is how many recursive functions may be at work at once in one call.
const MaxDepth = 1000

// DepthError is what a script panics with that recurses deeper than MaxDepth.
type DepthError struct {
	Depth int
}

// Error tells what happened.
func (e *DepthError) Error() string {
	return fmt.Sprintf("endless recursion: more than %d calls deep", e.Depth)
}

// State is what one interpreter's scripts report. It is not safe for
// concurrent use: it belongs to whoever runs the call.
type State struct {
	at     int
	depth  int
	frames []*Frame // whose deferred calls are at work
	kinds  map[string]*kind
}

// New returns a state at site 0, that is, before anything has run.
func New() *State { return &State{kinds: map[string]*kind{}} }

// Reset readies the state for the next call.
func (s *State) Reset() { s.at, s.depth, s.frames = 0, 0, nil }

// Site returns the index in compile.Package.Sites of the last statement that
// could panic, as of now: read it where the panic is recovered.
func (s *State) Site() int { return s.at }

// Exports returns the symbols for the interpreter, under the key path. They
// are At, a pointer that lowered code writes the index of the site through
// (cheaper than any call), Mark, the same as an expression, Enter and Leave
// around recursive functions, Run, Frame and Recover for defer, Equal, Any, which
// returns what it is given, Bare, which takes it out of its wrapper, AsError and
// AsStringer, which put it into one, Box, Unbox and Unboxed for values of named types,
// Method for those of the host's, Pointer, and Finite, FiniteText and Short, which look
// at what the host is given to follow.
func (s *State) Exports(path string) map[string]map[string]reflect.Value {
	return map[string]map[string]reflect.Value{path + "//guard": {
		"At":      reflect.ValueOf(&s.at),
		"Mark":    reflect.ValueOf(s.mark),
		"Enter":   reflect.ValueOf(s.enter),
		"Leave":   reflect.ValueOf(s.leave),
		"Run":     reflect.ValueOf(s.run),
		"Frame":   reflect.ValueOf((*Frame)(nil)),
		"Recover": reflect.ValueOf(s.recovered),
		"Error":   reflect.ValueOf((*error)(nil)),
		"Printed": reflect.ValueOf(asPrinted),
		"Logged":  reflect.ValueOf(logged),
		"IsBox":   reflect.ValueOf(isBoxOf),
		"Runes":   reflect.ValueOf(runes),
		"Equal":   reflect.ValueOf(equal),
		"Any":     reflect.ValueOf(func(value any) any { return value }),
		"Bare":    reflect.ValueOf(bare),
		"Box":     reflect.ValueOf(s.box),
		"Unbox":   reflect.ValueOf(unbox),
		"Method":  reflect.ValueOf(method),
		"Unboxed": reflect.ValueOf(unboxed),
		"Pointer": reflect.ValueOf(pointerTo),

		"Finite":     reflect.ValueOf(finite),
		"FiniteText": reflect.ValueOf(finiteText),
		"Short":      reflect.ValueOf(short),

		"AsError":    reflect.ValueOf(asError),
		"AsStringer": reflect.ValueOf(asStringer),
	}}
}

func (s *State) mark(site int) bool {
	s.at = site
	return true
}

func (s *State) enter() {
	if s.depth >= MaxDepth {
		panic(&DepthError{Depth: MaxDepth})
	}
	s.depth++
}

func (s *State) leave() { s.depth-- }
