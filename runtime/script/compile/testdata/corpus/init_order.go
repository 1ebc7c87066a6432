package services

import "fmt"

var c = b + 1
var a, b = pair()
var total = sum(a, b, c)
var table = map[string]int{"c": c}

func pair() (int, int) { return 1, 2 }
func sum(ns ...int) (t int) {
	for _, n := range ns {
		t += n
	}
	return
}

var handlers = map[string]func(int) int{"double": func(n int) int { return n * factor }}
var factor = two()

func two() int { return 2 }
func Run() {
	fmt.Println(a, b, c, total, table["c"], handlers["double"](4))
}
