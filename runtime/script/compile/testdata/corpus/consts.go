package services

import "fmt"

type level int

const (
	low level = iota
	mid
	high
	_
	top
)
const (
	kb = 1 << (10 * (iota + 1))
	mb
)

func (l level) String() string { return [...]string{"low", "mid", "high", "?", "top"}[l] }

const big = 1 << 62
const pi = 3.14159
const typed float32 = 0.1

func Run() {
	fmt.Println(low, mid, high, top, kb, mb)
	fmt.Println(big>>60, pi*2, typed)
	const local = "l" + "m"
	fmt.Println(local, len(local), level(1).String())
	var d = 10 * kb
	fmt.Println(d, 7/2, 7.0/2, -7%3, 1e3)
	fmt.Printf("%d %s %v\n", int(high), high, mid)
}
