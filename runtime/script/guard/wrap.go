package guard

import (
	"encoding/json"
	"fmt"
	"reflect"

	"gatehouse/runtime/internal/fields"
)

// The wrappers in which a script's value stands for an error or a fmt.Stringer
// of the host's. The interpreter has its own, but those hold the last field of a
// struct in its place, and are nil for a nil pointer. As all wrappers do, these
// have the value in their first field, IValue.

// valueError is a value with the method Error and perhaps Is and As.
type valueError struct {
	IValue any
	methods
}

// unwrapError is one with Unwrap() error.
type unwrapError struct {
	IValue any
	methods
	unwrap func() error
}

// joinError is one with Unwrap() []error.
type joinError struct {
	IValue any
	methods
	unwrap func() []error
}

type methods struct {
	text func() string
	is   func(error) bool
	as   func(any) bool
}

func (m methods) Error() string      { return m.text() }
func (m methods) As(target any) bool { return m.as != nil && m.as(target) }

func (e valueError) Is(target error) bool  { return e.isSame(e.IValue, target) }
func (e unwrapError) Is(target error) bool { return e.isSame(e.IValue, target) }
func (e joinError) Is(target error) bool   { return e.isSame(e.IValue, target) }

func (e unwrapError) Unwrap() error { return e.unwrap() }
func (e joinError) Unwrap() []error { return e.unwrap() }

func (e valueError) Format(state fmt.State, verb rune)  { format(state, verb, e.IValue, e.text) }
func (e unwrapError) Format(state fmt.State, verb rune) { format(state, verb, e.IValue, e.text) }
func (e joinError) Format(state fmt.State, verb rune)   { format(state, verb, e.IValue, e.text) }

// isSame reports what errors.Is asks: whether the values are equal, or the
// value's own method says so.
func (m methods) isSame(value any, target error) bool {
	other := plain(target)
	if t := reflect.TypeOf(value); t != nil && t == reflect.TypeOf(other) && t.Comparable() && value == other {
		return true
	}
	return m.is != nil && m.is(target)
}

// asError returns a value as an error. unwrap is nil, a func() error or a
// func() []error.
func asError(value any, text func() string, is func(error) bool, as func(any) bool, unwrap any) error {
	m := methods{text: text, is: is, as: as}
	switch unwrap := unwrap.(type) {
	case func() error:
		return unwrapError{value, m, unwrap}
	case func() []error:
		return joinError{value, m, unwrap}
	}
	return valueError{value, m}
}

// valueStringer is a value with the method String.
type valueStringer struct {
	IValue any
	text   func() string
}

func (s valueStringer) String() string                    { return s.text() }
func (s valueStringer) Format(state fmt.State, verb rune) { format(state, verb, s.IValue, s.text) }

func asStringer(value any, text func() string) fmt.Stringer { return valueStringer{value, text} }

// format prints the text of a value's method for the verbs that ask for text,
// and the value for the others, such as %d.
func format(state fmt.State, verb rune, value any, text func() string) {
	isText := verb == 'v' || verb == 's' || verb == 'q' || verb == 'x' || verb == 'X'
	if isText && (verb != 'v' || !state.Flag('#')) {
		value = text()
	}
	fmt.Fprintf(state, fmt.FormatString(state, verb), fields.Restore(value))
}

// In JSON, a wrapper is the value in it.

func (e valueError) MarshalJSON() ([]byte, error)    { return json.Marshal(e.IValue) }
func (e unwrapError) MarshalJSON() ([]byte, error)   { return json.Marshal(e.IValue) }
func (e joinError) MarshalJSON() ([]byte, error)     { return json.Marshal(e.IValue) }
func (s valueStringer) MarshalJSON() ([]byte, error) { return json.Marshal(s.IValue) }
