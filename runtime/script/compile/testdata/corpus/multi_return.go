package services

import (
	"errors"
	"fmt"
)

func div(a, b int) (q, r int, err error) {
	if b == 0 {
		err = errors.New("zero")
		return
	}
	return a / b, a % b, nil
}
func wrap(a, b int) (int, int, error) { return div(a, b) }
func first(n int, rest ...any) int    { return n }
func Run() {
	q, r, err := div(7, 2)
	fmt.Println(q, r, err)
	_, _, err = wrap(1, 0)
	fmt.Println(err)
	if q, _, err := wrap(9, 3); err == nil {
		fmt.Println(q)
	}
	fmt.Println(first(3, "a", 1))
	f := func() (a, b string) { a = "x"; b = a + "y"; return }
	x, y := f()
	fmt.Println(x, y)
}
