package services

import "fmt"

func again(n int) (out []int) {
	switch {
	case n > 0:
	again:
		out = append(out, n)
		n--
		if n > 0 {
			goto again
		}
	default:
		out = append(out, -1)
	}
	return out
}

func forward(n int) string {
	switch n {
	case 1:
		if n == 1 {
			goto done
		}
		return "not reached"
	done:
		return "done"
	case 2:
		goto end
	}
	return "after"
end:
	return "end"
}

func inIf(n int) (s string) {
	if n > 0 {
	loop:
		s += "x"
		if len(s) < n {
			goto loop
		}
	} else {
		goto out
	}
	s += "!"
out:
	return s + "."
}

func inLoop() (s string) {
	for i := 0; i < 3; i++ {
		j := 0
	inner:
		s += fmt.Sprint(i, j, " ")
		j++
		if j < i {
			goto inner
		}
	}
	for i := range 3 {
		if i == 1 {
			goto next
		}
		s += fmt.Sprint("r", i)
	next:
	}
	return s
}

func inType(v any) (s string) {
	n := 0
	switch x := v.(type) {
	case int:
	more:
		s += fmt.Sprint(x)
		if n++; n < x {
			goto more
		}
	case string:
		goto text
	}
	return s + "|"
text:
	return "text"
}

func inSelect(c chan int) (s string) {
	for {
		select {
		case v, ok := <-c:
			if !ok {
				goto closed
			}
			n := 0
		twice:
			s += fmt.Sprint(v)
			if n++; n < 2 {
				goto twice
			}
		}
	}
closed:
	return s
}

func inClosure(n int) int {
	f := func() int {
		k := 0
		switch {
		case n > 1:
		up:
			k += n
			if k < 10 {
				goto up
			}
		}
		return k
	}
	return f()
}

func retry(fail int) (tries int, err error) {
retry:
	tries++
	switch {
	case tries <= fail:
		goto retry
	case fail > 5:
		err = fmt.Errorf("too many")
	}
	return
}

func nested(a, b int) (s string) {
	switch a {
	case 1:
	outer:
		s += "o"
		switch b {
		case 1:
		inner:
			s += "i"
			if len(s) < 4 {
				goto inner
			}
			if len(s) < 6 {
				goto outer
			}
		}
	}
	return s
}

// Run goes to labels within switches, loops and conditions.
func Run() {
	fmt.Println(again(3), again(0), again(1))
	fmt.Println(forward(1), forward(2), forward(3))
	fmt.Println(inIf(3), inIf(0), inLoop())
	fmt.Println(inType(2), inType("a"), inType(nil))
	c := make(chan int, 2)
	c <- 1
	c <- 2
	close(c)
	fmt.Println(inSelect(c), inClosure(3), inClosure(1))
	fmt.Println(retry(0))
	fmt.Println(retry(6))
	fmt.Println(nested(1, 1), nested(1, 2), nested(2, 2))
}
