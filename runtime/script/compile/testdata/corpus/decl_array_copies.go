package services

import "fmt"

type board [3][3]byte

func (b board) set(r, c int, v byte) board { b[r][c] = v; return b }

func (b *board) put(r, c int, v byte) { b[r][c] = v }

func (b board) String() string {
	s := ""
	for _, row := range b {
		for _, c := range row {
			if c == 0 {
				c = '.'
			}
			s += string(rune(c))
		}
		s += "/"
	}
	return s
}

type state struct {
	cells [4]int
	inner struct{ list [2]string }
}

func change(a [3]int) [3]int { a[0] = 100; return a }

func changeAll(as [2][2]int) int {
	for i := range as {
		as[i][0]++
	}
	return as[0][0] + as[1][0]
}

// Run prints what it finds.
func Run() {
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 9
	fmt.Println(a, b, change(a), a)
	c := &a
	c[1] = 8
	d := *c
	d[2] = 7
	fmt.Println(a, d)
	var x board
	y := x.set(1, 1, 'x')
	x.put(0, 0, 'o')
	fmt.Println(x.String(), y.String(), x == y)
	row := x[0]
	row[0] = 'z'
	fmt.Println(x.String())
	pr := &x[2]
	pr[2] = 'w'
	fmt.Println(x.String())
	s := state{cells: [4]int{1}}
	t := s
	t.cells[0], t.inner.list[1] = 5, "t"
	fmt.Println(s, t)
	list := []state{s, t}
	for _, v := range list {
		v.cells[3] = 33
	}
	for i := range list {
		list[i].cells[2] = 22
	}
	fmt.Println(list)
	m := map[string][2]int{"a": {1, 2}}
	v := m["a"]
	v[0] = 50
	fmt.Println(m, v)
	m["a"] = v
	v[1] = 60
	fmt.Println(m)
	grid := [2][2]int{{1, 2}, {3, 4}}
	fmt.Println(changeAll(grid), grid)
	copied := grid
	copied[0], copied[1] = copied[1], copied[0]
	copied[0][0] = 0
	fmt.Println(grid, copied)
	ch := make(chan [2]int, 2)
	w := [2]int{1, 1}
	ch <- w
	w[0] = 2
	ch <- w
	fmt.Println(<-ch, <-ch)
	f := func() [3]int { return a }
	g := f()
	g[0] = -1
	fmt.Println(a, g, f()[1], len(f()))
	var i any = a
	a[0] = 77
	fmt.Println(i, i.([3]int)[0])
	sl := a[:]
	sl[1] = 66
	fmt.Println(a, sl, len(sl), cap(a[1:2]))
	for i, n := range a {
		a[2] = 1000
		fmt.Print(i, n, " ")
	}
	fmt.Println()
	idx := [...]string{2: "c", 0: "a", 4: "e"}
	fmt.Printf("%d %q\n", len(idx), idx)
	conv := [2]int([]int{4, 5, 6}[:2])
	fmt.Println(conv)
	arrs := [][2]int{{1, 2}, {3, 4}}
	first := arrs[0]
	arrs[0][0] = 10
	fmt.Println(first, arrs)
	n := copy(a[1:], []int{5, 5, 5})
	fmt.Println(n, a)
}
