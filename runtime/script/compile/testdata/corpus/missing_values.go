package services

import (
	"errors"
	"fmt"
)

// What is missing is the zero value, whatever the last round found.

type point struct{ x, y int }
type shape interface{ area() int }
type box struct {
	a [2]int
	f func()
}

func (p point) area() int { return p.x * p.y }

func kinds(values ...any) {
	for _, a := range values {
		f, ok := a.(func())
		p, isPointer := a.(*int)
		s, isList := a.([]int)
		fmt.Println(f == nil, ok, p == nil, isPointer, s == nil, isList)
		text, ok := a.(string)
		n, _ := a.(int)
		err, isError := a.(error)
		at, isPoint := a.(point)
		_, isShape := a.(shape)
		fmt.Println(text, ok, n, err, isError, at, isPoint, isShape)
	}
}

func Run() {
	ops := map[string]func() int{"a": func() int { return 1 }}
	counts := map[string]int{"a": 1}
	lists := map[string][]int{"a": {1}}
	points := map[string]point{"a": {1, 2}}
	pointers := map[string]*point{"a": {1, 2}}
	boxes := map[string]box{"a": {a: [2]int{1, 2}, f: func() {}}}
	anys := map[string]any{"a": 1, "n": nil}
	errs := map[string]error{"a": errors.New("x")}
	shapes := map[string]shape{"a": point{2, 3}}
	arrays := map[string][2]int{"a": {1, 2}}
	var last int
	var found bool
	for _, k := range []string{"a", "b", "n"} {
		f, ok := ops[k]
		n, hasCount := counts[k]
		list, hasList := lists[k]
		fmt.Println(f == nil, ok, n, hasCount, list, list == nil, hasList)
		p, _ := points[k]
		q, hasPointer := pointers[k]
		b, ok := boxes[k]
		fmt.Println(p, q == nil, hasPointer, b.a, b.f == nil, ok)
		v, ok := anys[k]
		err, hasError := errs[k]
		s, hasShape := shapes[k]
		a, hasArray := arrays[k]
		fmt.Println(v, ok, err, hasError, s == nil, hasShape, a, hasArray)
		last, found = counts[k]
		fmt.Println(last, found)
		if n, ok := counts[k]; ok && n > 0 {
			fmt.Println("has", n)
		} else if list, ok := lists[k]; !ok || len(list) > 5 {
			fmt.Println("neither", n, list)
		}
		if f, ok := ops[k]; ok {
			fmt.Println(f())
		} else {
			fmt.Println(f == nil)
		}
		switch n, ok := counts[k]; {
		case ok:
			fmt.Println("count", n)
		default:
			fmt.Println("no count", n)
		}
		var total, isKnown = counts[k]
		fmt.Println(total, isKnown)
		p.x++
		a[0]++
		points["sum"], _ = points[k]
		counts["copy"], found = n+a[0], hasArray
		fmt.Println(points["sum"], counts["copy"], func() int { p.y++; return p.x + p.y }())
	}
	kinds(func() {}, 1, new(int), "s", nil, []int{1}, 2, "t", errors.New("e"), point{1, 2}, 3)
	next := map[string]string{"a": "b", "b": "c"}
	at, ok := "a", true
	for ok {
		fmt.Print(at, " ")
		at, ok = next[at]
	}
	fmt.Printf("%q\n", at)
	for to, ok := next["a"]; ok; to, ok = next[to] {
		fmt.Print(to, " ")
	}
	fmt.Println()
}
