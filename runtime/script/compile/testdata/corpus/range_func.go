package services

import "fmt"

func count(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				fmt.Println("stopped")
				return
			}
		}
	}
}
func find(n int) (int, string) {
	for i := range count(10) {
		if i == n {
			return i, "found"
		}
	}
	return -1, "none"
}
func named(n int) (r int, err error) {
	for i := range count(5) {
		if i == n {
			return i * 2, nil
		}
		if i > 3 {
			r = 99
			return
		}
	}
	return
}
func Run() {
	for i := range count(5) {
		if i == 1 {
			continue
		}
		if i == 3 {
			break
		}
		fmt.Println(i)
	}
	fmt.Println(find(4))
	fmt.Println(find(40))
	fmt.Println(named(2))
	fmt.Println(named(20))
	sum := 0
	for i := range count(4) {
		for j := range count(i) {
			if j > 1 {
				break
			}
			switch j {
			case 0:
				continue
			}
			sum += i*10 + j
		}
	}
	fmt.Println(sum)
	for range count(2) {
		fmt.Println("x")
	}
}
