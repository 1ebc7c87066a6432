package nesting

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"

	"gatehouse/runtime/internal/fields"
)

// Handler keeps a service's log lines from values that hold themselves: a
// handler that writes text would follow them until the process ends. Values of
// a script's types are logged with the fields that their author wrote, and what
// hides itself from logs is hidden where it is nested, too: see Hide.
type Handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h Handler) Handle(ctx context.Context, record slog.Record) error {
	isPlain := true
	record.Attrs(func(attr slog.Attr) bool {
		isPlain = attr.Value.Kind() != slog.KindAny && attr.Value.Kind() != slog.KindGroup
		return isPlain
	})
	if !isPlain {
		readable := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
		record.Attrs(func(attr slog.Attr) bool {
			readable.AddAttrs(readableAttr(attr))
			return true
		})
		record = readable
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	readable := make([]slog.Attr, len(attrs))
	for i, attr := range attrs {
		readable[i] = readableAttr(attr)
	}
	return Handler{h.Handler.WithAttrs(readable)}
}

// WithGroup implements slog.Handler.
func (h Handler) WithGroup(name string) slog.Handler {
	return Handler{h.Handler.WithGroup(name)}
}

func readableAttr(attr slog.Attr) slog.Attr {
	if hasEndless(attr) {
		return slog.String(attr.Key, fmt.Sprintf("(a value nested more than %d deep, or that holds itself)", Most))
	}
	return restoredAttr(attr)
}

func hasEndless(attr slog.Attr) bool {
	switch attr.Value.Kind() {
	case slog.KindAny:
		return IsEndless(attr.Value.Any(), false)
	case slog.KindGroup:
		for _, inner := range attr.Value.Group() {
			if hasEndless(inner) {
				return true
			}
		}
	}
	return false
}

// wrapping is the package of the types in which a script's errors reach the host.
// They have a method MarshalJSON, that of the value, which would go before the
// error's text.
const wrapping = "gatehouse/runtime/script/guard"

// onlyError is an error that is nothing else.
type onlyError struct{ error }

func (e onlyError) Unwrap() error { return e.error }

// restoredAttr is for an attribute that has an end.
func restoredAttr(attr slog.Attr) slog.Attr {
	switch attr.Value.Kind() {
	case slog.KindAny:
		value := attr.Value.Any()
		if err, isError := value.(error); isError && reflect.TypeOf(value).PkgPath() == wrapping {
			return slog.Any(attr.Key, onlyError{err})
		}
		return slog.Any(attr.Key, Hide(fields.Restore(value)))
	case slog.KindGroup:
		group := slices.Clone(attr.Value.Group())
		for i, inner := range group {
			group[i] = restoredAttr(inner)
		}
		return slog.Attr{Key: attr.Key, Value: slog.GroupValue(group...)}
	}
	return attr
}
