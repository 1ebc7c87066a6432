package services

import "fmt"

func adder() func(int) int {
	sum := 0
	return func(n int) int { sum += n; return sum }
}
func fibs() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}
func Run() {
	f, g := adder(), adder()
	f(1)
	g(10)
	fmt.Println(f(2), g(20))
	n := fibs()
	for i := 0; i < 6; i++ {
		fmt.Print(n(), " ")
	}
	fmt.Println()
	var fact func(int) int
	fact = func(n int) int {
		if n < 2 {
			return 1
		}
		return n * fact(n-1)
	}
	fmt.Println(fact(10))
	x := 1
	inc := func() { x++ }
	inc()
	inc()
	fmt.Println(x)
	func(a, b int) { fmt.Println(a+b, x) }(1, 2)
	fs := map[string]func(){}
	for _, k := range []string{"a", "b"} {
		fs[k] = func() { fmt.Println(k, x) }
	}
	fs["a"]()
	fs["b"]()
}
