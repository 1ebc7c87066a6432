package script_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/runtime/script"
)

// lineOf returns the line of a text in a source.
func lineOf(t *testing.T, source, text string) int {
	t.Helper()
	at := strings.Index(source, text)
	if at < 0 {
		t.Fatalf("no %q in:\n%s", text, source)
	}
	return 1 + strings.Count(source[:at], "\n")
}

// What a panic in a function of the library or of the host is called from is its
// place, whatever ran before.
func TestPanicsOfCalledFunctionsAreOfTheCaller(t *testing.T) {
	const before = "\ts := []int{2, 1}\n\tsort.Slice(s, func(i, j int) bool {\n\t\treturn s[i] < s[j]\n\t})\n"
	for name, scenario := range map[string]struct {
		statement string
		imports   []string
	}{
		"generic function of the library": {"self.CID = fmt.Sprint(slices.MaxFunc(s[:0], func(a, b int) int { return a - b }))", []string{"slices", "fmt"}},
		"library without a function":      {"s = slices.Insert(s, 9, 1)", []string{"slices"}},
		"errors.As without a target":      {"_ = errors.As(errors.New(\"x\"), nil)", []string{"errors"}},
		"base of a number":                {"self.CID = strconv.FormatInt(7, 99)", []string{"strconv"}},
		"nil URL":                         {"var u *url.URL; self.CID = u.String()", []string{"net/url"}},
		"nil values":                      {"var v url.Values; v.Set(\"a\", \"b\")", []string{"net/url"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := source("Bad", before+"\n\t"+scenario.statement+"\n\treturn nil", append(scenario.imports, "sort")...)
			h := newHost(t, map[string]string{"bad.go": text})
			got := h.call("bad.bad", "")
			var fault *script.PanicError
			if !errors.As(got.err, &fault) {
				t.Fatalf("got %v, want a PanicError\n%s", got.err, h.log)
			}
			if want := lineOf(t, text, scenario.statement); fault.Line != want {
				t.Errorf("%v; want line %d", fault, want)
			}
		})
	}
}

// A package variable whose initialisation panics is told with its place.
func TestPanicsOfPackageVariablesHaveAPlace(t *testing.T) {
	for name, scenario := range map[string]struct {
		declarations, at, message string
		imports                   []string
	}{
		"host":     {"var a = []int{1}\n\nvar re = regexp.MustCompile(\"[\")\n", "regexp.MustCompile(", "missing closing ]", []string{"regexp"}},
		"index":    {"var a = []int{1}\n\nvar b = a[f()]\n\nfunc f() int { return a[0] + 4 }\n", "a[f()]", "index out of range", nil},
		"several":  {"var a []int\n\nvar b, c = 1,\n\ta[3]\n", "a[3]", "index out of range", nil},
		"together": {"var m map[string]func() (int, int)\n\nvar b, c = m[\"x\"]()\n", "m[\"x\"]()", "nil pointer", nil},
		"asserted": {"var a any = 1\n\nvar (\n\tb = 2\n\tc = a.(string)\n)\n", "a.(string)", "interface conversion", nil},
		"callee":   {"var a = 2\n\nvar b = broken()\n\nfunc broken() int {\n\tk := 0\n\treturn 1 / k\n}\n", "return 1 / k", "divide by zero", nil},
	} {
		t.Run(name, func(t *testing.T) {
			text := source("Bad", "\treturn nil", scenario.imports...) + "\n" + scenario.declarations
			h := newHost(t, map[string]string{"bad.go": text})
			infos := h.Services()
			if len(infos) != 1 {
				t.Fatalf("services %+v", infos)
			}
			want := fmt.Sprintf("%s:%d: ", h.path("bad.go"), lineOf(t, text, scenario.at))
			if got := infos[0].LastError; !strings.Contains(got, want) || !strings.Contains(got, scenario.message) {
				t.Errorf("got  %s\nwant %s…%s", got, want, scenario.message)
			}
		})
	}
}

// The functions of a place have the names that the author gave them.
func TestPlacesNameTheAuthorsFunctions(t *testing.T) {
	for name, scenario := range map[string]struct{ call, declaration, function string }{
		"plain":               {"f(0)", "func f(n int) int { return 1 / n }\n", "f"},
		"name of Go's own":    {"max(0)", "func max(n int) int { return 1 / n }\n", "max"},
		"generic":             {"sum(0)", "func sum[T int | int64](n T) T { return 1 / n }\n", "sum"},
		"method":              {"(&thing{}).get(0)", "type thing struct{}\n\nfunc (t *thing) get(n int) int { return 1 / n }\n", "(*thing).get"},
		"method of a generic": {"box[int]{}.get(0)", "type box[T any] struct{ v T }\n\nfunc (b box[T]) get(n int) int { return 1 / n }\n", "box.get"},
		"closure":             {"f(0)", "func f(n int) int { return func() int { return 1 / n }() }\n", "f"},
	} {
		t.Run(name, func(t *testing.T) {
			text := source("Bad", "\tself.Response.Payload = "+scenario.call+"\n\treturn nil") + "\n" + scenario.declaration
			h := newHost(t, map[string]string{"bad.go": text})
			got := h.call("bad.bad", "")
			var fault *script.PanicError
			if !errors.As(got.err, &fault) {
				t.Fatalf("got %v, want a PanicError\n%s", got.err, h.log)
			}
			if fault.Function != scenario.function || fault.Line != lineOf(t, text, "1 / n") {
				t.Errorf("%s:%d in %q, want %q", fault.File, fault.Line, fault.Function, scenario.function)
			}
		})
	}
}
