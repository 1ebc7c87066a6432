package guard

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"gatehouse/runtime/internal/fields"
	"gatehouse/runtime/internal/nesting"
)

// valueLogger is a value of a script's type with the method LogValue.
type valueLogger struct{ value func() any }

// LogValue implements slog.LogValuer.
func (v valueLogger) LogValue() slog.Value {
	if value, ok := bare(v.value()).(slog.Value); ok {
		return value
	}
	return slog.StringValue("(a method LogValue that was stopped)")
}

func logged(value func() any) any { return valueLogger{value} }

// isBoxOf reports whether a value is in the box of the named type that lowered
// code calls by a name.
func isBoxOf(value any, name string) bool {
	_, of, _ := look(value)
	return of != nil && of.name == name
}

// printed is a value whose parts have methods by which they are printed: text
// shows those, JSON the value.
type printed struct {
	value, shown any
}

// HidesNested implements nesting.SelfHiding: Format and MarshalJSON hide.
func (p printed) HidesNested() {}

// Format implements fmt.Formatter.
func (p printed) Format(state fmt.State, verb rune) {
	fmt.Fprintf(state, fmt.FormatString(state, verb), nesting.Hide(fields.Restore(bare(p.shown))))
}

// MarshalJSON implements json.Marshaler.
func (p printed) MarshalJSON() ([]byte, error) { return json.Marshal(nesting.Hide(bare(p.value))) }

func asPrinted(value, shown any) any { return printed{value, shown} }
