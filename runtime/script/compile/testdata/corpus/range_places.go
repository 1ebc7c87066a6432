package services

import "fmt"

type grid struct {
	cells [2][3]int
	row   *[3]int
	name  string
}

type triple [3]int

func arrayPointer() *[3]int { return &[3]int{7, 8, 9} }

func (t *triple) sum() (n int) {
	for _, v := range t {
		n += v
	}
	return n
}

func (t *triple) double() {
	for i := range t {
		t[i] *= 2
	}
}

// Run ranges over pointers to arrays and over texts that are no UTF-8.
func Run() {
	a := [3]int{1, 2, 3}
	p := &a
	for i, v := range p {
		fmt.Println(i, v)
	}
	for i := range p {
		p[i] += 10
	}
	for _, v := range p {
		a[2] = 99
		fmt.Println(v)
	}
	for range p {
		fmt.Print(".")
	}
	fmt.Println(len(p), cap(p), p[1], p[:2], p[1:], p[:], (*p)[0])
	for i, v := range *p {
		a[2] = 5
		fmt.Println(i, v)
	}
	var nothing *[3]int
	for i := range nothing {
		fmt.Print(i)
	}
	fmt.Println(len(nothing))
	for i, v := range arrayPointer() {
		fmt.Println(i, v)
	}
	g := &grid{row: &[3]int{4, 5, 6}}
	for i, v := range g.row {
		g.cells[1][i] = v
	}
	for i, r := range &g.cells {
		for j, v := range &g.cells[i] {
			fmt.Print(i, j, v, r[j], " ")
		}
	}
	fmt.Println()
	var fs []func() int
	for i, v := range p {
		fs = append(fs, func() int { v += i; return v })
	}
	for _, f := range fs {
		fmt.Println(f(), f())
	}
	var i, v int
	for i, v = range p {
	}
	fmt.Println(i, v)
	t := triple{1, 2, 3}
	t.double()
	fmt.Println(t.sum(), t)
outer:
	for i, v := range &t {
		for j := range p {
			if j == 1 {
				continue outer
			}
			if v == 6 {
				break outer
			}
			fmt.Println(i, j)
		}
	}
	structs := &[2]grid{{name: "a"}, {name: "b"}}
	for i, s := range structs {
		s.name += "!"
		structs[i].name += s.name
	}
	fmt.Println(structs[0].name, structs[1].name)
	s := p[:]
	s[0] = 1000
	fmt.Println(a[0], *p)

	for _, text := range []string{"x\xffy", "\xe2\x82", "é\xc3", "日\xe6\x97本", "", "\xf0\x9f\x98\x80!", "\x80\x80", "a\xed\xa0\x80b", "\ufffd"} {
		for i, r := range text {
			fmt.Printf("%d:%U ", i, r)
		}
		for i := range text {
			fmt.Print(i, " ")
		}
		for _, r := range text {
			fmt.Print(r, " ")
		}
		n := 0
		for range text {
			n++
		}
		var k int
		var l rune
		for k, l = range text {
		}
		for k = range text {
		}
		fmt.Println(n, k, l, len([]rune(text)))
	}
	type str string
	for i, r := range str("a\xffb") {
		fmt.Printf("%d:%c%T ", i, r, r)
	}
	for i, r := range "k\xffl" {
		fmt.Println(i, string(r))
	}
	const bad = "\xfe!"
	for i, r := range bad {
		defer func() { fmt.Println(i, r) }()
	}
	m, k := map[int]rune{}, 0
	for k, m[9] = range "\xffz" {
		m[k] = m[9]
	}
	fmt.Println(m)
}
