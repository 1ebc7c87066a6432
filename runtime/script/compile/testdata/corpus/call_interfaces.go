package services

import "fmt"

func Run() {
	fmt.Println(r(X(1)), r((get(1))), r(id(X(1))), r((id((get(1))))))
	var v namer = id(X(1))
	fmt.Println(r(v), id(v) == v)
	_, ok := id(v).(X)
	fmt.Println(ok)
	_, ok = get(1).(X)
	fmt.Println(ok)
	f(get(1))
	fmt.Println(r(get(1)))
	fmt.Println(r2(get(1)))
	n := get(1)
	fmt.Println(r(n), r(get(1)))
	show(r(n), r(get(1)))
	a, b := r(n), r(get(1))
	fmt.Println(a, b)
	fmt.Println(y(n), y(get(1)), 1+y(get(1)))
	fmt.Println(n == get(1), get(1) == n, get(1) == get(1), get(1) == get(2), n == namer(X(1)), namer(X(1)) == X(1))
	m(get(1), gets(), getp())
	fmt.Println(T{n}.is(get(1)), T{n}.is(gets()))
	defer f(gets())
	defer func(n namer) { f(n) }(get(1))
	pair(both())
	switch get(1) {
	case get(2):
		fmt.Println("two")
	case get(1):
		fmt.Println("one")
	}
	var e any = get(1)
	_, ok = e.(X)
	_, ok2 := e.(namer)
	_, ok3 := get(1).(fmt.Stringer)
	_, ok4 := any(get(1)).(fmt.Stringer)
	fmt.Println(ok, ok2, ok3, ok4)
	fmt.Println(len(list(get(1), nil)), list(get(1))[0] == n)
	fn := r
	fmt.Println(fn(get(1)), fn(X(1)))
	fmt.Println(gen(get(1)) == n, box[namer]{get(1)}.v == n)
	ch := make(chan namer, 1)
	ch <- get(1)
	fmt.Println(r(<-ch), r(map[string]namer{"a": get(1)}["a"]))
	fmt.Println(r(func() namer { return get(1) }()), r(T{get(1)}.n), r(T{n}.get()))
	fmt.Println(r(get(1).(namer)), getp().(*P).a, gets().(S).b)
}
func gen[V any](v V) V { return v }

type box[V any] struct{ v V }

func list(n ...namer) []namer { return n }
func both() (namer, namer)    { return get(1), gets() }
func pair(a, b namer)         { f(a); f(b) }
func m(ns ...namer) {
	for _, n := range ns {
		f(n)
	}
}

type T struct{ n namer }

func (t T) is(n namer) bool { _, ok := n.(S); return ok }
func (t T) get() namer      { return t.n }
func show(b ...bool)        { fmt.Println(b) }
func gets() namer           { return S{1, "b"} }
func getp() namer           { return &P{1} }

type S struct {
	a int
	b string
}

func (S) Name() string  { return "s" }
func (*P) Name() string { return "p" }

type P struct{ a int }
type X int

func (X) Name() string   { return "n" }
func (X) String() string { return "x" }

type namer interface{ Name() string }

func get(x X) namer    { return x }
func id(n namer) namer { return n }
func r(n namer) bool   { v, ok := n.(X); _ = v; return ok }
func r2(n namer) bool {
	if v, ok := n.(X); ok {
		return v == 1
	}
	return false
}
func y(n namer) int {
	if v, ok := n.(X); ok {
		return int(v)
	}
	return 5
}
func f(n namer) {
	v, ok := n.(X)
	fmt.Println(v, ok)
	switch v := n.(type) {
	case X:
		fmt.Println("X", int(v))
	case S:
		fmt.Println(v.b)
	case *P:
		fmt.Println("P", v.a)
	}
}
