package compile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/script/compile"
)

// doubling returns lines of which each names the one before twice.
func doubling(first, format string, n int) string {
	text := first + "\n"
	for i := range n {
		text += strings.NewReplacer("NEXT", fmt.Sprint(i+1), "THIS", fmt.Sprint(i)).Replace(format) + "\n"
	}
	return text
}

// tooMuch are small sources that say something huge. Without limits some need
// all memory, others years.
var tooMuch = []struct{ name, text, message string }{
	{"pointers", "var x " + strings.Repeat("*", 20_000) + "int", "x.go:3:254: this is nested more than 250 levels deep"},
	{"parentheses", "var x = " + strings.Repeat("(", 90_000) + "1" + strings.Repeat(")", 90_000), "x.go:3:259: this is nested"},
	{"slice types", "var x " + strings.Repeat("[]", 20_000) + "int", "this is nested more than 250 levels deep"},
	{"function types", "var x " + strings.Repeat("func() ", 10_000) + "int", "this is nested more than 250 levels deep"},
	{"channels", "var x " + strings.Repeat("chan ", 20_000) + "int", "this is nested more than 250 levels deep"},
	{"literals", "var x = " + strings.Repeat("[]any{", 5_000) + strings.Repeat("}", 5_000), "this is nested more than 250 levels deep"},
	{"blocks", "func f() {" + strings.Repeat("{", 5_000) + strings.Repeat("}", 5_000) + "}", "this is nested more than 250 levels deep"},
	{"else if", "func f(n int) {" + strings.Repeat("if n == 1 { n++ } else ", 2_000) + "{}}", "this is nested more than 250 levels deep"},
	{"signs", "var x = " + strings.Repeat("- ", 20_000) + "1", "this is nested more than 250 levels deep"},
	{"right-hand operands", "var x = " + strings.Repeat("1 + (", 5_000) + "1" + strings.Repeat(")", 5_000), "this is nested more than 250 levels deep"},
	{"sum", "var x = 1" + strings.Repeat(" + 1", 10_000), "this is a chain of more than 4000 parts"},
	{"calls", "type q int\nfunc (x q) a() q { return x }\nvar x = q(1)" + strings.Repeat(".a()", 5_000), "this is a chain of more than 4000 parts"},

	{"structs", doubling("type t0 int", "type tNEXT struct{ x, y tTHIS }", 60), "type t15 has more than 50000 parts"},
	{"arrays of arrays", doubling("type t0 struct{ x [2]int }", "type tNEXT struct { x [2]tTHIS; y tTHIS }", 60), "has more than 50000 parts"},
	{"interfaces", doubling("type t0 interface{ m0() }", "type tNEXT interface{ tTHIS; interface { tTHIS; mNEXT() } }", 60), "has more than 50000 parts"},
	{"aliases", doubling("type t0 = int", "type tNEXT = func(tTHIS) *tTHIS", 60), "has more than 50000 parts"},
	{"generic aliases", doubling("type pair[A, B any] struct{ a A; b B }\ntype t0 = int", "type tNEXT = pair[tTHIS, tTHIS]", 60), "has more than 50000 parts"},
	{"nested generic types", "type d[T any] = func(T) T\nvar x " + strings.Repeat("d[", 60) + "int" + strings.Repeat("]", 60), "this has more than 50000 parts"},
	{"in a function", "func f() {\n" + doubling("type t0 int", "type tNEXT struct{ x, y tTHIS }", 60) + "}", "has more than 50000 parts"},
	{"all types", doubling("type t0 int", "type tNEXT struct{ x, y tTHIS }", 14) + strings.Repeat("type _ struct{ x, y t13 }\n", 100), "the types of this directory up to _ have more than 2000000 parts"},

	{"generic functions", doubling("type pair[A, B any] struct{ a A; b B }\nfunc f60[T any]() {}\nfunc g() { f0[int]() }", "func fTHIS[T any]() { fNEXT[pair[T, T]]() }", 60),
		"services cannot do this with generic code"},
	{"types that grow", doubling("func f30[T any]() {}\nfunc g() { f0[int]() }", "func fTHIS[T any]() { fNEXT[func(T) T]() }", 30), "generic code expands without end"},
	{"instances", doubling("func f20[T any](x T) {}\nfunc g() { f0(1) }", "func fTHIS[T any](x T) { fNEXT[[]T](nil); fNEXT[map[int]T](nil) }", 20),
		"generic code expands without end, or to more than 1000 functions and types"},

	{"constant texts", doubling("const t0 = \"0123456789\"", "const tNEXT = tTHIS + tTHIS", 60), "x.go:20:13: this constant text has more than 1048576 bytes"},
	{"a sum of texts", doubling("const t0 = \"0123456789\"", "const tNEXT = tTHIS + tTHIS", 16) + "var x = len(string(t16) + (t16 + t16))", "this constant text has more than"},
	{"shift", "const x = 1 << 1000000\nvar y = x >> 999990", "invalid shift count"},

	{"array", "var x [1 << 40]int", "x.go:3:7: a value of this type has more than 67108864 bytes"},
	{"array of arrays", "var x [1 << 32][1 << 32][1 << 32][1 << 32]int", "a value of this type has more than"},
	{"field", "type s struct{ a [9 << 20]int }", "a value of this type has more than"},
	{"fields", "type s struct{ a, b, c [5 << 20]int }", "x.go:3:8: a value of this type has more than"},
	{"literal", "var x = [...]int{1 << 40: 1}", "a value of this type has more than"},
	{"slice literal", "var x = []int{1 << 40: 1}", "a value of this type has more than"},
	{"made", "var x = make([][1 << 40]int, 1)", "a value of this type has more than"},
	{"new", "func f() any { return new([1 << 40]int) }", "a value of this type has more than"},
	{"generic", "type a[T any] struct{ x [1 << 20]T }\nvar x a[a[int]]", "a value of this type has more than"},
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	for _, c := range tooMuch {
		t.Run(c.name, func(t *testing.T) {
			_, err := compiler.Compile("services", []compile.File{source("package services\n\n" + c.text + "\n")})
			var found compile.Errors
			if !errors.As(err, &found) || !strings.Contains(err.Error(), c.message) {
				t.Fatalf("got %.300v, want %q", err, c.message)
			}
			if found[0].File == "" || found[0].Line == 0 || found[0].Column == 0 {
				t.Errorf("no position: %v", found[0])
			}
		})
	}
}

// What is much, but not too much, works in the interpreter too.
func TestWhatIsMuchIsAccepted(t *testing.T) {
	times := strings.Repeat
	for _, c := range []struct{ name, text, want string }{
		{"parentheses", "func f() int { return " + times("(", 200) + "1" + times(")", 200) + " }", "1"},
		{"pointers", "func f() bool { var x " + times("*", 200) + "int; return x == nil }", "true"},
		{"literals", "func f() int { return len(" + times("[]any{", 80) + times("}", 80) + ") }", "1"},
		{"calls", "func g(n int) int { return n + 1 }\nfunc f() int { return " + times("g(", 200) + "0" + times(")", 200) + " }", "200"},
		{"blocks", "func f() (n int) {" + times("{ n++; ", 100) + times("}", 100) + "; return n }", "100"},
		{"else if", "func g(n int) int {" + times("if n == 1 { return 1 } else ", 200) + "{ return 2 } }\nfunc f() int { return g(2) }", "2"},
		{"sum", "func g() int { return 1 }\nfunc f() int { return 0" + times(" + g()", 3000) + " }", "3000"},
		{"sum of constants", "func f() int { return 0" + times(" + 1", 3000) + " }", "3000"},
		{"sum of texts", "func f() int { return len(\"\"" + times(" + \"ab\"", 3000) + ") }", "6000"},
		{"chain", "type q int\nfunc (x q) a() q { return x + 1 }\nfunc f() q { return q(0)" + times(".a()", 1500) + " }", "1500"},
		{"types", doubling("type t0 int", "type tNEXT struct{ x, y tTHIS }", 10) + "func f() int { return len([1]t10{}) }", "1"},
		{"generic types", "type l[A, B any] struct{ a []A; b map[string]B }\nfunc f() int { return len(l[l[l[l[int, int], int], int], int]{}.a) }", "0"},
		{"recursive types", "type t struct{ next *t; all []t; by map[string]t; call func(t) t }\nfunc f() int { return len(t{}.all) }", "0"},
		{"constant text", doubling("const t0 = \"0123456789\"", "const tNEXT = tTHIS + tTHIS", 12) + "func f() int { return len(t12) }", "40960"},
		{"array", "func f() int { var x [1 << 20]int; return len(x) }", "1048576"},
		{"sum of variables named as a constant", "const text = `" + times("x", 600_000) + "`\nfunc f() int { text := \"a\"; return len(text) }", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, err := mustLoad(t, "package services\n\n"+c.text+"\n").call("f")
			if err != nil || fmt.Sprint(results[0]) != c.want {
				t.Errorf("got %v, %.300v, want %s", results, err, c.want)
			}
		})
	}
}

func TestSizesOfSources(t *testing.T) {
	file := func(name string, size int) compile.File {
		text := "package services\n//"
		return compile.File{Name: "services/" + name, Source: []byte(text + strings.Repeat("x", size-len(text)))}
	}
	many := make([]compile.File, 9)
	for i := range many {
		many[i] = file(fmt.Sprintf("f%d.go", i), 1<<20)
	}
	for name, c := range map[string]struct {
		files   []compile.File
		message string
	}{
		"a file":       {[]compile.File{file("a.go", 1<<20), file("b.go", 1<<20+1)}, "services/b.go: the file has 1048577 bytes; at most 1048576 are allowed"},
		"a directory":  {many, "services: the Go files have 9437184 bytes together; at most 8388608 are allowed"},
		"large enough": {many[:8], ""},
	} {
		_, err := compiler.Compile("services", c.files)
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Large sources are compiled in time in proportion: this one has 5000
// functions, and took many times as long when each change of the text looked
// through all others.
func BenchmarkLargeFile(b *testing.B) {
	var text strings.Builder
	text.WriteString("package services\n")
	for n := range 5000 {
		fmt.Fprintf(&text, "\nfunc f%[1]d(n int) int {\n\ttotal := 0\n\tfor i := range 3 {\n\t\ttotal += i\n\t}\n\ts := []int{1, 2}\n\treturn min(total, s[n]) + f%[2]d(n)\n}\n", n, (n+1)%5000)
	}
	for b.Loop() {
		if _, err := compiler.Compile("services", []compile.File{source(text.String())}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLargeFile(t *testing.T) {
	var text strings.Builder
	text.WriteString("package services\n")
	for n := range 1000 {
		fmt.Fprintf(&text, "\nfunc f%[1]d(n int) int {\n\tvar calls []func() int\n\tfor i := range 3 {\n\t\tcalls = append(calls, func() int { return min(i, n) })\n\t}\n\treturn calls[2]() + %[1]d\n}\n", n)
	}
	text.WriteString("\nfunc f() int { return f0(5) + f999(1) }\n")
	loaded, err := load(io.Discard, "services", source(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	if results, err := loaded.call("f"); err != nil || results[0].Int() != 1002 {
		t.Errorf("got %v, %v", results, err)
	}
}

// The engine compiles directories at once, with one compiler.
func TestManySourcesAtOnce(t *testing.T) {
	fresh := compile.New()
	var wg sync.WaitGroup
	for path, use := range map[string]string{
		"net/http": "*http.Client", "encoding/json": "json.Number", "text/template": "*template.Template", "math/big": "*big.Int",
		"log/slog": "slog.Level", "encoding/xml": "xml.Name", "html/template": "template.HTML", "time": "time.Time",
	} {
		wg.Go(func() {
			text := fmt.Sprintf(`package services

import (
	%q
	"maps"
	"slices"
)

func f(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

func g(s []int) []int { return slices.Collect(slices.Values(s)) }

var x %s
`, path, use)
			for range 3 {
				if _, err := fresh.Compile("services", []compile.File{source(text)}); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		})
	}
	wg.Wait()
}
