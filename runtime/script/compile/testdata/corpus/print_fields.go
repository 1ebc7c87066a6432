package services

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type (
	inner struct{ x, Y int }
	empty struct{}
	tree  struct {
		v    int
		kids []tree
		next *tree
		m    map[string]tree
	}
	namer  interface{ Name() string }
	person struct{ name string }
	whole  struct {
		A, b int
		c    inner
		inner
		pointer *inner
		any     any
		Any     any
		namer   namer
		err     error
		made    time.Time
		Made    time.Time
		call    func()
		_       int
	}
	list []any
)

func (p person) Name() string  { return p.name }
func (p person) Error() string { return "error of " + p.name }
func (l list) First() any      { return l[0] }

func printAll(values ...any) {
	for _, v := range values {
		fmt.Printf("%v|%+v|%d\n", v, v, v)
		fmt.Println(strings.Contains(fmt.Sprintf("%#v", v), "X"))
	}
}

func Run() {
	in := inner{1, 2}
	printAll(in, &in, empty{}, &empty{}, []empty{{}, {}}, map[string]empty{"a": {}})
	w := whole{A: 1, b: 2, any: in, Any: in, namer: person{"n"}, err: person{"e"}}
	fmt.Printf("%v|%+v\n", w, w)
	fmt.Printf("%v|%+v\n", &w, []whole{{}})
	fmt.Printf("%+v\n", &whole{A: 1, made: time.Unix(1, 0).UTC(), Made: time.Unix(1, 0).UTC()})
	fmt.Printf("%+v\n", tree{1, []tree{{v: 2, kids: []tree{{}}}, {}}, nil, map[string]tree{"a": {v: 4}}})
	printAll([]any{in, 1, "a", nil, []any{}, map[string]any{"k": in}}, map[inner]inner{{1, 2}: {3, 4}}, [1]inner{in}, list{in})
	printAll(struct{ a, B int }{1, 2}, []struct{ a int }{{1}}, map[string]any{"k": []inner{in}}, [][]inner{{in}, nil})
	fmt.Println(in, &in, []*inner{nil})
	fmt.Print(in, "\n")
	fmt.Println(fmt.Sprintf("%+v", in), fmt.Sprint(in), fmt.Sprintln(in), string(fmt.Appendf(nil, "%+v", in)))
	fmt.Println(fmt.Errorf("%+v: %w", in, person{"p"}))
	fmt.Printf("%d %+v\n", person{"x"}, fmt.Stringer(nil))
	p := &in
	fmt.Println(fmt.Sprintf("%p", p) == fmt.Sprintf("%p", p), fmt.Sprintf("%[1]p%[1]v", p) == fmt.Sprintf("%p", p)+"&{1 2}")
	printAll([]any{1, 2})
	printAll(1, []any{1, 2}, []any(nil))
	printAll([]any{1, 2}...)
	text, err := json.Marshal(in)
	fmt.Println(string(text), err)
}
