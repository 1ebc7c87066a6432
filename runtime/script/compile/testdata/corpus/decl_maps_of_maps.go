package services

import (
	"fmt"
	"sort"
	"strings"
)

type stat struct {
	n    int
	seen map[string]bool
}

func keys(m map[string]map[string]int) (out []string) {
	for k, inner := range m {
		for j := range inner {
			out = append(out, k+"/"+j)
		}
	}
	sort.Strings(out)
	return out
}

// Run prints what it finds.
func Run() {
	m := map[string]map[string]int{}
	for _, line := range strings.Fields("a:x a:y b:x a:x c:z b:x") {
		k, j, _ := strings.Cut(line, ":")
		if m[k] == nil {
			m[k] = map[string]int{}
		}
		m[k][j]++
	}
	fmt.Println(keys(m), m["a"]["x"], m["b"]["x"], m["zz"]["q"])
	delete(m["a"], "y")
	inner, ok := m["a"]
	inner["new"] += 5
	fmt.Println(len(m["a"]), ok, m["a"]["new"])
	if v, ok := m["q"]["r"]; !ok {
		fmt.Println("none", v)
	}
	stats := map[string]*stat{}
	for i, w := range []string{"x", "y", "x"} {
		s, ok := stats[w]
		if !ok {
			s = &stat{seen: map[string]bool{}}
			stats[w] = s
		}
		s.n += i
		s.seen[fmt.Sprint(w, i)] = true
	}
	fmt.Println(stats["x"].n, len(stats["x"].seen), stats["y"].n)
	values := map[string]stat{"a": {n: 1}}
	v := values["a"]
	v.n++
	values["a"] = v
	fmt.Println(values["a"].n)
	groups := map[bool][]int{}
	for i := range 7 {
		groups[i%2 == 0] = append(groups[i%2 == 0], i)
	}
	fmt.Println(groups[true], groups[false])
	deep := map[int]map[int]map[int]string{1: {2: {3: "deep"}}}
	fmt.Println(deep[1][2][3], deep[1][9][3] == "")
	deep[1][2][4] = deep[1][2][3] + "er"
	fmt.Println(len(deep[1][2]), deep[1][2][4])
	funcs := map[string]map[string]func(int) int{"math": {"double": func(n int) int { return n * 2 }}}
	fmt.Println(funcs["math"]["double"](21))
	if f, ok := funcs["math"]["none"]; !ok {
		fmt.Println(f == nil)
	}
	lists := map[string][][]string{"a": {{"1", "2"}, {"3"}}}
	lists["a"][1] = append(lists["a"][1], "4")
	lists["a"] = append(lists["a"], []string{"5"})
	fmt.Println(lists)
	counts := map[rune]int{}
	for _, r := range "hello" {
		counts[r]++
	}
	fmt.Println(counts['l'], counts['h'], counts['z'])
	var nilMap map[string]int
	fmt.Println(nilMap["a"], len(nilMap), nilMap == nil)
	for range nilMap {
		fmt.Println("never")
	}
	delete(nilMap, "a")
	total := 0
	for _, inner := range m {
		for _, n := range inner {
			total += n
		}
	}
	fmt.Println(total, fmt.Sprint(m))
	index := map[string][]map[string]any{}
	index["a"] = append(index["a"], map[string]any{"k": 1, "l": []int{1}})
	index["a"][0]["k"] = index["a"][0]["k"].(int) + 1
	fmt.Println(index)
}
