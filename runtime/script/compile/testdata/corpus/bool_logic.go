package services

import "fmt"

func t(s string) bool { fmt.Println("t", s); return true }
func f(s string) bool { fmt.Println("f", s); return false }
func Run() {
	if f("1") && t("2") || t("3") {
		fmt.Println("yes")
	}
	a := t("4") || f("5")
	b := !a && t("6")
	fmt.Println(a, b, !b == a)
	x := 5
	ok := x > 3 && (x < 4 || x == 5) && !(x != 5)
	fmt.Println(ok)
	for i := 0; i < 3 && ok; i++ {
		if i == 1 {
			ok = false
		}
		fmt.Println(i)
	}
	var p *int
	if p != nil && *p > 0 {
		fmt.Println("never")
	}
}
