package symbols

import (
	"fmt"
	"reflect"

	"gatehouse/runtime/internal/nesting"
)

// Errors form trees, by Unwrap. Package errors follows them for as long as
// they are, by recursion where they branch, and errors that are joined are
// printed by recursion too: where a tree has a circle, or is millions deep, no
// end comes, or that of the process.

// mostErrors is how many errors of a tree are looked at before it counts as
// endless.
const mostErrors = 100_000

// findError returns whether an error of a tree matches, the outer before the
// inner, as package errors goes through them.
func findError(err error, matches func(error) bool) bool {
	open := []error{err}
	for seen := 0; len(open) > 0; seen++ {
		if seen == mostErrors {
			panic(fmt.Sprintf("errors: more than %d errors lie within one another, or one lies within itself", mostErrors))
		}
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if next == nil {
			continue
		}
		if matches(next) {
			return true
		}
		switch next := next.(type) { //nolint:errorlint // this is how errors.Is walks the tree
		case interface{ Unwrap() error }:
			open = append(open, next.Unwrap())
		case interface{ Unwrap() []error }:
			inner := next.Unwrap()
			for i := len(inner) - 1; i >= 0; i-- {
				open = append(open, inner[i])
			}
		}
	}
	return false
}

// is is errors.Is for any tree.
func is(err, target error) bool {
	if err == nil || target == nil {
		return err == target //nolint:errorlint // nil is nil
	}
	isComparable := reflect.TypeOf(target).Comparable()
	return findError(err, func(err error) bool {
		if isComparable && err == target { //nolint:errorlint // this is errors.Is
			return true
		}
		asked, ok := err.(interface{ Is(error) bool })
		return ok && asked.Is(target)
	})
}

// joinedError is what errors.Join makes. It knows how deep its tree is, so that
// joining one error after another does not look at all of them each time.
type joinedError struct {
	errs  []error
	depth int
}

func (e *joinedError) Error() string {
	text := []byte(e.errs[0].Error())
	for _, err := range e.errs[1:] {
		text = append(append(text, '\n'), err.Error()...)
	}
	return string(text)
}

func (e *joinedError) Unwrap() []error { return e.errs }

// mostJoined is how deep errors are joined before they are made flat. It leaves
// room for what wraps them.
const mostJoined = 64

// join is errors.Join. Trees that get deep by joining, as in a loop that
// collects errors, are made flat: that reads, and matches, the same.
func join(errs ...error) error {
	joined := &joinedError{}
	for _, err := range errs {
		if err != nil {
			joined.errs = append(joined.errs, err)
		}
	}
	if len(joined.errs) == 0 {
		return nil
	}
	if joined.measure() > mostJoined {
		joined.errs = flat(joined.errs)
		if joined.measure() > nesting.Most {
			panic(tooDeep)
		}
	}
	return joined
}

func (e *joinedError) measure() int {
	e.depth = 0
	for _, err := range e.errs {
		e.depth = max(e.depth, errorDepth(err)+1)
	}
	return e.depth
}

// flat returns errors with the parts of joined ones in their place.
func flat(errs []error) []error {
	var parts []error
	for open := errs; len(open) > 0; {
		next := open[0]
		open = open[1:]
		if joined, ok := next.(*joinedError); ok { //nolint:errorlint // of itself, not of what it wraps
			open = append(append([]error{}, joined.errs...), open...)
			continue
		}
		parts = append(parts, next)
	}
	return parts
}

var tooDeep = fmt.Sprintf("errors: more than %d errors lie within one another", nesting.Most)

// errorDepth returns how deep the tree of an error is, or some number above
// nesting.Most. An error of a script's counts as one: what it wraps is read by
// its own methods, whose recursion is bounded as all of the script's is. So
// does a nil pointer, which has no methods that could be called.
func errorDepth(err error) int {
	type level struct {
		err   error
		above int
	}
	deepest := 0
	open := []level{{err, 0}}
	for seen := 0; len(open) > 0 && deepest <= nesting.Most; seen++ {
		if seen == mostErrors {
			return nesting.Most + 1
		}
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if next.err == nil {
			continue
		}
		depth := next.above + 1
		if value := reflect.ValueOf(next.err); isOfScript(next.err) || value.Kind() == reflect.Pointer && value.IsNil() {
			deepest = max(deepest, depth)
			continue
		}
		switch err := next.err.(type) { //nolint:errorlint // this walks the tree
		case *joinedError:
			depth = next.above + err.depth
		case interface{ Unwrap() error }:
			open = append(open, level{err.Unwrap(), depth})
		case interface{ Unwrap() []error }:
			for _, inner := range err.Unwrap() {
				open = append(open, level{inner, depth})
			}
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

// shallow returns the arguments of fmt.Errorf, or panics.
func shallow(args []any) []any {
	for _, arg := range args {
		if err, ok := arg.(error); ok && errorDepth(err) >= nesting.Most {
			panic(tooDeep)
		}
	}
	return args
}
