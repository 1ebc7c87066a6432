package services

import (
	"errors"
	"fmt"
	"strings"
)

type res struct {
	name string
	log  *[]string
}

func (r *res) Close() error {
	*r.log = append(*r.log, "close "+r.name)
	if r.name == "bad" {
		return errors.New("cannot close " + r.name)
	}
	return nil
}

func open(name string, log *[]string) (*res, error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	*log = append(*log, "open "+name)
	return &res{name, log}, nil
}

func use(names ...string) (log []string, err error) {
	for _, name := range names {
		r, err2 := open(name, &log)
		if err2 != nil {
			return log, fmt.Errorf("use: %w", err2)
		}
		defer func() {
			if e := r.Close(); e != nil && err == nil {
				err = e
			}
		}()
	}
	return log, nil
}

func counter() (n int) {
	for i := range 4 {
		defer func() { n = n*10 + i }()
	}
	return 7
}

func args() (s string) {
	x := 1
	defer func(v int) { s += fmt.Sprint(v, x) }(x)
	x = 2
	defer fmt.Sprint(x)
	x++
	return "r"
}

func nested() (out []string) {
	defer func() {
		defer func() { out = append(out, "inner") }()
		out = append(out, "outer")
	}()
	func() {
		defer func() { out = append(out, "closure") }()
		out = append(out, "body")
	}()
	return append(out, "end")
}

func recovered(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("wrapped: %w", r)
		case string:
			err = errors.New(r)
		default:
			err = fmt.Errorf("value %v", r)
		}
	}()
	f()
	return nil
}

func repanic() (s string) {
	defer func() { s = fmt.Sprint("got ", recover()) }()
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprint("again ", r))
		}
	}()
	panic("first")
}

func conditional(b bool) (s string) {
	if b {
		defer func() { s += "deferred" }()
	}
	s = "body "
	return
}

type builder struct{ strings.Builder }

func (b *builder) tag(name string) func() {
	b.WriteString("<" + name + ">")
	return func() { b.WriteString("</" + name + ">") }
}

func render() string {
	b := &builder{}
	func() {
		defer b.tag("a")()
		func() {
			defer b.tag("b")()
			b.WriteString("text")
		}()
	}()
	return b.String()
}

// Run prints what it finds.
func Run() {
	log, err := use("a", "b")
	fmt.Println(log, err)
	log, err = use("a", "bad", "c")
	fmt.Println(log, err)
	log, err = use("a", "")
	fmt.Println(log, err)
	fmt.Println(counter(), args(), nested())
	fmt.Println(recovered(func() {}), recovered(func() { panic("p") }), recovered(func() { panic(errors.New("e")) }), recovered(func() { panic(3) }))
	fmt.Println(repanic(), conditional(true), conditional(false), render())
	for i := range 3 {
		fmt.Println(func() (n int, err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("%v", r)
				}
			}()
			if i == 1 {
				panic("one")
			}
			return i, nil
		}())
	}
}
