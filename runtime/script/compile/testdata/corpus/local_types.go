package services

import (
	"fmt"
)

type T struct{ n int }
type namer interface{ Name() string }

func one() string   { type local struct{ a int }; return fmt.Sprint(local{1}) }
func two() string   { type local struct{ b string }; return fmt.Sprint(local{"x"}) }
func three() string { type local int; var x local = 3; return fmt.Sprint(x) }
func Run() {
	var _ T
	var _ int
	var _, x = 1, 2
	fmt.Println(x)
	fmt.Println(one(), two(), three())
}
