package script

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"gatehouse/runtime/internal/nesting"
	"gatehouse/runtime/script/guard"
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
	fault = guard.Thrown(fault)
	if fault == nil {
		return "the goroutine was ended (runtime.Goexit)"
	}
	if err, ok := fault.(error); ok {
		err = frozen(err) // now its causes have an end
		var unknown *reflect.ValueError
		if errors.As(err, &unknown) {
			return nilDereference
		}
		fault = err
	} else if nesting.IsEndless(fault, true) {
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
