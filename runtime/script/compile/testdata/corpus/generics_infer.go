package services

import (
	"fmt"
	"strings"
)

type number interface{ ~int | ~float64 }

func Map[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}
func Reduce[T, A any](in []T, acc A, f func(A, T) A) A {
	for _, v := range in {
		acc = f(acc, v)
	}
	return acc
}
func Sum[T number](in ...T) (total T) {
	for _, v := range in {
		total += v
	}
	return
}
func Keys[M ~map[K]V, K comparable, V any](m M) int { return len(m) }
func Ptr[T any](v T) *T                             { return &v }

type pair[K comparable, V any] struct {
	Key K
	Val V
}

func (p pair[K, V]) String() string               { return fmt.Sprintf("%v=%v", p.Key, p.Val) }
func mk[K comparable, V any](k K, v V) pair[K, V] { return pair[K, V]{k, v} }
func Run() {
	fmt.Println(Map([]int{1, 2, 3}, func(i int) string { return strings.Repeat("x", i) }))
	fmt.Println(Reduce([]string{"a", "bb"}, 0, func(n int, s string) int { return n + len(s) }))
	fmt.Println(Sum(1, 2, 3), Sum(1.5, 2), Sum[float64]())
	fmt.Println(Keys(map[string]bool{"a": true}))
	fmt.Println(*Ptr(5), *Ptr("s"))
	p := mk("k", 3)
	fmt.Println(p.String(), p.Key, p.Val)
	f := Map[int, int]
	fmt.Println(f([]int{4}, func(i int) int { return i * i }))
	type local struct{ n int }
	ls := Map([]int{1, 2}, func(i int) local { return local{i} })
	fmt.Println(ls[1].n)
}
