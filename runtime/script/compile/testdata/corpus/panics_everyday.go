package services

import (
	"fmt"
)

// What panics, and what does not.

func run0() {
	type T struct {
		n int
		s string
	}
	f := func(p *T) (n int, err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%v", r)
				n = -1
			}
		}()
		return p.n, nil
	}
	fmt.Println(f(&T{n: 3}))
	n, err := f(nil)
	fmt.Println(n, err != nil)
	g := func(m map[string]*T) (s string) {
		defer func() {
			if recover() != nil {
				s = "caught"
			}
		}()
		return m["x"].s
	}
	fmt.Println(g(nil))
	h := func(a []int, i int) (v int) {
		defer func() {
			if recover() != nil {
				v = -5
			}
		}()
		v = a[i]
		return v * 2
	}
	fmt.Println(h([]int{4}, 0), h(nil, 0), h([]int{1}, -1+0*len("x")))
	k := func(d int) (q int) {
		defer func() {
			if recover() != nil {
				q = 77
			}
		}()
		q = 10 / d
		return
	}
	fmt.Println(k(0), k(5))
	c := func(x any) (s string) {
		defer func() {
			if recover() != nil {
				s = "bad"
			}
		}()
		return x.(string) + "!"
	}
	fmt.Println(c("a"), c(1), c(nil))
	sl := func(s string, a, b int) (r string) {
		defer func() {
			if recover() != nil {
				r = "range"
			}
		}()
		return s[a:b]
	}
	fmt.Println(sl("abc", 1, 2), sl("abc", 2, 9), sl("abc", 2, 1))
}

func run1() {
	var p *struct{ x int }
	func() { defer func() { fmt.Println(recover() != nil) }(); p.x = 5; fmt.Println("not here") }()
	var arr *[3]int
	func() { defer func() { fmt.Println(recover() != nil) }(); arr[1] = 5; fmt.Println("not here") }()
	func() { defer func() { fmt.Println(recover() != nil) }(); v := arr[1]; fmt.Println("not here", v) }()
	var f func() int
	func() { defer func() { fmt.Println(recover() != nil) }(); fmt.Println("not here", f()) }()
	var m map[string]int
	func() { defer func() { fmt.Println(recover() != nil) }(); m["a"]++; fmt.Println("not here") }()
	var s []int
	func() { defer func() { fmt.Println(recover() != nil) }(); s[0] = 1; fmt.Println("not here") }()
	var i fmt.Stringer
	func() { defer func() { fmt.Println(recover() != nil) }(); fmt.Println("not here", i.String()) }()
	var e error
	func() { defer func() { fmt.Println(recover() != nil) }(); fmt.Println("not here", e.Error()) }()
	func() { defer func() { fmt.Println(recover() != nil) }(); x := *p; fmt.Println("not here", x) }()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		n := -1
		fmt.Println("not here", make([]int, n))
	}()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		var c chan int
		close(c)
		fmt.Println("not here")
	}()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		x := [3]int{}
		j := 3
		x[j]++
		fmt.Println("not here")
	}()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		b := []int{1, 2}
		_ = [3]int(b)
		fmt.Println("not here")
	}()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		k := map[any]int{}
		k[[]int{1}] = 2
		fmt.Println("not here")
	}()
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		b := []int{1, 2}
		c := b[:5]
		fmt.Println("not here", c)
	}()
}

type S struct {
	p *S
	v int
	l []int
	m map[string]int
	f func()
}

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			_, isErr := r.(error)
			fmt.Println(name, "panicked", isErr)
		} else {
			fmt.Println(name, "fine")
		}
	}()
	f()
}
func run2() {
	var s *S
	t := &S{}
	try("a", func() { t.p.v++ })
	try("b", func() { _ = t.p.p.v })
	try("c", func() { t.l[0] = 1 })
	try("d", func() { t.m["x"] = 1 })
	try("e", func() { _ = t.m["x"] })
	try("f", func() { t.f() })
	try("g", func() { s.v = 1 })
	try("h", func() {
		for range s.l {
		}
	})
	try("i", func() {
		for range t.l {
		}
		for range t.m {
		}
		delete(t.m, "x")
		_ = len(t.l)
	})
	try("j", func() { t.p.l = append(t.p.l, 1) })
	try("k", func() { x := t.p; x.m = nil })
	try("l", func() { var q []*S = make([]*S, 1); q[0].v = 1 })
	try("m", func() { var q map[string]*S; q["a"].v = 1 })
	try("n", func() { fmt.Println(t.p.v) })
	try("o", func() {
		if t.p.v > 0 {
			fmt.Println("x")
		}
	})
	try("p", func() { *t.p = S{} })
	try("q", func() { v := *t.p; _ = v })
	try("r", func() { w := t.p.l[0]; _ = w })
	try("s", func() { ptr := &t.p.v; *ptr = 1 })
	try("t", func() { t.p.p = t })
	try("u", func() { var e error; _ = e.Error() })
	try("v", func() { panic(nil) })
	try("w", func() { var a []S; a[0].v++ })
	try("x", func() { var st []int; st = st[:len(st)-1]; _ = st })
}

func Run() {
	run0()
	run1()
	run2()
}
