package services

import "fmt"

func drain(ch chan int) (sum int) {
outer:
	for {
		select {
		case v, ok := <-ch:
			if !ok {
				break outer
			}
			if v == 2 {
				continue outer
			}
			if v == 3 {
				continue
			}
			sum += v
		}
		sum += 100
	}
	return sum
}

func Run() {
	ch := make(chan int, 5)
	for i := range 5 {
		ch <- i
	}
	close(ch)
	fmt.Println(drain(ch))
	ok := true
	v := 0
	c2 := make(chan int, 1)
	c2 <- 4
	select {
	case v, ok = <-c2:
		fmt.Println(v, ok)
	default:
		fmt.Println("none")
	}
	close(c2)
	select {
	case v, ok = <-c2:
		fmt.Println(v, ok)
	}
	select {
	case _ = <-c2:
		fmt.Println("closed")
	}
	arr := []int{0, 0}
	c3 := make(chan int, 1)
	c3 <- 8
	select {
	case arr[1] = <-c3:
		fmt.Println(arr)
	}
	select {
	case c3 <- 5:
		fmt.Println(<-c3)
	}
}
