package services

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
)

type locker struct {
	sync.Mutex
	n int
}
type E1 struct {
	error
	n int
}
type R1 struct {
	io.Reader
	n int
}
type B1 struct {
	*bytes.Buffer
	n int
}
type S1 struct {
	sort.Interface
	n int
}

func (s S1) Less(i, j int) bool { return s.Interface.Less(j, i) }

type ints []int

func (s ints) Len() int           { return len(s) }
func (s ints) Less(i, j int) bool { return s[i] < s[j] }
func (s ints) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func Run() {
	var e error = E1{errors.New("x"), 1}
	fmt.Println(e)
	var r io.Reader = R1{strings.NewReader("abc"), 1}
	b, _ := io.ReadAll(r)
	fmt.Println(string(b))
	var w io.Writer = B1{&bytes.Buffer{}, 1}
	fmt.Fprint(w, "hello")
	fmt.Println(w != nil)
	s := ints{1, 3, 2}
	sort.Sort(S1{s, 1})
	fmt.Println(s)
	r2 := R1{strings.NewReader("abc"), 1}
	b, _ = io.ReadAll(r2)
	fmt.Println(string(b))
	var l sync.Locker = &locker{}
	l.Lock()
	l.Unlock()
	k, ok := l.(*locker)
	fmt.Println(ok, k.n)
	fmt.Println(e.(E1).n)
}
