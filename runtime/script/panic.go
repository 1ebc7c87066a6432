package script

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gatehouse/runtime/internal/nesting"
	"gatehouse/runtime/service"
)

// nilDereference is what the Go runtime says.
const nilDereference = "invalid memory address or nil pointer dereference"

// translations are what the interpreter panics with, by its beginning, and
// what compiled code would say.
var translations = []struct{ begins, says string }{
	{"reflect: slice index out of range", "index out of range"},
	{"reflect: array index out of range", "index out of range"},
	{"reflect: string index out of range", "index out of range"},
	{"reflect.Value.Slice", "slice bounds out of range"},
	{"reflect.Value.Call: call of nil function", nilDereference + " (call of a nil function)"},
	{"reflect: call of nil function", nilDereference + " (call of a nil function)"},
	{"reflect.MakeSlice", "makeslice: len or cap out of range"},
	{"reflect.MakeChan", "makechan: size out of range"},
	{"reflect: cannot convert slice", "cannot convert slice to array: it is too short"},
	{"reflect: call of reflect.Value", nilDereference},
	{"reflect: indirection through nil pointer", nilDereference},
}

// interpreterPosition begins texts of the interpreter's own; the tracker
// gives the author's position.
var interpreterPosition = regexp.MustCompile(`^(\S*:)?\d+:\d+: `)

// panicText says what a panic was about. It runs while the interpreter still
// belongs to the call: the value may be the script's own.
func panicText(fault any) (text string) {
	defer func() {
		if recover() != nil {
			text = "a panic whose value cannot be printed"
		}
	}()
	// The interpreter panics with the reflect.Value of the script's value.
	for {
		wrapped, ok := fault.(reflect.Value)
		if !ok || !wrapped.IsValid() || !wrapped.CanInterface() {
			break
		}
		fault = wrapped.Interface()
	}
	if fault == nil {
		return "the goroutine was ended (runtime.Goexit)"
	}
	var unknown *reflect.ValueError
	if err, ok := fault.(error); ok && errors.As(err, &unknown) {
		return nilDereference
	}
	if nesting.IsEndless(fault, false) {
		return fmt.Sprintf("a %T that holds itself", fault)
	}
	text = strings.TrimPrefix(interpreterPosition.ReplaceAllString(fmt.Sprint(fault), ""), "runtime error: ")
	for _, known := range translations {
		if strings.HasPrefix(text, known.begins) {
			return known.says
		}
	}
	return text
}

// frozen returns an error that can outlive its call: where the script's own
// types are part of it, whose methods run in the interpreter, they are
// replaced by their text. Host errors in it are still found by errors.Is and
// errors.As.
func frozen(err error) error {
	if err == nil || isHostError(err) {
		return err
	}
	if refusal, ok := err.(*service.Error); ok { //nolint:errorlint // the tree is walked node by node
		return refusal.WithCause(frozen(refusal.Err))
	}
	kept := &frozenError{text: err.Error()}
	for _, cause := range causes(err) {
		kept.causes = append(kept.causes, frozen(cause))
	}
	return kept
}

// frozenError is what is left of an error of a script's own type.
type frozenError struct {
	text   string
	causes []error
}

func (e *frozenError) Error() string   { return e.text }
func (e *frozenError) Unwrap() []error { return e.causes }

// isHostError reports whether all of an error's tree is of compiled types.
func isHostError(err error) bool {
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	path := kind.PkgPath()
	if path == "" || strings.HasPrefix(path, "github.com/traefik/yaegi/") || strings.HasPrefix(path, "gatehouse/runtime/script/") {
		return false
	}
	for _, cause := range causes(err) {
		if !isHostError(cause) {
			return false
		}
	}
	return true
}

// causes returns what an error wraps.
func causes(err error) []error {
	switch wrapper := err.(type) { //nolint:errorlint // the tree is walked node by node
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			return []error{cause}
		}
	case interface{ Unwrap() []error }:
		return wrapper.Unwrap()
	}
	return nil
}
