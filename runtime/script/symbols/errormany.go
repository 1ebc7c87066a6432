package symbols

import "errors"

// A wrapper is chosen by the names of methods alone, and Unwrap has two
// signatures. The field of a wrapper takes both; its method Unwrap gives an
// error that several are joined in where the script's own gives several.

// unwrapped returns what a script's method Unwrap returns.
func unwrapped(method any) error {
	switch unwrap := method.(type) {
	case func() error:
		return unwrap()
	case func() []error:
		return errors.Join(unwrap()...)
	}
	return nil
}
