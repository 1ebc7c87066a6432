package services

import (
	"errors"
	"fmt"
	"strconv"
)

type tally struct {
	counts map[string]int
	any    map[string]any
	last   error
	list   []any
}

type fault struct{ code int }

func (f *fault) Error() string { return "fault " + strconv.Itoa(f.code) }

type name struct{ s string }

func (n name) String() string { return "<" + n.s + ">" }

func two() (int, string)          { return 1, "two" }
func failing() (int, *fault)      { return 3, &fault{4} }
func named() (name, error)        { return name{"n"}, nil }
func three() (int, error, string) { return 5, errors.New("e5"), "s5" }

func filled(m map[string]int) (out map[string]string, err error) {
	out = map[string]string{}
	var n int
	n, out["a"] = two()
	m["n"], err = strconv.Atoi("1" + strconv.Itoa(n))
	if m["k"], err = strconv.Atoi("x"); err != nil {
		out["err"] = "failed"
	}
	_, out["b"] = two()
	m["only"], _ = two()
	return
}

func deferred(m map[string]int) (err error) {
	defer func() { m["done"], err = strconv.Atoi("7") }()
	m["start"], err = strconv.Atoi("q")
	return err
}

func both() (*fault, name) { return &fault{6}, name{"b"} }

func passed() (error, fmt.Stringer) { return both() }

func passedAny() (any, any) { return both() }

func takes(e error, s fmt.Stringer) string { return e.Error() + s.String() }

func takesAny(vs ...any) string { return fmt.Sprint(vs...) }

// Run prints what it finds.
func Run() {
	e0, s0 := passed()
	fmt.Println(e0, s0, takes(both()), takes(passed()), takesAny(both()))
	a0, a1 := passedAny()
	fmt.Println(a0.(*fault).code, a1.(name).s)
	var e1 error
	var s1 fmt.Stringer
	e1, s1 = both()
	fmt.Println(e1, s1)
	var x0, x1 any = both()
	fmt.Println(x0.(*fault).code, x1.(name).s)
	x0, x1 = two()
	fmt.Println(x0, x1)
	t := &tally{counts: map[string]int{}, any: map[string]any{}, list: make([]any, 2)}
	t.counts["a"], t.last = strconv.Atoi("12")
	fmt.Println(t.counts, t.last)
	t.counts["b"], t.last = strconv.Atoi("b")
	fmt.Println(t.counts, t.last != nil)
	t.any["x"], t.any["y"] = two()
	fmt.Println(t.any["x"], t.any["y"])
	t.list[0], t.list[1] = two()
	fmt.Println(t.list)
	var e error
	t.counts["f"], e = failing()
	var f *fault
	fmt.Println(t.counts["f"], e, errors.As(e, &f))
	_, t.last = failing()
	fmt.Println(t.last, t.last == e)
	t.any["n"], e = named()
	fmt.Println(t.any["n"], e, t.any["n"].(name).s)
	t.counts["t"], e, t.any["s"] = three()
	fmt.Println(t.counts["t"], e, t.any["s"])
	m := map[string]int{}
	fmt.Println(filled(m))
	fmt.Println(m, deferred(m), m)
	var ok bool
	m["copied"], ok = m["n"]
	fmt.Println(m["copied"], ok)
	var v any = 9
	m["asserted"], ok = v.(int)
	fmt.Println(m["asserted"], ok)
	ch := make(chan int, 1)
	ch <- 8
	m["received"], ok = <-ch
	fmt.Println(m["received"], ok)
	seen := map[string]bool{}
	_, seen["n"] = m["n"]
	_, seen["zz"] = m["zz"]
	fmt.Println(seen)
	deep := map[string]map[int]string{"a": {}}
	i := 3
	i, deep["a"][7] = two()
	fmt.Println(i, deep)
	for m["i"], ok = 0, true; ok && m["i"] < 2; m["i"], ok = next(m["i"]) {
		fmt.Print(m["i"], " ")
	}
	fmt.Println(m["i"])
	switch m["sw"], e = strconv.Atoi("5"); {
	case e == nil:
		fmt.Println("switch", m["sw"])
	}
	faces := map[string]fmt.Stringer{}
	faces["a"], e = named()
	fmt.Println(faces["a"].String(), e)
	p := &m
	(*p)["ptr"], _ = two()
	fmt.Println(m["ptr"])
	structs := map[string]name{}
	structs["k"], e = named()
	fmt.Println(structs["k"].s)
	func(m map[string]int) {
		m["closure"], _ = two()
	}(m)
	fmt.Println(m["closure"])
}

func next(n int) (int, bool) { return n + 1, true }
