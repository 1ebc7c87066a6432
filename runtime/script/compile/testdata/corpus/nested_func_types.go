package services

import "fmt"

type middleware func(handler) handler
type handler func(string) string

func chain(h handler, ms ...middleware) handler {
	for i := len(ms) - 1; i >= 0; i-- {
		h = ms[i](h)
	}
	return h
}
func logged(prefix string) middleware {
	return func(next handler) handler {
		return func(s string) string { return prefix + next(s) }
	}
}

type option func(*config)
type config struct {
	n int
	s string
}

func withN(n int) option { return func(c *config) { c.n = n } }
func build(opts ...option) config {
	c := config{s: "d"}
	for _, o := range opts {
		o(&c)
	}
	return c
}
func Run() {
	h := chain(func(s string) string { return s + "!" }, logged("a:"), logged("b:"))
	fmt.Println(h("x"))
	fmt.Println(build(withN(3)).n, build().s)
}
