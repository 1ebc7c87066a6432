package services

import (
	"fmt"
	"sort"
)

type emp struct {
	Name string
	Pay  float64
}

func Run() {
	es := []emp{{"c", 3}, {"a", 1}, {"b", 2}}
	sort.Slice(es, func(i, j int) bool { return es[i].Name < es[j].Name })
	fmt.Println(es)
	sort.SliceStable(es, func(i, j int) bool { return es[i].Pay > es[j].Pay })
	fmt.Println(es)
	i := sort.Search(10, func(i int) bool { return i*i >= 50 })
	fmt.Println(i, sort.SearchInts([]int{1, 3, 5}, 3))
	xs := []int{3, 1, 2}
	sort.Sort(sort.Reverse(sort.IntSlice(xs)))
	fmt.Println(xs)
}
