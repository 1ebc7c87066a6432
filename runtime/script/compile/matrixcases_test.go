package compile_test

// What TestInterfaceMatrix puts together: every expression of operands goes
// into every sink of sinks, as every interface that its type has.

// operand is an expression of a kind.
type operand struct {
	setup string // statements before, which declare what the expression uses
	text  string
	t     string // its type, with the default for constants
}

// operands by what is known of their types. All print the same in any program
// but for %T, which is told of plain ones alone: the interpreter knows no names
// of a script's types.
var (
	plainOperands = []operand{
		{"i, j := 7, 3", "i + j", "int"},
		{"i, j := 7, 3", "i - j*2", "int"},
		{"i, j := 7, 3", "i / j", "int"},
		{"i, j := 7, 3", "i % j", "int"},
		{"i, j := 7, 3", "(i & j)", "int"},
		{"i, j := 7, 3", "i | j", "int"},
		{"i, j := 7, 3", "i ^ j", "int"},
		{"i, j := 7, 3", "i &^ j", "int"},
		{"i, j := 7, 3", "i << j", "int"},
		{"i, j := 7, uint8(1)", "i >> j", "int"},
		{"i := 7", "i + 1", "int"},
		{"i := 7", "1 + i", "int"},
		{"i := 7", "i << 1", "int"},
		{"i := 7", "1 << i", "int"},
		{"i := 7", "-i", "int"},
		{"i := 7", "+i", "int"},
		{"i := 7", "^i", "int"},
		{"i := 7", "-(-i)", "int"},
		{"i := 7", "i", "int"},
		{"a := uint8(250)", "a + 10", "uint8"},
		{"a := int64(5)", "a * a", "int64"},
		{"a := int32(5)", "-a", "int32"},
		{"a := uint16(5)", "^a", "uint16"},
		{"a := 1.5", "a * 2", "float64"},
		{"a := 1.5", "-a", "float64"},
		{"a := float32(1.5)", "a / 2", "float32"},
		{"a := 1 + 2i", "a * a", "complex128"},
		{"a := 1 + 2i", "real(a)", "float64"},
		{"a, b := 1.0, 2.0", "complex(a, b)", "complex128"},
		{"a := 'x'", "a + 1", "rune"},
		{"x := \"x\"", "\"hello \" + x", "string"},
		{"x, y := \"x\", \"y\"", "x + y", "string"},
		{"x, y := \"x\", \"y\"", "x + \"-\" + y", "string"},
		{"x := \"x\"", "x == \"x\"", "bool"},
		{"i, j := 7, 3", "i < j", "bool"},
		{"i, j := 7, 3", "i != j && j > 0", "bool"},
		{"i, j := 7, 3", "i == j || j > 0", "bool"},
		{"a := true", "!a", "bool"},
		{"p := new(int)", "p == nil", "bool"},
		{"var e any = 1", "e == 1", "bool"},
		{"var e error", "e != nil", "bool"},
		{"", "1", "int"},
		{"", "1 + 2", "int"},
		{"", "'a'", "rune"},
		{"", "2.5", "float64"},
		{"", "1i", "complex128"},
		{"", "\"text\"", "string"},
		{"", "\"te\" + \"xt\"", "string"},
		{"", "true", "bool"},
		{"", "1 < 2", "bool"},
		{"", "1 << 40", "int"},
		{"", "int8(3)", "int8"},
		{"", "-1", "int"},
		{"", "typedConstant", "int64"},
		{"", "untypedConstant", "int"},
		{"", "runeConstant", "rune"},
		{"", "floatConstant", "float64"},
		{"", "math.Pi", "float64"},
		{"", "time.Second", "time.Duration"},
		{"i := 7", "float64(i)", "float64"},
		{"i := 7", "int8(i)", "int8"},
		{"i := 65", "string(rune(i))", "string"},
		{"x := \"xy\"", "[]byte(x)", "[]uint8"},
		{"x := \"xy\"", "[]rune(x)", "[]int32"},
		{"b := []byte(\"xy\")", "string(b)", "string"},
		{"b := []byte(\"xy\")", "string(b) + \"!\"", "string"},
		{"i := 7", "time.Duration(i) * time.Second", "time.Duration"},
		{"", "twice(4)", "int"},
		{"", "twice(4) + 1", "int"},
		{"", "-twice(4)", "int"},
		{"", "text(\"a\")", "string"},
		{"", "isOdd(3)", "bool"},
		{"", "!isOdd(3)", "bool"},
		{"", "numbers(3)", "[]int"},
		{"", "strings.ToUpper(\"a\")", "string"},
		{"", "strings.ToUpper(\"a\") + \"b\"", "string"},
		{"", "strings.Contains(\"abc\", \"b\")", "bool"},
		{"", "strings.Split(\"a,b\", \",\")", "[]string"},
		{"f := func(i int) int { return i * 3 }", "f(2)", "int"},
		{"f := func(i int) int { return i * 3 }", "f(2) * f(1)", "int"},
		{"", "func() int { return 5 }()", "int"},
		{"a := account{1, \"n\", nil}", "a.label()", "string"},
		{"a := account{1, \"n\", nil}", "a.ID", "int"},
		{"a := &account{1, \"n\", nil}", "a.ID + 1", "int"},
		{"a := &account{1, \"n\", nil}", "a.title + \"!\"", "string"},
		{"a := &account{1, \"n\", nil}", "a.label() + \"!\"", "string"},
		{"o := outer{account: account{1, \"n\", nil}}", "o.ID", "int"},
		{"o := outer{account: account{1, \"n\", nil}}", "o.label()", "string"},
		{"o := &outer{account: account{1, \"n\", []int{4}}}", "o.list", "[]int"},
		{"s := &serving{}\ns.CID = \"cid\"", "s.CID", "string"},
		{"s := &serving{}\ns.CID = \"cid\"", "s.CID + \"!\"", "string"},
		{"s := &serving{}\ns.Response.Status = 3", "s.Response.Status", "int"},
		{"s := &serving{}\ns.Response.Status = 3", "s.Response.Status * 2", "int"},
		{"s := &serving{}\ns.Request.Input = service.Dict{\"a\": \"b\"}", "s.Request.Get(\"a\", \"\")", "string"},
		{"s := &serving{}\ns.Request.Input = service.Dict{\"a\": \"b\"}", "s.Request.Get(\"a\", \"\") + \"!\"", "string"},
		{"s := &serving{}\ns.Request.Input = service.Dict{\"a\": \"b\"}", "s.Request.Input", "service.Dict"},
		{"s := []int{1, 2, 3}", "s[1]", "int"},
		{"s := []int{1, 2, 3}", "s[1] + s[2]", "int"},
		{"s := []int{1, 2, 3}", "s[1:]", "[]int"},
		{"s := []int{1, 2, 3}", "s", "[]int"},
		{"s := [3]int{1, 2, 3}", "s", "[3]int"},
		{"s := [3]int{1, 2, 3}", "s[0]", "int"},
		{"s := [3]int{1, 2, 3}", "s[:2]", "[]int"},
		{"x := \"hello\"", "x[1]", "uint8"},
		{"x := \"hello\"", "x[1:3]", "string"},
		{"m := map[string]int{\"a\": 4}", "m[\"a\"]", "int"},
		{"m := map[string]int{\"a\": 4}", "m[\"a\"] + 1", "int"},
		{"m := map[string]int{\"a\": 4}", "m[\"none\"]", "int"},
		{"m := map[string]int{\"a\": 4}", "m", "map[string]int"},
		{"m := map[string]bool{\"a\": true}", "!m[\"a\"]", "bool"},
		{"p := new(int)\n*p = 6", "*p", "int"},
		{"p := new(int)\n*p = 6", "*p + 1", "int"},
		{"p := new(int)\n*p = 6", "-*p", "int"},
		{"var e any = 8", "e.(int)", "int"},
		{"var e any = 8", "e.(int) + 1", "int"},
		{"", "[]int{1, 2}", "[]int"},
		{"", "map[string]int{\"k\": 1}", "map[string]int"},
		{"", "[2]string{\"a\", \"b\"}", "[2]string"},
		{"", "[]any{1, \"a\", nil}", "[]interface {}"},
		{"", "map[string]any{\"k\": 1 + 1}", "map[string]interface {}"},
		{"", "service.Dict{\"k\": \"v\"}", "service.Dict"},
		{"s := []int{1, 2, 3}", "len(s)", "int"},
		{"s := []int{1, 2, 3}", "len(s) - 1", "int"},
		{"s := []int{1, 2, 3}", "cap(s)", "int"},
		{"i, j := 7, 3", "min(i, j)", "int"},
		{"i, j := 7, 3", "max(i, j) + 1", "int"},
		{"x := \"b\"", "min(x, \"a\")", "string"},
		{"", "*new(int)", "int"},
		{"c := make(chan int, 9)\nfor range 9 { c <- 5 }", "<-c", "int"},
		{"c := make(chan int, 9)\nfor range 9 { c <- 5 }", "<-c + 1", "int"},
		{"c := make(chan int, 9)\nfor range 9 { c <- 5 }", "-<-c", "int"},
		{"", "append([]int{1}, 2)", "[]int"},
		{"", "make([]int, 2)", "[]int"},
		{"", "http.StatusOK", "int"},
		{"", "http.MethodGet + \" /\"", "string"},
		{"", "(*int)(nil)", "*int"},
		{"", "[]int(nil)", "[]int"},
		{"", "map[string]int(nil)", "map[string]int"},
		{"", "generic(3)", "int"},
		{"", "generic(\"a\") + \"b\"", "string"},
		{"", "slices.Max([]int{1, 3, 2})", "int"},
		{"", "time.Unix(0, 0).UTC().Year() + 1", "int"},
	}
	ownOperands = []operand{
		{"c := color(1)", "c + 1", "color"},
		{"c := color(1)", "-c", "color"},
		{"c := color(1)", "c", "color"},
		{"i := 7", "color(i)", "color"},
		{"", "red", "color"},
		{"", "mood(\"a\") + \"b\"", "mood"},
		{"m := mood(\"a\")", "m + m", "mood"},
		{"p := point{1, 2}", "p", "point"},
		{"p := &point{1, 2}", "*p", "point"},
		{"p := &point{1, 2}", "p.X * p.Y", "int"},
		{"", "point{1, 2}", "point"},
		{"", "point{X: 1}", "point"},
		{"", "makePoint()", "point"},
		{"", "makePoint().X + 1", "int"},
		{"m := map[string]point{\"a\": {1, 2}}", "m[\"a\"]", "point"},
		{"s := []point{{1, 2}}", "s[0]", "point"},
		{"s := []point{{1, 2}}", "s", "[]point"},
		{"var e any = point{3, 4}", "e.(point)", "point"},
		{"c := make(chan point, 9)\nfor range 9 { c <- point{1, 1} }", "<-c", "point"},
		{"", "[]point{{1, 2}}", "[]point"},
		{"", "[]color{1, 2}", "[]color"},
		{"", "struct{ A, B int }{1, 2}", "struct{ A, B int }"},
		{"", "point{1, 2} == point{1, 2}", "bool"},
		{"", "len(point{1, 2}.name())", "int"},
	}
	// Their pointers and functions do not print alike.
	silentOperands = []operand{
		{"p := &point{1, 2}", "p", "*point"},
		{"", "&point{1, 2}", "*point"},
		{"", "(*point)(nil)", "*point"},
		{"", "new(point)", "*point"},
		{"i := 1", "&i", "*int"},
		{"", "new(int)", "*int"},
		{"f := func(i int) int { return i }", "f", "func(int) int"},
		{"", "func(i int) int { return i }", "func(int) int"},
		{"", "twice", "func(int) int"},
		{"a := account{1, \"n\", nil}", "a.label", "func() string"},
		{"", "make(chan int)", "chan int"},
	}
	// Their types have the methods Name, String and Error.
	methodOperands = []operand{
		{"l := level(2)", "l", "level"},
		{"l := level(2)", "l + 1", "level"},
		{"l := level(2)", "-l", "level"},
		{"i := 7", "level(i)", "level"},
		{"i := 7", "level(i) + 1", "level"},
		{"", "high", "level"},
		{"", "level(3)", "level"},
		{"", "raise(3)", "level"},
		{"", "raise(3) * 2", "level"},
		{"l := level(3)\np := &l", "*p", "level"},
		{"s := []level{1, 2}", "s[1]", "level"},
		{"s := []level{1, 2}", "s[1] - s[0]", "level"},
		{"m := map[string]level{\"a\": 1}", "m[\"a\"]", "level"},
		{"c := make(chan level, 9)\nfor range 9 { c <- 5 }", "<-c", "level"},
		{"x := \"a\"", "tag(x) + \"b\"", "tag"},
		{"x := tag(\"a\")", "x + x", "tag"},
		{"x := tag(\"abc\")", "x[1:]", "tag"},
		{"i, j := 7, 3", "flag(i < j)", "flag"},
		{"f := flag(true)", "!f", "flag"},
		{"r := ratio(0.5)", "r / 2", "ratio"},
		{"r := ratio(0.5)", "-r", "ratio"},
		{"i := item{1, \"t\"}", "i", "item"},
		{"", "item{1, \"t\"}", "item"},
		{"", "&item{1, \"t\"}", "*item"},
		{"", "makeItem(4)", "item"},
		{"s := []item{{1, \"t\"}}", "s[0]", "item"},
		{"m := map[string]item{\"a\": {1, \"t\"}}", "m[\"a\"]", "item"},
		{"h := holding{item{5, \"x\"}, 1}", "h", "holding"},
		{"h := &holding{item{5, \"x\"}, 1}", "h.item", "item"},
		{"n := &node{3}", "n", "*node"},
		{"", "&node{3}", "*node"},
		{"", "makeNode(3)", "*node"},
		{"", "new(node)", "*node"},
		{"s := []*node{{1}}", "s[0]", "*node"},
		{"", "series{1, 2}", "series"},
		{"s := series{1, 2}", "s[:1]", "series"},
		{"", "append(series{1}, 2)", "series"},
		{"", "table{\"a\": 1}", "table"},
		{"t := table{\"a\": 1}", "t", "table"},
		{"", "action(func() int { return 4 })", "action"},
		{"e := error(level(1))", "e.(level)", "level"},
		{"e := error(level(1))", "e.(level) + 1", "level"},
	}
)

// sink is a place that an interface goes into: a body in which $E is the
// expression, $I the interface and show takes what has arrived. Those that
// hash or compare what they get take only what can be.
type sink struct {
	name       string
	body       string
	compares   bool
	prints     bool
	anyAlone   bool
	errorAlone bool
}

var sinks = []sink{
	{name: "declaration", body: "var v $I = $E\nshow$N(v)"},
	{name: "variable", body: "var v $I\nv = $E\nshow$N(v)"},
	{name: "variable in a branch", body: "var v $I\nif len(words) > 0 { v = $E }\nshow$N(v)"},
	{name: "variable in a loop", body: "var v $I\nfor range 1 { v = $E }\nshow$N(v)"},
	{name: "captured variable", body: "var v $I\nfunc() { v = $E }()\nshow$N(v)"},
	{name: "deferred", body: "var v $I\nfunc() { defer func() { v = $E }() }()\nshow$N(v)"},
	{name: "field", body: "var ss struct{ F $I }\nss.F = $E\nshow$N(ss.F)"},
	{name: "field of a pointer", body: "ss := &struct{ F $I }{}\nss.F = $E\nshow$N(ss.F)"},
	{name: "field of a nested struct", body: "ss := &struct{ In struct{ F $I } }{}\nss.In.F = $E\nshow$N(ss.In.F)"},
	{name: "map entry", body: "mm := map[string]$I{}\nmm[\"k\"] = $E\nshow$N(mm[\"k\"])"},
	{name: "slice element", body: "ss := make([]$I, 2)\nss[1] = $E\nshow$N(ss[1])"},
	{name: "array element", body: "var ss [2]$I\nss[1] = $E\nshow$N(ss[1])"},
	{name: "dereference", body: "pp := new($I)\n*pp = $E\nshow$N(*pp)"},
	{name: "several", body: "var v, w $I\nv, w = $E, nil\nshow$N(v)\n_ = w"},
	{name: "several in a map", body: "mm := map[string]$I{}\nmm[\"k\"], mm[\"l\"] = nil, $E\nshow$N(mm[\"l\"])"},
	{name: "slice literal", body: "ss := []$I{nil, $E}\nshow$N(ss[1])"},
	{name: "array literal", body: "ss := [...]$I{$E}\nshow$N(ss[0])"},
	{name: "indexed literal", body: "ss := []$I{1: $E}\nshow$N(ss[1])"},
	{name: "map literal", body: "mm := map[string]$I{\"k\": $E}\nshow$N(mm[\"k\"])"},
	{name: "map key", body: "mm := map[$I]int{$E: 1}\nfor k, v := range mm { show$N(k); fmt.Println(v) }", compares: true},
	{name: "map index", body: "mm := map[$I]int{}\nmm[$E] = 1\nmm[$E]++\nfor k, v := range mm { show$N(k); fmt.Println(v) }", compares: true},
	{name: "struct literal", body: "ss := struct{ A int; F $I }{1, $E}\nshow$N(ss.F)"},
	{name: "keyed struct literal", body: "ss := struct{ A int; F $I }{F: $E}\nshow$N(ss.F)"},
	{name: "pointer to a literal", body: "ss := &struct{ F $I }{F: $E}\nshow$N(ss.F)"},
	{name: "nested literal", body: "mm := map[string][]$I{\"k\": {$E}}\nshow$N(mm[\"k\"][0])"},
	{name: "channel", body: "cc := make(chan $I, 1)\ncc <- $E\nshow$N(<-cc)"},
	{name: "select", body: "cc := make(chan $I, 1)\nselect {\ncase cc <- $E:\n}\nshow$N(<-cc)"},
	{name: "return", body: "ff := func() $I { return $E }\nshow$N(ff())"},
	{name: "return of two", body: "ff := func() (int, $I) { return 1, $E }\n_, v := ff()\nshow$N(v)"},
	{name: "named result", body: "ff := func() (v $I) { v = $E; return }\nshow$N(ff())"},
	{name: "returned named result", body: "ff := func() (v $I, other int) { return $E, 1 }\nv, _ := ff()\nshow$N(v)"},
	{name: "return after defer", body: "ff := func() $I { defer func() {}(); return $E }\nshow$N(ff())"},
	{name: "argument", body: "show$N($E)"},
	{name: "argument after another", body: "ff := func(a int, v $I) { show$N(v) }\nff(1, $E)"},
	{name: "variadic argument", body: "ff := func(vs ...$I) { for _, v := range vs { show$N(v) } }\nff($E)\nff($E, $E)"},
	{name: "argument of a method", body: "taker{}.take$N($E)"},
	{name: "argument through an interface", body: "var tt interface{ take$N(v $I) } = taker{}\ntt.take$N($E)"},
	{name: "argument of a method value", body: "ff := taker{}.take$N\nff($E)"},
	{name: "deferred argument", body: "func() { defer show$N($E) }()"},
	{name: "append", body: "ss := append([]$I(nil), $E)\nshow$N(ss[0])"},
	{name: "append of two", body: "ss := append([]$I{nil}, $E, $E)\nshow$N(ss[2])"},
	{name: "conversion", body: "show$N($I($E))"},
	{name: "defined by conversion", body: "v := $I($E)\nshow$N(v)"},
	{name: "parentheses", body: "var v $I\nv = ($E)\nshow$N(v)"},
	{name: "comparison", body: "var v $I = $E\nfmt.Println(v == ($E), ($E) != v, v == $I($E))", compares: true},
	{name: "switch", body: "var v $I = $E\nswitch v {\ncase nil:\nfmt.Println(\"nil\")\ncase $E:\nfmt.Println(\"equal\")\ndefault:\nfmt.Println(\"other\")\n}", compares: true},
	{name: "switch tag", body: "switch $I($E) {\ncase $E:\nfmt.Println(\"equal\")\ndefault:\nfmt.Println(\"other\")\n}", compares: true},
	{name: "assertion", body: "v, ok := $I($E).($T)\nfmt.Println(ok)\nshowAny(v)"},
	{name: "type switch", body: "switch v := $I($E).(type) {\ncase $T:\nfmt.Println(\"found\")\nshowAny(v)\ndefault:\nfmt.Println(\"other\")\n}"},
	{name: "range", body: "for _, v := range []$I{$E} { show$N(v) }"},
	{name: "yield", body: "seq := func(yield func($I) bool) { yield($E) }\nfor v := range seq { show$N(v) }"},
	{name: "generic", body: "show$N(pass[$I]($E))"},
	{name: "generic struct", body: "bb := box[$I]{$E}\nbb.V = $E\nshow$N(bb.V)"},
	{name: "panic", body: "defer func() { show$N(recover()) }()\npanic($E)", anyAlone: true},
	{name: "payload", body: "ss := &serving{}\nss.Response.Payload = $E\nshow$N(ss.Response.Payload)", anyAlone: true},
	{name: "payload by pointer", body: "rr := &service.Response{}\nrr.Payload = $E\nshow$N(rr.Payload)", anyAlone: true},
	{name: "payload literal", body: "rr := service.Response{Payload: $E}\nshow$N(rr.Payload)", anyAlone: true},
	{name: "entry of a dict", body: "dd := service.Dict{}\ndd[\"k\"] = $E\nshow$N(dd[\"k\"])", anyAlone: true},
	{name: "literal of a dict", body: "dd := service.Dict{\"k\": service.Dict{\"l\": $E}}\nshow$N(dd[\"k\"].(service.Dict)[\"l\"])", anyAlone: true},
	{name: "print", body: "fmt.Println($E)", anyAlone: true, prints: true},
	{name: "format", body: "fmt.Println(fmt.Sprintf(\"%v|%v\", 1, $E))", anyAlone: true, prints: true},
	{name: "list of the host", body: "ll := list.New()\nll.PushBack($E)\nshow$N(ll.Front().Value)", anyAlone: true},
	{name: "map of the host", body: "var mm sync.Map\nmm.Store(\"k\", $E)\nv, _ := mm.Load(\"k\")\nshow$N(v)", anyAlone: true},
	{name: "context", body: "show$N(context.WithValue(context.Background(), \"k\", $E).Value(\"k\"))", anyAlone: true},
	{name: "cause", body: "fmt.Println(service.BadRequest(\"x\").WithCause($E).Err)", errorAlone: true},
	{name: "wrapped", body: "err := fmt.Errorf(\"in: %w\", $E)\nfmt.Println(err)\nshow$N(errors.Unwrap(err))", errorAlone: true},
	{name: "joined", body: "fmt.Println(errors.Join($E, $E))", errorAlone: true},
}

const matrixPrelude = `package services

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse/runtime/service"
)

type (
	color   int
	mood    string
	point   struct{ X, Y int }
	account struct {
		ID    int
		title string
		list  []int
	}
	outer   struct{ account }
	serving struct{ service.Service }
	taker   struct{}
	box[T any] struct{ V T }
)

func (a account) label() string { return fmt.Sprint(a.ID, a.title) }
func (p point) name() string    { return "point" }

const (
	red             color = 4
	typedConstant   int64 = 5
	untypedConstant       = 6
	runeConstant          = 'r'
	floatConstant         = 2.0
)

var words = []string{"a"}

func twice(i int) int         { return i * 2 }
func text(s string) string    { return s + s }
func isOdd(i int) bool        { return i%2 == 1 }
func numbers(n int) []int     { return make([]int, n) }
func makePoint() point        { return point{5, 6} }
func generic[T any](v T) T    { return v }
func pass[T any](v T) T       { return v }

type namer interface{ Name() string }

type (
	level  int
	tag    string
	flag   bool
	ratio  float64
	series []int
	table  map[string]int
	action func() int
	item   struct {
		ID    int
		title string
	}
	holding struct {
		item
		N int
	}
	node struct{ n int }
)

const high level = 9

func (l level) Name() string    { return fmt.Sprint("level ", int(l)) }
func (l level) String() string  { return l.Name() }
func (l level) Error() string   { return l.Name() }
func (t tag) Name() string      { return "tag " + string(t) }
func (t tag) String() string    { return t.Name() }
func (t tag) Error() string     { return t.Name() }
func (f flag) Name() string     { return fmt.Sprint("flag ", bool(f)) }
func (f flag) String() string   { return f.Name() }
func (f flag) Error() string    { return f.Name() }
func (r ratio) Name() string    { return fmt.Sprint("ratio ", float64(r)) }
func (r ratio) String() string  { return r.Name() }
func (r ratio) Error() string   { return r.Name() }
func (s series) Name() string   { return fmt.Sprint("series ", len(s)) }
func (s series) String() string { return s.Name() }
func (s series) Error() string  { return s.Name() }
func (t table) Name() string    { return fmt.Sprint("table ", len(t)) }
func (t table) String() string  { return t.Name() }
func (t table) Error() string   { return t.Name() }
func (a action) Name() string   { return fmt.Sprint("action ", a()) }
func (a action) String() string { return a.Name() }
func (a action) Error() string  { return a.Name() }
func (i item) Name() string     { return fmt.Sprint("item ", i.ID, i.title) }
func (i item) String() string   { return i.Name() }
func (i item) Error() string    { return i.Name() }
func (n *node) Name() string    { return fmt.Sprint("node ", n.n) }
func (n *node) String() string  { return n.Name() }
func (n *node) Error() string   { return n.Name() }

func raise(i int) level      { return level(i) }
func makeItem(i int) item    { return item{i, "m"} }
func makeNode(i int) *node   { return &node{i} }

var (
	_ = list.New
	_ = context.Background
	_ = errors.New
	_ = math.Pi
	_ = http.StatusOK
	_ = slices.Max[[]int]
	_ = strings.ToUpper
	_ sync.Map
	_ = time.Second
	_ service.Dict
)

func showAny(v any)                     { fmt.Println(v != nil) }
func showPlain(v any)                   { fmt.Printf("%T %v\n", v, v) }
func showOwn(v any)                     { fmt.Printf("%v %+v\n", v, v) }
func showSilent(v any)                  { fmt.Println(v != nil) }
func showError(v error)                 { fmt.Println(v, v.Error()) }
func showString(v fmt.Stringer)         { fmt.Println(v, v.String()) }
func showName(v namer)                  { fmt.Println(v.Name()) }

// showKept finds a value's type again, and prints it by its method.
func showKept(v any) {
	switch v.(type) {
	case series, table, action:
	default:
		_, isInt := v.(int)
		_, isString := v.(string)
		_, isError := v.(error)
		_, isColor := v.(color)
		fmt.Printf("%v %s %q %v %v %v %v\n", v, v, v, isInt, isString, isError, isColor)
	}
	switch v := v.(type) {
	case level:
		fmt.Println("level", v.Name())
	case tag:
		fmt.Println("tag", v.Name())
	case flag:
		fmt.Println("flag", v.Name())
	case ratio:
		fmt.Println("ratio", v.Name())
	case series:
		fmt.Println("series", v.Name())
	case table:
		fmt.Println("table", v.Name())
	case action:
		fmt.Println("action", v.Name())
	case item:
		fmt.Println("item", v.Name())
	case *item:
		fmt.Println("*item", v.Name())
	case holding:
		fmt.Println("holding", v.Name())
	case *node:
		fmt.Println("*node", v.Name())
	default:
		fmt.Println("other")
	}
}

func (taker) takeKept(v any)            { showKept(v) }
func (taker) takePlain(v any)           { showPlain(v) }
func (taker) takeOwn(v any)             { showOwn(v) }
func (taker) takeSilent(v any)          { showSilent(v) }
func (taker) takeError(v error)         { showError(v) }
func (taker) takeString(v fmt.Stringer) { showString(v) }
func (taker) takeName(v namer)          { showName(v) }

func attempt(number int, call func()) {
	fmt.Print("\x02", number, "\x03")
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Println("panic:", fault)
		}
	}()
	call()
	fmt.Println("end")
}
`
