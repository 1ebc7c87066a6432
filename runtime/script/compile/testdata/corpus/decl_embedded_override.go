package services

import (
	"fmt"
	"strings"
)

type animal interface {
	Sound() string
	Name() string
}

type base struct {
	name string
	legs int
}

func (b base) Name() string     { return b.name }
func (b base) Sound() string    { return "..." }
func (b *base) grow(n int)      { b.legs += n }
func (b base) describe() string { return b.name + " says " + b.Sound() }

type dog struct {
	base
	tricks []string
}

func (d dog) Sound() string { return "woof" }

type puppy struct {
	dog
	age int
}

func (p puppy) Name() string { return "little " + p.dog.Name() }

type robot struct {
	animal
	model string
}

func (r robot) Sound() string { return strings.ToUpper(r.animal.Sound()) }

type logger struct{ prefix string }

func (l logger) log(s string) string { return l.prefix + s }

type service struct {
	*logger
	animal
	calls int
}

type counter struct{ n int }

func (c *counter) inc() int { c.n++; return c.n }

type both struct {
	counter
	extra struct{ counter }
}

func speak(as ...animal) (out []string) {
	for _, a := range as {
		out = append(out, a.Name()+":"+a.Sound())
	}
	return out
}

// Run prints what it finds.
func Run() {
	d := dog{base{"rex", 4}, nil}
	p := puppy{d, 1}
	fmt.Println(speak(d, p, d.base, robot{p, "m1"}, robot{robot{d, "a"}, "b"}))
	fmt.Println(d.describe(), p.describe(), p.base.Sound(), p.dog.Sound())
	p.grow(2)
	d.grow(-1)
	fmt.Println(p.legs, d.legs, p.dog.base.legs)
	p.tricks = append(p.tricks, "sit")
	fmt.Println(len(p.tricks), len(d.tricks))
	s := service{logger: &logger{"> "}, animal: p}
	fmt.Println(s.log(s.Name()), s.Sound())
	s.prefix = "# "
	s.animal = d
	fmt.Println(s.log(s.Name()), s.logger.prefix)
	var b both
	b.inc()
	b.extra.inc()
	b.extra.inc()
	fmt.Println(b.n, b.extra.n)
	f := b.inc
	f()
	fmt.Println(b.n)
	var a animal = &p
	if q, ok := a.(*puppy); ok {
		q.name = "max"
	}
	fmt.Println(p.name, a.Name())
	list := []*puppy{{dog: dog{base: base{name: "x"}}}, {age: 2}}
	list[1].name = "y"
	for _, q := range list {
		q.legs++
		fmt.Print(q.Name(), q.legs, q.age, " ")
	}
	fmt.Println()
	copyOf := p
	copyOf.name, copyOf.age = "copy", 9
	fmt.Println(p.name, copyOf.name, p.base == copyOf.base)
	anon := struct {
		base
		note string
	}{base{"anon", 1}, "n"}
	fmt.Println(anon.Name(), anon.legs, anon.note, anon.describe())
}
