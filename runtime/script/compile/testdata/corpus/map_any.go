package services

import "fmt"

func Run() {
	m := map[any]string{1: "int", "s": "string", 2.5: "float", true: "bool"}
	m[int64(1)] = "int64"
	m[[2]int{1, 2}] = "array"
	fmt.Println(m[1], m["s"], m[2.5], m[true], m[int64(1)], m[[2]int{1, 2}], len(m))
	d := map[string]any{"a": 1, "b": nil, "c": []any{1, "x"}, "d": map[string]any{"e": true}}
	n, ok := d["a"].(int)
	fmt.Println(n, ok)
	_, ok = d["b"].(int)
	fmt.Println(ok, d["b"] == nil, len(d["c"].([]any)))
	e := d["d"].(map[string]any)
	e["f"] = 2
	fmt.Println(len(e), d["a"] == 1, d["a"] == "1")
}
