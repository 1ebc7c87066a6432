package services

import (
	"bytes"
	"fmt"
	"io"
)

type A interface{ M() }
type B interface{ N() }
type AB interface {
	M()
	N()
}
type X int

func (X) M() {}

type Y struct {
	a int
	b int
}

func (Y) M() {}
func (Y) N() {}

type Z struct{ a int }

func (*Z) M() {}
func (*Z) N() {}

type W interface{ WriteString(s string) (int, error) }
type L interface{ Len() int }

func try(f func()) { defer func() { fmt.Println("recovered", recover() != nil) }(); f() }
func Run() {
	for i, a := range []A{X(1), Y{1, 2}, &Z{1}, nil} {
		b, ok := a.(B)
		fmt.Println(i, b != nil, ok)
		_, ok = a.(AB)
		fmt.Println(ok)
		c, ok := a.(A)
		fmt.Println(c != nil, ok)
		switch x := a.(type) {
		case AB:
			x.N()
			fmt.Println("AB")
		case B:
			fmt.Println("B")
		case A:
			fmt.Println("A")
		default:
			fmt.Println("none")
		}
		try(func() { a.(B).N() })
		try(func() { _ = a.(AB) })
		if y, ok := b.(Y); ok {
			fmt.Println(y.a, y.b)
		}
	}
	var w W = &bytes.Buffer{}
	w.WriteString("abc")
	l, ok := w.(L)
	fmt.Println(ok)
	if ok {
		fmt.Println(l.Len())
	}
	_, ok = w.(B)
	fmt.Println(ok)
	r, ok := w.(io.Reader)
	fmt.Println(ok, r != nil)
	s, ok := w.(fmt.Stringer)
	fmt.Println(ok, s)
}
