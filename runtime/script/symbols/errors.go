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
//
// The interpreter goes by the names of methods: what it puts into a field of
// type any is a function of whatever type the script's method has.

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
func (e unwrapError) Unwrap() error        { return callUnwrap(e.WUnwrap) }
func (e unwrapError) Is(target error) bool { return same(e.IValue, target) }

type isError struct {
	IValue any
	WError func() string
	WIs    any
}

func (e isError) Error() string        { return e.WError() }
func (e isError) Is(target error) bool { return same(e.IValue, target) || callIs(e.WIs, target) }

type unwrapIsError struct {
	IValue  any
	WError  func() string
	WUnwrap any
	WIs     any
}

func (e unwrapIsError) Error() string        { return e.WError() }
func (e unwrapIsError) Unwrap() error        { return callUnwrap(e.WUnwrap) }
func (e unwrapIsError) Is(target error) bool { return same(e.IValue, target) || callIs(e.WIs, target) }

// callUnwrap returns what a script's error wraps, several as they are joined.
func callUnwrap(method any) error {
	switch method := method.(type) {
	case func() error:
		return method()
	case func() []error:
		return join(method()...)
	}
	return nil
}

// callIs calls the method Is of a script's error.
func callIs(method any, target error) bool {
	is, ok := method.(func(error) bool)
	return ok && is(target)
}

// unwrap is errors.Unwrap, which knows nothing of errors that wrap several.
func unwrap(err error) error {
	var method any
	switch err := err.(type) { //nolint:errorlint // of the error itself
	case unwrapError:
		method = err.WUnwrap
	case unwrapIsError:
		method = err.WUnwrap
	}
	if _, several := method.(func() []error); several {
		return nil
	}
	return errors.Unwrap(err)
}

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
		if v.Kind() != reflect.Struct || v.NumField() == 0 || v.Type().Field(0).Name != "IValue" && !isBox(v.Type()) {
			return value
		}
		value = v.Field(0).Interface()
	}
}

// isBox reports whether a type is one in which package guard keeps a value of a
// script's named type.
func isBox(t reflect.Type) bool {
	return t.Field(0).Name == "Boxed" && t.PkgPath() == "gatehouse/runtime/script/guard"
}

// isOfScript reports whether an error is the wrapper of a script's.
func isOfScript(err error) bool {
	t := reflect.TypeOf(err)
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Name == "IValue"
}

// as is errors.As for any tree, which finds a script's types in their wrappers
// too. For an interface of the script's, the target is a function that sets it.
func as(err error, target any) bool {
	if finds, ok := target.(func(error) bool); ok {
		return findError(err, finds)
	}
	pointer := reflect.ValueOf(target)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() {
		panic("errors: target must be a non-nil pointer")
	}
	wanted := pointer.Type().Elem()
	return findError(err, func(err error) bool {
		value := reflect.ValueOf(err)
		if wanted.Kind() != reflect.Interface {
			value = reflect.ValueOf(Unwrapped(err))
		}
		if value.IsValid() && value.Type().AssignableTo(wanted) {
			pointer.Elem().Set(value)
			return true
		}
		asked, ok := err.(interface{ As(any) bool })
		return ok && asked.As(target)
	})
}
