package services

import "fmt"

func grade(n int) (s string) {
	switch {
	case n > 90:
		s += "A"
		fallthrough
	case n > 80:
		s += "B"
		fallthrough
	case n > 70:
		s += "C"
	case n > 60:
		s += "D"
	default:
		s += "F"
	}
	return
}

func days(m, y int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		switch {
		case y%400 == 0:
			fallthrough
		case y%4 == 0 && y%100 != 0:
			return 29
		default:
			return 28
		}
	}
	return 31
}

func first(n int) string {
	switch n {
	default:
		return "default"
	case 1:
		fallthrough
	case 2:
		if n == 1 {
			break
		}
		return "two"
	}
	return "after"
}

func middle(n int) (out []string) {
	switch n {
	case 0:
		out = append(out, "zero")
		fallthrough
	default:
		out = append(out, "default")
		fallthrough
	case 5:
		out = append(out, "five")
	case 6:
		out = append(out, "six")
	}
	return out
}

func scoped(n int) string {
	switch x := n * 2; x {
	case 2:
		y := x + 1
		return fmt.Sprint("y", y)
	case 4:
		y := "text"
		{
			y := y + "!"
			return y
		}
	}
	return ""
}

func calls(log *[]string) {
	f := func(s string, v int) int { *log = append(*log, s); return v }
	switch f("tag", 2) {
	case f("a", 1), f("b", 2), f("c", 3):
		*log = append(*log, "hit")
	case f("d", 4):
	}
}

// Run prints what it finds.
func Run() {
	for _, n := range []int{95, 85, 75, 65, 5} {
		fmt.Print(grade(n), " ")
	}
	fmt.Println()
	fmt.Println(days(2, 2000), days(2, 1900), days(2, 2024), days(2, 2023), days(4, 1), days(1, 1))
	fmt.Println(first(1), first(2), first(3), middle(0), middle(1), middle(5), middle(6))
	fmt.Println(scoped(1), scoped(2), scoped(3))
	var log []string
	calls(&log)
	fmt.Println(log)
	for i := range 4 {
		switch {
		case i == 1:
			continue
		case i == 2:
			break
		default:
			fmt.Print("d")
		}
		fmt.Print(i)
	}
	fmt.Println()
	switch f := 2.0; f {
	case 1 + 1:
		fmt.Println("float")
	}
	switch b := byte('x'); b {
	case 'x':
		fmt.Println("byte")
	}
	switch true {
	case false:
	case len("abc") == 3:
		fmt.Println("true tag")
	}
	switch c := any('x').(type) {
	case rune:
		fmt.Println("rune", c)
	}
}
