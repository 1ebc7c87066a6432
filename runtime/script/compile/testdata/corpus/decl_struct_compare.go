package services

import "fmt"

type point struct{ x, y int }

type segment struct {
	from, to point
	name     string
}

type key struct {
	id   int
	tag  string
	flag bool
}

type holder struct {
	p   *point
	v   any
	arr [2]point
}

// Run prints what it finds.
func Run() {
	a, b := point{1, 2}, point{1, 2}
	fmt.Println(a == b, a != b, &a == &b, a == point{2, 1})
	s := segment{a, b, "s"}
	t := s
	t.from.x = 9
	fmt.Println(s == t, s.from == a, t.from == point{9, 2}, s == segment{point{1, 2}, point{1, 2}, "s"})
	m := map[key]string{{1, "a", true}: "one", {2, "b", false}: "two"}
	fmt.Println(m[key{1, "a", true}], m[key{2, "b", true}] == "", len(m))
	m[key{tag: "c"}] = "three"
	delete(m, key{2, "b", false})
	_, ok := m[key{0, "c", false}]
	fmt.Println(len(m), ok)
	h1, h2 := holder{&a, 1, [2]point{a, b}}, holder{&a, 1, [2]point{b, a}}
	fmt.Println(h1 == h2, h1 == holder{&b, 1, h1.arr})
	h2.v = "x"
	fmt.Println(h1 == h2)
	arr1, arr2 := [3]int{1, 2, 3}, [...]int{1, 2, 3}
	fmt.Println(arr1 == arr2, arr1 != [3]int{})
	points := map[point]int{}
	for i := range 4 {
		points[point{i % 2, 0}]++
	}
	fmt.Println(points[point{0, 0}], points[point{1, 0}], points[point{2, 0}])
	grid := map[[2]int]string{{0, 0}: "o", {1, 1}: "d"}
	fmt.Println(grid[[2]int{1, 1}], grid[[2]int{0, 1}] == "")
	var x, y any = point{1, 2}, point{1, 2}
	fmt.Println(x == y, x == any(a), x != nil)
	var e1, e2 struct{}
	fmt.Println(e1 == e2)
	anon := struct {
		a int
		b string
	}{1, "q"}
	fmt.Println(anon == struct {
		a int
		b string
	}{1, "q"})
	set := map[any]bool{point{1, 1}: true, 1: true, "a": true}
	fmt.Println(set[point{1, 1}], set[1], set["b"])
	switch a {
	case point{}:
		fmt.Println("zero")
	case point{1, 2}:
		fmt.Println("one two")
	}
	find := func(ps []point, p point) int {
		for i, q := range ps {
			if q == p {
				return i
			}
		}
		return -1
	}
	fmt.Println(find([]point{{3, 4}, {1, 2}}, a), find(nil, a))
}
