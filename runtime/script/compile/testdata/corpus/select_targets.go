package services

import "fmt"

type name string

func (n name) String() string { return "<" + string(n) + ">" }

type point struct{ x, y int }

// Run receives into other types than the channels have, and into entries.
func Run() {
	ints, names := make(chan int, 4), make(chan name, 4)
	var x any
	var s fmt.Stringer
	var ok bool
	m := map[string]any{}
	oks := map[string]bool{}
	ints <- 1
	select {
	case x, ok = <-ints:
	}
	fmt.Println(x, ok)
	names <- "a"
	select {
	case s, ok = <-names:
		fmt.Println(s, ok)
	}
	names <- "b"
	select {
	case s = <-names:
		fmt.Println(s.String())
	}
	ints <- 2
	select {
	case m["k"], oks["k"] = <-ints:
		fmt.Println(m, oks)
	}
	names <- "c"
	select {
	case m["n"] = <-names:
		fmt.Println(m)
	}
	chans := []chan int{ints}
	list := []any{nil, nil}
	ints <- 3
	select {
	case list[1], ok = <-chans[0]:
		fmt.Println(list, ok)
	}
	close(ints)
	select {
	case x, ok = <-ints:
		fmt.Println(x, ok)
	}
	n := 9
	select {
	case n, _ = <-ints:
		fmt.Println(n)
	}
	sends := make(chan any, 2)
	select {
	case sends <- name("d"):
	}
	stringers := make(chan fmt.Stringer, 2)
	select {
	case stringers <- name("e"):
	}
	fmt.Println(<-sends, <-stringers)
	points := make(chan point, 8)
	kept := map[int]point{}
	var held []*point
	var boxed []any
	array := [3]point{}
	for i := range 3 {
		points <- point{i, i}
		points <- point{i * 10, i}
		points <- point{i * 100, i}
		points <- point{i * 1000, i}
		select {
		case kept[i] = <-points:
		}
		select {
		case p := <-points:
			p.y++
			held = append(held, &p)
		}
		var p any
		select {
		case p, _ = <-points:
			boxed = append(boxed, p)
		}
		select {
		case array[i], ok = <-points:
			array[i].y = -1
		}
	}
	fmt.Println(kept, *held[0], *held[1], *held[2], boxed, array)
}
