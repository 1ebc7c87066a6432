package services

import "fmt"

type pair struct{ a, b int }

func rotate(xs []int) {
	for i := 0; i < len(xs)-1; i++ {
		xs[i], xs[i+1] = xs[i+1], xs[i]
	}
}

func reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// Run prints what it finds.
func Run() {
	xs := []int{1, 2, 3, 4}
	rotate(xs)
	fmt.Println(xs, reverse("héllo"))
	p := pair{1, 2}
	p.a, p.b = p.b, p.a
	fmt.Println(p)
	i := 0
	i, xs[i] = 2, 99
	fmt.Println(i, xs)
	xs[i], i = i, xs[i]
	fmt.Println(i, xs)
	ps := []*pair{{1, 2}, {3, 4}}
	ps[0], ps[1] = ps[1], ps[0]
	ps[0].a, ps[1].b = ps[1].b, ps[0].a
	fmt.Println(*ps[0], *ps[1])
	q := &p
	q, q.a = &pair{7, 8}, 5
	fmt.Println(*q, p)
	m := map[string]int{"x": 1, "y": 2}
	m["x"], m["y"] = m["y"], m["x"]
	fmt.Println(m)
	m["x"], m["z"] = len(m), m["x"]
	fmt.Println(m)
	a, b, c := 1, 2, 3
	a, b, c = c, a, b
	fmt.Println(a, b, c)
	a, b, c = b+c, a*c, a-b
	fmt.Println(a, b, c)
	arr := [3]string{"a", "b", "c"}
	arr[0], arr[2] = arr[2]+"!", arr[0]+"?"
	fmt.Println(arr)
	x, y := 1.5, 2.5
	x, y = y/x, x*y
	fmt.Printf("%.3f %.3f\n", x, y)
	s1, s2 := []int{1}, []int{2}
	s1, s2 = append(s2, s1...), append(s1, s2...)
	fmt.Println(s1, s2)
}
