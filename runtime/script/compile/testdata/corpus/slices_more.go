package services

import (
	"fmt"
	"slices"
)

func Run() {
	xs := []int{1, 1, 2, 3, 3, 4}
	fmt.Println(slices.Compact(slices.Clone(xs)))
	fmt.Println(slices.Insert([]int{1, 4}, 1, 2, 3), slices.Delete([]int{0, 1, 2, 3}, 1, 3))
	fmt.Println(slices.IndexFunc(xs, func(x int) bool { return x > 2 }))
	fmt.Println(slices.DeleteFunc(slices.Clone(xs), func(x int) bool { return x%2 == 1 }))
	fmt.Println(slices.BinarySearch([]string{"a", "c", "e"}, "c"))
	fmt.Println(slices.Equal([]int{1}, []int{1}), slices.Concat([]int{1}, []int{2, 3}))
	r := []string{"x", "y", "z"}
	slices.Reverse(r)
	fmt.Println(r, slices.Repeat([]int{7}, 3))
	for c := range slices.Chunk([]int{1, 2, 3, 4, 5}, 2) {
		fmt.Println(c)
	}
	for i, v := range slices.Backward(r) {
		fmt.Println(i, v)
	}
	fmt.Println(slices.Collect(slices.Values(r)))
}
