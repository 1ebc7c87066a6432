package symbols_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/traefik/yaegi/interp"

	"gatehouse/runtime/script/exportdata"
	"gatehouse/runtime/script/symbols"
)

func TestOffers(t *testing.T) {
	for name, want := range map[string]bool{
		"strings.Cut": true, "net/http.StatusOK": true, "net/http.ListenAndServe": false, "os.Exit": false, "slices.Sort": false,
		exportdata.ServicePath + ".Service": true, exportdata.ServicePath + ".Attach": false, exportdata.SSOPath + ".Bind": false,
	} {
		at := strings.LastIndex(name, ".")
		if got := symbols.Offers(name[:at], name[at+1:]); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, path := range exportdata.Paths() {
		if !symbols.Has(path) {
			t.Errorf("no table of %s", path)
		}
	}
}

// TestExportsAreGivenWhole has an interpreter take every package.
func TestExportsAreGivenWhole(t *testing.T) {
	host := interp.New(interp.Options{})
	if err := host.Use(symbols.Exports(exportdata.Paths(), io.Discard)); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Eval("package p\n\nimport \"math\"\n\nvar Pi = math.Pi * 2\n"); err != nil {
		t.Error(err)
	}
}

// TestVariablesAreCopiedOrKnown goes through all variables of the host by which
// a script could change what they lead to.
func TestVariablesAreCopiedOrKnown(t *testing.T) {
	kept := map[string]string{
		"hash/crc32.IEEETable":             "the fast code is for this table alone; its elements cannot be assigned to",
		"net/http.ErrHeaderTooLong":        "an error is what it is by identity; its field cannot be assigned to",
		"net/http.ErrMissingBoundary":      "as above",
		"net/http.ErrMissingContentLength": "as above",
		"net/http.ErrNotMultipart":         "as above",
		"net/http.ErrNotSupported":         "as above",
		"net/http.ErrShortBody":            "as above",
		"net/http.ErrUnexpectedTrailer":    "as above",
		"net/http.LocalAddrContextKey":     "a key is what it is by identity, and has no field to assign to",
		"net/http.ServerContextKey":        "as above",
		"time.Local":                       "a location is what it is by identity, and cannot be overwritten",
		"time.UTC":                         "as above",
	}
	first := symbols.Exports(exportdata.Paths(), io.Discard)
	second := symbols.Exports(exportdata.Paths(), io.Discard)
	for _, path := range exportdata.Paths() {
		for name, symbol := range first[symbols.Key(path)] {
			switch symbol.Kind() {
			case reflect.Pointer, reflect.Map, reflect.Slice:
			default:
				continue
			}
			if !symbol.CanAddr() {
				continue // a type
			}
			isShared := symbol.Pointer() == second[symbols.Key(path)][name].Pointer()
			if _, isKept := kept[path+"."+name]; isShared != isKept {
				t.Errorf("%s.%s: shared by interpreters %v, known to be %v", path, name, isShared, isKept)
			}
			delete(kept, path+"."+name)
		}
	}
	if len(kept) > 0 {
		t.Errorf("there are no variables %v", kept)
	}
}

// TestErrorsCrossOver has a script's errors pass through the host's functions.
func TestErrorsCrossOver(t *testing.T) {
	var out strings.Builder
	host := interp.New(interp.Options{})
	if err := host.Use(symbols.Exports([]string{"errors", "fmt", "io"}, &out)); err != nil {
		t.Fatal(err)
	}
	_, err := host.Eval(`package p

import (
	"errors"
	"fmt"
	"io"
)

type failure struct{ err error }

func (f *failure) Error() string { return "failed: " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func make(err error) error { return &failure{err} }

func Wrapped() error { return fmt.Errorf("outer: %w", make(io.EOF)) }

func Run() {
	err := Wrapped()
	var target *failure
	fmt.Println(err, errors.Is(err, io.EOF), errors.As(err, &target), target.err == io.EOF)
	fmt.Printf("%v|%s|%q|%d\n", make(io.EOF), make(io.EOF), make(io.EOF), level(3))
	fmt.Println(level(3))
}

type level int

func (l level) String() string { return "high" }
`)
	if err != nil {
		t.Fatal(err)
	}
	run, err := host.Eval("p.Run")
	if err != nil {
		t.Fatal(err)
	}
	run.Call(nil)
	want := "outer: failed: EOF true true true\nfailed: EOF|failed: EOF|\"failed: EOF\"|3\nhigh\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	wrapped, err := host.Eval("p.Wrapped")
	if err != nil {
		t.Fatal(err)
	}
	escaped, ok := wrapped.Call(nil)[0].Interface().(error)
	if !ok || !errors.Is(escaped, io.EOF) || fmt.Sprint(escaped) != "outer: failed: EOF" {
		t.Errorf("the host sees %v", escaped)
	}
}

func BenchmarkExports(b *testing.B) {
	for name, paths := range map[string][]string{
		"usual":   {"fmt", "strings", "errors", exportdata.ServicePath},
		"base64":  {"encoding/base64"},
		"unicode": {"unicode"},
		"all":     exportdata.Paths(),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				symbols.Exports(paths, io.Discard)
			}
		})
	}
}
