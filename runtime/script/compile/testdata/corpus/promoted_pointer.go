package services

import (
	"errors"
	"fmt"
)

type Base struct{ name string }

func (b *Base) Name() string      { return b.name }
func (b *Base) Rename(s string)   { b.name = s }
func (b Base) Copy() Base         { return b }
func (b *Base) Error() string     { return "error of " + b.name }
func (b *Base) Deep(n int) string { return fmt.Sprint(b.name, n) }

type Namer interface{ Name() string }

type Renamer interface {
	Namer
	Rename(string)
}

type Dog struct {
	*Base
	age int
}

type Cat struct{ Base }

type Puppy struct {
	Dog
	toy string
}

type Wrapped struct{ *Puppy }

func describe(n Namer) string {
	switch v := n.(type) {
	case Dog:
		return fmt.Sprint("dog ", v.name, v.age)
	case *Cat:
		return "cat " + v.name
	case Puppy:
		return "puppy " + v.toy + v.Name()
	case *Dog:
		return "pointer to dog " + v.Name()
	case Wrapped:
		return "wrapped " + v.Name()
	case *Base:
		return "base " + v.name
	case nil:
		return "nil"
	}
	return "other"
}

// Run asserts types whose methods come from a pointer that they embed.
func Run() {
	var a Namer = Dog{&Base{"rex"}, 3}
	fmt.Println(a.Name())
	d := a.(Dog)
	fmt.Println(d.age, d.Name())
	d, ok := a.(Dog)
	fmt.Println(d.age, ok)
	_, ok = a.(*Cat)
	fmt.Println(ok)
	p, ok := a.(Puppy)
	fmt.Println(p.toy, ok)
	r, ok := a.(Renamer)
	fmt.Println(ok)
	r.Rename("max")
	fmt.Println(a.Name(), d.Name())
	puppy := Puppy{d, "ball"}
	for _, n := range []Namer{a, &Cat{Base{"tom"}}, puppy, &d, &puppy, Wrapped{&puppy}, &Base{"b"}, nil} {
		fmt.Println(describe(n))
	}
	a = puppy
	if p, ok := a.(Puppy); ok {
		p.Rename("changed")
		fmt.Println(p.Name(), p.age, puppy.Name())
	}
	f := puppy.Deep
	fmt.Println(f(4), Dog.Name(d), (*Base).Name(d.Base))
	g := Puppy.Deep
	fmt.Println(g(puppy, 5))
	var e error = d
	fmt.Println(e)
	var asDog Dog
	fmt.Println(errors.As(fmt.Errorf("w: %w", e), &asDog), asDog.age)
	var face any = d
	if n, ok := face.(Namer); ok {
		fmt.Println(n.Name())
	}
	back, ok := face.(Dog)
	fmt.Println(back.age, ok)
	c := Cat{Base{"c"}}
	c.Rename("cc")
	fmt.Println(c.Copy().name, c.Name())
	names := map[string]Namer{"a": a, "d": d}
	fmt.Println(names["d"].(Dog).age, names["a"].(Puppy).toy)
	same := a == Namer(puppy)
	fmt.Println(same)
}
