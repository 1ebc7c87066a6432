package services

import (
	"fmt"
	"math"
	"math/bits"
)

type Flags uint8

const (
	Read Flags = 1 << iota
	Write
	Exec
	All = Read | Write | Exec
)

func (f Flags) Has(x Flags) bool { return f&x == x }
func (f *Flags) Set(x Flags)     { *f |= x }
func (f *Flags) Clear(x Flags)   { *f &^= x }
func (f Flags) String() string {
	s := ""
	for i, n := range []string{"r", "w", "x"} {
		if f&(1<<uint(i)) != 0 {
			s += n
		} else {
			s += "-"
		}
	}
	return s
}

const (
	KB = 1 << (10 * (iota + 1))
	MB
	GB
)

const (
	a, b = iota, iota * 10
	c, d
	_, _
	e, f
)

const big = 1 << 100
const huge = big >> 98
const mask = ^uint32(0)
const pi2 = math.Pi * 2

type Celsius float64
type Fahrenheit float64

func ToF(c Celsius) Fahrenheit { return Fahrenheit(c*9/5 + 32) }

func fnv(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h ^= uint32(s[i])
		h *= 16777619
	}
	return h
}

func crc(data []byte) (crc uint16) {
	crc = 0xFFFF
	for _, b := range data {
		crc ^= uint16(b) << 8
		for i := 0; i < 8; i++ {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return
}

func luhn(s string) bool {
	sum, alt := 0, false
	for i := len(s) - 1; i >= 0; i-- {
		n := int(s[i] - '0')
		if alt {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
		alt = !alt
	}
	return sum%10 == 0
}

func Run() {
	var p Flags
	p.Set(Read | Exec)
	fmt.Println(p, p.Has(Read), p.Has(Write), All, uint8(All))
	p.Clear(Read)
	fmt.Printf("%v %d %s %08b %x\n", p, p, p, uint8(p), uint8(All))
	fmt.Println(KB, MB, GB, a, b, c, d, e, f, huge, mask, pi2)
	var i8 int8 = 127
	i8++
	var u8 uint8 = 0
	u8--
	var i32 int32 = math.MaxInt32
	i32 += 2
	var u16 uint16 = 65535
	u16 *= 2
	fmt.Println(i8, u8, i32, u16)
	x := 300
	fmt.Println(int8(x), uint8(x), byte(x>>1), int16(x*1000), uint32(-x), uint64(int8(-x)))
	fl := 3.99
	fmt.Println(int(fl), int(-fl), int64(fl*100), float32(0.1), float64(float32(0.1)))
	fmt.Println(7/2, -7/2, 7%3, -7%3, 7.0/2, 1/3.0, 10/4*2.5)
	fmt.Println(1<<3|1, 6&^2, 5^1, ^5, -5>>1, uint8(200)>>1, 1<<uint(x%7))
	var s uint = 70
	fmt.Println(1<<s == 0, int32(1)<<(s-39), uint8(1)<<7, int64(1)<<s, -1>>s)
	fmt.Println(ToF(100), ToF(-40), Celsius(36.6))
	fmt.Printf("%.1f %T %v\n", ToF(37), 1.0, Celsius(1))
	fmt.Println(fnv("hello"), crc([]byte("123456789")), luhn("4539578763621486"), luhn("1234"))
	fmt.Println(bits.OnesCount(255), bits.LeadingZeros32(1), bits.Reverse8(1), bits.Len(1023), bits.RotateLeft8(0x81, 1))
	fmt.Println(math.Floor(-1.5), math.Ceil(1.2), math.Round(2.5), math.Trunc(-1.9), math.Sqrt(2), math.Pow(2, 10), math.Abs(-3), math.Mod(7, 3), math.Hypot(3, 4))
	fmt.Println(math.Inf(1), math.Inf(-1), math.NaN(), math.IsNaN(math.NaN()), math.MaxInt64, math.MinInt64, uint64(math.MaxUint64))
	nan := math.NaN()
	fmt.Println(nan == nan, nan < 1, nan != nan)
	fmt.Println(0x1F, 0b1011, 0o17, 1_000_000, 'a', '\n', '\x41', 1e3, 0x1p4, "\u00e9", `raw\n`)
	var u32 uint32 = 1 << 31
	fmt.Println(u32<<1, u32>>31, int32(u32), uint64(u32)<<1, u32+u32)
	fmt.Println(min(3, 1, 2), max(2.5, 1), min("b", "a"))
	const typed int64 = 5
	var y = typed * 2
	fmt.Printf("%T %v %T %T %T\n", y, y, 'x', 1i, 2.0)
	r := 'a' + 1
	fmt.Println(r, string(r), string(rune(65+2)), []byte("é"), []rune("é"), string([]byte{104, 105}), string([]rune{0x4e16, 33}))
	cpx := complex(1, 2)
	fmt.Println(cpx*cpx, real(cpx), imag(cpx), cpx == 1+2i)
	h := 0
	for i := range 10 {
		h = h*31 + i
		h &= 0xFFFF
	}
	fmt.Println(h)
	var acc float32
	for range 10 {
		acc += 0.1
	}
	fmt.Println(acc, acc == 1, float64(acc))
	n := -17
	fmt.Println(n/5, n%5, (n%5+5)%5, n>>2, uint8(n), n&0xF)
	fmt.Println(uint64(1)<<63, int64(math.MinInt64)/-1 == math.MinInt64)
	var z int64 = math.MinInt64
	fmt.Println(-z == z, z-1 > 0)
}
