package services

import "fmt"

type pair struct{ A, B int }

type talker interface{ Talk() }

func none() any { return nil }

func try(f func()) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Println("panic")
		}
	}()
	f()
}

func Run() {
	var e error
	r := recover()
	err, ok := r.(error)
	fmt.Println(err, ok)
	text, ok := r.(string)
	fmt.Println(text, ok)
	stringer, ok := r.(fmt.Stringer)
	fmt.Println(stringer, ok)
	stringer, ok = e.(fmt.Stringer)
	fmt.Println(stringer, ok)
	p, ok := none().(pair)
	fmt.Println(p, ok)
	own, ok := none().(talker)
	fmt.Println(own, ok)
	own, ok = e.(talker)
	fmt.Println(own, ok)
	again, ok := own.(any)
	fmt.Println(again, ok)
	try(func() { fmt.Println(e.(fmt.Stringer)) })
	try(func() { fmt.Println(none().(talker)) })
	try(func() { fmt.Println(r.(pair)) })
	switch r.(type) {
	case string, pair:
		fmt.Println("value")
	case error:
		fmt.Println("error")
	case nil:
		fmt.Println("nil")
	}
}
