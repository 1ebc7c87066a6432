package services

import "fmt"

type in struct {
	n   int
	arr [2]int
}
type out struct {
	in  in
	ins [2]in
	p   *in
}

func byVal(o out) out      { o.in.n++; o.ins[0].n++; o.ins[1].arr[1]++; return o }
func vari(os ...in) int    { os[0].n = 50; return len(os) }
func (i in) val() in       { i.n = 1000; i.arr[0] = 1000; return i }
func (i *in) ptr() *in     { i.n++; return i }
func named() (r in)        { r.n = 4; defer func() { r.arr[0] = 7 }(); return r }
func two() (in, in)        { a := in{n: 1}; b := a; b.n = 2; return a, b }
func arrArg(a [2]in) [2]in { a[0].n = 99; a[1], a[0] = a[0], a[1]; return a }

type holder interface{ val() in }

func Run() {
	a := in{1, [2]int{1, 2}}
	o := out{in: a, ins: [2]in{a, a}, p: &a}
	a.n = 5
	fmt.Println(o.in, o.ins, *o.p)
	o2 := o
	o2.in.arr[0] = 9
	o2.ins[1].n = 8
	o2.p.n = 6
	fmt.Println(o.in, o.ins, *o.p, o2.in, o2.ins)
	o3 := byVal(o)
	fmt.Println(o.in, o.ins, o3.in, o3.ins)
	o.in = o3.in
	o3.in.n = 77
	fmt.Println(o.in.n, o3.in.n)
	o.ins = o3.ins
	o3.ins[0].n = 66
	fmt.Println(o.ins[0].n)
	o.ins[0], o.ins[1] = o.ins[1], o.ins[0]
	fmt.Println(o.ins)
	s := []in{a, {n: 2}, a}
	a.arr[1] = 100
	fmt.Println(s)
	x := s[0]
	s[0].n = 31
	s[0], s[2] = s[2], s[0]
	fmt.Println(x.n, s)
	s = append(s, s[0])
	s[0].n = 1
	fmt.Println(s[3].n, s[0].n)
	fmt.Println(vari(s...), s[0].n, vari(a, a), a.n)
	fmt.Println(a.val().n, a.n, a.val().arr, a.arr, a.ptr().ptr().n, a.n)
	p := &a
	b := *p
	p.n = 500
	fmt.Println(b.n, a.n)
	*p = b
	b.n = 3
	fmt.Println(a.n)
	q := &in{n: 8}
	*q = *p
	p.n = 44
	fmt.Println(q.n, *q == *p)
	fmt.Println(named(), named().arr)
	c, d := two()
	c, d = d, c
	fmt.Println(c, d)
	arr := [2]in{{n: 1}, {n: 2}}
	arr2 := arrArg(arr)
	fmt.Println(arr, arr2)
	arr3 := arr
	pa := &arr3
	pa[0].n = 12
	fmt.Println(arr[0].n, arr3[0].n, (*pa)[1].n)
	var i any = a
	a.n = -1
	fmt.Println(i.(in).n, a.n)
	j := i
	v := i.(in)
	v.n = 222
	fmt.Println(j.(in).n, i.(in).n)
	var h holder = a
	a.n = -2
	fmt.Println(h.(in).n, h.val().n, h.(in).n)
	m := map[string]in{"a": a}
	a.n = -3
	fmt.Println(m["a"].n)
	w := m["a"]
	w.arr[0] = 5
	fmt.Println(m["a"].arr, w.arr)
	ma := map[string][2]in{"k": arr}
	arr[0].n = 1234
	fmt.Println(ma["k"][0].n)
	ch := make(chan in, 2)
	ch <- a
	a.n = -4
	fmt.Println((<-ch).n)
	cha := make(chan [2]in, 1)
	cha <- arr
	arr[1].n = 4321
	got := <-cha
	got[0].n = 0
	fmt.Println(got, arr[0].n)
	f := func(x in) func() int { return func() int { x.n++; return x.n } }
	g := f(a)
	g()
	fmt.Println(g(), a.n)
	func() {
		defer func(x in) { fmt.Println("deferred", x.n) }(a)
		a.n = -5
	}()
	for _, e := range arr {
		e.n = 0
		arr[0].n = 7
		fmt.Print(e.n, " ")
	}
	fmt.Println(arr)
	for k, e := range s {
		s[k].n += 10
		e.n = -100
	}
	fmt.Println(s)
	grid := [2][2]in{}
	row := grid[0]
	row[0].n = 1
	grid[1] = row
	row[0].n = 2
	pr := &grid[0]
	pr[1].n = 3
	fmt.Println(grid, row)
	nest := struct{ a, b struct{ c [2]int } }{}
	nest.a.c[0] = 1
	nest.b = nest.a
	nest.a.c[1] = 2
	fmt.Println(nest, nest.a == nest.b)
	anys := []any{arr, a, &a}
	arr[0].n = 55
	a.n = 56
	fmt.Println(anys[0].([2]in)[0].n, anys[1].(in).n, anys[2].(*in).n)
	ptrs := []*in{}
	for _, e := range s {
		ptrs = append(ptrs, &e)
	}
	ptrs[0].n = 0
	fmt.Println(ptrs[0].n, ptrs[1].n, s[0].n)
	fn := func() out { return o }
	t := fn()
	t.in.n = 321
	fmt.Println(fn().in.n, fn().ins[0].arr, o.in.n)
	cp := make([]in, 2)
	copy(cp, s)
	cp[0].arr[0] = 909
	fmt.Println(s[0].arr, cp[0].arr)
	e1, e2 := a, a
	e1.n, e2.n = 1, 2
	fmt.Println(e1.n, e2.n, a.n)
	if k := a; k.n > 0 {
		k.n = 0
		fmt.Println(a.n, k.n)
	}
	var z1, z2 = a, o.ins
	z1.n, z2[0].n = 0, 0
	fmt.Println(a.n, o.ins[0].n)
	a, a.n = in{n: 3}, 4
	fmt.Println(a)
}
