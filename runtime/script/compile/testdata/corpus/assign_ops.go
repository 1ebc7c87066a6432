package services

import "fmt"

type t struct{ n int }

func idx(i int) int { fmt.Println("idx", i); return i }
func Run() {
	s := []int{1, 2, 3}
	s[idx(1)] += 5
	fmt.Println(s)
	m := map[string]int{}
	m["a"]++
	m["a"] += 4
	fmt.Println(m["a"])
	var p = &t{}
	p.n++
	p.n -= 3
	fmt.Println(p.n)
	a, b, c := 1, 2, 3
	a, b, c = c, a, b
	fmt.Println(a, b, c)
	var x, y = 1, "s"
	var z struct{ q int }
	z.q, y = 4, "t"
	fmt.Println(x, y, z.q)
	_, e := fmt.Sscan("5", &x)
	fmt.Println(x, e)
	str := "a"
	str += "b"
	fmt.Println(str)
	if v, ok := m["zz"]; !ok {
		fmt.Println("none", v)
	} else if v > 3 {
		fmt.Println("big")
	}
}
