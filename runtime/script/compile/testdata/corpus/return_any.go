package services

import "fmt"

func greater(a, b any) any { return a.(int) > b.(int) }
func both(a, b bool) any   { return a && b }
func not(a bool) any       { return !a }
func Run() {
	fmt.Println(greater(2, 1), both(true, false), not(false))
	var x any = 1 < 2
	y := []any{1 == 2, "a" < "b", !true}
	z := map[string]any{"c": 3 > 2, "n": len(y) == 3}
	fmt.Println(x, y, z["c"], z["n"])
	n := 3
	var w any = n > 2 && n < 5
	m := map[string]any{"in": n > 2 && n < 5, "or": n > 9 || n == 3}
	fmt.Println(w, m["in"], m["or"], any(n == 3))
}
