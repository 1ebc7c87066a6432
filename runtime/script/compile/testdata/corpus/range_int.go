package services

import "fmt"

func n() int { fmt.Println("once"); return 3 }
func Run() {
	for i := range n() {
		i *= 2
		fmt.Println(i)
	}
	for range 2 {
		fmt.Println("again")
	}
	var k uint8
	for k = range 3 {
	}
	fmt.Println(k)
	for i := range int64(2) {
		fmt.Printf("%d\n", i)
	}
	for i := range -1 {
		fmt.Println("never", i)
	}
	var fs []func()
	for i := range 3 {
		fs = append(fs, func() { fmt.Println("f", i) })
	}
	for _, f := range fs {
		f()
	}
}
