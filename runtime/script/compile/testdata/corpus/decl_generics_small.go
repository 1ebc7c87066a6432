package services

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type number interface{ ~int | ~float64 }

func sum[T number](xs ...T) (total T) {
	for _, x := range xs {
		total += x
	}
	return
}

func mapOf[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs))
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

func reduce[T, A any](xs []T, start A, f func(A, T) A) A {
	for _, x := range xs {
		start = f(start, x)
	}
	return start
}

func groupBy[K comparable, T any](xs []T, key func(T) K) map[K][]T {
	out := map[K][]T{}
	for _, x := range xs {
		k := key(x)
		out[k] = append(out[k], x)
	}
	return out
}

type set[T comparable] map[T]struct{}

func (s set[T]) add(xs ...T) set[T] {
	for _, x := range xs {
		s[x] = struct{}{}
	}
	return s
}

func (s set[T]) has(x T) bool { _, ok := s[x]; return ok }

type pair[A, B any] struct {
	first  A
	second B
}

func zip[A, B any](as []A, bs []B) (out []pair[A, B]) {
	for i := range min(len(as), len(bs)) {
		out = append(out, pair[A, B]{as[i], bs[i]})
	}
	return out
}

func (p pair[A, B]) swap() pair[B, A] { return pair[B, A]{p.second, p.first} }

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) { s.items = append(s.items, x) }

func (s *stack[T]) pop() (x T, ok bool) {
	if len(s.items) == 0 {
		return x, false
	}
	x, s.items = s.items[len(s.items)-1], s.items[:len(s.items)-1]
	return x, true
}

type cache[K cmp.Ordered, V any] struct {
	data  map[K]V
	order []K
	limit int
}

func newCache[K cmp.Ordered, V any](limit int) *cache[K, V] {
	return &cache[K, V]{data: make(map[K]V), limit: limit}
}

func (c *cache[K, V]) put(k K, v V) (evicted K, did bool) {
	if _, ok := c.data[k]; !ok {
		c.order = append(c.order, k)
	}
	c.data[k] = v
	if len(c.order) > c.limit {
		evicted, c.order = c.order[0], c.order[1:]
		delete(c.data, evicted)
		did = true
	}
	return
}

func ptr[T any](v T) *T { return &v }

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func keys[M ~map[K]V, K cmp.Ordered, V any](m M) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

type celsius float64

func maxBy[T any](xs []T, less func(a, b T) bool) (best T, ok bool) {
	for i, x := range xs {
		if i == 0 || less(best, x) {
			best, ok = x, true
		}
	}
	return
}

// Run prints what it finds.
func Run() {
	fmt.Println(sum(1, 2, 3), sum(1.5, 2), sum[int](), sum(celsius(1), 2))
	words := strings.Fields("the cat sat on the mat")
	fmt.Println(mapOf(words, func(s string) int { return len(s) }), reduce(words, "", func(a, s string) string { return a + s[:1] }))
	g := groupBy(words, func(s string) int { return len(s) })
	fmt.Println(g[2], g[3], keys(g))
	s := set[string]{}.add(words...)
	fmt.Println(len(s), s.has("cat"), s.has("dog"))
	for _, p := range zip(words, []int{1, 2}) {
		q := p.swap()
		fmt.Print(q.first, q.second, " ")
	}
	fmt.Println()
	st := &stack[func() int]{}
	for i := range 3 {
		st.push(func() int { return i * i })
	}
	f, ok := st.pop()
	fmt.Println(f(), ok, len(st.items))
	var empty stack[string]
	x, ok := empty.pop()
	fmt.Printf("%q %v\n", x, ok)
	c := newCache[string, []int](2)
	for i, k := range []string{"a", "b", "a", "c", "d"} {
		evicted, did := c.put(k, []int{i})
		fmt.Print(evicted, did, " ")
	}
	fmt.Println(keys(c.data), c.data["c"])
	p := ptr(5)
	*p++
	fmt.Println(*p, *ptr("s"), orDefault("", "d"), orDefault(3, 4))
	best, ok := maxBy(words, func(a, b string) bool { return len(a) < len(b) || a < b })
	fmt.Println(best, ok)
	type local struct{ n int }
	locals := mapOf([]int{3, 1, 2}, func(n int) local { return local{n} })
	sort.Slice(locals, func(i, j int) bool { return locals[i].n < locals[j].n })
	fmt.Println(locals, slices.IndexFunc(locals, func(l local) bool { return l.n == 2 }))
}
