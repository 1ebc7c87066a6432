package services

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

var order []string

var n, _ = strconv.Atoi("12")
var c, d = two()
var m, err = load("x")
var _, failed = load("")
var start, _ = time.Parse(time.DateOnly, "2024-02-03")
var base, _ = url.Parse("https://example.org/a?b=c")

var (
	table = map[string]int{"a": 1}
	v, ok = table["a"]
	w, no = table["z"]

	open      any = "text"
	text, yes     = open.(string)
	num, isN      = open.(int)
)

var before, after, found = strings.Cut(joined, "=")
var joined = key + "=" + strconv.Itoa(c)
var key = "k" + strconv.Itoa(n)

var channel = filled(5)
var got, more = <-channel
var last, open2 = <-channel

var first, second int = two()
var face, stringer any = pair(3)
var _, _ = two()
var x, y, z = three(c + d)
var lazy, closer = functions()
var p, q = pointers(n)
var s, t = slices(c, d)

type kind struct {
	a int
	b string
}

var k, kerr = newKind("k")

func newKind(s string) (*kind, error) { return &kind{len(s), s}, nil }

var e1, e2 error = fails()

func fails() (error, error) { return errors.New("e1"), nil }

func two() (int, int) {
	return 3, 4
}

func load(s string) (map[string]int, error) {
	if s == "" {
		return nil, errors.New("empty")
	}
	return map[string]int{s: 1}, nil
}

func filled(n int) chan int {
	c := make(chan int, 1)
	c <- n
	close(c)
	return c
}

func pair(n int) (any, any) { return n, strconv.Itoa(n) }

func three(n int) (int, string, error) { return n, fmt.Sprint(n), fmt.Errorf("e%d", n) }

func functions() (func() int, func() string) {
	n := 6
	return func() int { return n * 7 }, func() string { return fmt.Sprint("n=", n) }
}

func pointers(n int) (*int, *string) { s := fmt.Sprint(n); return &n, &s }

func slices(a, b int) ([]int, [2]int) { return []int{a, b}, [2]int{b, a} }

// Run prints package variables that come from one value of several.
func Run() {
	fmt.Println(n, c, d, m, err, failed)
	fmt.Println(start.Format(time.RFC3339), base.Host, base.Query().Get("b"))
	fmt.Println(v, ok, w, no, text, yes, num, isN)
	fmt.Println(before, after, found, joined, key)
	fmt.Println(got, more, last, open2)
	fmt.Println(first, second, face, stringer)
	fmt.Println(x, y, z)
	fmt.Println(lazy(), lazy(), closer())
	fmt.Println(*p, *q, s, t)
	fmt.Println(*k, kerr, e1, e2)
	fmt.Println(order)
}
