package services

import "fmt"

type port struct{ in, out chan int }

// Run leaves selects, and selects on channels that are no variables.
func Run() {
	cs := []chan int{make(chan int), make(chan int), make(chan int, 1)}
	close(cs[0])
	cs[2] <- 7
	for i := range cs {
		select {
		case v, ok := <-cs[i]:
			if !ok {
				fmt.Println("closed")
				break
			}
			fmt.Println(i, v, ok)
		default:
			fmt.Println(i, "default")
			if i == 1 {
				break
			}
			fmt.Println("never")
		}
		fmt.Println("after", i)
	}
	c := make(chan int, 1)
L:
	select {
	case c <- len(c):
		if cap(c) == 1 {
			break L
		}
		fmt.Println("never")
	}
	fmt.Println(<-c)
	ports := map[string]*port{"a": {make(chan int, 1), make(chan int, 1)}}
	for i := range 2 {
		if i == 1 {
			ports["a"].in <- 4
		}
		select {
		case ports["a"].out <- 2:
			switch {
			default:
				break
			}
			fmt.Println("sent")
			for {
				break
			}
			if len(ports["a"].in) == 0 {
				break
			}
			fmt.Println("more")
		case v := <-ports["a"].in:
			func() {
				for range 3 {
					break
				}
			}()
			if v == 4 {
				break
			}
			fmt.Println("never")
		}
		fmt.Println("next")
	}
	fmt.Println(len(ports["a"].in), len(ports["a"].out))
	switch {
	case true:
		select {
		case v := (<-ports["a"].out):
			if v == 2 {
				break
			}
			fmt.Println("never")
		}
		fmt.Println("clause")
	}
	var fs []func()
	for i := range 3 {
		select {
		default:
			if i == 1 {
				break
			}
			fs = append(fs, func() { fmt.Println("f", i) })
		}
	}
	for _, f := range fs {
		f()
	}
	order := ""
	pick := func(name string, c chan int) chan int { order += name; return c }
	value := func(n int) int { order += fmt.Sprint(n); return n }
	select {
	case <-pick("a", nil):
	case pick("b", nil) <- value(1):
	case x := <-pick("c", nil):
		fmt.Println(x)
	default:
		fmt.Println(order)
	}
	for i := range 3 {
		select {
		default:
			if i == 1 {
				continue
			}
			switch i {
			case 2:
				continue
			}
			fmt.Println("c", i)
		}
		fmt.Println("d", i)
	}
outer:
	for i := 0; i < 3; i++ {
		for _, s := range []string{"x", "y"} {
			select {
			case <-cs[0]:
				if i == 1 {
					continue outer
				}
				if s == "x" {
					continue
				}
				if i == 2 {
					break outer
				}
				break
			}
			fmt.Println("o", i, s)
		}
	}
	goto end
end:
	fmt.Println("end")
}
