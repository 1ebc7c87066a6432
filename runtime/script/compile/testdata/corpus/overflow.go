package services

import "fmt"

type Byte uint8
type ID int16

func sum8(a, b uint8) uint8 { return a + b }
func mean(a, b int8) int8   { return (a + b) / 2 }
func hash(s string) (h uint32) {
	for _, c := range []byte(s) {
		h = h<<5 - h + uint32(c)
	}
	return
}
func adler(data string) uint32 {
	a, b := uint32(1), uint32(0)
	for i := range len(data) {
		a = (a + uint32(data[i])) % 65521
		b = (b + a) % 65521
	}
	return b<<16 | a
}
func xorshift(x uint32) uint32 {
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	return x
}
func lcg(s *uint64) int {
	*s = *s*6364136223846793005 + 1442695040888963407
	return int(*s >> 33)
}
func murmur(k uint32) uint32 {
	k *= 0xcc9e2d51
	k = (k << 15) | (k >> 17)
	k *= 0x1b873593
	return k ^ k>>16
}
func pack(r, g, b, a uint8) uint32 { return uint32(r)<<24 | uint32(g)<<16 | uint32(b)<<8 | uint32(a) }
func unpack(c uint32) (r, g, b, a byte) {
	return byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)
}
func varint(n uint64) (out []byte) {
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}
func zigzag(n int64) uint64 { return uint64(n<<1) ^ uint64(n>>63) }
func popcount(x uint64) (n int) {
	for ; x != 0; x &= x - 1 {
		n++
	}
	return
}
func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
func powmod(b, e, m int) int {
	r := 1
	for b %= m; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * b % m
		}
		b = b * b % m
	}
	return r
}

func Run() {
	var a, b uint8 = 200, 100
	fmt.Println(a+b, a+b > 250, sum8(a, b) == a+b, (a+b)/2, a/2+b/2, a*b, a-b, b-a, b-a > 100, -a, ^a, a<<1, a<<1>>1, a>>1<<1)
	var c, d int8 = 100, 50
	fmt.Println(c+d, c+d < 0, mean(c, d), c*d, -c-d, c<<1, ^c, -(c + d))
	tbl := [256]int{44: 7}
	fmt.Println(tbl[a+b], tbl[uint8(300-256)])
	var i16 int16 = 30000
	var u16 uint16 = 40000
	fmt.Println(i16+i16, i16*2 > 0, u16+u16, u16*u16, int(u16)*int(u16), int16(u16), uint16(i16)+u16)
	var i32 int32 = 1 << 30
	var u32 uint32 = 1 << 31
	fmt.Println(i32*4, i32+i32 < 0, u32*2, u32+u32 == 0, u32-1, 0-u32, i32<<2, uint64(u32)*2, int32(u32))
	var i64 int64 = 1 << 62
	var u64 uint64 = 1 << 63
	fmt.Println(i64*2, i64+i64 < 0, u64*2, u64-1, u64/3, u64%7, int64(u64), u64>>1 == uint64(i64))
	var x uint = 3
	fmt.Println(x-4 > 0, x-4, int(x)-4, x<<62, x<<63, x&^1, ^x)
	a += 100
	b -= 101
	c *= 3
	d <<= 2
	fmt.Println(a, b, c, d)
	a++
	b++
	a |= 1
	b ^= 0xF0
	d %= 7
	fmt.Println(a, b, d)
	var by Byte = 250
	by += 10
	var id ID = -32768
	id--
	fmt.Println(by, id, Byte(300-45) == 255, by>>1|by<<7, uint8(by))
	for i := uint8(250); i >= 250; i++ {
		fmt.Print(i, " ")
	}
	fmt.Println()
	for i := uint(3); i < 4; i-- {
		fmt.Print(i, " ")
	}
	fmt.Println()
	fmt.Println(hash("hello world"), adler("Wikipedia"), xorshift(2463534242), murmur(12345))
	seed := uint64(42)
	fmt.Println(lcg(&seed), lcg(&seed)%6, seed)
	fmt.Println(unpack(pack(1, 2, 254, 255)))
	fmt.Println(varint(300), varint(1<<63), zigzag(-3), zigzag(1<<40), popcount(0xFF00FF), gcd(48, 36), powmod(3, 200, 13))
	f := 1e10
	var f32 float32 = 16777216
	fmt.Println(int64(f), int32(int64(f)), f32+1, f32+1 == f32, float64(f32)+1, float32(1)/3, 1.0/3)
	fmt.Println(0.1+0.2, float32(0.1)+float32(0.2), 0.1+0.2 == 0.3)
	p, q := 0.1, 0.2
	fmt.Println(p+q, p+q == 0.3, p*3, p/q, -p)
	var u8s []uint8
	for i := range 5 {
		u8s = append(u8s, uint8(i*100))
	}
	fmt.Println(u8s, int8(u8s[2]), rune(u8s[4]))
	s := uint8(7)
	fmt.Println(1<<s, uint8(1)<<s, int8(1)<<s, uint8(1)<<(s+1), uint16(1)<<s<<s, 1<<s == 128, uint32(1)<<s-1)
	var sh int = 3
	var flags uint32 = 1<<sh | 1<<(sh+1)
	fmt.Println(flags, flags>>sh&1 == 1, flags&(1<<sh) != 0, flags&^(1<<sh), byte(1<<sh))
	mask := byte(0xFF << sh)
	var i64s int64 = 1 << sh
	var ff = float64(1<<3) + 0.5
	fmt.Println(mask, i64s, ff)
	arr := [4]uint8{255, 255}
	arr[0]++
	arr[1] += 2
	m := map[string]uint8{"a": 255}
	m["a"]++
	m["b"]--
	st := struct{ n int8 }{127}
	st.n++
	pst := &st
	pst.n -= 2
	fmt.Println(arr, m, st)
	const big = 1 << 40
	fmt.Println(big/1024, uint32(big>>20), big%1000, float32(big))
	n := 5
	fmt.Println(-n/2, -n%3, n&-n, n^n>>1, n<<1+1, n<<(1+1), 2*n-1, !(n > 3) || n == 5 && true)
	r := 'a'
	r += 2
	by2 := "xyz"[1] - 'a'
	fmt.Println(r, string(r), by2, 'z'-'a', "abc"[0] == 'a', string(rune(by2)+'A'))
	idx := byte('7') - '0'
	fmt.Println(idx*40, int(idx)*40, idx*40 > 255)
}
