package services

import "fmt"

type pt struct{ a, b int }

func two(i int) (int, int) { return i, i * 2 }
func one(i int) int        { return i }

func Run() {
	ch := make(chan int, 10)
	m := map[int]int{0: 0, 1: 10, 2: 20}
	s := []any{0, 1, 2}
	var fs []func() int
	name := ""
	check := func() {
		fmt.Print(name, " ")
		for _, f := range fs {
			fmt.Print(f(), " ")
		}
		fmt.Println()
		fs = nil
	}
	for i := range 3 {
		ch <- i
		x := <-ch
		fs = append(fs, func() int { return x })
	}
	name = "recv"
	check()
	for i := range 3 {
		ch <- i
		x, ok := <-ch
		fs = append(fs, func() int { _ = ok; return x })
	}
	name = "recv2"
	check()
	for i := range 3 {
		ch <- i
		select {
		case x := <-ch:
			fs = append(fs, func() int { return x })
		}
	}
	name = "select"
	check()
	for i := range 3 {
		ch <- i
		select {
		case x, ok := <-ch:
			fs = append(fs, func() int { _ = ok; return x })
		}
	}
	name = "select2"
	check()
	for i := range 3 {
		v, ok := m[i]
		fs = append(fs, func() int { _ = ok; return v })
	}
	name = "map"
	check()
	for i := range 3 {
		if v, ok := m[i]; ok {
			fs = append(fs, func() int { return v })
		}
	}
	name = "ifmap"
	check()
	for i := range 3 {
		v, ok := s[i].(int)
		fs = append(fs, func() int { _ = ok; return v })
	}
	name = "assert"
	check()
	for i := range 3 {
		switch v := s[i].(type) {
		case int:
			fs = append(fs, func() int { return v })
		}
	}
	name = "typeswitch"
	check()
	for i := range 3 {
		a, b := two(i)
		fs = append(fs, func() int { return a + b })
	}
	name = "tuple"
	check()
	for i := range 3 {
		a := one(i)
		fs = append(fs, func() int { return a })
	}
	name = "call"
	check()
	for i := range 3 {
		a := i + 1
		fs = append(fs, func() int { return a })
	}
	name = "sum"
	check()
	for i := range 3 {
		a := pt{i, 2}
		p := &a
		fs = append(fs, func() int { return p.a + a.b })
	}
	name = "lit"
	check()
	for i := range 3 {
		var a int
		a += i
		fs = append(fs, func() int { return a })
	}
	name = "var"
	check()
	for i := range 3 {
		var a, b = two(i)
		fs = append(fs, func() int { return a + b })
	}
	name = "vartuple"
	check()
	for i := range 3 {
		a, b := i, i*3
		fs = append(fs, func() int { return a + b })
	}
	name = "several"
	check()
	for i := range 3 {
		a := s[i]
		fs = append(fs, func() int { return a.(int) })
	}
	name = "any"
	check()
	for i := range 3 {
		a := -i
		fs = append(fs, func() int { return a })
	}
	name = "neg"
	check()
	for i := range 3 {
		a := fmt.Sprint(i)
		fs = append(fs, func() int { return int(a[0]) })
	}
	name = "host"
	check()
	for i := range 3 {
		a := []int{i}
		fs = append(fs, func() int { return a[0] })
	}
	name = "slice"
	check()
	for i := range 3 {
		a := func() int { return i }
		fs = append(fs, func() int { return a() })
	}
	name = "func"
	check()
	for i := range 3 {
		var a pt
		a.a = i
		var e error
		var t [2]int
		t[0] += i
		fs = append(fs, func() int { _ = e; return a.a + t[0] })
	}
	name = "varstruct"
	check()
	for i := range 3 {
		a := len(s[i:])
		c := i < 2
		fs = append(fs, func() int {
			if c {
				return a
			}
			return -a
		})
	}
	name = "len"
	check()
	for i := range 3 {
		if a := one(i); a >= 0 {
			fs = append(fs, func() int { return a })
		}
		switch a := one(i) * 10; {
		default:
			fs = append(fs, func() int { return a })
		}
	}
	name = "init"
	check()
	f := func(i int) (a, b int) {
		fs = append(fs, func() int { return a + b })
		a, b = i, i
		return
	}
	for i := range 3 {
		f(i)
	}
	name = "results"
	check()
	g := func(a int) { fs = append(fs, func() int { a++; return a }) }
	for i := range 3 {
		g(i)
	}
	name = "params"
	check()
}
