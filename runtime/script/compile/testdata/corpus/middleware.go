package services

import "fmt"

type step struct{ do func(*flow) error }

type flow struct {
	steps []step
	at    int
	trace []string
	hook  func(*flow)
}

func (f *flow) next() error {
	if f.at == len(f.steps) {
		f.hook(f)
		return nil
	}
	s := f.steps[f.at]
	f.at++
	return s.do(f)
}

type handler interface{ handle(f *flow) error }

type handlerFunc func(f *flow) error

func (h handlerFunc) handle(f *flow) error { return h(f) }

func named(name string) func(*flow) error {
	return func(f *flow) error {
		f.trace = append(f.trace, "+"+name)
		err := f.next()
		f.trace = append(f.trace, "-"+name)
		return err
	}
}

// chain holds lists of functions that end in itself.
type chain struct {
	n     int
	steps []func(*chain) *chain
	named map[string]func(any, chain) []*chain
}

// Run calls functions that a struct holds with the struct.
func Run() {
	f := &flow{hook: func(f *flow) { f.trace = append(f.trace, fmt.Sprint("end ", f.at)) }}
	for _, name := range []string{"log", "auth", "work"} {
		f.steps = append(f.steps, step{named(name)})
	}
	fmt.Println(f.next(), f.trace)
	handlers := map[string]handler{"a": handlerFunc(func(f *flow) error { return fmt.Errorf("at %d", f.at) })}
	fmt.Println(handlers["a"].handle(f))
	c := &chain{named: map[string]func(any, chain) []*chain{}}
	c.steps = append(c.steps, func(c *chain) *chain { c.n += 2; return c }, func(c *chain) *chain { c.n *= 3; return c })
	for _, step := range c.steps {
		c = step(c)
	}
	c.named["twice"] = func(x any, y chain) []*chain { return []*chain{x.(*chain), &y} }
	both := c.named["twice"](c, *c)
	both[1].n++
	fmt.Println(c.n, both[0].n, both[1].n)
}
