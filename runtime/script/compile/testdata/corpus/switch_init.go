package services

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

type token struct {
	Kind  int
	Text  string
	inner *token
}

type weekday int

const (
	mon weekday = iota
	tue
	wed
)

func (w weekday) next() weekday { return (w + 1) % 3 }

func f(n int) int { return n }

func two(n int) (int, error) {
	if n < 0 {
		return 0, errors.New("negative")
	}
	return n * 2, nil
}

func byLen(s string) string {
	switch s := s + "!"; len(s) {
	case 1:
		return "one"
	case 2, 3:
		return "two or three"
	}
	return "many"
}

func remainder(k int) string {
	switch n := f(k); n % 3 {
	case 0:
		return "fizz"
	case 1:
		return "one"
	default:
		return "two"
	}
}

func firstByte(s string) string {
	switch t := strings.TrimSpace(s); t[0] {
	case 'a', 'A':
		return "a"
	case 'b':
		return "b"
	}
	return "?"
}

func boundByte(s string) string {
	switch c := s[0]; c {
	case 'x':
		return "x"
	}
	return "other"
}

func kind(t token) string {
	switch u := t; u.Kind {
	case 1:
		return "ident"
	case 2:
		return "number " + u.Text
	}
	return "none"
}

func innerKind(t *token) string {
	switch u := t.inner; u.Kind {
	case 3:
		return "inner"
	}
	return "none"
}

func assigned(n int) (out string) {
	var x int
	switch x = n; x + 1 {
	case 3:
		out = "three"
	case 4:
		out = "four"
		fallthrough
	case 5:
		out += " five"
	default:
		out = "default"
	}
	return fmt.Sprint(out, x)
}

func counted() string {
	n := 1
	switch n++; n {
	case 2:
		return "two"
	}
	return "no"
}

func called(log *[]string) string {
	note := func(s string) bool { *log = append(*log, s); return true }
	switch note("init"); len(*log) {
	case 1:
		return "once"
	}
	return "no"
}

func noTag(n int) string {
	switch d := n * 2; {
	case d > 10:
		return "big"
	case d > 5:
		return "mid"
	}
	return "small"
}

func boolTag(n int) string {
	switch d := n * 2; d > 5 {
	case true:
		return "yes"
	case false:
		return "no"
	}
	return "?"
}

func typed(v any) string {
	switch w := v; x := w.(type) {
	case int:
		return fmt.Sprint("int ", x+1)
	case string:
		return "string " + x
	case nil:
		return "nil"
	case error:
		return "error " + x.Error()
	}
	return "other"
}

func typedNoBind(v any) string {
	switch s := fmt.Sprint(v); v.(type) {
	case int, int64:
		return "number " + s
	case string:
		return "text " + s
	}
	return s1(v)
}

func s1(v any) string { return fmt.Sprintf("%T", v) }

func faceTag(v any) string {
	switch w := v; w {
	case 1:
		return "1"
	case "a":
		return "a"
	case nil:
		return "nil"
	}
	return "none"
}

func labelled(items []string) (out []int) {
loop:
	for i, item := range items {
		switch n := len(item); n * 2 {
		case 2:
			continue loop
		case 8:
			break loop
		case 4:
			break
		default:
			out = append(out, -n)
		}
		out = append(out, i)
	}
	return out
}

func labelledSwitch(n int) string {
	s := "a"
out:
	switch m := n + 1; m * m {
	case 4:
		for {
			s += "b"
			break out
		}
	case 9:
		s += "c"
	default:
		break out
	}
	return s
}

func closures() (fs []func() int) {
	for i := range 3 {
		switch j := i * 2; j + 1 {
		case 1, 3:
			fs = append(fs, func() int { return j })
		default:
			fs = append(fs, func() int { return -j })
		}
	}
	return fs
}

func nested(a, b int) string {
	switch x := a; x + b {
	case 3:
		switch y := x * b; y - 1 {
		case 1:
			return "3/1"
		default:
			return fmt.Sprint("3/", y)
		}
	case 4:
		switch x := b; -x {
		case -1:
			return "4/-1"
		}
		return fmt.Sprint("4 ", x)
	}
	return "none"
}

func ifChain(s string) string {
	if n := len(s); n == 0 {
		return "empty"
	} else if c := s[0]; c == 'a' {
		return fmt.Sprint("a ", n)
	} else if v, err := two(n - 3); err != nil {
		return err.Error()
	} else if w := v + n; w%2 == 0 {
		return fmt.Sprint("even ", v, w)
	} else {
		return fmt.Sprint("odd ", n, v, w)
	}
}

func ifAssign(m map[string]int) string {
	var v int
	var ok bool
	if v, ok = m["a"]; !ok {
		return "missing"
	}
	if v++; v > 5 {
		return "large"
	}
	if v += 2; v > 5 {
		return fmt.Sprint("enough ", v)
	}
	return fmt.Sprint(v)
}

func ifCall(log *[]string) string {
	if *log = append(*log, "x"); len(*log) == 1 {
		return "first"
	}
	return "later"
}

func selected(c chan int) string {
	select {
	case v, ok := <-c:
		switch d := v * 2; d + 1 {
		case 5:
			return fmt.Sprint("five ", ok)
		}
		return fmt.Sprint(v, ok)
	default:
		return "nothing"
	}
}

func loops() (out []int) {
	var i int
	for i = 2; i < 4; i++ {
		out = append(out, i)
	}
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		out = append(out, i*100+j)
	}
	for next := f; next(i) < 6; i++ {
		out = append(out, i)
	}
	for n, err := two(3); err == nil; n, err = two(n - 5) {
		out = append(out, n)
	}
	for i++; i < 9; i++ {
		out = append(out, i)
	}
	for f(i); i < 11; {
		i++
	}
	return append(out, i)
}

// Run switches over expressions after a statement.
func Run() {
	for _, s := range []string{"", "a", "ab", "abc"} {
		fmt.Println(byLen(s))
	}
	for n := range 3 {
		fmt.Println(remainder(n))
	}
	fmt.Println(firstByte(" apple"), firstByte("b"), firstByte("c"), boundByte("x"), boundByte("y"))
	fmt.Println(kind(token{Kind: 1}), kind(token{Kind: 2, Text: "7"}), kind(token{}))
	fmt.Println(innerKind(&token{inner: &token{Kind: 3}}), innerKind(&token{inner: &token{}}))
	for n := range 5 {
		fmt.Println(assigned(n))
	}
	var log []string
	fmt.Println(counted(), called(&log), called(&log), log)
	for _, n := range []int{1, 3, 6} {
		fmt.Println(noTag(n), boolTag(n))
	}
	for _, v := range []any{1, "a", nil, errors.New("e"), 2.5, int64(4)} {
		fmt.Println(typed(v), typedNoBind(v), faceTag(v))
	}
	fmt.Println(labelled([]string{"a", "ab", "abc", "x", "abcd", "ab"}))
	fmt.Println(labelledSwitch(1), labelledSwitch(2), labelledSwitch(3))
	for _, f := range closures() {
		fmt.Println(f())
	}
	fmt.Println(nested(1, 2), nested(2, 1), nested(0, 3), nested(3, 1), nested(1, 3), nested(9, 9))
	for _, s := range []string{"", "ab", "b", "bcd", "bcde"} {
		fmt.Println(ifChain(s))
	}
	fmt.Println(ifAssign(map[string]int{}), ifAssign(map[string]int{"a": 1}), ifAssign(map[string]int{"a": 3}), ifAssign(map[string]int{"a": 9}))
	var calls []string
	fmt.Println(ifCall(&calls), ifCall(&calls))
	c := make(chan int, 2)
	fmt.Println(selected(c))
	c <- 2
	fmt.Println(selected(c))
	close(c)
	fmt.Println(selected(c))
	fmt.Println(loops())
	m := map[string]weekday{"a": tue}
	switch k := "a"; m[k] {
	case mon:
		fmt.Println("mon")
	case tue:
		fmt.Println("tue")
	}
	switch d := wed; d.next() {
	case mon:
		fmt.Println("mon")
	case tue:
		fmt.Println("tue")
	}
	switch t := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); t.Weekday() {
	case time.Monday:
		fmt.Println("Monday")
	case time.Saturday, time.Sunday:
		fmt.Println("weekend")
	}
	switch s := "GeT"; strings.ToLower(s) {
	case "get":
		fmt.Println("get")
	default:
		fmt.Println("other")
	}
	switch a, b := 1, 2; a + b {
	case 1 + 2:
		fmt.Println("three")
	}
	switch v, err := two(-1); err != nil {
	case true:
		fmt.Println(v, err)
	}
	switch p := newToken(9); *p {
	case (token{Kind: 9}):
		fmt.Println("same")
	default:
		fmt.Println("different")
	}
	switch arr := [2]int{1, 2}; arr {
	case [2]int{1, 2}:
		fmt.Println("array")
	}
	switch n := 5; n &^ 1 {
	default:
		fmt.Println("default")
	case 4:
		fmt.Println("four")
	}
	switch x := 2.5; x * 2 {
	case 5:
		fmt.Println("five")
	}
	switch s := "abc"; s[1:] {
	case "bc":
		fmt.Println("bc")
	}
	switch n := 3; -n {
	case -3:
		fmt.Println("minus")
	}
	switch n := 300; uint8(n) {
	case 44:
		fmt.Println("wrapped")
	}
	switch n := int64(3); n << 2 {
	case 12:
		fmt.Println("shifted")
	}
	switch f := seven; f() {
	case 7:
		fmt.Println("seven")
	}
	switch {
	default:
		fmt.Println("nothing else")
	}
	switch n := 1; n {
	}
	switch n := 5; {
	case n > 3, n < 0:
		fmt.Println("out")
	}
}

func newToken(kind int) *token { return &token{Kind: kind} }

func seven() int { return 7 }
