package services

import (
	"errors"
	"fmt"
)

func size(n int) string {
	switch {
	default:
		return "small"
	case n > 100:
		return "large"
	case n > 10:
		return "middle"
	}
}

func tagged(n int, log *[]int) (s string) {
	f := func(v int) int { *log = append(*log, v); return v }
	switch f(n) {
	case f(1):
		s = "one"
	default:
		s = "default"
		if n > 5 {
			break
		}
		s += "+"
	case f(2), f(3):
		s = "two or three"
	case f(4):
		s = "four"
	}
	return
}

func typed(v any) string {
	switch x := v.(type) {
	default:
		return fmt.Sprint("default ", x)
	case fmt.Stringer:
		return "stringer " + x.String()
	case error:
		return "error " + x.Error()
	case int, int64:
		return fmt.Sprint("number ", x)
	case nil:
		return "nil"
	}
}

func face(v any, w any) string {
	switch v {
	default:
		return "default"
	case 1, "one":
		return "one"
	case w:
		return "w"
	case nil:
		return "nil"
	}
}

func labelled(xs []int) (out []int) {
loop:
	for _, x := range xs {
	pick:
		switch y := x * 2; y % 5 {
		default:
			if y > 10 {
				break pick
			}
			out = append(out, y)
			continue loop
		case 0:
			break loop
		case 2:
			out = append(out, -y)
		}
		out = append(out, 0)
	}
	return out
}

func falling(n int) (s string) {
	switch n {
	case 1:
		s += "1"
		fallthrough
	default:
		s += "d"
		fallthrough
	case 2:
		s += "2"
		fallthrough
	case 3:
		s += "3"
	case 4:
		s += "4"
	}
	return s
}

func closures() (fs []func() string) {
	for i := range 4 {
		switch j := i * i; {
		default:
			fs = append(fs, func() string { return fmt.Sprint("d", i, j) })
		case j > 3:
			fs = append(fs, func() string { return fmt.Sprint("big", i, j) })
		}
	}
	return fs
}

func only(n int) string {
	switch n {
	default:
		return fmt.Sprint("only ", n)
	}
}

func deferred(n int) (s string, err error) {
	defer func() {
		switch r := recover(); {
		default:
			err = fmt.Errorf("%v", r)
		case r == nil:
		}
	}()
	switch {
	default:
		s = "default"
	case n == 0:
		panic("zero")
	case n == 1:
		return "one", nil
	}
	return s + "!", errors.New("end")
}

func several(n int, m map[string]int, p *int) string {
	switch {
	case n == 1, m["a"] == n, p != nil && *p == n:
		return "a"
	case n > 5 && n < 8, n%10 == 0:
		return "b"
	}
	switch n {
	case len(m) + 1, m["b"], n * n:
		return "c"
	case -n, +n:
		return "d"
	}
	return "e"
}

func texts(s, t string) string {
	switch s {
	case t + "a", t + "b":
		return "plus"
	case t[:1], "x":
		return "first"
	}
	return "none"
}

func faces(n int, v any, e error) string {
	switch n {
	case v, 4:
		return "v"
	}
	switch e {
	case errA, errors.Unwrap(errB):
		return "error"
	case nil:
		return "nil"
	}
	return "none"
}

var errA, errC = errors.New("a"), errors.New("c")
var errB = fmt.Errorf("b: %w", errC)

// Run switches with default clauses and several values everywhere.
func Run() {
	fmt.Println(size(200), size(50), size(5))
	var log []int
	for n := range 7 {
		fmt.Print(tagged(n, &log), " ")
	}
	fmt.Println(log)
	for _, v := range []any{1, int64(2), "x", nil, errA, 2.5} {
		fmt.Println(typed(v), face(v, 2.5))
	}
	fmt.Println(face("one", nil), labelled([]int{1, 2, 3, 6, 7, 5, 1}))
	for n := range 6 {
		fmt.Print(falling(n), " ")
	}
	for _, f := range closures() {
		fmt.Print(f(), " ")
	}
	fmt.Println(only(3))
	fmt.Println(deferred(0))
	fmt.Println(deferred(1))
	fmt.Println(deferred(2))
	m, p := map[string]int{"a": 3, "b": 9}, 4
	for _, n := range []int{1, 3, 4, 6, 8, 9, 20, 0, -5} {
		fmt.Print(several(n, m, &p), several(n, m, nil), " ")
	}
	fmt.Println(texts("qa", "q"), texts("qb", "q"), texts("q", "qq"), texts("x", "y"), texts("z", "y"))
	fmt.Println(faces(1, 1, nil), faces(4, "4", nil), faces(2, "x", errA), faces(2, nil, errC), faces(2, 3, nil), faces(2, 3, errB))
}
