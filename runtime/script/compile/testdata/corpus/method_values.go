package services

import "fmt"

type counter struct{ n int }

func (c *counter) Inc() int { c.n++; return c.n }
func (c counter) Get() int  { return c.n }
func (c *counter) Add(d ...int) *counter {
	for _, v := range d {
		c.n += v
	}
	return c
}
func apply(f func() int) int { return f() + f() }
func Run() {
	c := &counter{}
	inc := c.Inc
	fmt.Println(inc(), inc(), apply(c.Inc), c.Get())
	get := counter.Get
	fmt.Println(get(*c), (*counter).Inc(c))
	fmt.Println(c.Add(1, 2).Add().Add([]int{3, 4}...).Get())
	ops := map[string]func(int, int) int{
		"+": func(a, b int) int { return a + b },
		"*": func(a, b int) int { return a * b },
	}
	fmt.Println(ops["+"](2, 3), ops["*"](2, 3))
}
