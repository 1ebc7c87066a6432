package symbols

import (
	"log/slog"
	"reflect"
	"slices"

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

// replace puts the replacements of a package into its table.
func replace(path string, symbols map[string]reflect.Value) {
	for name, replacement := range replacements[path] {
		symbols[name] = reflect.ValueOf(replacement)
	}
}
