package services

import (
	"fmt"
	"math"
	"time"
)

const (
	A, B = iota, iota * 10
	C, D
	E, F
)

const (
	X, _ = iota, iota
	_, _
	Y, Z
)

const (
	_  = iota
	KB = 1 << (10 * iota)
	MB
	GB
)

const (
	low, high   = 1, -1
	mid         = (low + 5) / 2
	text, ratio = "t" + "u", 1.5 / 2
	yes, letter = low > high, 'x'
)

type level int

const (
	debug, debugName level = iota, iota + 100
	info, infoName
	warn, warnName
)

type shade string

const (
	red  shade = "red"
	blue       = "blue" + red
)

const (
	second, minute = time.Second, 60 * time.Second
	again, _
)

const big, huge = 1 << 62, 1 << 70

const half float32 = 1 / 3.0
const whole, part = 7 / 2, 7 / 2.0
const typed int64 = 5
const derived = typed * 2
const shifted = 1 << 3 >> 1
const complexOne = 1 + 2i
const pi2 = math.Pi * 2
const runeSum = 'a' + 1
const lenOf = len("hello")
const maxed = max(3, 4.5)
const un uint8 = ^uint8(1)
const mask = ^0
const dur = 1500 * time.Millisecond

const (
	flagA uint = 1 << iota
	flagB
	_
	flagD
)

const (
	i0 = iota
	i1 = "skip"
	i2
	i3 = iota
)

func (l level) String() string { return [...]string{"debug", "info", "warn"}[l%100] }

// Run prints constants that are declared in rows.
func Run() {
	fmt.Println(A, B, C, D, E, F, X, Y, Z, KB, MB, GB)
	fmt.Println(low, high, mid, text, ratio, yes, letter)
	fmt.Println(int(debug), int(debugName), int(info), int(infoName), int(warn), int(warnName))
	fmt.Println(debug.String(), info.String(), warnName.String())
	fmt.Println(red, blue, red == "red")
	fmt.Println(second, minute, again, big, huge>>68, half, whole, part)
	fmt.Printf("%T %T %T %T %T %T\n", typed, derived, shifted, complexOne, runeSum, half)
	fmt.Println(typed, derived, shifted, complexOne, pi2, runeSum, lenOf, maxed, un, mask, dur)
	fmt.Println(flagA, flagB, flagD, i0, i1, i2, i3)
	const (
		a, b = iota + 1, iota * 2
		c, d
		_, _
		e, f
	)
	fmt.Println(a, b, c, d, e, f)
	const local, other = "x", 3.5
	fmt.Printf("%T %T %v %v\n", local, other, local, other)
	const big = 1e3
	var n int = big
	var g float32 = big
	fmt.Println(n, g, big)
	{
		const a = a + 10
		const local = local + "y"
		fmt.Println(a, local)
	}
	const (
		mon level = iota
		tue
		wed
	)
	switch l := tue; l {
	case mon:
		fmt.Println("mon")
	case tue, wed:
		fmt.Println("tue", wed)
	}
	var arr [lenOf]int
	var arr2 [c + 1]string
	fmt.Println(len(arr), len(arr2))
	var u8 uint8 = 255
	const one = 1
	fmt.Println(u8+one, 1<<one, -5/one, 5.0/(one+1))
	var x float64 = one
	fmt.Println(x/2, one/2, one/2.0)
	for i := range c {
		const step = 5
		fmt.Println(i * step)
	}
	const q = 10
	func() {
		const r = q * q
		fmt.Println(r)
	}()
	const f32 float32 = 0.1
	fmt.Println(f32, float64(f32) == 0.1, f32*3)
	const b1, b2 = a == 1, local == "y"
	fmt.Println(b1, b2, !b1)
	const neg = -1
	fmt.Println(uint32(1<<32+neg), neg%3, neg>>1)
	const maxU = math.MaxUint64
	fmt.Println(uint64(maxU), maxU/math.MaxInt64)
}
