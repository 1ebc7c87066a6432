package services

import "fmt"

func Run() {
	var ps []*int
	for i := 0; i < 4; i++ {
		ps = append(ps, &i)
		if i == 1 {
			i++
		}
	}
	for _, p := range ps {
		fmt.Println(*p)
	}
	type pair struct{ a, b int }
	var qs []*pair
	for _, p := range []pair{{1, 2}, {3, 4}} {
		qs = append(qs, &p)
	}
	for _, q := range qs {
		fmt.Println(q.a, q.b)
	}
}
