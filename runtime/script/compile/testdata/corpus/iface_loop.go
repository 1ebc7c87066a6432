package services

import (
	"errors"
	"fmt"
)

type named interface{ Name() string }
type byPtr struct{ n string }
type byVal struct{ n string }
type kind int

func (b *byPtr) Name() string { return b.n }
func (b byVal) Name() string  { return b.n }
func (k kind) Name() string   { return fmt.Sprint("kind", int(k)) }

type problem struct{ code int }

func (p *problem) Error() string { return fmt.Sprint("problem ", p.code) }

func mkVal(n string) byVal  { return byVal{n} }
func mkPtr(n string) *byPtr { return &byPtr{n} }
func mkErr(n int) *problem  { return &problem{n} }
func asNamed(v byVal) named { return v }
func all(ns ...named) []string {
	var out []string
	for _, n := range ns {
		out = append(out, n.Name())
	}
	return out
}

func Run() {
	var list []named
	var anys []any
	var errs []error
	for _, p := range []*byPtr{{"p1"}, {"p2"}} {
		list = append(list, p)
		anys = append(anys, p)
	}
	for _, v := range []byVal{{"v1"}, {"v2"}} {
		list = append(list, v)
		anys = append(anys, v)
	}
	for _, k := range []kind{1, 2} {
		list = append(list, k)
		anys = append(anys, k)
	}
	for i := 0; i < 2; i++ {
		list = append(list, mkVal(fmt.Sprint("c", i)), mkPtr(fmt.Sprint("d", i)), byVal{fmt.Sprint("e", i)}, &byPtr{fmt.Sprint("f", i)}, kind(i))
		errs = append(errs, mkErr(i), &problem{i + 10})
		list = append(list, asNamed(byVal{fmt.Sprint("g", i)}))
	}
	for _, n := range list {
		fmt.Print(n.Name(), " ")
	}
	fmt.Println()
	for _, a := range anys {
		switch v := a.(type) {
		case *byPtr:
			fmt.Print("ptr ", v.n, " ")
		case byVal:
			fmt.Print("val ", v.n, " ")
		case kind:
			fmt.Print(v.Name(), " ")
		}
		if n, ok := a.(named); ok {
			fmt.Print(n.Name(), " ")
		}
	}
	fmt.Println()
	for _, e := range errs {
		fmt.Print(e, " ")
	}
	fmt.Println(errors.Join(errs...))
	m := map[string]named{}
	for _, k := range []string{"x", "y"} {
		v := byVal{k}
		m[k] = v
		v.n = "changed"
	}
	fmt.Println(m["x"].Name(), m["y"].Name())
	k := kind(5)
	var n named = k
	k++
	fmt.Println(n.Name(), k.Name(), all(k, mkVal("z"), mkPtr("w")))
	n, other := named(kind(7)), n
	fmt.Println(n.Name(), other.Name())
}
