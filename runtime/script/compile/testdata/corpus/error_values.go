package services

import (
	"errors"
	"fmt"
)

type invalid struct {
	Field string
	N     int
}

func (e invalid) Error() string { return "invalid " + e.Field }

type missing struct {
	Field string
	N     int
}

func (e missing) Error() string { return "missing " + e.Field }

type wrapping struct {
	text  string
	cause error
}

func (w wrapping) Error() string { return w.text + ": " + w.cause.Error() }
func (w wrapping) Unwrap() error { return w.cause }

type kind int

func (k kind) Error() string        { return fmt.Sprint("kind ", int(k)) }
func (k kind) Is(target error) bool { return target == errBase }

type several struct{ list []error }

func (s *several) Error() string   { return fmt.Sprint(len(s.list), " errors") }
func (s *several) Unwrap() []error { return s.list }

type extended struct {
	error
	code int
}

type coder interface{ Code() int }

func (e extended) Code() int { return e.code }

var errBase = errors.New("base")

func check(field string) error {
	if field == "" {
		return missing{"x", 1}
	}
	return invalid{field, 3}
}

func none() error {
	var s *several
	return s
}

func Run() {
	err := check("name")
	var i invalid
	var m missing
	fmt.Println(errors.As(err, &i), i, i.N, errors.As(err, &m), m)
	fmt.Println(errors.As(fmt.Errorf("in: %w", check("")), &m), m.N)
	w := error(wrapping{"while", err})
	fmt.Println(w, errors.As(w, &i), errors.Unwrap(w) == err, errors.Is(w, invalid{"name", 3}), errors.Is(w, invalid{"name", 4}))
	fmt.Println(err == invalid{"name", 3}, err == check("name"), err != check("other"), err == error(missing{"name", 3}))
	fmt.Println(errors.Is(kind(3), errBase), errors.Is(kind(3), kind(3)), errors.Is(kind(3), kind(4)))
	joined := error(&several{[]error{err, errBase}})
	fmt.Println(joined, errors.Is(joined, errBase), errors.As(joined, &i))
	var e error = extended{errBase, 7}
	c, ok := e.(coder)
	fmt.Println(e, ok, c.Code())
	if x, ok := e.(extended); ok {
		fmt.Println(x.code, x.error == errBase)
	}
	switch found := err.(type) {
	case missing:
		fmt.Println("missing", found.N)
	case invalid:
		fmt.Println("invalid", found.N)
	}
	var a any = invalid{"a", 1}
	if found, ok := a.(error); ok {
		fmt.Println("error", found)
	}
	if _, ok := a.(fmt.Stringer); !ok {
		fmt.Println("no Stringer")
	}
	fmt.Println(none() == nil, none() != nil)
	fmt.Printf("%v|%s|%q|%d\n", err, w, kind(2), kind(2))
}
