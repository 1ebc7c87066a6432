package services

import "fmt"

type list []int
type m map[string]int
type arr [2]int
type S struct {
	P *[]int
	Q *m
}

func Run() {
	var ps []*[]int
	var ms []*m
	var as []*arr
	for i := range 3 {
		ps = append(ps, &[]int{i})
		ms = append(ms, &m{"k": i})
		as = append(as, &arr{i, i})
	}
	fmt.Println(*ps[0], *ps[1], *ms[0], *ms[2], *as[0], *as[1])
	x := []*[]int{{1}, {2}}
	*x[0] = append(*x[0], 5)
	fmt.Println(*x[0], *x[1])
	y := map[string]*arr{"a": {1, 2}, "b": {3, 4}}
	y["a"][0] = 9
	fmt.Println(*y["a"], *y["b"])
	z := []*S{{P: &[]int{1}}, {Q: &m{"z": 1}}}
	for _, s := range z {
		fmt.Println(s.P != nil, s.Q != nil)
	}
	var any1 any = &list{1, 2}
	if l, ok := any1.(*list); ok {
		fmt.Println(len(*l))
	}
	mk := func() *[]string { return &[]string{} }
	a, b := mk(), mk()
	*a = append(*a, "x")
	fmt.Println(len(*a), len(*b), a == b)
	func(p *[]int) { *p = append(*p, 1) }(&[]int{})
	for i := range 2 {
		q := &[]int{}
		*q = append(*q, i)
		ps = append(ps, q)
		w := &S{}
		w.P = &[]int{i}
		z = append(z, w)
		mm := &map[string]*S{}
		(*mm)["a"] = w
		n := new([]int)
		*n = append(*n, i)
		ps = append(ps, n)
		var v []int
		v = append(v, i)
		ps = append(ps, &v)
		nm := make(map[string]int)
		nm["i"] = i
		fmt.Println(nm, *n, len(*mm))
	}
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	for _, s := range z[2:] {
		fmt.Print(*s.P)
	}
	fmt.Println()
	type local struct{ v int }
	var ls []*local
	var lm []map[string]*local
	for i := range 2 {
		ls = append(ls, &local{i})
		lm = append(lm, map[string]*local{"a": {i}})
	}
	fmt.Println(ls[0].v, ls[1].v, lm[0]["a"].v, lm[1]["a"].v)
	var cs []struct{ a [2]int }
	var sl [][]int
	for i := range 2 {
		c := struct{ a [2]int }{[2]int{i}}
		cs = append(cs, c)
		s := []int{i}
		sl = append(sl, s)
		s[0] += 10
		c.a[1] = 7
	}
	fmt.Println(cs, sl)
}
