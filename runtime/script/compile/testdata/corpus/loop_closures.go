package services

import "fmt"

func Run() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		if i == 1 {
			continue
		}
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Println(f(), f())
	}
outer:
	for i, j := 0, 10; i < j; i, j = i+1, j-1 {
		for k := 0; k < 3; k++ {
			if k == 2 {
				continue outer
			}
			if i == 3 {
				break outer
			}
			defer func() { fmt.Println("deferred", i, j, k) }()
		}
	}
}
