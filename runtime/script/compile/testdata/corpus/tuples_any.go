package services

import "fmt"

type pair struct{ A, B any }

func none() any { return nil }

func both() (any, error) {
	return len("abc"), nil
}

func Run() {
	i := 7
	var v, w any = 1, nil
	v, w = w, v
	fmt.Println(v, w)
	v, w = i, nil
	fmt.Println(v, w)
	v, w = none(), i+1
	fmt.Println(v, w)
	s := []any{1, "b", nil}
	s[0], s[2] = s[2], s[0]
	s[0], s[1] = s[1], s[0]
	fmt.Println(s)
	m := map[string]any{"a": 1}
	m["a"], m["b"] = m["b"], m["a"]
	fmt.Println(m)
	x, y := pair{1, 2}, pair{3, 4}
	x.A, y.B = y.B, x.A
	fmt.Println(x, y)
	a, b := v, none()
	fmt.Println(a, b)
	fmt.Println(both())
}
