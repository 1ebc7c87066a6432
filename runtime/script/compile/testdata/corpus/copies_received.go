package services

import "fmt"

type in struct {
	n   int
	arr [2]int
}

func arrs() [2]in              { return [2]in{{n: 1}, {n: 2}} }
func one() in                  { return in{n: 1} }
func both() ([2]int, in, bool) { return [2]int{1, 2}, in{n: 3}, true }

func Run() {
	ch := make(chan [2]in, 5)
	for i := range 5 {
		ch <- [2]in{{n: i}}
	}
	got := <-ch
	got[0].n = 100
	got2, ok := <-ch
	got2[1].arr[0] = 5
	fmt.Println(got, got2, ok)
	var got3 = <-ch
	got3[0].n++
	fmt.Println(got3)
	select {
	case v := <-ch:
		v[1].n = 7
		fmt.Println(v)
	}
	close(ch)
	for v := range ch {
		v[0].n = 9
		v[1].arr[1]++
		fmt.Println(v)
	}
	sc := make(chan in, 3)
	sc <- in{n: 1}
	sc <- in{n: 2}
	sc <- in{n: 3}
	s := <-sc
	s.n, s.arr[1] = 10, 11
	p := &s
	p.n++
	t, ok := <-sc
	t.arr[0]++
	fmt.Println(s, t, ok)
	select {
	case u, ok := <-sc:
		u.n *= 2
		u.arr[1]--
		fmt.Println(u, ok)
	}
	x := arrs()
	x[0].n = 5
	x[1].arr[0]++
	y := one()
	y.arr[1] = 3
	y.n--
	a, b, _ := both()
	a[0]++
	b.arr[0]++
	fmt.Println(x, y, a, b, arrs(), one())
	var i any = [2]in{{n: 1}}
	v := i.([2]in)
	v[0].n = 50
	w, ok := i.([2]in)
	w[1].n = 51
	fmt.Println(v, w, ok, i)
	var j any = in{n: 1}
	vs := j.(in)
	vs.arr[0] = 1
	if ws, ok := j.(in); ok {
		ws.arr[1] = 2
		ws.n++
		fmt.Println(ws)
	}
	switch z := j.(type) {
	case in:
		z.n = 77
		z.arr[0]--
		fmt.Println(z)
	}
	fmt.Println(vs, j)
	m := map[string][2]in{"a": {{n: 1}}}
	ma := m["a"]
	ma[0].n = 5
	mb, ok := m["b"]
	mb[1].n = 6
	fmt.Println(ma, mb, ok, m)
	for k, v := range m {
		v[0].n = 8
		fmt.Println(k, v)
	}
	fmt.Println(m)
	for _, v := range [][2]int{{1, 2}, {3, 4}} {
		v[0] *= 10
		v[1], v[0] = v[0], v[1]
		fmt.Print(v)
	}
	for _, v := range [2][2]int{{1, 2}, {3, 4}} {
		v[0] *= 10
		fmt.Print(v)
	}
	for _, v := range arrs() {
		v.arr[0] += 3
		fmt.Print(v)
	}
	fmt.Println()
	var z [3][2]int
	r := z[1]
	r[0] = 1
	z[2] = r
	r[1] = 2
	pz := &z[0]
	pz[1] = 9
	fmt.Println(z, r)
	fmt.Println(func(a [2]int) [2]int { a[0] = 42; return a }(z[0]), z[0])
}
