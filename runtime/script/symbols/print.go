package symbols

import (
	"fmt"

	"gatehouse/runtime/internal/fields"
)

// A script's value with a method String or Error is printed through a wrapper.
// Verbs that ask for text get that of the method; the others, such as %d, get
// the value.

func (w fmt__Stringer) Format(state fmt.State, verb rune) {
	formatWrapped(state, verb, w.IValue, w.WString)
}

func (e plainError) Format(state fmt.State, verb rune) {
	formatWrapped(state, verb, e.IValue, e.WError)
}

func (e unwrapError) Format(state fmt.State, verb rune) {
	formatWrapped(state, verb, e.IValue, e.WError)
}

func (e isError) Format(state fmt.State, verb rune) {
	formatWrapped(state, verb, e.IValue, e.WError)
}

func (e unwrapIsError) Format(state fmt.State, verb rune) {
	formatWrapped(state, verb, e.IValue, e.WError)
}

func formatWrapped(state fmt.State, verb rune, value any, text func() string) {
	isText := verb == 'v' || verb == 's' || verb == 'q' || verb == 'x' || verb == 'X'
	if isText && text != nil && (verb != 'v' || !state.Flag('#')) {
		fmt.Fprintf(state, fmt.FormatString(state, verb), text())
		return
	}
	fmt.Fprintf(state, fmt.FormatString(state, verb), fields.Restore(value))
}
