package services

import (
	"errors"
	"fmt"
)

type opError struct {
	Op  string
	Err error
}

func (e *opError) Error() string        { return e.Op + ": " + e.Err.Error() }
func (e *opError) Unwrap() error        { return e.Err }
func (e *opError) Is(target error) bool { return target == errKind }

var errKind = errors.New("kind")
var errNotFound = &opError{"find", errors.New("missing")}

func get(n int) error {
	switch n {
	case 0:
		return errNotFound
	case 1:
		return &opError{"op", errKind}
	case 2:
		return errKind
	}
	return nil
}
func Run() {
	fmt.Println(get(0) == errNotFound, get(0) == error(errNotFound), get(2) == errKind, get(3) == nil)
	fmt.Println(errors.Is(get(0), errNotFound), errors.Is(get(1), errKind), errors.Is(fmt.Errorf("w: %w", get(1)), errKind))
	fmt.Println(errors.Unwrap(get(1)) == errKind, get(1))
	var target *opError
	fmt.Println(errors.As(fmt.Errorf("x: %w", get(1)), &target), target.Op)
	switch err := get(2); err {
	case errKind:
		fmt.Println("kind")
	}
	switch err := get(1); {
	case errors.Is(err, errKind):
		fmt.Println("is kind")
	}
}
