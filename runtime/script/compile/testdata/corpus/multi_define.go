package services

import "fmt"

type pt struct{ X int }

func vals() []int { r := make([]int, 0, 2); r = append(r, 7); return r }

func both() ([]int, map[string]int, error) {
	defer func() {}()
	return []int{4}, map[string]int{"k": 1}, nil
}

func Run() {
	a, b := vals(), []int{1}
	fmt.Println(a, b)
	g, h := vals(), pt{3}
	fmt.Println(g, h)
	k, l := vals(), map[string]int{"a": 1}
	fmt.Println(k, l)
	s, t := 5, []int{1}
	fmt.Println(s, t)
	u, v := "x", pt{1}
	fmt.Println(u, v)
	y, z := vals()[0], []int{1}
	fmt.Println(y, z)
	fn, gg := func() int { return 1 }, []int{2}
	fmt.Println(fn(), gg)
	var ii, jj = vals(), []int{2}
	fmt.Println(ii, jj)
	ii, jj = vals(), []int{3}
	fmt.Println(ii, jj)
	if got, want := vals(), []int{7}; len(got) != len(want) {
		fmt.Println("bad", got)
	}
	fmt.Println(both())
	rollback := func() { fmt.Println("rolled back") }
	defer func() { rollback() }()
}
