package services

import (
	"errors"
	"fmt"
)

type (
	tint  int
	label string
	fault struct {
		code int
		text string
	}
	spot  struct{ X, Y int }
	plain struct{ A, b int }
	shelf struct {
		Name   label
		Tint   tint
		Spot   spot
		hidden label
		List   []label
		Fault  *fault
		Plain  plain
	}
	loop struct {
		Name label
		Next *loop
		All  []loop
	}
	holder struct{ In shelf }
)

func (t tint) String() string  { return fmt.Sprint("tint ", int(t)) }
func (l label) String() string { return "<" + string(l) + ">" }
func (f *fault) Error() string { return f.text }
func (s spot) String() string  { return fmt.Sprintf("(%d %d)", s.X, s.Y) }

func Run() {
	s := shelf{"n", 1, spot{1, 2}, "h", []label{"a", "b"}, nil, plain{1, 2}}
	fmt.Println(s)
	fmt.Println(&s, []shelf{s}, holder{s})
	fmt.Printf("%v|%+v|%s\n", s, &s, []label{"x"})
	fmt.Println([]tint{1, 2}, [2]tint{3, 4}, map[string]tint{"b": 1, "a": 2}, map[tint]label{2: "y", 1: "x"}, map[label]int{"k": 1})
	fmt.Println([]spot{{1, 2}}, []*spot{nil}, map[string]spot{"a": {3, 4}}, [][]label{{"p"}, nil}, map[string][]tint{"q": {5}})
	fmt.Println([]*fault{{1, "one"}, nil}, []error{errors.New("e"), &fault{2, "two"}}, []fmt.Stringer{tint(1), nil})
	fmt.Println([]label(nil), map[tint]int(nil), len([]label{"a"}), []plain{{1, 2}}, []loop{{}})
	fmt.Printf("%d %v %q %5s|\n", []tint{1}, []tint{1}, []label{"q"}, []label{"w"})
	fmt.Print([]tint{7}, " ", s.List, "\n")
	var scanned label
	n, err := fmt.Sscan("word", &scanned)
	fmt.Println(n, err, scanned)
	fmt.Println(fmt.Errorf("in %v: %w", []tint{1}, &fault{1, "f"}))
}
