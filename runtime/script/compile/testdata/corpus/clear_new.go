package services

import "fmt"

type box struct{ N int }

func Run() {
	m := map[string]int{"a": 1}
	clear(m)
	fmt.Println(len(m))
	s := []string{"x", "y"}
	clear(s)
	fmt.Printf("%q\n", s)
	p := new(42)
	*p++
	q := new(box{N: 3})
	fmt.Println(*p, q.N)
	r := new("text")
	fmt.Println(*r)
	t := new(int)
	fmt.Println(*t)
}
