package services

import "fmt"

func join(sep string, parts ...string) (out string) {
	for i, p := range parts {
		if i > 0 {
			out += sep
		}
		out += p
	}
	return
}
func pass(args ...any) string     { return fmt.Sprintln(args...) }
func two() (int, string)          { return 1, "x" }
func take(n int, s string) string { return fmt.Sprint(n, s) }
func Run() {
	fmt.Println(join(","), join(",", "a"), join("-", "a", "b"), join("+", []string{"c", "d"}...))
	fmt.Print(pass(1, "a", nil, true))
	fmt.Println(take(two()))
	fmt.Println(two())
}
