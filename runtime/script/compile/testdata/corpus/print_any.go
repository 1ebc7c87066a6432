package services

import "fmt"

type size struct{ W, H int }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.W, s.H) }

type fault struct {
	Code int
	text string
}

func (f *fault) Error() string { return fmt.Sprint(f.Code, " ", f.text) }

type plain struct{ A, B int }

func pick(n int) any {
	return []any{size{1, 2}, &size{3, 4}, &fault{5, "x"}, plain{6, 7}, "text", nil, 8}[n]
}

func Run() {
	for n := range 7 {
		v := pick(n)
		fmt.Println(v)
		fmt.Printf("%v %s|", v, fmt.Sprint(pick(n)))
	}
	fmt.Println()
	err := fmt.Errorf("wrapped: %v", pick(2))
	fmt.Println(err)
}
