package services

import (
	"fmt"
	"math"
)

const offset64 = 14695981039346656037
const prime64 = 1099511628211
const top = 1 << 63
const typed uint64 = 1<<64 - 1

func take(n uint64) uint64 { return n >> 60 }
func fnv64(s string) uint64 {
	h := uint64(offset64)
	for i := 0; i < len(s); i++ {
		h ^= uint64(s[i])
		h *= prime64
	}
	return h
}

type id uint64

func Run() {
	var h uint64 = 14695981039346656037
	fmt.Println(h, fnv64("a"), take(1<<63), take(top), take(0xFFFFFFFFFFFFFFFF), typed, uint64(math.MaxUint64))
	x := uint64(1 << 63)
	var y uint64 = 1<<63 | 1
	var z uint64 = math.MaxUint64 - 5
	fmt.Println(x, y, z, x == 1<<63, y&(1<<63) != 0, z > 1<<63, h^offset64, z%(1<<63), id(1<<63), ^uint64(0), ^id(0)>>1)
	x |= 1 << 63
	x ^= top
	x += math.MaxUint64
	fmt.Println(x, []uint64{1 << 63, top}, map[string]uint64{"a": top}, math.MaxUint64/2, uint64(math.MaxUint64)/3)
	var f float64 = 1 << 63
	var g = 1e30
	const huge = 1 << 100
	fmt.Println(f, g, huge>>98, float64(huge), huge/1e20, f == top, g > huge, float32(top))
	switch x {
	case 1 << 63:
		fmt.Println("top")
	case math.MaxUint64:
		fmt.Println("max")
	}
	a := [...]uint64{math.MaxUint64, 1: top}
	s := struct{ n uint64 }{top}
	s.n, a[1] = math.MaxUint64, 1<<63+5
	fmt.Println(a, s, func() uint64 { return 1 << 63 }(), min(uint64(top), 5))
	fmt.Printf("%d %x %T\n", uint64(top), uint64(math.MaxUint64), uint64(top))
	for i := uint64(1 << 63); i > 1<<62; i /= 2 {
		fmt.Print(i, " ")
	}
	fmt.Println()
	var any1 any = uint64(top)
	fmt.Println(any1 == uint64(1<<63), any1)
}
