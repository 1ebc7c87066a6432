package runtime

import (
	"context"
	"log/slog"

	"gatehouse/runtime/internal/nesting"
)

// finiteHandler keeps a service's log lines from values that hold themselves:
// a handler that writes text would follow them until the process ends.
type finiteHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h finiteHandler) Handle(ctx context.Context, record slog.Record) error {
	endless := false
	record.Attrs(func(attr slog.Attr) bool {
		endless = endless || isEndless(attr)
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
func (h finiteHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	finite := make([]slog.Attr, len(attrs))
	for i, attr := range attrs {
		finite[i] = finiteAttr(attr)
	}
	return finiteHandler{h.Handler.WithAttrs(finite)}
}

// WithGroup implements slog.Handler.
func (h finiteHandler) WithGroup(name string) slog.Handler {
	return finiteHandler{h.Handler.WithGroup(name)}
}

func isEndless(attr slog.Attr) bool {
	switch attr.Value.Kind() {
	case slog.KindAny:
		return nesting.IsEndless(attr.Value.Any(), false)
	case slog.KindGroup:
		for _, inner := range attr.Value.Group() {
			if isEndless(inner) {
				return true
			}
		}
	}
	return false
}

func finiteAttr(attr slog.Attr) slog.Attr {
	if isEndless(attr) {
		return slog.String(attr.Key, "(holds itself)")
	}
	return attr
}
