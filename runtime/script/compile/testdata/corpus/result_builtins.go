package services

import (
	"errors"
	"fmt"
	"strings"
)

type pairOf struct {
	name string
	n    int
}

func sumCount(s []int) (int, int) {
	t := 0
	for _, x := range s {
		t += x
	}
	return t, len(s)
}

func oneLen(s []int) (int, int)                     { return 1, len(s) }
func sliceAppend(s []int) ([]int, []int)            { return s, append(s, 1) }
func textLen(s string) (string, int)                { return s, len(s) }
func textLenErr(s string) (string, int, error)      { return s, len(s), nil }
func capThird(s []int) (int, int, int)              { return 7, len(s), cap(s) }
func arithmetic(s []int) (int, int, bool)           { return max(2, len(s)), 5 - len(s), len(s) > 1 }
func firstLen(s []int) (int, string)                { return len(s), "x" }
func copied(d, s []int) ([]int, int)                { return d, copy(d, s) }
func made(n int) (int, []int, map[string]int)       { return n, make([]int, n), make(map[string]int) }
func newed() (int, *int, *pairOf)                   { return 1, new(int), new(pairOf) }
func lowest(a, b int) (int, int, int)               { return a, min(a, b), max(a, b) }
func parts(c complex128) (string, float64, float64) { return "c", real(c), imag(c) }
func joined(a, b float64) (float64, complex128)     { return a, complex(a, b) }
func appended(s []string) (int, []string)           { return len(s), append(s, "a", "b") }
func spread(a, b []byte) (bool, []byte)             { return len(a) > 0, append(a, b...) }
func bytesOf(s string) (int, []byte, []rune)        { return len(s), []byte(s), []rune(s) }
func converted(n int) (int, float64, string, int64) { return n, float64(n), string(rune(n)), int64(n) }
func negated(n int, b bool) (int, int, bool)        { return n, -n, !b }
func isNil(p *int) (*int, bool)                     { return p, p == nil }
func ptrTo(p pairOf) (pairOf, *pairOf)              { return p, &p }
func index(s []string, m map[string]int) (string, string, int) {
	return s[0], s[len(s)-1], m[s[0]]
}
func anyLen(s string) (string, any)       { return s, len(s) }
func anyFirst(s string) (any, int)        { return len(s), len(s) }
func inClosure(s []int) func() (int, int) { return func() (int, int) { return cap(s[:1]), len(s) } }
func parenthesised(s []int) (int, int)    { return (1), (len(s)) }
func nestedCall(s []int) (int, int)       { return len(s), twice(len(s)) }
func twice(n int) int                     { return n * 2 }
func literal(s []int) ([]int, pairOf, int) {
	return []int{len(s)}, pairOf{"p", len(s)}, len(s)
}
func variadic(xs ...string) (string, int) { return strings.Join(xs, "-"), len(xs) }
func lenOfArray() ([3]int, int)           { var a [3]int; return a, len(a) }
func lenOfMap(m map[string]int) (map[string]int, int, bool) {
	_, ok := m["a"]
	return m, len(m), ok
}
func wrapped(s string) (int, error)  { return len(s), errors.New(s) }
func errFirst(s string) (error, int) { return errors.New(s), len(s) }

func named(s []int) (total, count int) {
	for _, x := range s {
		total += x
	}
	return total, len(s)
}

func namedSwap(a, b int) (x, y int) {
	x, y = a, b
	return y, x
}

func namedTurn(a, b, c pairOf) (x, y, z pairOf) {
	x, y, z = a, b, c
	return z, x, y
}

func namedFields(a, b slotted) (x, y slotted, n int, s [2]int) {
	x, y = a, b
	n = 7
	return slotted{n: 1}, x, y.n + x.n, x.pair
}

type slotted struct {
	n    int
	pair [2]int
}

func namedFaces(a, b any, e error) (x, y any, f error) {
	x, y, f = a, b, e
	return y, x, f
}

func namedCross(a, b int) (x, y int) {
	x, y = a, b
	return x + y, x - y
}

func namedCalls(a, b int) (x, y int) {
	x, y = a, b
	return twice(y), twice(x)
}

func namedCallFirst(a int) (x, y int) {
	x = a
	return twice(x), x
}

func namedUnary(a, b int) (x, y int) {
	x, y = a, b
	return -y, -x
}

func namedBuiltins(a []int) (x, y []int) {
	x, y = a, a[:1]
	return append(y, 9), append(x, 8)
}

func namedHost(s string) (lower, upper string) {
	lower, upper = s, s+"!"
	return strings.ToUpper(upper), strings.ToLower(lower)
}

func namedComposite(a int) (p, q pairOf) {
	p, q = pairOf{"p", a}, pairOf{"q", a}
	return pairOf{q.name, 1}, pairOf{p.name, 2}
}

func namedConverted(a, b int) (x, y int64) {
	x, y = int64(a), int64(b)
	return int64(int32(y)), int64(int32(x))
}

func namedIndex(a, b []int) (x, y []int) {
	x, y = a, b
	return y[1:], x[1:]
}

func namedBool(a, b bool) (x, y bool) {
	x, y = a, b
	return x && y, x || y
}

func namedBools(a, b int) (x, y bool, n int) {
	x, n = a < b, b
	return n == b, x, n + 1
}

func deferred(s []int) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = len(s)*100, fmt.Errorf("%v", r)
		}
	}()
	if len(s) > 2 {
		panic("too long")
	}
	return 1, nil
}

func deferredLen(s []int) (total, n int) {
	defer func() { n *= 10 }()
	return 5, len(s)
}

func shifted(n uint) (int64, uint8, int) { return 1 << n, 1 << n, 1<<n + 1 }

type meter struct{ readings []float64 }

func (m meter) stats() (float64, int) {
	t := 0.0
	for _, r := range m.readings {
		t += r
	}
	return t, len(m.readings)
}

func (m *meter) push(v float64) (int, *meter) {
	m.readings = append(m.readings, v)
	return len(m.readings), m
}

// Run returns builtins, conversions and operators in every place.
func Run() {
	s := []int{4, 5, 6}
	fmt.Println(sumCount(s))
	fmt.Println(oneLen(s))
	fmt.Println(sliceAppend(s))
	fmt.Println(textLen("abcd"))
	fmt.Println(textLenErr("abcd"))
	fmt.Println(capThird(s))
	fmt.Println(arithmetic(s))
	fmt.Println(firstLen(s))
	fmt.Println(copied(make([]int, 2), s))
	fmt.Println(made(2))
	n, p, q := newed()
	fmt.Println(n, *p, *q)
	fmt.Println(lowest(3, 2))
	fmt.Println(parts(complex(1, 2)))
	fmt.Println(joined(1.5, 2.5))
	fmt.Println(appended([]string{"z"}))
	fmt.Println(spread([]byte{1}, []byte{2, 3}))
	fmt.Println(bytesOf("hé"))
	fmt.Println(converted(65))
	fmt.Println(negated(3, true))
	fmt.Println(isNil(nil))
	v, w := ptrTo(pairOf{"a", 1})
	fmt.Println(v, *w)
	fmt.Println(index([]string{"a", "b"}, map[string]int{"a": 3}))
	fmt.Println(anyLen("abc"))
	fmt.Println(anyFirst("abc"))
	fmt.Println(inClosure(s)())
	fmt.Println(parenthesised(s))
	fmt.Println(nestedCall(s))
	fmt.Println(literal(s))
	fmt.Println(variadic("a", "b"))
	fmt.Println(lenOfArray())
	fmt.Println(lenOfMap(map[string]int{"a": 1}))
	fmt.Println(wrapped("boom"))
	fmt.Println(errFirst("boom"))
	fmt.Println(named(s))
	fmt.Println(namedSwap(1, 2))
	fmt.Println(namedTurn(pairOf{"a", 1}, pairOf{"b", 2}, pairOf{"c", 3}))
	fmt.Println(namedFields(slotted{5, [2]int{1, 2}}, slotted{6, [2]int{3, 4}}))
	fmt.Println(namedFaces(1, "x", errors.New("e")))
	fmt.Println(namedCross(5, 3))
	fmt.Println(namedCalls(5, 3))
	fmt.Println(namedCallFirst(5))
	fmt.Println(namedUnary(5, 3))
	fmt.Println(namedBuiltins([]int{1, 2}))
	fmt.Println(namedHost("Ab"))
	fmt.Println(namedComposite(5))
	fmt.Println(namedConverted(5, 6))
	fmt.Println(namedIndex([]int{1, 2}, []int{3, 4}))
	fmt.Println(namedBool(true, false))
	fmt.Println(namedBools(1, 2))
	fmt.Println(deferred(s))
	fmt.Println(deferred(s[:1]))
	fmt.Println(deferredLen(s))
	fmt.Println(shifted(3))
	m := &meter{}
	m.push(1)
	k, m2 := m.push(2)
	fmt.Println(k, m2 == m)
	fmt.Println(m.stats())
}
