// Package errors is the generic code of the standard package of its name, as
// scripts get it.
package errors

import "errors"

func AsType[E error](err error) (E, bool) {
	var target E
	ok := errors.As(err, &target)
	return target, ok
}
