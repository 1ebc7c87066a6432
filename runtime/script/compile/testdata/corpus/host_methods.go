package services

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
)

type timeout interface{ Timeout() bool }

type coded struct{ code int }

func (c coded) Error() string { return fmt.Sprint("code ", c.code) }
func (c coded) Code() int     { return c.code }

func Run() {
	m := map[string]*sync.Mutex{"a": {}}
	lock, unlock := m["a"].Lock, m["a"].Unlock
	lock()
	fmt.Println(m["a"].TryLock())
	unlock()
	fmt.Println(m["a"].TryLock())
	s := []bytes.Buffer{{}, {}}
	write := s[1].WriteString
	write("abc")
	fmt.Println(s[1].String(), s[0].Len())
	a := [1]strings.Builder{}
	grow := a[0].WriteString
	grow("x")
	fmt.Println(a[0].String())
	e := errors.Join(errors.New("a"), errors.New("b"))
	u, ok := e.(interface{ Unwrap() []error })
	fmt.Println(ok, len(u.Unwrap()))
	for _, x := range e.(interface{ Unwrap() []error }).Unwrap() {
		fmt.Println(x)
	}
	for _, err := range []error{errors.New("x"), &url.Error{Op: "get", Err: context.DeadlineExceeded}, coded{3}, nil} {
		t, ok := err.(timeout)
		fmt.Println(ok, ok && t.Timeout())
		switch v := err.(type) {
		case interface{ Code() int }:
			fmt.Println("code", v.Code())
		case timeout:
			fmt.Println("timeout", v.Timeout())
		case interface{ Is(error) bool }:
			fmt.Println("is")
		case nil:
			fmt.Println("nil")
		default:
			fmt.Println("other")
		}
	}
	var target interface{ Code() int }
	fmt.Println(errors.As(fmt.Errorf("in: %w", coded{5}), &target))
	var late timeout
	fmt.Println(errors.As(fmt.Errorf("in: %w", &url.Error{Op: "get", Err: context.DeadlineExceeded}), &late))
	fmt.Println(errors.As(errors.New("x"), &late))
}
