package services

import "fmt"

type a struct {
	X int `json:"x"`
	y int
}
type b struct {
	X int
	y int
}
type celsius float64
type id string
type names []string

func (n names) first() string { return n[0] }
func Run() {
	v := a{1, 2}
	w := b(v)
	fmt.Println(w.X, w.y)
	fmt.Println(celsius(1.5)+1, id("x")+"y", names([]string{"q"}).first())
	var f func(int) string = func(n int) string { return fmt.Sprint(n) }
	fmt.Println(f(3))
	type pred func(int) bool
	var even pred = func(n int) bool { return n%2 == 0 }
	fmt.Println(even(4))
	bs := []byte("x")
	fmt.Println(string(rune(65)), string(bs), []byte("ab")[1])
}
