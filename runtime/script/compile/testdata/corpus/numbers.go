package services

import (
	"fmt"
	"math"
	"math/big"
)

func Run() {
	var u8 uint8 = 250
	u8 += 10
	var i8 int8 = 127
	i8++
	fmt.Println(u8, i8, 7&^2, 6^3, 1<<3|1, -5>>1, ^0)
	var u uint = 3
	fmt.Println(u-2, int32(math.MaxInt32), uint64(math.MaxUint64))
	f := 10.0 / 3
	fmt.Printf("%.3f %d %v\n", f, int(f), float32(f))
	fmt.Println(math.Sqrt(2) > 1.41, math.Inf(1), math.NaN() == math.NaN(), math.Floor(-1.5))
	b := new(big.Int).Exp(big.NewInt(2), big.NewInt(100), nil)
	fmt.Println(b, b.Cmp(big.NewInt(5)))
	x := 5
	x <<= 2
	x |= 1
	x %= 8
	fmt.Println(x, 1_000_000, 0b101, 0o17, 0xff, 'a', "\u00e9")
	c := complex(1, 2)
	fmt.Println(real(c*c), imag(c))
	h := 0
	for _, r := range "hash" {
		h = h*31 + int(r)
	}
	fmt.Println(h)
}
