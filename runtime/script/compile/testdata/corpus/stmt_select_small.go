package services

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func poll(c <-chan int) (v int, state string) {
	select {
	case x, ok := <-c:
		if !ok {
			return 0, "closed"
		}
		return x, "value"
	default:
		return -1, "empty"
	}
}

func send(c chan<- string, s string) bool {
	select {
	case c <- s + "!":
		return true
	default:
		return false
	}
}

func drain(cs ...chan int) (total, closed int) {
	for closed < len(cs) {
		for i, c := range cs {
			if c == nil {
				continue
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
	return
}

func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(time.Minute):
		return errors.New("late")
	}
}

// Run prints what it finds.
func Run() {
	c := make(chan int, 2)
	fmt.Println(poll(c))
	c <- 5
	fmt.Println(poll(c))
	close(c)
	fmt.Println(poll(c))
	s := make(chan string, 1)
	fmt.Println(send(s, "a"), send(s, "b"), <-s, len(s), cap(s))
	a, b := make(chan int, 3), make(chan int, 3)
	a <- 1
	a <- 2
	b <- 10
	fmt.Println(drain(a, b))
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("stop"))
	fmt.Println(wait(ctx))
	var nilChan chan int
	select {
	case <-nilChan:
		fmt.Println("never")
	case nilChan <- 1:
		fmt.Println("never")
	default:
		fmt.Println("default")
	}
	done := make(chan struct{})
	out := make(chan int, 5)
	n := 0
loop:
	for {
		select {
		case out <- n:
			if n++; n == 3 {
				close(done)
				out = nil
			}
		case <-done:
			break loop
		}
	}
	fmt.Println(n)
	results := make(chan func() int, 2)
	for i := range 2 {
		results <- func() int { return i + 1 }
	}
	close(results)
	sum := 0
	for f := range results {
		sum += f()
	}
	fmt.Println(sum)
	chans := []chan string{make(chan string, 1), make(chan string, 1)}
	chans[1] <- "second"
	var got string
	select {
	case got = <-chans[0]:
	case got = <-chans[1]:
	}
	fmt.Println(got)
	m := map[string]chan int{"k": make(chan int, 1)}
	m["k"] <- 3
	var v int
	var ok bool
	select {
	case v, ok = <-m["k"]:
	case v = <-m["none"]:
	}
	fmt.Println(v, ok)
	sem := make(chan struct{}, 1)
	for i := range 3 {
		select {
		case sem <- struct{}{}:
			fmt.Print("in", i, " ")
		default:
			<-sem
			fmt.Print("out", i, " ")
		}
	}
	fmt.Println()
}
