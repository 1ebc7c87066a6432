package services

import (
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"gatehouse/runtime/service"
)

type (
	color  int
	size   int
	name   string
	code   string
	isOpen bool
	weight float64
	namer  interface{ Name() string }
)

func (n name) String() string { return "<" + string(n) + ">" }
func (n name) Name() string   { return string(n) }
func (c code) Error() string  { return "code " + string(c) }
func (s size) Name() string   { return "size" }

const red color = 1

func kind(v any) string {
	switch v := v.(type) {
	case int:
		return fmt.Sprint("int ", v+1)
	case color:
		return fmt.Sprint("color ", int(v)+1)
	case size:
		return fmt.Sprint("size ", v.Name())
	case name:
		return "name " + v.Name()
	case string:
		return "string " + v
	case error:
		return "error " + v.Error()
	case isOpen, bool:
		return fmt.Sprint("boolean ", v)
	case weight:
		return fmt.Sprint("weight ", v*2)
	}
	return "other"
}

func attempt(call func()) {
	defer func() {
		fault := recover()
		_, isError := fault.(error)
		_, isColor := fault.(color)
		_, isInt := fault.(int)
		fmt.Println(fault != nil, isError, isColor, isInt)
	}()
	call()
}

func Run() {
	values := []any{1, color(1), size(1), red, name("a"), "a", code("a"), isOpen(true), true, weight(1.5), 1.5, nil}
	for _, v := range values {
		_, isInt := v.(int)
		_, isColor := v.(color)
		_, isStringer := v.(fmt.Stringer)
		_, isError := v.(error)
		_, isNamer := v.(namer)
		text, err := json.Marshal(v)
		fmt.Println(kind(v), isInt, isColor, isStringer, isError, isNamer, string(text), err)
		fmt.Printf("%v %+v|%8v|\n", v, v, v)
		for i, other := range values {
			if v == other {
				fmt.Print(i, " ")
			}
		}
		fmt.Println(v == color(1), v == 1, v == red, name("a") == v, v != any(size(1)))
		switch v {
		case 1:
			fmt.Println("1")
		case color(1):
			fmt.Println("color")
		case size(1), name("a"):
			fmt.Println("size or name")
		case code("a"):
			fmt.Println("code")
		}
	}
	counts := map[any]int{1: 1, red: 2}
	counts[color(1)]++
	counts[size(1)] = 7
	counts[1]++
	delete(counts, size(1))
	fmt.Println(len(counts), counts[1], counts[red], counts[size(1)], counts[name("a")])
	if n, ok := counts[red]; ok {
		fmt.Println(n)
	}
	var n namer = name("b")
	held := any(n)
	fmt.Println(kind(held), held == name("b"), held == "b", n == name("b"), kind(n))
	var err error = code("c")
	fmt.Println(kind(err), err == code("c"), any(err) == any(code("c")))
	var target code
	fmt.Println(errors.As(fmt.Errorf("in %w", err), &target), string(target))
	one, two := any(color(2)), any(name("d"))
	one, two = two, one
	fmt.Println(kind(one), kind(two))
	var x, y any
	x, y = red, n
	fmt.Println(kind(x), kind(y))
	attempt(func() { panic(red) })
	attempt(func() { panic(code("x")) })
	attempt(func() { _ = any(1).(color) })
	attempt(func() { _ = any(color(1)).(int) })
	l := list.New()
	l.PushBack(red)
	fmt.Println(kind(l.Front().Value), l.Front().Value == red)
	var m sync.Map
	m.Store(red, name("v"))
	v, ok := m.Load(red)
	_, other := m.Load(1)
	fmt.Println(kind(v), ok, other)
	ctx := context.WithValue(context.Background(), red, size(3))
	fmt.Println(kind(ctx.Value(red)), kind(ctx.Value(1)))
	d := service.Dict{"status": name("open"), "n": red, "list": []any{red}, "map": map[string]any{"k": name("x")}}
	text, failed := json.Marshal(d)
	fmt.Println(string(text), failed, kind(d["status"]), d)
	fmt.Println(service.BadRequest("%s %v %d", name("n"), code("c"), red).Message)
	fmt.Println(len(fmt.Sprint(errors.Join(code("1"), err))))
}
