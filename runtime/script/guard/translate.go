package guard

import (
	"reflect"
	"runtime"
	"strings"
)

// Thrown returns what a script gave to panic: the interpreter panics with the
// reflect.Value of it. For nil it is what Go makes of that.
func Thrown(fault any) any {
	for {
		wrapped, ok := fault.(reflect.Value)
		if !ok {
			return fault
		}
		if !wrapped.IsValid() || wrapped.Kind() == reflect.Interface && wrapped.IsNil() {
			return new(runtime.PanicNilError)
		}
		if !wrapped.CanInterface() {
			return fault
		}
		fault = wrapped.Interface()
	}
}

// runtimeError is a panic of the interpreter's, in Go's words.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }

// RuntimeError makes it a runtime.Error.
func (e runtimeError) RuntimeError() {}

// Translated puts what a script panicked with into Go's own words, where the
// interpreter, which works by reflection, words it otherwise.
func Translated(value any) any {
	fault, isReflect := value.(*reflect.ValueError)
	if isReflect && fault.Kind == reflect.Invalid {
		return runtimeError("invalid memory address or nil pointer dereference")
	}
	text, ok := value.(string)
	if !ok {
		return value
	}
	switch {
	case strings.HasPrefix(text, "reflect: slice index out of range"), strings.HasPrefix(text, "reflect: array index out of range"),
		strings.HasPrefix(text, "reflect: string index out of range"):
		return runtimeError("index out of range")
	case strings.HasPrefix(text, "reflect.Value.Slice"):
		return runtimeError("slice bounds out of range")
	case strings.HasPrefix(text, "reflect: call of reflect.Value.") && strings.HasSuffix(text, " on zero Value"),
		strings.HasPrefix(text, "reflect.Value.Call: call of nil function"), strings.HasPrefix(text, "reflect: call of nil function"),
		strings.HasPrefix(text, "reflect: Method on nil interface value"):
		return runtimeError("invalid memory address or nil pointer dereference")
	}
	return value
}
