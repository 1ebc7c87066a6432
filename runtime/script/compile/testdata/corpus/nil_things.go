package services

import "fmt"

type t struct{ v *int }

func (x *t) isNil() bool { return x == nil }

func Run() {
	var p *t
	fmt.Println(p.isNil(), p == nil)
	var s []int
	fmt.Println(s == nil, len(s), append(s, 1))
	var m map[string]int
	for range m {
		fmt.Println("never")
	}
	var f func()
	fmt.Println(f == nil)
	var i any
	fmt.Println(i == nil)
	_, ok := i.(string)
	fmt.Println(ok)
	var e error
	fmt.Println(e == nil)
	var ip *int
	x := t{ip}
	fmt.Println(x.v == nil)
	n := 3
	x.v = &n
	*x.v = 4
	fmt.Println(n, **(&x.v))
}
