package services

import "fmt"

func Run() {
	var i int
	var v string
	for i, v = range []string{"a", "b"} {
	}
	fmt.Println(i, v)
	var g func() int
	for i = range [3]int{} {
		if i == 0 {
			g = func() int { return i }
		}
	}
	fmt.Println(g())
	var st struct{ k, v int }
	for st.k, st.v = range []int{7, 8} {
	}
	fmt.Println(st.k, st.v)
	a := []int{1, 2, 3}
	for i, x := range a {
		a = append(a, x)
		a[i] = 0
	}
	fmt.Println(a)
	arr := [3]int{1, 2, 3}
	for i, x := range arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println(x)
		}
	}
}
