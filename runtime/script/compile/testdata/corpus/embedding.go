package services

import "fmt"

type base struct{ ID int }

func (b base) Describe() string { return fmt.Sprint("base ", b.ID) }
func (b *base) Set(n int)       { b.ID = n }

type mid struct{ base }
type top struct {
	mid
	Name string
}

func (t top) Describe() string { return "top " + t.mid.Describe() }

type describer interface{ Describe() string }
type other struct {
	*base
	describer
}

func Run() {
	t := top{mid{base{1}}, "n"}
	t.Set(5)
	fmt.Println(t.ID, t.Describe(), t.mid.base.ID, t.base.ID)
	var d describer = t
	fmt.Println(d.Describe())
	m := mid{base{7}}
	d = m
	fmt.Println(d.Describe(), m.Describe())
	d = &m
	fmt.Println(d.Describe())
	f := m.Describe
	m.Set(9)
	fmt.Println(f(), m.Describe())
}
