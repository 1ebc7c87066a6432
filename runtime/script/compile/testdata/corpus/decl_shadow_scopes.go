package services

import (
	"errors"
	"fmt"
	"strings"
)

var level = "package"

var strs = strings.ToUpper(level)

func param(level int) string {
	if level > 0 {
		level := fmt.Sprint("inner", level)
		level += "!"
		return level
	}
	return fmt.Sprint(level)
}

func loops() (out []string) {
	i := "outer"
	for i := 0; i < 2; i++ {
		i := i * 10
		out = append(out, fmt.Sprint(i))
		for i := range 2 {
			out = append(out, fmt.Sprint("n", i))
		}
	}
	return append(out, i)
}

func errs() error {
	var err error
	if _, err := fmt.Sscan("x", new(int)); err != nil {
		err = fmt.Errorf("inner: %w", err)
		_ = err
	}
	if err == nil {
		err = errors.New("outer")
	}
	for range 2 {
		v, err := 1, err
		_ = v
		err = fmt.Errorf("more: %w", err)
	}
	return err
}

func switches(x any) string {
	switch x := x.(type) {
	case int:
		x++
		{
			x := float64(x) / 2
			return fmt.Sprint(x)
		}
	case string:
		x, y := x+"1", x
		return x + y
	}
	return fmt.Sprint(x)
}

func closure() (out []int) {
	x := 1
	f := func() { x++ }
	{
		x := 100
		g := func() { x++ }
		f()
		g()
		out = append(out, x)
	}
	f()
	return append(out, x)
}

type item struct{ item string }

func (item item) show() string { return item.item }

func same(fmt2 string) (same string) {
	same = fmt2 + "same"
	return
}

func constants() string {
	const a = 1
	const b = a + 1
	{
		const a = "text"
		const b = len(a)
		return fmt.Sprint(a, b)
	}
}

func deep() int {
	n := 1
	if n := n + 1; n > 0 {
		if n := n + 1; n > 0 {
			n := n * 10
			n++
			return n
		}
	}
	return n
}

// Run prints what it finds.
func Run() {
	fmt.Println(level, strs, param(0), param(3), loops(), errs())
	fmt.Println(switches(4), switches("s"), switches(nil), closure(), item{"i"}.show(), same("x"), constants(), deep())
	level := level + " local"
	fmt.Println(level)
	func() {
		level = level + " changed"
		level := 5
		level++
	}()
	fmt.Println(level)
	a, b := 1, 2
	{
		a, b := b, a
		fmt.Println(a, b)
		a, c := a*10, b
		fmt.Println(a, b, c)
	}
	fmt.Println(a, b)
	if a := "text"; len(a) > 2 {
		fmt.Println(a)
	} else if b := a + "x"; b != "" {
		fmt.Println(a, b)
	}
	type t struct{ v int }
	x := t{1}
	{
		type t struct{ v string }
		y := t{"inner"}
		fmt.Println(x.v, y.v)
	}
	var err error
	func() {
		_, err := fmt.Sscan("12", new(int))
		fmt.Println(err)
		_, err = fmt.Sscan("z", new(int))
		fmt.Println(err != nil)
	}()
	fmt.Println(err)
	for _, a := range []string{"p", "q"} {
		for _, a := range a + "r" {
			fmt.Print(string(a), " ")
		}
		fmt.Print(a, " ")
	}
	fmt.Println(a)
	select {
	default:
		a := "select"
		fmt.Println(a)
	}
}
