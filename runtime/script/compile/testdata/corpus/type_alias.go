package services

import "fmt"

type dict = map[string]any
type list = []dict
type fn = func(dict) list

func Run() {
	d := dict{"a": dict{"b": 1}}
	inner, ok := d["a"].(dict)
	fmt.Println(ok, inner["b"])
	var f fn = func(d dict) list { return list{d, {"z": 1}} }
	fmt.Println(len(f(d)), f(d)[1]["z"])
	for k, v := range inner {
		fmt.Println(k, v)
	}
}
