package services

import (
	"fmt"
	"strings"
)

type T struct{ n int }

func (t T) get() int      { return t.n }
func (t *T) pget() int    { return t.n }
func id(x int) int        { return x }
func str(x string) string { return x }

type gen interface{ get() int }

func Run() {
	a, b := 1, 2
	a, b = b+0, a+0
	fmt.Println(a, b)
	a, b = b, a+b
	fmt.Println(a, b)
	a, b = 1, 2
	f := func(x int) int { return x }
	a, b = f(b), f(a)
	fmt.Println("closure", a, b)
	a, b = 1, 2
	a, b = b, id(a)
	fmt.Println("second", a, b)
	a, b = 1, 2
	a, b = id(b), a
	fmt.Println("first", a, b)
	a, b = 1, 2
	a, b = id(b)+0, a
	fmt.Println("firstsum", a, b)
	a, b = 1, 2
	a, b = int(id(b)), a
	fmt.Println("conv", a, b)
	t, u := T{1}, T{2}
	t.n, u.n = u.get(), t.get()
	fmt.Println("field", t, u)
	x, y := 1, 2
	t = T{y}
	x, y = t.get(), x
	fmt.Println("method", x, y)
	x, y = 1, 2
	var g gen = t
	x, y = g.get(), x
	fmt.Println("iface", x, y)
	s := []int{1, 2}
	s[0], s[1] = id(s[1]), id(s[0])
	fmt.Println("slice", s)
	m := map[string]int{"a": 1, "b": 2}
	m["a"], m["b"] = id(m["b"]), id(m["a"])
	fmt.Println("map", m)
	p, q := "p", "q"
	p, q = strings.ToUpper(q), strings.ToUpper(p)
	fmt.Println("host", p, q)
	p, q = "p", "q"
	p, q = str(q), str(p)
	fmt.Println("str", p, q)
	s1, s2 := []int{1}, []int{2}
	s1, s2 = append(s2, 3), append(s1, 4)
	fmt.Println("append", s1, s2)
	s1, s2 = []int{1}, []int{2, 3}
	l1, l2 := len(s1), len(s2)
	l1, l2 = len(s2), l1
	fmt.Println("len", l1, l2)
	c := make(chan int, 2)
	c <- 7
	c <- 8
	a, b = 1, 2
	a, b = <-c, a
	fmt.Println("recv", a, b)
	var e any = 5
	a, b = 1, 2
	a, b = e.(int), a
	fmt.Println("assert", a, b)
	a, b = 1, 2
	pa := &b
	a, b = *pa, a
	fmt.Println("deref", a, b)
	a, b = 1, 2
	a, b = -b, -a
	fmt.Println("neg", a, b)
	i, j := 1.0, 2.0
	i, j = float64(a), i
	fmt.Println("conv2", i, j)
	b1, b2 := true, false
	b1, b2 = a < b || b2, b1
	fmt.Println("bool", b1, b2)
	b1, b2 = true, false
	b1, b2 = b2 && b1, b1
	fmt.Println("bool", b1, b2)
	b1, b2 = true, false
	b1, b2 = !b1, !b2
	fmt.Println("not", b1, b2)
	t, u = T{1}, T{2}
	t, u = T{u.n}, T{t.n}
	fmt.Println("lit", t, u)
	n, k := s1[:1], s2[:1]
	n, k = k[:], n[:]
	fmt.Println("slice", n, k)
	// one
	a, b = 1, 2
	a = id(a) + id(b)*a
	fmt.Println(a)
	h := func() int { a = 10; return 1 }
	a = 1
	a = a + h()
	fmt.Println("order", a)
	r := func() int { return a + 1 }
	a = r()
	fmt.Println(a)
	fn := func() (int, int) { return b, a }
	a, b = 1, 2
	a, b = fn()
	fmt.Println("tuple", a, b)
	w := func() int {
		z := 0
		for i := 0; i < 2; i++ {
			z += a
		}
		return z
	}
	a = 3
	a = w()
	fmt.Println(a)
}
