package services

import "fmt"

type acc struct {
	n    int
	list []int
}

func text() (s string) {
	s += "x"
	return
}

func textReturned() (s string) {
	s += "x"
	return s
}

func textSprint() (s string) {
	s += "x"
	return fmt.Sprint(s)
}

func sums(n int) (total int, all []int, m map[string]int, a acc) {
	for i := range n {
		total += i
		all = append(all, i)
	}
	if m == nil {
		m = map[string]int{}
	}
	m["n"] += n
	a.n += n
	a.list = append(a.list, n)
	return
}

func found(n int) (v int, ok bool, err error) {
	if n == 1 {
		return 1, true, nil
	}
	if n == 2 {
		err = fmt.Errorf("two")
		return
	}
	return
}

func pointer(n int) (p *acc) {
	if n > 0 {
		p = &acc{n: n}
	}
	return
}

func early(n int) (out []string) {
	if n == 0 {
		return
	}
	out = append(out, early(n-1)...)
	return append(out, fmt.Sprint(n))
}

func array(n int) (a [3]int) {
	a[n]++
	return
}

func (a *acc) add(n int) (before, after int) {
	before += a.n
	a.n += n
	after += a.n
	return
}

func captured(n int) (f func() int, total int) {
	f = func() int { total++; return total }
	total += n
	return
}

func face(n int) (v any) {
	if n == 1 {
		v = "one"
	}
	return
}

func deferred(n int) (total int) {
	defer func() { total++ }()
	total += n
	return
}

// Run calls functions with named results again and again.
func Run() {
	for range 3 {
		fmt.Println(text(), textReturned(), textSprint())
		s := text()
		t := textReturned()
		var u string
		u = text()
		u = textReturned()
		fmt.Println(s, t, u)
	}
	for i := range 3 {
		total, all, m, a := sums(i)
		fmt.Println(total, all, m, a)
		v, ok, err := found(i)
		fmt.Println(v, ok, err)
		fmt.Println(pointer(i) == nil, early(i), array(i), face(i), deferred(i))
		fmt.Println(found(2 - i))
	}
	kept := "kept"
	kept = text()
	fmt.Println(kept)
	kept = text() + kept
	fmt.Println(kept)
	x, y := 5, 6
	x, y = (&acc{}).add(x)
	fmt.Println(x, y)
	x, y = (&acc{n: x}).add(y)
	fmt.Println(x, y)
	var fs []func() int
	for i := range 3 {
		f, n := captured(i * 10)
		fs = append(fs, f)
		fmt.Println(n)
	}
	for _, f := range fs {
		fmt.Println(f(), f())
	}
	local := func(n int) (r int, list []int) {
		r += n
		list = append(list, r)
		return
	}
	for i := range 3 {
		fmt.Println(local(i))
		r, list := local(i)
		fmt.Println(r, list)
	}
	m := map[string]string{"a": "b"}
	for range 2 {
		m["a"] = text()
		fmt.Println(m)
	}
	st := struct{ s string }{"before"}
	for range 2 {
		st.s = text()
		fmt.Println(st)
	}
	list := []string{"a", "b"}
	for i := range list {
		list[i] = text()
	}
	fmt.Println(list)
	var v acc
	for range 2 {
		v.n, v.list = func() (n int, l []int) { n++; l = append(l, n); return }()
		fmt.Println(v)
	}
	g := text
	for range 2 {
		fmt.Println(g(), g())
		if g() != "x" {
			fmt.Println("wrong")
		}
	}
}
