package services

import (
	"fmt"
	"sort"
	"strings"
)

var a = b + c()

var b = f("b", d)

var d = 10

var trace = []string{"first"}

func c() int { return len(table) + d }

var table = build("x", "y", "z")

func build(names ...string) map[string]int {
	m := map[string]int{}
	for i, n := range names {
		m[n+suffix] = i + offset
	}
	return m
}

var suffix = strings.Repeat("!", len(names))

var names = [...]string{"p", "q"}

const offset = 100

func f(name string, n int) int { return len(name) + n }

type rule struct {
	name  string
	check func(string) bool
}

var rules = []rule{
	{"empty", func(s string) bool { return s == "" }},
	{"long", isLong},
	{"known", func(s string) bool { _, ok := table[s]; return ok }},
}

func isLong(s string) bool { return len(s) > limit }

var limit = func() int { return len(suffix) * 2 }()

var index = func() map[string]rule {
	m := map[string]rule{}
	for _, r := range rules {
		m[r.name] = r
	}
	return m
}()

var sorted = func() (out []string) {
	for name := range index {
		out = append(out, name)
	}
	sort.Strings(out)
	return
}()

var (
	one      = two - 1
	two      = three - 1
	three    = 3
	x, y, z  = 1, one + 10, "z"
	p        = three
	matrix   = [2][2]int{{one, two}, {three, d}}
	lookup   = map[rune]string{'a': z, 'b': suffix}
	greeting = fmt.Sprintf("%s-%d", z, y)
)

var zero struct {
	n int
	s []string
}

var root = newTree(3)

type tree struct {
	left, right *tree
	n           int
}

func newTree(n int) *tree {
	if n == 0 {
		return nil
	}
	return &tree{newTree(n - 1), newTree(n - 1), n}
}

func (t *tree) sum() int {
	if t == nil {
		return 0
	}
	return t.n + t.left.sum() + t.right.sum()
}

var sum = root.sum()

// Run prints what it finds.
func Run() {
	fmt.Println(a, b, d, trace, table["x!!"], len(table), suffix, limit)
	for _, r := range rules {
		fmt.Println(r.name, r.check(""), r.check("abcdef"), r.check("y!!"))
	}
	fmt.Println(sorted, len(index), one, two, three, x, y, z, p, matrix, lookup['a'], lookup['b'], greeting)
	fmt.Println(zero.n, zero.s == nil, sum)
}
