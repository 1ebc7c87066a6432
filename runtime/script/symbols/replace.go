package symbols

import (
	"context"
	"log/slog"
	"reflect"
	"slices"

	"gatehouse/runtime/internal/nesting"
	"gatehouse/runtime/script/symbols/http"
	"gatehouse/runtime/script/symbols/sync"
)

// replacements are what scripts get for names of the standard library, where
// what the library has would let one script end or change the process: pointers
// to types, and functions. The type checker sees those of the library.
var replacements = map[string]map[string]any{
	"context": {
		"WithCancel":        withCancel,
		"WithCancelCause":   withCancelCause,
		"WithDeadline":      withDeadline,
		"WithDeadlineCause": withDeadlineCause,
		"WithTimeout":       withTimeout,
		"WithTimeoutCause":  withTimeoutCause,
		"WithValue":         withValue,
		"WithoutCancel":     withoutCancel,
	},
	"errors": {"As": as, "Is": is, "Join": join, "Unwrap": unwrap},
	// A group keeps the slice that it is made of: with one of its own, none
	// can be put into itself.
	"log/slog": {
		"New":     newLogger,
		"Default": defaultLogger,
		"With":    func(args ...any) *slog.Logger { return defaultLogger().With(args...) },
		"Debug":   func(message string, args ...any) { defaultLogger().Debug(message, args...) },
		"Info":    func(message string, args ...any) { defaultLogger().Info(message, args...) },
		"Warn":    func(message string, args ...any) { defaultLogger().Warn(message, args...) },
		"Error":   func(message string, args ...any) { defaultLogger().Error(message, args...) },
		"DebugContext": func(ctx context.Context, message string, args ...any) {
			defaultLogger().DebugContext(ctx, message, args...)
		},
		"InfoContext": func(ctx context.Context, message string, args ...any) {
			defaultLogger().InfoContext(ctx, message, args...)
		},
		"WarnContext": func(ctx context.Context, message string, args ...any) {
			defaultLogger().WarnContext(ctx, message, args...)
		},
		"ErrorContext": func(ctx context.Context, message string, args ...any) {
			defaultLogger().ErrorContext(ctx, message, args...)
		},
		"Log": func(ctx context.Context, level slog.Level, message string, args ...any) {
			defaultLogger().Log(ctx, level, message, args...)
		},
		"LogAttrs": func(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
			defaultLogger().LogAttrs(ctx, level, message, attrs...)
		},
		"GroupAttrs": func(key string, attrs ...slog.Attr) slog.Attr { return slog.GroupAttrs(key, slices.Clone(attrs)...) },
		"GroupValue": func(attrs ...slog.Attr) slog.Value { return slog.GroupValue(slices.Clone(attrs)...) },
	},
	"net/http": {"Client": (*http.Client)(nil)},
	"sync": {
		"Cond":      (*sync.Cond)(nil),
		"Mutex":     (*sync.Mutex)(nil),
		"NewCond":   sync.NewCond,
		"Once":      (*sync.Once)(nil),
		"OnceFunc":  sync.OnceFunc,
		"RWMutex":   (*sync.RWMutex)(nil),
		"WaitGroup": (*sync.WaitGroup)(nil),
	},
}

// newLogger is slog.New; no value that holds itself reaches the handler.
func newLogger(handler slog.Handler) *slog.Logger {
	return slog.New(nesting.Handler{Handler: handler})
}

func defaultLogger() *slog.Logger { return newLogger(slog.Default().Handler()) }

// replace puts the replacements of a package into its table.
func replace(path string, symbols map[string]reflect.Value) {
	for name, replacement := range replacements[path] {
		symbols[name] = reflect.ValueOf(replacement)
	}
}
