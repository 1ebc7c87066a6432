package services

import (
	"fmt"
	"strings"
)

type msg struct {
	id   int
	body string
}
type result[T any] struct {
	val T
	err error
}
type source interface{ next() (msg, bool) }
type listSource struct {
	list []msg
	pos  int
}

func (s *listSource) next() (msg, bool) {
	if s.pos >= len(s.list) {
		return msg{}, false
	}
	s.pos++
	return s.list[s.pos-1], true
}

func drain[T any](ch <-chan T) (out []T) {
	for {
		select {
		case v, ok := <-ch:
			if !ok {
				return out
			}
			out = append(out, v)
		default:
			return out
		}
	}
}

func trySend[T any](ch chan<- T, v T) bool {
	select {
	case ch <- v:
		return true
	default:
		return false
	}
}

func first(chs ...chan int) (int, int) {
outer:
	for i := 0; ; i++ {
		for j, ch := range chs {
			select {
			case v, ok := <-ch:
				if !ok {
					continue outer
				}
				if v < 0 {
					break
				}
				if v > 100 {
					break outer
				}
				return j, v
			default:
				if i > 3 {
					break outer
				}
				continue
			}
			fmt.Println("negative on", j)
		}
	}
	return -1, -1
}

func nested(a, b chan string) (s string) {
	select {
	case x := <-a:
		select {
		case y := <-b:
			return x + y
		default:
			s = x + "-"
		}
		s += "after"
	case x := <-b:
		func() {
			select {
			case y, ok := <-a:
				s = fmt.Sprint(x, y, ok)
			default:
				s = x + "only"
			}
		}()
	}
	return
}

func Run() {
	type local struct {
		n int
		s string
	}
	lc := make(chan local, 3)
	lc <- local{1, "a"}
	lc <- local{2, "b"}
	var fs []func() string
	for i := 0; i < 3; i++ {
		select {
		case v, ok := <-lc:
			fs = append(fs, func() string { v.n *= 10; return fmt.Sprint(v, ok) })
		default:
			fs = append(fs, func() string { return "none" })
		}
	}
	for _, f := range fs {
		fmt.Print(f(), f(), ";")
	}
	fmt.Println()
	fmt.Println(drain(lc), trySend(lc, local{3, "c"}), drain(lc))
	ic := make(chan any, 4)
	ic <- 1
	ic <- "s"
	ic <- local{4, "d"}
	ic <- nil
	for len(ic) > 0 {
		select {
		case v := <-ic:
			switch v := v.(type) {
			case int:
				fmt.Println("int", v)
			case string:
				fmt.Println("string", v)
			case local:
				fmt.Println("local", v.n)
			case nil:
				fmt.Println("nil")
			}
		}
	}
	ec := make(chan error, 2)
	ec <- fmt.Errorf("e1")
	ec <- nil
	for range 2 {
		select {
		case err := <-ec:
			if err != nil {
				fmt.Println("err", err)
				continue
			}
			fmt.Println("nil err")
		}
	}
	rc := make(chan result[msg], 1)
	select {
	case rc <- result[msg]{val: msg{1, "x"}}:
		r := <-rc
		fmt.Println(r.val.body, r.err)
	default:
	}
	a, b := make(chan int, 2), make(chan int, 2)
	b <- -1
	b <- 5
	fmt.Println(first(a, b))
	a <- 101
	fmt.Println(first(a, b))
	close(a)
	fmt.Println(first(b))
	sa, sb2 := make(chan string, 2), make(chan string, 2)
	sa <- "A"
	fmt.Println(nested(sa, sb2))
	sb2 <- "B"
	fmt.Println(nested(sa, sb2))
	sc := make(chan source, 1)
	sc <- &listSource{list: []msg{{1, "m1"}, {2, "m2"}}}
	select {
	case s := <-sc:
		for m, ok := s.next(); ok; m, ok = s.next() {
			fmt.Println(m)
		}
	}
	var m = map[string]int{}
	var arr [3]int
	i := 1
	x := make(chan int, 3)
	x <- 7
	x <- 8
	x <- 9
	select {
	case m["k"] = <-x:
	}
	select {
	case arr[i] = <-x:
		i = 2
	}
	var ok bool
	select {
	case arr[i], ok = <-x:
	}
	fmt.Println(m, arr, ok)
	{
		string, len := "shadow", 3
		ch := make(chan int, 1)
		select {
		case int := <-ch:
			fmt.Println(int)
		default:
			int := 5
			fmt.Println(int, string, len)
		}
	}
	each := func(yield func(int) bool) {
		for i := range 4 {
			if !yield(i) {
				return
			}
		}
	}
	qc := make(chan int, 1)
	for v := range each {
		select {
		case qc <- v:
			continue
		case got := <-qc:
			fmt.Println("got", got, "at", v)
			if v == 3 {
				break
			}
		}
	}
	done := make(chan struct{})
	close(done)
	n := 0
	for {
		select {
		case <-done:
			n++
			if n < 3 {
				continue
			}
		}
		break
	}
	fmt.Println(n)
	func() {
		defer func() { fmt.Println("rec", recover() != nil) }()
		c := make(chan int)
		close(c)
		select {
		case c <- 1:
		default:
		}
	}()
	pick := func(k string) chan int {
		fmt.Print("pick ", k, " ")
		c := make(chan int, 1)
		c <- len(k)
		return c
	}
	select {
	case v := <-pick("ab"):
		fmt.Println(v)
	}
	select {
	case pick("x") <- func() int { fmt.Print("val "); return 3 }():
		fmt.Println("sent")
	default:
		fmt.Println("full")
	}
	var sb strings.Builder
	work := make(chan func(), 3)
	for _, s := range []string{"p", "q", "r"} {
		work <- func() { sb.WriteString(s) }
	}
	close(work)
loop:
	for {
		select {
		case f, ok := <-work:
			if !ok {
				break loop
			}
			f()
		}
	}
	fmt.Println(sb.String())
	cc := make(chan chan int, 1)
	inner := make(chan int, 1)
	cc <- inner
	select {
	case c := <-cc:
		c <- 3
		select {
		case v := <-c:
			fmt.Println("inner", v)
		}
	}
	switch v := 3; {
	case v > 2:
		select {
		default:
			if v == 3 {
				break
			}
			fmt.Println("not reached")
		}
		fmt.Println("after select in switch")
		fallthrough
	case v > 100:
		fmt.Println("fell")
	}
}
