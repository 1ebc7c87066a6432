package services

import (
	"fmt"
	"sort"
	"strings"
)

type handler func(string) (string, error)

type middleware func(handler) handler

func chain(h handler, ms ...middleware) handler {
	for i := len(ms) - 1; i >= 0; i-- {
		h = ms[i](h)
	}
	return h
}

func tag(name string) middleware {
	return func(next handler) handler {
		return func(s string) (string, error) {
			out, err := next(s + name)
			return name + out, err
		}
	}
}

func counter() (inc func() int, get func() int) {
	n := 0
	inc = func() int { n++; return n }
	get = func() int { return n }
	return
}

func fib() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

func memo(f func(int) int) func(int) int {
	seen := map[int]int{}
	return func(n int) int {
		if v, ok := seen[n]; ok {
			return v
		}
		v := f(n)
		seen[n] = v
		return v
	}
}

// Run prints what it finds.
func Run() {
	h := chain(func(s string) (string, error) { return strings.ToUpper(s), nil }, tag("a"), tag("b"))
	fmt.Println(h("x"))
	inc, get := counter()
	inc2, get2 := counter()
	inc()
	inc()
	inc2()
	fmt.Println(get(), get2())
	f := fib()
	for range 8 {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	calls := 0
	var slow func(int) int
	slow = memo(func(n int) int {
		calls++
		if n < 2 {
			return n
		}
		return slow(n-1) + slow(n-2)
	})
	fmt.Println(slow(15), calls)
	ops := map[string]func(a, b int) int{
		"+": func(a, b int) int { return a + b },
		"-": func(a, b int) int { return a - b },
	}
	names := make([]string, 0, len(ops))
	for name := range ops {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Println(name, ops[name](7, 3))
	}
	var fs [3]func() string
	for i, s := range []string{"x", "y", "z"} {
		s := s + s
		fs[i] = func() string { i++; s += fmt.Sprint(i); return s }
	}
	for _, f := range fs {
		fmt.Println(f(), f())
	}
	total := 0
	add := func(n int) func() { return func() { total += n } }
	for i := 1; i <= 3; i++ {
		defer add(i)()
		add(i * 10)()
	}
	fmt.Println(total)
	var acts []func()
	for i := 0; i < 6; i += 2 {
		i := i
		acts = append(acts, func() { total += i; i++ })
	}
	for range 2 {
		for _, act := range acts {
			act()
		}
	}
	fmt.Println(total)
	x := 1
	p := &x
	func() { x = 2; *p += 5 }()
	fmt.Println(x, *p)
	for i := 0; i < 3; i++ {
		func(n int) { i += n }(1)
		fmt.Print(i, " ")
	}
	fmt.Println()
}
