package services

import (
	"errors"
	"fmt"
)

func localTypes() string {
	type error struct{ x int }
	type string = int
	e := error{3}
	var s string = 4
	return fmt.Sprint(e.x, s)[:3] + fmt.Sprint(e)
}

func localError() any {
	type error struct{ x int }
	e := error{1}
	e.x++
	f := func(e error) int { return e.x * 2 }
	return f(e)
}

func params(len int, cap, string bool, nil []int, new func(int) int) int {
	if cap && !string {
		return new(len)
	}
	return len
}

func variables() (out []any) {
	len := 5
	cap := "c"
	true := false
	nil := 7
	iota := 3
	out = append(out, len, cap, true, nil, iota)
	{
		append := func(a, b int) int { return a + b }
		copy := append(1, 2)
		make := copy * 2
		out[0] = make
	}
	for max := 0; max < 2; max++ {
		min := max * 10
		out = append(out, min)
	}
	panic := func(s string) string { return "calm " + s }
	out = append(out, panic("x"))
	print, println := 1, 2
	out = append(out, print+println)
	any := 5
	int := "text"
	out = append(out, any, int)
	byte, rune := 1.5, 'r'
	return append(out, byte, rune)
}

func recovering() (s string) {
	recover := func() string { return "not really" }
	return recover()
}

func errorVariable() string {
	error := errors.New("x")
	return error.Error()
}

func ranged(items []string) (out []string) {
	for len, string := range items {
		out = append(out, fmt.Sprint(len, string))
	}
	return out
}

func stringFunc() string {
	string := func(n int) float64 { return float64(n) / 2 }
	return fmt.Sprint(string(3))
}

type box struct {
	len, string, error int
	nil                *box
}

func (b box) append(new int) box { b.len += new; return b }
func (b box) copy() box          { return b }

func len2(s string) int { return len(s) }

func closures() (fs []func() int) {
	for new := range 3 {
		fs = append(fs, func() int { return new })
	}
	return fs
}

func shadowedPackage() string {
	fmt := "no package"
	return fmt
}

func results() (len int, error error) {
	len = 2
	error = errors.New("r")
	return
}

func deferredResult() (len int, nil error) {
	defer func() { len++ }()
	len = 4
	return len * 2, nil
}

// Run gives names that Go declares itself to other things.
func Run() {
	fmt.Println(localTypes(), localError())
	fmt.Println(params(3, true, false, []int{1}, func(n int) int { return n * 2 }))
	fmt.Println(variables()...)
	fmt.Println(recovering(), errorVariable(), ranged([]string{"a", "b"}), stringFunc())
	b := box{len: 1, string: 2, error: 3}
	b = b.append(4).copy()
	fmt.Println(b.len, b.string, b.error, b.nil == nil, len2("abc"))
	for _, f := range closures() {
		fmt.Println(f())
	}
	fmt.Println(shadowedPackage())
	fmt.Println(results())
	fmt.Println(deferredResult())
}
