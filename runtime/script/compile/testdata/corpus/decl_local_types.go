package services

import (
	"fmt"
	"sort"
	"strings"
)

type item struct{ outer string }

func one() string {
	type item struct{ a, b int }
	i := item{1, 2}
	return fmt.Sprint(i.a+i.b, i == item{1, 2})
}

func two() string {
	type item struct {
		name string
		tags []string
	}
	items := []item{{"x", []string{"q"}}, {name: "y"}}
	sort.Slice(items, func(i, j int) bool { return items[i].name > items[j].name })
	var out []string
	for _, it := range items {
		out = append(out, it.name+strings.Join(it.tags, ","))
	}
	return strings.Join(out, ";")
}

func three(n int) any {
	if n > 0 {
		type item struct{ n int }
		type pair struct{ a, b item }
		p := pair{item{n}, item{n + 1}}
		p.a, p.b = p.b, p.a
		return p.a.n*10 + p.b.n
	}
	type item map[string]int
	m := item{"a": 1}
	m["b"]++
	return len(m)
}

func visits() (out []string) {
	type node struct {
		v     int
		left  *node
		right *node
	}
	var insert func(n *node, v int) *node
	insert = func(n *node, v int) *node {
		switch {
		case n == nil:
			return &node{v: v}
		case v < n.v:
			n.left = insert(n.left, v)
		default:
			n.right = insert(n.right, v)
		}
		return n
	}
	var root *node
	for _, v := range []int{5, 2, 8, 1, 9} {
		root = insert(root, v)
	}
	var walk func(*node)
	walk = func(n *node) {
		if n != nil {
			walk(n.left)
			out = append(out, fmt.Sprint(n.v))
			walk(n.right)
		}
	}
	walk(root)
	return out
}

func funcs() int {
	type op func(int) int
	type ops []op
	all := ops{func(n int) int { return n + 1 }, func(n int) int { return n * n }}
	v := 3
	for _, o := range all {
		v = o(v)
	}
	return v
}

func keys() int {
	type key struct {
		a string
		b int
	}
	seen := map[key]bool{}
	for _, k := range []key{{"x", 1}, {"y", 1}, {"x", 1}} {
		seen[k] = true
	}
	return len(seen)
}

func consts() string {
	type state int
	const (
		idle state = iota
		busy
		done
	)
	names := map[state]string{idle: "idle", busy: "busy", done: "done"}
	s := idle
	out := ""
	for s != done {
		out += names[s] + " "
		s++
	}
	return out + names[s]
}

func nested() string {
	type t struct{ v int }
	f := func() string {
		type t struct{ s string }
		return t{"inner"}.s
	}
	g := func(x t) int { return x.v }
	return fmt.Sprint(f(), g(t{4}))
}

func anonymous() string {
	cfg := struct {
		name string
		opts struct{ deep []int }
	}{name: "c"}
	cfg.opts.deep = append(cfg.opts.deep, 1, 2)
	table := []struct {
		in   string
		want int
	}{{"a", 1}, {"bb", 2}}
	bad := 0
	for _, row := range table {
		if len(row.in) != row.want {
			bad++
		}
	}
	return fmt.Sprint(cfg.name, cfg.opts.deep, bad)
}

func channels() int {
	type msg struct {
		n    int
		done bool
	}
	c := make(chan msg, 3)
	c <- msg{1, false}
	c <- msg{n: 2}
	c <- msg{done: true}
	total := 0
	for m := range c {
		if m.done {
			break
		}
		total += m.n
	}
	return total
}

// Run prints what it finds.
func Run() {
	fmt.Println(item{"o"}.outer, one(), two(), three(0), three(4), visits(), funcs(), keys())
	fmt.Println(consts(), nested(), anonymous(), channels())
}
