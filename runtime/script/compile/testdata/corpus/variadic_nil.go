package services

import (
	"fmt"
	"strings"
)

func count(xs ...int) string              { return fmt.Sprint(len(xs), xs == nil, xs) }
func names(p string, xs ...string) string { return p + strings.Join(xs, ",") + fmt.Sprint(xs == nil) }
func anys(xs ...any) string               { return fmt.Sprint(len(xs), xs == nil) }
func errs(xs ...error) int                { return len(xs) }
func funcs(fs ...func() int) (n int) {
	for _, f := range fs {
		n += f()
	}
	return n
}

type logger struct{ lines []string }

func (l *logger) log(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}
func (l *logger) pass(args ...any) { l.log("%v|%v", args...) }

func forward(xs ...int) string { return count(xs...) }

// Run gives variadic parameters nothing, nil, and slices.
func Run() {
	fmt.Println(count(), count(nil...), count(1), count([]int{}...), count([]int{1, 2}...))
	fmt.Println(names("a"), names("b", nil...), names("c", "x", "y"), names("d", []string(nil)...))
	fmt.Println(anys(), anys(nil...), anys(nil), anys(nil, nil), anys([]any{1, "a"}...), anys([]int{1}))
	fmt.Println(errs(nil...), errs(nil), errs(nil, fmt.Errorf("e")))
	fmt.Println(funcs(nil...), funcs(func() int { return 2 }, func() int { return 3 }))
	fmt.Println(forward(), forward(nil...), forward(4, 5))
	s := []int{1, 2, 3}
	change := func(xs ...int) { xs[0] = 100 }
	change(s...)
	fmt.Println(s)
	change(s[1], s[2])
	fmt.Println(s)
	l := &logger{}
	l.log("plain")
	l.log("%d-%s", 1, "a")
	l.log("none", nil...)
	l.pass(1, "b")
	fmt.Println(strings.Join(l.lines, ";"))
	fmt.Println(append([]int{1}, nil...), append([]byte("a"), "bc"...))
	var f func(...string) int = func(xs ...string) int { return len(xs) }
	fmt.Println(f(), f(nil...), f("a"), f([]string{"a", "b"}...))
	g := l.log
	g("%s", "method value")
	fmt.Println(l.lines[len(l.lines)-1])
	fmt.Println(fmt.Sprint(nil...), fmt.Sprintln(nil...) == "\n", fmt.Sprintf("x", nil...))
	func(xs ...map[string]int) { fmt.Println(len(xs), xs == nil) }(nil...)
	defer func(xs ...int) { fmt.Println("deferred", len(xs)) }(nil...)
	fmt.Println(sum(1, two()...), sum(0, nil...))
	fmt.Println(mixed(tuple()))
}

func sum(first int, rest ...int) int {
	for _, x := range rest {
		first += x
	}
	return first
}

func two() []int                         { return []int{2, 3} }
func tuple() (int, string, string)       { return 1, "x", "y" }
func mixed(n int, more ...string) string { return fmt.Sprint(n, more) }
