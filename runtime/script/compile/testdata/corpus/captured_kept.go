package services

import "fmt"

type T struct{ a int }

func Run() {
	// pointers kept
	var ps []*int
	m := map[string]int{"a": 1, "b": 2}
	for _, k := range []string{"a", "b"} {
		v, ok := m[k]
		if ok {
			ps = append(ps, &v)
		}
	}
	fmt.Println(*ps[0], *ps[1])
	var ts []*T
	for i := range 2 {
		t := T{i}
		ts = append(ts, &t)
	}
	fmt.Println(ts[0].a, ts[1].a)
	var ls []*[]int
	for i := range 2 {
		l := []int{i}
		ls = append(ls, &l)
	}
	fmt.Println(*ls[0], *ls[1])
	var xs [][]int
	var ms []map[string]int
	for i := range 2 {
		l := []int{i}
		xs = append(xs, l)
		mm := map[string]int{"i": i}
		ms = append(ms, mm)
		arr := [2]int{i, i}
		xs = append(xs, arr[:])
	}
	fmt.Println(xs, ms)
	var tss []T
	var anys []any
	for i := range 2 {
		t := T{i}
		tss = append(tss, t)
		anys = append(anys, t, &t, [1]int{i})
		var u T
		u.a = i + 5
		anys = append(anys, u)
	}
	fmt.Println(tss, anys[0], anys[4], anys[1].(*T).a, anys[5].(*T).a, anys[2], anys[6], anys[3], anys[7])
	var fs []func() int
	for i := 0; i < 2; i++ {
		for v, ok := m["a"]; ok; ok = false {
			w := v + i
			fs = append(fs, func() int { return w })
		}
		switch v, ok := m["b"]; {
		case ok:
			fs = append(fs, func() int { return v + i })
		}
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	// closures that change their own
	var inc []func() int
	for range 2 {
		n := 0
		inc = append(inc, func() int { n++; return n })
	}
	fmt.Println(inc[0](), inc[0](), inc[1]())
	for i := range 2 {
		a, err := fmt.Sscan("7", &i)
		fs = append(fs, func() int { return a })
		_ = err
		a, b := i, 2
		fs = append(fs, func() int { return a + b })
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	rec(3)
}
func rec(n int) {
	if n == 0 {
		return
	}
	l := []int{n}
	m := map[int]int{n: n}
	v, ok := m[n]
	rec(n - 1)
	fmt.Println(l, v, ok)
}
