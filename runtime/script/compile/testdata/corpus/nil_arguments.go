package services

import (
	"errors"
	"fmt"
)

type shape interface{ Area() int }
type square int

func (s square) Area() int { return int(s * s) }

type box struct{ n int }

func (b *box) Area() int { return b.n }

func isNil(s shape) bool                { return s == nil }
func notNil(s shape) bool               { return s != nil }
func isNilError(err error) bool         { return err == nil }
func isNilAny(v any) bool               { return v == nil }
func isNilStringer(s fmt.Stringer) bool { return s == nil }
func countNil(list ...shape) (n int) {
	for _, s := range list {
		if s == nil {
			n++
		}
	}
	return n
}
func area(s shape) int {
	if s == nil {
		return -1
	}
	return s.Area()
}

type holder struct{ s shape }

func (h *holder) set(s shape) { h.s = s }
func (h holder) empty() bool  { return h.s == nil }

func first() shape         { return nil }
func pair() (shape, error) { return nil, nil }

func Run() {
	fmt.Println(isNil(nil), isNil(square(0)), isNil(&box{}), notNil(nil), notNil(square(1)))
	fmt.Println(isNilError(nil), isNilError(errors.New("x")), isNilAny(nil), isNilAny(0), isNilStringer(nil))
	fmt.Println(countNil(nil, square(1), nil), countNil(), area(nil), area(square(3)), area(&box{4}))
	var s shape
	var b *box
	fmt.Println(isNil(s), isNil(b), isNil(first()), countNil(s, b))
	h := &holder{}
	h.set(nil)
	fmt.Println(h.empty())
	h.set(square(2))
	fmt.Println(h.empty(), h.s == square(2), h.s == square(3))
	h.set(s)
	fmt.Println(h.empty())
	if s, err := pair(); s == nil && err == nil {
		fmt.Println("both", isNil(s), isNilError(err))
	}
	f := func(s shape, err error) bool { return s == nil && err == nil }
	fmt.Println(f(nil, nil), f(square(1), nil), f(nil, errors.New("y")))
	m := map[string]shape{"a": nil, "b": square(1)}
	fmt.Println(m["a"] == nil, m["b"] == nil, m["c"] == nil, isNil(m["a"]), isNil(m["c"]))
	list := []shape{nil, square(1)}
	fmt.Println(list[0] == nil, list[1] == nil, isNil(list[0]))
	ch := make(chan shape, 1)
	ch <- nil
	fmt.Println(<-ch == nil)
	switch v := s.(type) {
	case nil:
		fmt.Println("nil")
	default:
		fmt.Println("not nil", v)
	}
}
