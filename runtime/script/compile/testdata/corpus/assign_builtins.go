package services

import (
	"fmt"
	"strings"
)

type slot struct {
	a, b int
	s    []int
}

func double(n int) int { return n * 2 }

func three(a, b, c int) string { return fmt.Sprint(a, b, c) }

var (
	pkgText        = "hello"
	pkgA, pkgB     = 3, len(pkgText)
	pkgC, pkgD int = cap(make([]int, 2, 9)), len(pkgText) + 1
)

// Run assigns builtins, conversions, calls and operators several at a time.
func Run() {
	s := []int{1, 2, 3}
	x := 9
	var a, b int
	a, b = x, len(s)
	fmt.Println(a, b)
	a, b = len(s), a
	fmt.Println(a, b)
	a, b = b, double(a)
	fmt.Println(a, b)
	a, b = double(b), a
	fmt.Println(a, b)
	a, b = double(b), double(a)
	fmt.Println(a, b)
	a, b = a+b, a-b
	fmt.Println(a, b)
	a, b = -b, -a
	fmt.Println(a, b)
	a, b = b%7, cap(s)
	fmt.Println(a, b)
	a, b = int(int8(b)), int(int8(a))
	fmt.Println(a, b)
	a, b = min(a, b), max(a, b)
	fmt.Println(a, b)
	c, d := len(s), cap(s)
	fmt.Println(c, d)
	e, f := append(s, 4), append(s, 5, 6)
	fmt.Println(e, f, len(e), len(f))
	e, f = f, append(e, 7)
	fmt.Println(e, f)
	e, f = append(f, 8), e
	fmt.Println(e, f)
	e, f = f[1:], e[:2]
	fmt.Println(e, f)
	var g, h = len(s), "text"
	fmt.Println(g, h)
	var i, j int = len(h), cap(s)
	fmt.Println(i, j)
	var k, l any = len(h), len(s) > 2
	fmt.Println(k, l)
	t := slot{a: len(s), b: cap(s), s: append(s, len(s))}
	fmt.Println(t)
	t.a, t.b = t.b+1, len(t.s)
	fmt.Println(t)
	t.a, t.b = double(t.b), t.a
	fmt.Println(t)
	t.a, t.b = t.b, double(t.a)
	fmt.Println(t)
	u := []slot{{len(s), 1, nil}, {1, len(s), make([]int, 2)}}
	u[0], u[1] = u[1], slot{7, 8, s}
	fmt.Println(u)
	u[0], u[1] = slot{1, u[0].b, nil}, u[0]
	fmt.Println(u)
	p, q := slot{1, 2, nil}, slot{3, 4, nil}
	p, q = slot{q.a, 0, nil}, slot{p.a, 0, nil}
	fmt.Println(p, q)
	p, q = q, p
	fmt.Println(p, q)
	m := map[string]int{"n": len(s), "m": cap(s)}
	m["n"], m["m"] = m["m"]+1, len(m)
	fmt.Println(m)
	arr := [3]int{len(s), double(len(s)), 1 + len(s)}
	arr[0], arr[1], arr[2] = arr[2], len(arr), arr[0]
	fmt.Println(arr)
	y, z := "A", "b"
	y, z = strings.ToUpper(z), strings.ToLower(y)
	fmt.Println(y, z)
	y, z = z+y, y
	fmt.Println(y, z)
	y, z = z, string([]byte(y))
	fmt.Println(y, z)
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	ch <- 3
	a, b = 10, 20
	a, b = <-ch, a
	fmt.Println(a, b)
	a, b = b, <-ch
	fmt.Println(a, b)
	a, b = <-ch, len(ch)
	fmt.Println(a, b)
	o, r := a == b, !(a == b)
	o, r = r, o
	fmt.Println(o, r)
	o, r = !r, !o
	fmt.Println(o, r)
	o, r = o && r, o || r
	fmt.Println(o, r)
	fa, fb := func() int { return 1 }, func() int { return 2 }
	fa, fb = fb, func() int { return 3 }
	fmt.Println(fa(), fb())
	fa, fb = func() int { return fb2(4) }, fa
	fmt.Println(fa(), fb())
	fmt.Println(three(len(s), cap(s), len(h)), three(x, len(s), copy(s, s[1:])))
	fmt.Println(pkgA, pkgB, pkgC, pkgD)
	pp, pq := &a, &b
	pp, pq = pq, pp
	*pp, *pq = *pq, *pp
	fmt.Println(a, b, *pp, *pq)
	*pp, *pq = double(*pq), *pp
	fmt.Println(a, b)
	n1, n2 := 0, 1
	for range 10 {
		n1, n2 = n2, n1+n2
	}
	fmt.Println(n1, n2)
	n1, n2 = n1+1, n1
	fmt.Println(n1, n2)
	n1, n2 = gcd(48, 18), n1
	fmt.Println(n1, n2)
	var e1, e2 error = fmt.Errorf("a"), fmt.Errorf("b")
	e1, e2 = e2, fmt.Errorf("c: %w", e1)
	fmt.Println(e1, e2)
	e1, e2 = fmt.Errorf("d: %w", e2), e1
	fmt.Println(e1, e2)
	v1, v2 := any(1), any("x")
	v1, v2 = v2, v1
	fmt.Println(v1, v2)
	i64, u8 := int64(5), uint8(7)
	i64, u8 = int64(u8), uint8(i64)
	fmt.Println(i64, u8)
}

func fb2(n int) int { return n }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
