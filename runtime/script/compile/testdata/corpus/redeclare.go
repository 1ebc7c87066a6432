package services

import (
	"errors"
	"fmt"
	"strconv"
)

type node struct {
	name string
	next *node
}

func load(n int) (string, error) {
	if n > 1 {
		return "", errors.New("n is " + strconv.Itoa(n))
	}
	return "v" + strconv.Itoa(n), nil
}

func three(n int) (int, string, error) { return n, strconv.Itoa(n), nil }

func pairs() (int, int) { return 8, 9 }

func capturedErr() (result string) {
	var err error
	report := func() { result += fmt.Sprint("<", err, ">") }
	v, err := load(0)
	report()
	w, err := load(2)
	report()
	return v + w + result
}

func redeclaredParam(a int, s string) string {
	show := func() string { return fmt.Sprint(a, s) }
	a, b := a+1, a
	s, c := s+"!", s
	return fmt.Sprint(a, b, s, c, show())
}

func redeclaredResult(n int) (total int, err error) {
	defer func() { total *= 10 }()
	total, extra := n+1, n
	total += extra
	k, err := strconv.Atoi("x")
	return total + k, err
}

func named(n int) (x, y int) {
	x, z := n, n+1
	y, w := z, x
	_ = w
	return
}

// Run declares anew what is there already, in one scope and in others.
func Run() {
	a := 1
	p := &a
	a, b := 2, a
	fmt.Println(a, b, *p)
	b, c := a, b
	fmt.Println(a, b, c, *p)
	*p = 50
	fmt.Println(a)
	f := func() int { return a }
	a, d := pairs()
	fmt.Println(a, d, *p, f())
	a, e, err := three(a)
	fmt.Println(a, e, err, f())
	g, err := load(3)
	fmt.Printf("%q %v\n", g, err)
	g, h := g+"x", g+"y"
	fmt.Println(g, h)
	fmt.Println(capturedErr())
	fmt.Println(redeclaredParam(5, "t"))
	fmt.Println(redeclaredResult(4))
	fmt.Println(named(3))
	m := map[string]int{"k": 1}
	v, ok := m["k"]
	fmt.Println(v, ok)
	look := func() bool { return ok }
	w, ok := m["z"]
	fmt.Println(w, ok, look())
	var x any = "text"
	s, ok := x.(string)
	fmt.Println(s, ok, look())
	n, ok := x.(int)
	fmt.Println(n, ok, look())
	ch := make(chan int, 1)
	ch <- 4
	close(ch)
	r, ok := <-ch
	fmt.Println(r, ok, look())
	q, ok := <-ch
	fmt.Println(q, ok, look())
	if a, z := a*2, a; a > z {
		a, y := z, a
		fmt.Println(a, y, z)
		{
			a, y := y, a
			a++
			fmt.Println(a, y)
		}
		fmt.Println(a, y)
	}
	fmt.Println(a)
	for i, a := 0, a; i < 2; i++ {
		a, j := a+i, i
		fmt.Println(a, j)
	}
	for i := range 3 {
		a, t := i, a
		func() {
			a, u := a+1, t
			fmt.Println(a, t, u)
		}()
	}
	var funcs []func() string
	for i := range 3 {
		text, err := load(i)
		funcs = append(funcs, func() string { return fmt.Sprint(text, err) })
		text, more := text+"+", i
		funcs = append(funcs, func() string { return fmt.Sprint(text, more) })
	}
	for _, f := range funcs {
		fmt.Println(f())
	}
	cur, err := &node{"a", nil}, errors.New("first")
	keep := cur
	cur, other := &node{"b", cur}, cur
	fmt.Println(cur.name, cur.next.name, other == keep, err)
	_, err = load(5)
	_, a, err2 := "", 77, err
	fmt.Println(a, *p, err2)
	i, j := 0, 1
	i, k := j, i
	j, l := i, j
	fmt.Println(i, j, k, l)
	var face fmt.Stringer
	face, txt := face, "n"
	fmt.Println(face, txt)
	var wide int64 = 5
	wide, narrow := 7, 8
	fmt.Printf("%T %T\n", wide, narrow)
	var open any = 1
	open, shut := "two", 3
	fmt.Println(open, shut)
	var errv error
	errv, yes := nil, true
	fmt.Println(errv, yes)
	switch a, b := b, a; {
	case a > b:
		fmt.Println("more", a, b)
	default:
		a, z := 3, a
		fmt.Println("less", a, b, z)
	}
	arr := [2]int{1, 2}
	arr2, arr := arr, [2]int{3, 4}
	fmt.Println(arr, arr2)
}
