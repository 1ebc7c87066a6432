package services

import "fmt"

type rec struct{ N int }

func Run() {
	items := []any{1, "a", nil, rec{2}, &rec{3}, []int{4}, map[string]int{"k": 5}}
	for i, it := range items {
		switch v := it.(type) {
		case rec:
			fmt.Println(i, "rec", v.N)
		case *rec:
			fmt.Println(i, "*rec", v.N)
		case []int:
			fmt.Println(i, v[0])
		case map[string]int:
			fmt.Println(i, v["k"])
		default:
			fmt.Println(i, v)
		}
	}
	items[0] = items[1]
	items = append(items, items[:1]...)
	fmt.Println(len(items), items[0], items[7])
	r, ok := items[3].(rec)
	fmt.Println(r.N, ok)
}
