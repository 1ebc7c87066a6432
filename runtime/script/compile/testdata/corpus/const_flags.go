package services

import (
	"fmt"
)

// Constants of a named type that are computed where they are compared.

type Perm uint

const (
	R Perm = 1 << iota
	W
	X
)

func run0() {
	p := R | W
	x := p&(R|W) == R|W
	y := p&(R|W) == (R | W)
	z := (p & (R | W)) == R|W
	a := p == R|W
	b := R|W == p
	c := p&3 == 1|2
	d := p == 3
	e := p+0 == R|W
	fmt.Println(x, y, z, a, b, c, d, e, uint(p), p == R+W)
	if p == R|W {
		fmt.Println("if")
	}
	n := 3
	f := n == 1|2
	g := n&(1|2) == 1|2
	fmt.Println(f, g, n == 1+2)

}

type Mode uint

const (
	Rd Mode = 1 << iota
	Wr
	Ex
)

var names = []struct {
	p Mode
	n string
}{{Rd, "r"}, {Wr, "w"}, {Ex, "x"}}

func (p Mode) String() (s string) {
	for _, x := range names {
		if p&x.p != 0 {
			s += x.n
		} else {
			s += "-"
		}
	}
	return
}
func ParseMode(s string) (p Mode, err error) {
	for i, c := range s {
		switch {
		case c == '-':
		case i < len(names) && string(c) == names[i].n:
			p |= names[i].p
		default:
			return 0, fmt.Errorf("bad %q at %d", c, i)
		}
	}
	return
}
func run1() {
	for _, s := range []string{"rw-", "--x", "rz"} {
		p, err := ParseMode(s)
		fmt.Println(p, uint(p), err, p&(Rd|Wr) == Rd|Wr)
	}
	fmt.Printf("%v %s %d %03b\n", Rd|Ex, Wr, Ex, uint(Rd|Ex))
}

func Run() {
	run0()
	run1()
}
