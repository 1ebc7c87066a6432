package services

import (
	"fmt"
	"strconv"
)

func get(i int) (int, error) {
	if i > 0 {
		return i, fmt.Errorf("e%d", i)
	}
	return 0, nil
}
func a1() {
	x, err := get(0)
	defer func() { fmt.Println("deferred", err) }()
	y, err := get(1)
	fmt.Println(x, y)
}
func a2() {
	x, err := strconv.Atoi("1")
	f := func() { fmt.Println("host", err) }
	y, err := strconv.Atoi("z")
	f()
	fmt.Println(x, y)
}
func a3() {
	x, n := 1, 2
	f := func() { fmt.Println("several", n, x) }
	p := &n
	y, n := 3, 4
	f()
	fmt.Println(y, *p)
}
func a4() {
	m := map[string]int{"a": 1}
	v, ok := m["a"]
	f := func() { fmt.Println("map", ok, v) }
	w, ok := m["b"]
	f()
	fmt.Println(w)
}
func a5() (err error) {
	defer func() { fmt.Println("named", err) }()
	x, err := get(2)
	fmt.Println(x)
	return
}
func a6(n error) {
	f := func() { fmt.Println("param", n) }
	x, n := 5, error(nil)
	f()
	fmt.Println(x, n)
	y, n := get(7)
	f()
	fmt.Println(y, n)
}
func a7() {
	c := make(chan int, 2)
	c <- 4
	x, ok := 1, true
	f := func() { fmt.Println("recv", ok, x) }
	close(c)
	y, ok := <-c
	f()
	z, ok := <-c
	f()
	var e any = 1
	s, ok := e.(string)
	f()
	fmt.Println(y, z, s)
}
func Run() {
	fmt.Println(b1())
	fmt.Println(b2())
	fmt.Println(b3(fmt.Errorf("x")).v)
	b4()
	fmt.Println((&node{1}).self())
	a1()
	a2()
	a3()
	a4()
	a5()
	a6(nil)
	a7()
}
func b1() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("wrapped: %w", err)
		}
	}()
	x, err := get(3)
	if err != nil {
		return err
	}
	fmt.Println(x)
	return nil
}
func b2() (n int, err error) {
	defer func() { n++ }()
	n, err = get(0)
	m, err := get(4)
	return m, err
}

type node struct{ v int }

func parse(i int) (*node, error) { return &node{i}, nil }
func b3(err error) (out *node) {
	var fs []func() (int, error)
	defer func() {
		for _, f := range fs {
			fmt.Println(f())
		}
	}()
	f := func() error { return err }
	node, err := parse(3)
	fmt.Println(f() == nil, node.v)
	other, err := parse(4)
	for i := range 2 {
		node, err := parse(i)
		fs = append(fs, func() (int, error) { return node.v, err })
		last, err := get(i)
		_ = last
	}
	return other
}
func b4() {
	var v any
	var s fmt.Stringer
	f := func() { fmt.Println(v, s) }
	x, v := 1, any(2)
	f()
	y, s := 2, fmt.Stringer(nil)
	f()
	z, v := get(5)
	f()
	fmt.Println(x, y, z, s)
}
func (n *node) self() (int, error) {
	defer func() { fmt.Println("self", n.v) }()
	x, n := 1, &node{9}
	return x + n.v, nil
}
