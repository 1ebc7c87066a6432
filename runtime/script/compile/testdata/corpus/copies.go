package services

import "fmt"

type item struct {
	N    int
	Tags [2]string
}

func (i *item) bump() { i.N++ }

func Run() {
	it := item{N: 1}
	m := map[string]any{}
	m["a"] = it
	it.N = 2
	m2 := map[string]item{"b": it}
	m2["c"] = it
	it.bump()
	ch := make(chan item, 1)
	ch <- it
	it.Tags[0] = "changed"
	got := <-ch
	fmt.Println(m["a"].(item).N, m2["b"].N, m2["c"].N, got.N, got.Tags[0] == "")
	list := []any{it, &it}
	it.N = 50
	fmt.Println(list[0].(item).N, list[1].(*item).N)
	arr := [2]int{1, 2}
	var boxed any = arr
	arr[0] = 9
	fmt.Println(boxed, arr)
	items := []item{{N: 1}, {N: 2}}
	first := items[0]
	items[0].N = 10
	fmt.Println(first.N, items[0].N)
	anys := []any{}
	for _, i := range items {
		anys = append(anys, i)
	}
	items[1].N = 99
	fmt.Println(anys[0].(item).N, anys[1].(item).N)
	anon := struct{ a, B int }{1, 2}
	var e any = anon
	anon.a = 5
	fmt.Println(e.(struct{ a, B int }).a, anon.a)
	ptr := &it
	var viaPtr any = *ptr
	ptr.N = 7
	fmt.Println(viaPtr.(item).N)
}
