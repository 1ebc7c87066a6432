package services

import "fmt"

func Run() {
	a, b := 3, 7
	fmt.Println(min(a, b), max(a, b), min(a, 5, b, 1), max(2, 1))
	x := 2.5
	fmt.Println(min(x, 3), max(x, 1, 9.25), min("b", "a"))
	const c = max(1, 2.5)
	fmt.Println(c)
	type size int
	var s size = 4
	fmt.Println(max(s, 2))
	var u uint8 = 200
	fmt.Println(max(u, 3))
}
