package services

import (
	"errors"
	"fmt"
)

func safe(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	f()
	return nil
}
func order() {
	for i := 0; i < 3; i++ {
		defer fmt.Println("d", i)
	}
	fmt.Println("body")
}
func result() (n int) {
	defer func() { n *= 2 }()
	return 21
}
func Run() {
	fmt.Println(safe(func() { panic("boom") }))
	fmt.Println(safe(func() { panic(errors.New("err")) }))
	fmt.Println(safe(func() {}))
	order()
	fmt.Println(result())
}
