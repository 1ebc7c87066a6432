package services

import "fmt"

type feed struct {
	name string
	c    chan int
}

func filled(ns ...int) chan int {
	c := make(chan int, len(ns)+1)
	for _, n := range ns {
		c <- n
	}
	return c
}

// Run ranges over channels and over what holds them.
func Run() {
	cs := []chan int{filled(1, 2), filled(3), nil, filled()}
	for i, c := range cs {
		fmt.Println(i, len(c), c == nil)
	}
	total := 0
	for _, c := range cs[:2] {
		close(c)
		for v := range c {
			total += v
		}
	}
	fmt.Println(total)
	cs = []chan int{filled(), filled(7)}
	closed := 0
	for closed < len(cs) {
	next:
		for i, c := range cs {
			if c == nil {
				continue next
			}
			select {
			case v, ok := <-c:
				if !ok {
					cs[i] = nil
					closed++
					break
				}
				total += v
			default:
				close(c)
			}
		}
	}
	fmt.Println(total, cs[0] == nil, cs[1] == nil)
	named := map[string]chan string{"a": make(chan string, 1)}
	for k, c := range named {
		c <- k
		fmt.Println(<-c)
	}
	for k := range named {
		fmt.Println(k)
	}
	arr := [2]chan<- int{make(chan int, 1), make(chan int, 2)}
	for i, c := range arr {
		arr[1] = nil
		c <- i
		fmt.Println(len(c), cap(c))
	}
	for _, c := range &arr {
		fmt.Println(c == nil)
	}
	var i int
	var c chan int
	for i, c = range []chan int{filled(1), filled(1, 2)} {
	}
	fmt.Println(i, len(c))
	var fs []func() int
	for i, c := range []chan int{filled(5), filled(6)} {
		fs = append(fs, func() int { i++; return <-c*10 + i })
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	for _, f := range []feed{{"x", filled(1)}, {"y", filled(2)}} {
		fmt.Println(f.name, <-f.c)
	}
	grid := [][]chan int{{filled(1)}, {filled(2), filled(3)}}
	for _, row := range grid {
		for _, c := range row {
			fmt.Print(<-c, " ")
		}
	}
	for range []chan int{nil, nil} {
		fmt.Print(". ")
	}
	fmt.Println()
}
