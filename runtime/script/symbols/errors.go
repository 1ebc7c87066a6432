package symbols

import (
	"errors"
	"reflect"

	"github.com/traefik/yaegi/interp"
)

// A script's error reaches the host in a wrapper: a struct whose first field,
// IValue, is the script's value, and whose others are its methods, each with a
// W before its name (the interpreter fills them). Those of the interpreter's
// own have the method Error alone, which would end every chain of errors at a
// script's error. These have the methods that package errors asks for as well.

type plainError struct {
	IValue any
	WError func() string
}

func (e plainError) Error() string        { return e.WError() }
func (e plainError) Is(target error) bool { return same(e.IValue, target) }

type unwrapError struct {
	IValue  any
	WError  func() string
	WUnwrap any
}

func (e unwrapError) Error() string        { return e.WError() }
func (e unwrapError) Unwrap() error        { return unwrapped(e.WUnwrap) }
func (e unwrapError) Is(target error) bool { return same(e.IValue, target) }

type isError struct {
	IValue any
	WError func() string
	WIs    func(error) bool
}

func (e isError) Error() string        { return e.WError() }
func (e isError) Is(target error) bool { return same(e.IValue, target) || e.WIs(target) }

type unwrapIsError struct {
	IValue  any
	WError  func() string
	WUnwrap any
	WIs     func(error) bool
}

func (e unwrapIsError) Error() string        { return e.WError() }
func (e unwrapIsError) Unwrap() error        { return unwrapped(e.WUnwrap) }
func (e unwrapIsError) Is(target error) bool { return same(e.IValue, target) || e.WIs(target) }

// errorWrappers are tried in this order.
var errorWrappers = []reflect.Type{
	reflect.TypeFor[unwrapIsError](), reflect.TypeFor[unwrapError](), reflect.TypeFor[isError](), reflect.TypeFor[plainError](),
}

// errorKey is what the interpreter knows its own wrapper of errors by.
var errorKey = interp.New(interp.Options{}).Symbols("")[""]["_error"]

// same reports whether an error is the script's value, such as a pointer
// compared with itself.
func same(value any, target error) bool {
	other := Unwrapped(target)
	if value == nil || other == nil {
		return value == other
	}
	t := reflect.TypeOf(value)
	return t == reflect.TypeOf(other) && t.Comparable() && value == other
}

// Unwrapped returns the script's value in a wrapper, or the value itself.
func Unwrapped(value any) any {
	for {
		v := reflect.ValueOf(value)
		if v.Kind() != reflect.Struct || v.NumField() == 0 || v.Type().Field(0).Name != "IValue" {
			return value
		}
		value = v.Field(0).Interface()
	}
}

// as is errors.As, which finds a script's types in their wrappers too.
func as(err error, target any) bool {
	pointer := reflect.ValueOf(target)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		panic("errors: target must be a non-nil pointer")
	}
	wanted := pointer.Type().Elem()
	if wanted.Kind() == reflect.Interface {
		return errors.As(err, target)
	}
	return asType(err, target, wanted, pointer)
}

func asType(err error, target any, wanted reflect.Type, pointer reflect.Value) bool {
	for err != nil {
		if value := reflect.ValueOf(Unwrapped(err)); value.IsValid() && value.Type() == wanted {
			pointer.Elem().Set(value)
			return true
		}
		if asker, ok := err.(interface{ As(any) bool }); ok && asker.As(target) {
			return true
		}
		switch chained := err.(type) { //nolint:errorlint // this is how errors.As walks the chain
		case interface{ Unwrap() error }:
			err = chained.Unwrap()
		case interface{ Unwrap() []error }:
			for _, part := range chained.Unwrap() {
				if asType(part, target, wanted, pointer) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}
