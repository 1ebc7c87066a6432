package services

import "fmt"

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(v T) { s.items = append(s.items, v) }
func (s *Stack[T]) Pop() (v T, ok bool) {
	if len(s.items) == 0 {
		return v, false
	}
	v = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}

type Set[T comparable] map[T]struct{}

func (s Set[T]) Add(v T)      { s[v] = struct{}{} }
func (s Set[T]) Has(v T) bool { _, ok := s[v]; return ok }

type node[T any] struct {
	val  T
	next *node[T]
}
type List[T any] struct {
	head *node[T]
	size int
}

func (l *List[T]) Add(v T) { l.head = &node[T]{v, l.head}; l.size++ }
func (l *List[T]) Each(f func(T)) {
	for n := l.head; n != nil; n = n.next {
		f(n.val)
	}
}

type Cache[K comparable, V any] struct{ data map[K]V }

func NewCache[K comparable, V any]() *Cache[K, V] { return &Cache[K, V]{data: map[K]V{}} }
func (c *Cache[K, V]) Get(k K, make func() V) V {
	if v, ok := c.data[k]; ok {
		return v
	}
	v := make()
	c.data[k] = v
	return v
}
func (s *Stack[T]) All() []T {
	r := make([]T, 0, len(s.items))
	for _, v := range s.items {
		r = append(r, v)
	}
	return r
}
func Run() {
	s := &Stack[string]{}
	s.Push("a")
	s.Push("b")
	fmt.Println(s.All())
	fmt.Println(s.Pop())
	set := Set[int]{}
	set.Add(3)
	fmt.Println(set.Has(3), set.Has(4), len(set))
	var l List[float64]
	l.Add(1.5)
	l.Add(2.5)
	l.Each(func(f float64) { fmt.Println(f) })
	c := NewCache[string, int]()
	fmt.Println(c.Get("x", func() int { return 1 }), c.Get("x", func() int { return 2 }))
}
