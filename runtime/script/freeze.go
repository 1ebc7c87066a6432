package script

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gatehouse/runtime/script/symbols"
	"gatehouse/runtime/service"
)

// Bounds of the causes of an error that are kept. An error can hold itself, by
// way of a field or of a script's method; whatever follows causes, as
// errors.As and most methods Error do, would follow such a one until the stack
// is full, which ends the process.
const (
	maxCauseDepth = 100
	maxCauses     = 1000
)

// What stands in the place of causes that are left out.
var (
	errHoldsItself   = errors.New("(an error that holds itself)")
	errTooManyCauses = errors.New("(more causes, left out)")
)

// frozen returns an error that can outlive its call, and that has an end.
// Where the script's own types are part of it, whose methods run in the
// interpreter, they are replaced by their text, and so are causes without end.
// Host errors in it are still found by errors.Is and errors.As.
func frozen(err error) error {
	if err == nil {
		return nil
	}
	f := &freezer{path: map[any]int{}}
	return f.freeze(err).err
}

// freezer freezes one error.
type freezer struct {
	chain []error     // from the error to the one at hand
	path  map[any]int // where in the chain the pointers in it are
	count int
}

// frost is an error as it is kept.
type frost struct {
	err   error
	whole bool // it is the error that there was

	// mute tells that the method Error of the error that there was, and of
	// those above it, must not be called: it may never return.
	mute bool
}

// freeze walks an error's causes before it asks the error for its text.
func (f *freezer) freeze(err error) frost {
	f.count++
	if f.count > maxCauses || len(f.chain) >= maxCauseDepth {
		return frost{err: errTooManyCauses, mute: !stops(err)}
	}
	if identity := identityOf(err); identity != nil {
		if from, seen := f.path[identity]; seen {
			return frost{err: errHoldsItself, mute: !anyStops(f.chain[from:])}
		}
		f.path[identity] = len(f.chain)
		defer delete(f.path, identity)
	}
	f.chain = append(f.chain, err)
	defer func() { f.chain = f.chain[:len(f.chain)-1] }()

	whole, mute := isHostType(err), false
	var kept []error
	for _, cause := range causes(err) {
		part := f.freeze(cause)
		kept = append(kept, part.err)
		whole = whole && part.whole
		mute = mute || part.mute
	}
	if whole {
		return frost{err: err, whole: true}
	}
	mute = mute && !hasText(err)
	if refusal, ok := err.(*service.Error); ok && len(kept) == 1 { //nolint:errorlint // the tree is walked node by node
		return frost{err: refusal.WithCause(kept[0])}
	}
	return frost{err: &frozenError{text: textOf(err, mute, kept), causes: kept}, mute: mute}
}

// textOf returns the text of an error; where it must not be asked for it, its
// type and the texts of its causes.
func textOf(err error, mute bool, kept []error) string {
	if !mute {
		return err.Error()
	}
	what := "an error of a script's"
	if isHostType(err) {
		what = fmt.Sprintf("%T", err)
	}
	texts := make([]string, len(kept))
	for i, cause := range kept {
		texts[i] = cause.Error()
	}
	return what + ": " + strings.Join(texts, "; ")
}

// identityOf tells an error apart from others, or is nil where that cannot be
// told.
func identityOf(err error) any {
	value := symbols.Unwrapped(err)
	if reflect.ValueOf(value).Kind() == reflect.Pointer {
		return value
	}
	return nil
}

// anyStops reports whether following errors by their methods Error comes to an
// end although they go round in a circle.
func anyStops(circle []error) bool { return slices.ContainsFunc(circle, stops) }

// stops reports whether an error's method Error does not ask others for their
// texts for ever: a script's is guarded against endless recursion, and some
// have their text ready.
func stops(err error) bool { return !isHostType(err) || hasText(err) }

// hasText reports whether an error has its text ready, and asks no other for
// it.
func hasText(err error) bool {
	switch err.(type) { //nolint:errorlint // the tree is walked node by node
	case *service.Error, *frozenError:
		return true
	}
	kind := reflect.TypeOf(err)
	return kind.Kind() == reflect.Pointer && kind.Elem().PkgPath() == "fmt"
}

// frozenError is what is left of an error of a script's own type.
type frozenError struct {
	text   string
	causes []error
}

func (e *frozenError) Error() string   { return e.text }
func (e *frozenError) Unwrap() []error { return e.causes }

// isHostType reports whether an error is of a compiled type.
func isHostType(err error) bool {
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	path := kind.PkgPath()
	return path != "" && !strings.HasPrefix(path, "github.com/traefik/yaegi/") && !strings.HasPrefix(path, "gatehouse/runtime/script/")
}

// causes returns what an error wraps.
func causes(err error) []error {
	var found []error
	switch wrapper := err.(type) { //nolint:errorlint // the tree is walked node by node
	case interface{ Unwrap() error }:
		found = []error{wrapper.Unwrap()}
	case interface{ Unwrap() []error }:
		found = wrapper.Unwrap()
	}
	return slices.DeleteFunc(slices.Clone(found), func(cause error) bool { return cause == nil })
}
