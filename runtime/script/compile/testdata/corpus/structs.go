package services

import "fmt"

type point struct{ X, Y int }
type line struct {
	From, To point
	Label    *string
}

func (p point) add(q point) point { return point{p.X + q.X, p.Y + q.Y} }
func (p *point) scale(n int)      { p.X *= n; p.Y *= n }
func newPoint(x, y int) *point    { return &point{x, y} }
func modify(p point) point        { p.X = 100; return p }
func Run() {
	p := point{1, 2}
	q := modify(p)
	fmt.Println(p, q, p == point{1, 2}, p != q)
	p.scale(3)
	fmt.Println(p.add(point{Y: 1}), newPoint(4, 5).X)
	l := line{From: p, To: point{9, 9}}
	l.From.X = 0
	fmt.Println(l.From, p.X, l.Label == nil)
	ps := []point{{1, 1}, {2, 2}}
	for _, v := range ps {
		v.X = 50
	}
	for i := range ps {
		ps[i].Y = 60
	}
	fmt.Println(ps)
	pp := &ps[0]
	pp.X = 7
	fmt.Println(ps[0].X)
	anon := struct {
		A int
		B string
	}{1, "b"}
	fmt.Println(anon.A, anon)
	arr := [2]point{{1, 2}}
	arr2 := arr
	arr2[0].X = 5
	fmt.Println(arr, arr2)
	m := map[string]point{"a": {1, 2}}
	v := m["a"]
	v.X = 9
	fmt.Println(m["a"].X, v.X)
	var e any = p
	p.X = 77
	fmt.Println(e.(point).X)
}
