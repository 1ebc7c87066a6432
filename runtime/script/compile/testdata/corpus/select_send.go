package services

import "fmt"

func value(text string) int {
	fmt.Println("value", text)
	return len(text)
}

func channel(c chan int) chan int {
	fmt.Println("channel")
	return c
}

func Run() {
	c, d := make(chan int, 1), make(chan any, 1)
	select {
	case channel(c) <- value("abc"):
		fmt.Println("sent")
	default:
		fmt.Println("full")
	}
	select {
	case c <- value("x") + 1:
		fmt.Println("sent")
	default:
		fmt.Println("full")
	}
	array := [2]int{1, 2}
	select {
	case d <- array:
		array[0] = 9
	}
	fmt.Println(<-c, <-d)
	for n := 0; ; n++ {
		select {
		case c <- n * n:
			if n > 2 {
				break
			}
			continue
		case got := <-c:
			fmt.Println("got", got)
		}
		if n > 3 {
			break
		}
	}
}
