package guard

import (
	"encoding/json"
	"fmt"
)

// The interpreter has no types of its own but structs: a value of another named
// type is, in an empty interface, one of the type that it is made of. So a
// lowered script puts values of such types in a box that tells whose they are.
// Boxes are equal where their values are of one type and equal, and can be keys.
// Their field is not IValue, by which the interpreter would know a wrapper, and
// look through it.

// kind is a named type of a script's.
type kind struct {
	name string
	text func(any) string // the method by which values are printed; may be nil
}

// named is a value of one. Its method Error, for types that have one, is that of
// namedError.
type named struct {
	Boxed any
	kind  *kind
}

type namedError struct {
	Boxed any
	kind  *kind
}

// box returns a value of the named type that lowered code calls by a name that
// no other type has.
func (s *State) box(value any, name string, text func(any) string, isError bool) any {
	known := s.kinds[name]
	if known == nil {
		known = &kind{name, text}
		s.kinds[name] = known
	}
	if isError {
		return namedError{value, known}
	}
	return named{value, known}
}

// unbox returns the value in an interface, if it is of a named type, or nil. In
// the interpreter's own wrappers, which do not tell, it is taken to be.
func unbox(value any, name string) any {
	value, of, isWrapped := look(value)
	if of == nil && isWrapped || of != nil && of.name == name {
		return value
	}
	return nil
}

// look returns the bare value in an interface, its named type, if that is known,
// and whether it was in a wrapper.
func look(value any) (bared any, of *kind, isWrapped bool) {
	for {
		switch boxed := value.(type) {
		case named:
			return boxed.Boxed, boxed.kind, true
		case namedError:
			return boxed.Boxed, boxed.kind, true
		}
		inner, ok := peeled(value)
		if !ok {
			return value, nil, isWrapped
		}
		value, isWrapped = inner, true
	}
}

// plain returns a value without wrappers, but in its box.
func plain(value any) any {
	for {
		switch value.(type) {
		case named, namedError:
			return value
		}
		inner, ok := peeled(value)
		if !ok {
			return value
		}
		value = inner
	}
}

func (e namedError) Error() string { return e.kind.text(e.Boxed) }

func (n named) Format(state fmt.State, verb rune)      { n.kind.format(state, verb, n.Boxed) }
func (e namedError) Format(state fmt.State, verb rune) { e.kind.format(state, verb, e.Boxed) }

func (k *kind) format(state fmt.State, verb rune, value any) {
	if k.text == nil {
		fmt.Fprintf(state, fmt.FormatString(state, verb), value)
		return
	}
	format(state, verb, value, func() string { return k.text(value) })
}

func (n named) MarshalJSON() ([]byte, error)      { return json.Marshal(n.Boxed) }
func (e namedError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Boxed) }
