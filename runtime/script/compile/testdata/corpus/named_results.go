package services

import (
	"fmt"
)

func f(n int) (ok bool) {
	if n == 1 {
		ok = true
	}
	return
}
func g(n int) (r string, ok bool) {
	if n == 1 {
		return "x", true
	}
	return
}

type T struct{ ok bool }
type namer interface{ Name() string }
type S struct{}

func (S) Name() string { return "s" }
func h(x any) (r namer, ok bool) {
	if n, is := x.(S); is {
		return n, true
	}
	return
}
func Run() {
	More()
	for i := 0; i < 3; i++ {
		ok := f(i)
		r, o2 := g(i)
		fmt.Println(ok, r, o2)
	}
	var ok bool
	var r string
	t := &T{}
	for i := range 3 {
		ok = f(i)
		t.ok = f(i)
		fmt.Println(ok, t.ok)
		r, ok = g(i)
		fmt.Println(r, ok)
		_, k := g(i)
		fmt.Println(k)
	}
	for _, v := range []any{1, S{}, 2} {
		_, k := h(v)
		fmt.Println(k)
	}
}

type node struct{ next *node }

func (n *node) find(node *node) (node2 *node, depth int) {
	for at := n; at != nil; at = at.next {
		if at == node {
			node2 = at
			return
		}
		depth++
	}
	return
}

func shadowed(node *node) (found *node) {
	if node != nil {
		found = node.next
	}
	return
}

func blank(n int) (_ int, _ string, err error) {
	if n > 1 {
		return n, "n", nil
	}
	if n > 0 {
		err = fmt.Errorf("n is %d", n)
	}
	return
}

func deferred(n int) (r int, s string) {
	defer func() {
		if fault := recover(); fault != nil {
			s += fmt.Sprint(fault)
		}
		r *= 2
	}()
	if n == 1 {
		panic("one")
	}
	if n == 2 {
		return 2, "two"
	}
	r += n
	return
}

func ranged(stop int) (r int, s string) {
	for v := range func(yield func(int) bool) { _ = yield(1) && yield(2) && yield(3) } {
		r += v
		if v == stop {
			s = "stopped"
			return
		}
		if v == 3 {
			return 9, "three"
		}
	}
	return
}

func More() {
	a, b := &node{}, &node{}
	a.next = b
	var (
		n, depth = a.find(b)
		s        string
		err      error
		r        = 5
	)
	fmt.Println(n == b, depth, shadowed(a) == b, shadowed(nil) == nil)
	next := func() (v int) { v = r + 1; v += r; return }
	for i := range 4 {
		n, depth = a.find(nil)
		fmt.Println(n == nil, depth)
		depth, s, err = blank(i)
		fmt.Println(depth, s, err)
		depth, s = deferred(i)
		fmt.Println(depth, s)
		depth, s = ranged(i)
		fmt.Println(depth, s)
		r = next()
		fmt.Println(r)
		f := func(_ int) (a, b int, c error) { a += i; return }
		r, depth, err = f(i)
		fmt.Println(r, depth, err)
	}
}
