package services

import (
	"context"
	"fmt"
	"sync"
	"time"
)

func Run() {
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	for v := range ch {
		fmt.Println(v)
	}
	v, ok := <-ch
	fmt.Println(v, ok)
	c2 := make(chan string, 1)
	select {
	case s := <-c2:
		fmt.Println(s)
	default:
		fmt.Println("empty")
	}
	c2 <- "x"
	select {
	case s, ok := <-c2:
		fmt.Println(s, ok)
	case <-time.After(time.Second):
		fmt.Println("late")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
loop:
	for {
		select {
		case <-ctx.Done():
			fmt.Println(ctx.Err())
			break loop
		}
	}
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	var once sync.Once
	for i := 0; i < 2; i++ {
		once.Do(func() { fmt.Println("once") })
	}
}
