package services

import "fmt"

var x = "package"

func shadow(x int) int {
	if x := x * 2; x > 5 {
		x := x + 1
		return x
	}
	return x
}
func Run() {
	fmt.Println(x)
	x := 1
	{
		x := 2
		x++
		fmt.Println(x)
	}
	fmt.Println(x, shadow(2), shadow(3))
	for x := 0; x < 1; x++ {
		x := "inner"
		fmt.Println(x)
	}
	if x, err := fmt.Sprint("s"), error(nil); err == nil {
		fmt.Println(x)
	}
	len := func(s string) int { return 42 }
	fmt.Println(len("a"), x)
	string := "shadowed"
	fmt.Println(string)
}
