package symbols_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/script/exportdata"
	"gatehouse/runtime/script/symbols"
)

// TestReplacedTypesHaveWhatTheTypeCheckerSees compares the methods and fields
// of the types that scripts get with those of the standard library: a script is
// checked against these and runs with those.
func TestReplacedTypesHaveWhatTheTypeCheckerSees(t *testing.T) {
	exports := symbols.Exports(exportdata.Paths(), io.Discard)
	for _, real := range []reflect.Type{
		reflect.TypeFor[sync.Cond](), reflect.TypeFor[sync.Mutex](), reflect.TypeFor[sync.Once](),
		reflect.TypeFor[sync.RWMutex](), reflect.TypeFor[sync.WaitGroup](), reflect.TypeFor[http.Client](),
	} {
		own := exports[symbols.Key(real.PkgPath())][real.Name()].Type().Elem()
		if own == real {
			t.Errorf("%s is not replaced", real)
			continue
		}
		if own.String() != real.String() {
			t.Errorf("%s is printed as %s", real, own)
		}
		if got, want := shape(own), shape(real); got != want {
			t.Errorf("%s has\n%s\nwant\n%s", real, got, want)
		}
		if reflect.PointerTo(real).Implements(reflect.TypeFor[sync.Locker]()) != reflect.PointerTo(own).Implements(reflect.TypeFor[sync.Locker]()) {
			t.Errorf("%s and sync.Locker", real)
		}
	}
}

// shape lists the exported fields and methods of a type and of its pointer.
func shape(t reflect.Type) string {
	var text strings.Builder
	for i := range t.NumField() {
		if field := t.Field(i); field.IsExported() {
			fmt.Fprintln(&text, field.Name, field.Type)
		}
	}
	for _, receiver := range []reflect.Type{t, reflect.PointerTo(t)} {
		for i := range receiver.NumMethod() {
			fmt.Fprintln(&text, receiver.Method(i).Name, strings.Replace(receiver.Method(i).Type.String(), receiver.String(), "", 1))
		}
	}
	return text.String()
}

// TestReplacedFunctionsHaveTheirTypes does the same for functions: the tables
// of the standard library, which Offers reads, have the types to compare with.
func TestReplacedFunctionsHaveTheirTypes(t *testing.T) {
	exports := symbols.Exports(exportdata.Paths(), io.Discard)
	for name, real := range map[string]any{
		"context.WithCancel": context.WithCancel, "context.WithCancelCause": context.WithCancelCause,
		"context.WithDeadline": context.WithDeadline, "context.WithDeadlineCause": context.WithDeadlineCause,
		"context.WithTimeout": context.WithTimeout, "context.WithTimeoutCause": context.WithTimeoutCause,
		"context.WithValue": context.WithValue, "context.WithoutCancel": context.WithoutCancel,
		"errors.As": errors.As, "errors.Is": errors.Is, "errors.Join": errors.Join, "errors.Unwrap": errors.Unwrap, "fmt.Errorf": fmt.Errorf,
		"log/slog.GroupAttrs": slog.GroupAttrs, "log/slog.GroupValue": slog.GroupValue, "sync.OnceFunc": sync.OnceFunc,
	} {
		at := strings.LastIndex(name, ".")
		own := exports[symbols.Key(name[:at])][name[at+1:]]
		if own.Pointer() == reflect.ValueOf(real).Pointer() {
			t.Errorf("%s is not replaced", name)
		}
		// CancelFunc and the like are compared by what they are.
		if !own.Type().ConvertibleTo(reflect.TypeOf(real)) {
			t.Errorf("%s is %s, want %T", name, own.Type(), real)
		}
	}
}
