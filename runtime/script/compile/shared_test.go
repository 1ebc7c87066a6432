package compile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/script/compile"
)

// shared is what the scenarios below have in common.
const shared = `package services

import (
	"bytes"
	"container/list"
	"encoding/base64"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"sort"
	"sync"
	"unicode"
)

type options struct {
	limit   int
	headers map[string]string
	tags    []string
	next    *options
}

func (o *options) grow()            { o.limit++ }
func (o *options) size() int        { return o.limit + len(o.tags) }
func (o options) with(n int) options { o.limit = n; return o }

type grower interface{ grow() }

var (
	codes    = map[string]int{"a": 1}
	names    = []string{"b", "a"}
	nested   = map[string][]string{"a": {"x"}}
	defaults = options{headers: map[string]string{"A": "1"}, tags: []string{"x"}}
	base     = &options{headers: map[string]string{"A": "1"}}
	all      = []*options{{limit: 1}}
	one      = big.NewInt(1)
	known    = new(sync.Map)
	queue    = list.New()
	query    = url.Values{"a": {"1"}}
	text     = bytes.NewBufferString("x")
	face     grower = &options{}
	once     = sync.OnceValue(func() int { return 7 })
)

func put(m map[string]int, key string)         { m[key]++ }
func read(m map[string]int, key string) int    { return m[key] }
func first(lists ...[]string) []string         { return lists[0] }
func same[T any](value T) T                    { return value }
func build() map[string]int                    { m := map[string]int{}; put(m, "a"); return m }
func cloned(o options) options                 { o.headers = maps.Clone(o.headers); return o }

var (
	_ = base64.StdEncoding
	_ = list.New
	_ = big.NewInt
	_ = slices.Clone[[]int]
	_ = sort.Strings
	_ = unicode.Latin
	_ = maps.Clone[map[int]int]
	_ = url.Parse
	_ = bytes.NewBuffer
	_ sync.Locker
	_ = put
	_ = read
	_ = first
	_ = build
	_ = cloned
	_ = base.size
	_ = once
)

func f(which bool, input map[string]any) {
`

// TestWhatPackageVariablesHoldIsNotChanged goes round package variables by
// other names.
func TestWhatPackageVariablesHoldIsNotChanged(t *testing.T) {
	for name, test := range map[string]struct{ statements, variable string }{
		"a local map":            {"c := codes\nc[\"x\"] = 1", "codes"},
		"by increment":           {"c := codes\nc[\"x\"]++", "codes"},
		"by range":               {"c := names\nfor _, c[0] = range []string{\"x\"} {\n}", "names"},
		"declared":               {"var c = codes\ndelete(c, \"a\")", "codes"},
		"cleared":                {"c := codes\nclear(c)", "codes"},
		"a part of a slice":      {"c := names[1:]\nc[0] = \"x\"", "names"},
		"copied into":            {"c := names\ncopy(c, []string{\"x\"})", "names"},
		"one of two":             {"c := map[string]int{}\nif which {\n\tc = codes\n}\nc[\"x\"] = 1", "codes"},
		"an inner list":          {"c := nested[\"a\"]\nc[0] = \"y\"", "nested"},
		"a range over lists":     {"for _, c := range nested {\n\tc[0] = \"y\"\n}", "nested"},
		"a field of a copy":      {"o := defaults\no.headers[\"A\"] = \"2\"", "defaults"},
		"a pointer":              {"o := base\no.limit = 2", "base"},
		"a pointer's field":      {"o := base\no.headers[\"A\"] = \"2\"", "base"},
		"by dereference":         {"o := base\n*o = options{}", "base"},
		"a pointer in a list":    {"for _, o := range all {\n\to.limit = 2\n}", "all"},
		"an argument":            {"put(codes, \"x\")", "codes"},
		"a result":               {"c := first(names)\nc[0] = \"x\"", "names"},
		"a generic result":       {"c := same(codes)\nc[\"x\"] = 1", "codes"},
		"an explicit one":        {"c := same[map[string]int](codes)\nc[\"x\"] = 1", "codes"},
		"a receiver":             {"base.grow()", "base"},
		"a receiver by method":   {"grow := base.grow\ngrow()", "base"},
		"an interface":           {"face.grow()", "face"},
		"a field of a literal":   {"o := &options{headers: defaults.headers}\no.headers[\"A\"] = \"2\"", "defaults"},
		"an assertion":           {"var a any = codes\na.(map[string]int)[\"x\"] = 1", "codes"},
		"a type switch":          {"var a any = codes\nswitch c := a.(type) {\ncase map[string]int:\n\tc[\"x\"] = 1\n}", "codes"},
		"a conversion":           {"type table map[string]int\nc := table(codes)\nc[\"x\"] = 1", "codes"},
		"a closure":              {"c := codes\nfunc() { c[\"x\"] = 1 }()", "codes"},
		"an argument of one":     {"func(c map[string]int) { c[\"x\"] = 1 }(codes)", "codes"},
		"a channel":              {"c := make(chan map[string]int, 1)\nc <- codes\nd := <-c\nd[\"x\"] = 1", "codes"},
		"sorted":                 {"sort.Strings(names)", "names"},
		"sorted by slices":       {"c := names\nslices.Sort(c)", "names"},
		"sorted in a wrapper":    {"sort.Sort(sort.StringSlice(names))", "names"},
		"copied by maps":         {"maps.Copy(codes, map[string]int{})", "codes"},
		"a number":               {"one.Add(one, one)", "one"},
		"a map of the host's":    {"known.Store(1, 2)", "known"},
		"a list of the host's":   {"q := queue\nq.PushBack(1)", "queue"},
		"values of the host's":   {"query.Set(\"a\", \"2\")", "query"},
		"a buffer of the host's": {"text.WriteString(\"y\")", "text"},
		"a variable of the host": {"e := base64.URLEncoding\n*e = *base64.StdEncoding", "base64.URLEncoding"},
		"a table of the host":    {"u := unicode.White_Space\nu.R16 = nil", "unicode.White_Space"},
		"an element of one":      {"u := unicode.White_Space.R16\nu[0].Lo = 0", "unicode.White_Space"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compiler.Compile("services", []compile.File{source(shared + test.statements + "\n}\n")})
			var faults compile.Errors
			isTold := func(fault compile.Diagnostic) bool {
				return fault.Line > 0 && strings.HasPrefix(fault.Message, "cannot change") && strings.Contains(fault.Message, test.variable)
			}
			if !errors.As(err, &faults) || !slices.ContainsFunc(faults, isTold) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestAKeptClosureKeepsNothing has a package variable keep a function that
// changes what it captures.
func TestAKeptClosureKeepsNothing(t *testing.T) {
	for name, text := range map[string]string{
		"a counter":      "var next = counter()\n\nfunc counter() func() int {\n\tn := 0\n\treturn func() int { n++; return n }\n}\n",
		"a table":        "var seen = memory()\n\nfunc memory() func(string) {\n\tm := map[string]bool{}\n\treturn func(s string) { m[s] = true }\n}\n",
		"in a list":      "var steps = []func(){counter()}\n\nfunc counter() func() {\n\tn := 0\n\treturn func() { n = n + 1 }\n}\n",
		"of an argument": "var next = counter(1)\n\nfunc counter(n int) func() int { return func() int { n++; return n } }\n",
	} {
		_, err := compiler.Compile("services", []compile.File{source("package services\n\n" + text)})
		var faults compile.Errors
		if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0].Message, "keeps the function") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestWhatIsOneOwnMayBeChanged holds the same check to code that is right.
func TestWhatIsOneOwnMayBeChanged(t *testing.T) {
	for name, statements := range map[string]string{
		"a read":                    "_ = codes[\"a\"] + read(codes, \"b\") + base.size() + once()",
		"a fresh map":               "c := build()\nc[\"x\"] = 1",
		"an argument of one's own":  "c := map[string]int{}\n_ = read(codes, \"a\")\nc[\"x\"] = read(c, \"a\")",
		"a clone":                   "c := maps.Clone(codes)\nc[\"x\"] = 1",
		"a clone by the same name":  "c := codes\nc = maps.Clone(c)\nc[\"x\"] = 1",
		"a clone in a branch":       "c := names\nif which {\n\tc = slices.Clone(c)\n\tc[0] = \"x\"\n}",
		"sorted clone":              "c := slices.Clone(names)\nsort.Strings(c)\nslices.Sort(c)",
		"sorted keys":               "c := slices.Sorted(maps.Keys(codes))\nc[0] = \"x\"",
		"a field by value":          "o := defaults\no.limit = 3",
		"a cloned field":            "o := defaults\no.headers = maps.Clone(o.headers)\no.headers[\"A\"] = \"2\"",
		"cloned by a function":      "o := cloned(defaults)\no.limit = 1",
		"a value receiver":          "_ = defaults.with(4)",
		"a literal with a table":    "o := &options{headers: defaults.headers}\no.limit = 2\no.grow()",
		"another literal":           "o := &options{headers: map[string]string{}, next: base}\no.headers[\"A\"] = \"2\"",
		"a new receiver":            "o := &options{}\no.grow()",
		"an array":                  "a := [2]int{}\na[0] = 1",
		"a range over values":       "for _, name := range names {\n\tname += \"x\"\n\t_ = name\n}",
		"a range over a table":      "total := 0\nfor _, n := range codes {\n\ttotal += n\n}\n_ = total",
		"an answer":                 "out := map[string]any{\"codes\": codes}\nout[\"x\"] = 1",
		"the input":                 "out := map[string]any{\"codes\": codes}\n_ = out\nif address, ok := input[\"address\"].(map[string]any); ok {\n\taddress[\"x\"] = 1\n}",
		"a sum":                     "sum := new(big.Int)\nsum.Add(sum, one)",
		"values":                    "v := url.Values{}\nv.Set(\"a\", query.Get(\"a\"))",
		"a buffer":                  "var b bytes.Buffer\nb.WriteString(text.String())",
		"a map of the host's":       "var m sync.Map\nm.Store(1, 2)\n_, _ = known.Load(1)",
		"an encoding":               "e := base64.StdEncoding\nif which {\n\te = base64.URLEncoding\n}\n_ = e.EncodeToString(nil)",
		"a lower local of one name": "codes := map[string]int{}\ncodes[\"x\"] = 1",
		"appended":                  "c := append([]string{}, names...)\nc[0] = \"x\"",
	} {
		if _, err := compiler.Compile("services", []compile.File{source(shared + statements + "\n}\n")}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
