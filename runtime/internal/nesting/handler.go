package nesting

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler keeps a service's log lines from values that hold themselves: a
// handler that writes text would follow them until the process ends.
type Handler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h Handler) Handle(ctx context.Context, record slog.Record) error {
	endless := false
	record.Attrs(func(attr slog.Attr) bool {
		endless = endless || hasEndless(attr)
		return !endless
	})
	if endless {
		finite := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
		record.Attrs(func(attr slog.Attr) bool {
			finite.AddAttrs(finiteAttr(attr))
			return true
		})
		record = finite
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	finite := make([]slog.Attr, len(attrs))
	for i, attr := range attrs {
		finite[i] = finiteAttr(attr)
	}
	return Handler{h.Handler.WithAttrs(finite)}
}

// WithGroup implements slog.Handler.
func (h Handler) WithGroup(name string) slog.Handler {
	return Handler{h.Handler.WithGroup(name)}
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

func finiteAttr(attr slog.Attr) slog.Attr {
	if hasEndless(attr) {
		return slog.String(attr.Key, fmt.Sprintf("(a value nested more than %d deep, or that holds itself)", Most))
	}
	return attr
}
