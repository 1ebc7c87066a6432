package services

import (
	"fmt"
	"sort"
)

type key struct {
	a string
	b int
}

func Run() {
	m := map[string][]int{}
	m["a"] = append(m["a"], 1, 2)
	m["b"] = nil
	v, ok := m["c"]
	fmt.Println(len(m), m["a"], v == nil, ok)
	delete(m, "b")
	_, ok = m["b"]
	fmt.Println(ok)
	counts := map[rune]int{}
	for _, r := range "hello" {
		counts[r]++
	}
	var ks []string
	for r, n := range counts {
		ks = append(ks, fmt.Sprint(string(r), n))
	}
	sort.Strings(ks)
	fmt.Println(ks)
	s := map[key]string{{"x", 1}: "one"}
	s[key{"y", 2}] = "two"
	fmt.Println(s[key{"x", 1}], s[key{"y", 2}], s[key{"z", 0}] == "")
	nested := map[string]map[string]int{"o": {"i": 1}}
	nested["o"]["j"]++
	fmt.Println(nested["o"]["j"], nested["none"]["x"])
	var nilmap map[string]int
	fmt.Println(nilmap["x"], len(nilmap))
	type st struct{ n int }
	ptrs := map[string]*st{"p": {3}}
	ptrs["p"].n++
	fmt.Println(ptrs["p"].n)
}
