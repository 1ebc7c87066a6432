package services

import (
	"fmt"
	"time"
)

// Integers that are written as floating-point numbers.

func run0() {
	n := 5000000
	x := uint64(10000000000000000)
	fmt.Println(n > 1e6, n == 5e6, n/1e3, x == 1e16, x+1e2, time.Duration(n)*1e3, time.Sleep != nil, int64(2e9)*4)
	switch n {
	case 1e3, 5e6:
		fmt.Println("hit")
	}
	var a [10]int
	b := make([]int, 1e2)
	fmt.Println(len(a), len(b), n*2.0, n<<1.0, 1e3 == 1000, []int{1e2}, map[int]int{1e1: 2e1})
	const k = 1e3
	var y int = k
	y += k
	fmt.Println(y, y%k, k/7, y/(2*k))
}

func Run() {
	run0()
}
