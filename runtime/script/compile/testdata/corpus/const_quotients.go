package services

import (
	"fmt"
	"math"
	"time"
)

// Quotients of constants are whole where both are.

func run0() {
	const c = 10
	var f float64 = c / 4
	var g float64 = (c / 4)
	h := float64(c / 4)
	i := float64(10) / 4
	var j float32 = 7 / 2
	x := 2.0
	x = c / 4
	x += 7 / 2
	y := x * (7 / 2)
	z := 7/2*x + x
	w := []float64{1 / 2, 3 / 2, 1 / 2.0}
	fmt.Println(f, g, h, i, j, x, y, z, w, math.Max(1/2, 3/2), x > 5/2, x == 7/2)
	m := map[string]float64{"a": 9 / 2}
	s := struct{ v float64 }{9 / 2}
	s.v = 5 / 2
	m["b"] += 5 / 2
	fmt.Println(m, s, 1/3.0, float32(1)/3, 2*math.Pi/4, -7/2, 7/-2, -7/2.0)
	fmt.Println(func() float64 { return 5 / 2 }(), func(a float64) float64 { return a }(5/2))
}

func run1() {
	const c = 10
	const f float64 = c / 4
	const g = c / 4
	const h = c / 4.0
	const (
		a = iota / 2
		b
		d
		e float64 = iota / 2
		k
	)
	const third = 1.0 / 3
	var x float64 = g
	fmt.Println(f, g, h, a, b, d, e, k, third*3 == 1, x, third)
}

func run2() {
	const pct = 15
	price := 19.99
	fmt.Printf("%.4f %.4f %.4f\n", price*pct/100, price*(pct/100), price*(pct/100.0))
	d := 5 * time.Second / 2
	e := time.Duration(5/2) * time.Second
	fmt.Println(d, e, time.Second/3, 3/2*time.Second)
}

func run3() {
	var u8 uint8 = 255 / 2
	var r rune = 'z' - 'a'/2
	n := 10
	fmt.Println(u8, r, n/4*4, n*3/4, float64(n)/4, float64(n/4), 1<<3/3, 7&3/2, 10%4/1.0)
}

func run4() {
	const half = 7 / 2
	const rest = 100 - 7/2
	const (
		a = iota*10 - 5/2
		b
		c
	)
	x := 100 - 7/2
	var y int64 = 9/2*2 + 1
	z := 7/2*2 - half
	w := time.Second - 3*time.Second/2
	var u uint8 = 200 - 9/2
	r := 'z' - 'a'/2
	p := -7/2 + 10 - (9/4)*3
	q := []int{1: 7/2 - 1, 9 / 2: 5}
	var arr [7/2 + 1]int
	fmt.Println(half, rest, a, b, c, x, y, z, w, u, r, p, q, len(arr), 1<<(9/2), 2.5-3/2, x-9/2, x*(9/2)-7/2)
	switch x {
	case 300/2 - 7/2:
		fmt.Println("no")
	case 100 - 7/2:
		fmt.Println("yes")
	}
	for i := 10 - 3/2; i > 5-9/2; i -= 7 / 2 {
		fmt.Print(i, " ")
	}
	fmt.Println(x > 100-7/2, x == 97, 1000/3*3, 1e3/3 > 333, time.Duration(1000/3)*time.Millisecond)

}

func Run() {
	run0()
	run1()
	run2()
	run3()
	run4()
}
