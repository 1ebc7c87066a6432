package services

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sort"
)

type list[T any] struct {
	head *node[T]
	n    int
}

type node[T any] struct {
	v    T
	next *node[T]
}

func (l *list[T]) push(vs ...T) *list[T] {
	for _, v := range vs {
		l.head = &node[T]{v, l.head}
		l.n++
	}
	return l
}

func (l *list[T]) all() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l.head; n != nil; n = n.next {
			if !yield(i, n.v) {
				return
			}
			i++
		}
	}
}

func evens(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i += 2 {
			if !yield(i) {
				return
			}
		}
	}
}

type names []string

type table map[string]int

// Run prints what it finds.
func Run() {
	for i := range 3 {
		fmt.Print(i)
	}
	for range 2 {
		fmt.Print(".")
	}
	var n8 int8 = 3
	for i := range n8 {
		fmt.Printf("%T", i)
	}
	fmt.Println()
	s := []int{1, 2, 3}
	for i, v := range s {
		if i == 0 {
			s = append(s, 4)
			s[1] = 20
		}
		fmt.Print(v, " ")
	}
	fmt.Println(s)
	for i := range s {
		s[i] *= 2
	}
	for _, v := range s[1:3] {
		fmt.Print(v, " ")
	}
	for i, v := range (names{"a", "b"}) {
		fmt.Print(i, v, " ")
	}
	var none []string
	for range none {
		fmt.Print("never")
	}
	fmt.Println()
	t := table{"a": 1, "b": 2, "c": 3}
	sum := 0
	for k, v := range t {
		if k == "b" {
			delete(t, k)
		}
		sum += v
	}
	for k := range t {
		t[k]++
	}
	fmt.Println(sum, t)
	keys := make([]string, 0)
	for k := range t {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	fmt.Println(keys)
	ch := make(chan string, 3)
	for _, w := range []string{"x", "y", "z"} {
		ch <- w
	}
	close(ch)
	for w := range ch {
		fmt.Print(w)
	}
	for range ch {
		fmt.Print("never")
	}
	fmt.Println()
	l := (&list[string]{}).push("a", "b", "c")
	for i, v := range l.all() {
		if v == "a" {
			break
		}
		fmt.Print(i, v, " ")
	}
	for v := range evens(9) {
		if v == 4 {
			continue
		}
		fmt.Print(v, " ")
	}
	fmt.Println(slices.Collect(evens(7)), slices.Sorted(maps.Keys(t)))
	matrix := [][]int{{1}, {2, 3}, {}}
	for i, row := range matrix {
		for j := range row {
			matrix[i][j] += i * 10
		}
	}
	fmt.Println(matrix)
	for i, c := range "aé" {
		fmt.Print(i, string(c), " ")
	}
	for i, b := range []byte("aé") {
		fmt.Print(i, b, " ")
	}
	for i, r := range []rune("aé") {
		fmt.Print(i, r, " ")
	}
	fmt.Println()
	var k, v int
	for k, v = range []int{5, 6} {
	}
	fmt.Println(k, v)
	arr := [3]*int{}
	for i := range arr {
		arr[i] = &i
	}
	fmt.Println(*arr[0], *arr[1], *arr[2])
	structs := []struct{ n int }{{1}, {2}}
	for _, st := range structs {
		st.n = 100
	}
	for i := range structs {
		p := &structs[i]
		p.n++
	}
	fmt.Println(structs)
	func(xs ...int) {
		for i, x := range xs {
			fmt.Print(i, x, " ")
		}
	}(7, 8)
	for i := range len(s) {
		fmt.Print(s[len(s)-1-i], " ")
	}
	fmt.Println()
	fs := []func(int) int{func(n int) int { return n + 1 }, func(n int) int { return n * 10 }}
	for i, f := range fs {
		fmt.Print(f(i), " ")
	}
	fmt.Println()
}
