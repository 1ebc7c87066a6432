package services

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

type Seq func(yield func(int) bool)
type Yield func(int) bool
type Seq2 func(Yield)
type GSeq[T any] func(yield func(T) bool)

func (s Seq) Filter(ok func(int) bool) Seq {
	return func(yield func(int) bool) {
		for v := range s {
			if ok(v) && !yield(v) {
				return
			}
		}
	}
}
func (s Seq) Sum() (n int) {
	for v := range s {
		n += v
	}
	return
}
func (s Seq) First(n int) (int, bool) {
	for v := range s {
		if v == n {
			return v, true
		}
	}
	return 0, false
}
func count(n int) Seq {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
func count2(n int) Seq2 {
	return func(yield Yield) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
func gcount[T any](vs ...T) GSeq[T] {
	return func(yield func(T) bool) {
		for _, v := range vs {
			if !yield(v) {
				return
			}
		}
	}
}

var fixed = count(3)

func find(seq Seq, n int) string {
	for v := range seq {
		if v == n {
			return fmt.Sprint("found ", v)
		}
	}
	return "none"
}
func find2(seq iter.Seq[int], n int) string {
	for v := range seq {
		if v == n {
			return fmt.Sprint("found ", v)
		}
	}
	return "none"
}
func try(n string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(n, r)
		}
	}()
	f()
}
func Run() {
	try("1", func() { fmt.Println(count(5).Filter(func(i int) bool { return i%2 == 0 }).Sum()) })
	try("2", func() { fmt.Println(count(5).First(3)) })
	try("3", func() {
		for v := range count2(3) {
			fmt.Print(v)
		}
		fmt.Println()
	})
	try("4", func() {
		for v := range gcount("a", "b") {
			fmt.Print(v)
		}
		fmt.Println()
	})
	try("5", func() {
		for v := range fixed {
			fmt.Print(v)
		}
		fmt.Println()
	})
	try("6", func() {
		fmt.Println(find(count(4), 2), find(fixed, 9), find2(iter.Seq[int](count(3)), 1), find2(slices.Values([]int{1, 2}), 2))
	})
	try("7", func() {
		for v := range count(3) {
			for w := range count(v) {
				fmt.Print(v, w, ";")
			}
		}
		fmt.Println()
	})
	try("8", func() {
		fs := []func(){}
		for v := range count(3) {
			fs = append(fs, func() { fmt.Print(v) })
		}
		for _, f := range fs {
			f()
		}
		fmt.Println()
	})
	try("9", func() { fmt.Println(slices.Collect(iter.Seq[int](count(3)))) })
	try("10", func() {
		for k := range maps.Keys(map[string]int{"a": 1}) {
			fmt.Println(k)
		}
	})
	try("11", func() {
		var s Seq = func(yield func(int) bool) { yield(7) }
		for v := range s {
			fmt.Println(v)
		}
	})
	try("13", func() {
		s := Seq(func(yield func(int) bool) { yield(7) })
		for v := range s {
			fmt.Println(v)
		}
	})
	try("15", func() {
		for v := range (Seq)(count(2)) {
			fmt.Print(v)
		}
		fmt.Println()
	})
	try("16", func() {
		s := Seq(slices.Values([]int{4}))
		for v := range s {
			fmt.Print(v)
		}
		fmt.Println()
	})
	try("17", func() {
		var a any = count(2)
		for v := range a.(Seq) {
			fmt.Print(v)
		}
		fmt.Println()
	})
}
