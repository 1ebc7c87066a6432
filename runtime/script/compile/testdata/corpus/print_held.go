package services

import (
	"errors"
	"fmt"
	"time"
)

type Level int

const (
	Low Level = iota
	Mid
	High
)

func (l Level) String() string { return [...]string{"low", "mid", "high"}[l] }

type Money struct {
	Amount int64
	Cur    string
}

func (m Money) String() string { return fmt.Sprintf("%d %s", m.Amount, m.Cur) }

type Base struct {
	ID      int
	Created time.Time
	Level   Level
}
type Line struct {
	Base
	Price Money
	Tags  []string
	lvl   Level
}
type Doc struct {
	Line
	Title string
	Lines []Line
	ByLvl map[Level]Money
	Any   any
	Ptr   *Money
	Err   error
	Next  *Doc
	Kids  []Doc
	Meta  map[string]any
}

type Fail struct{ Op string }

func (f *Fail) Error() string { return "fail " + f.Op }

type Priced interface{ Cost() int64 }

func (m Money) Cost() int64 { return m.Amount }
func (l Line) Cost() int64  { return l.Price.Amount }
func (l Level) Cost() int64 { return int64(l) }

type Tree struct {
	Level Level
	Kids  []Tree
	M     map[string]Tree
}

func Run() {
	t := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	l := Line{Base{1, t, High}, Money{5, "EUR"}, []string{"a"}, Mid}
	fmt.Println(l)
	fmt.Printf("%v\n%+v\n", l, l)
	d := Doc{Line: l, Title: "T", Lines: []Line{l}, ByLvl: map[Level]Money{Low: {1, "x"}, High: {2, "y"}}, Any: Mid, Err: &Fail{"op"}, Meta: map[string]any{"m": Money{9, "Z"}, "l": Low, "e": errors.New("e"), "n": nil}}
	fmt.Printf("%+v\n", d)
	fmt.Printf("%v\n", &d.Line)
	var p Priced = l
	fmt.Println(p)
	p = Money{3, "USD"}
	fmt.Println(p, fmt.Sprint(p), fmt.Sprintf("%s|%v|%+v|%10s|%-10s|", p, p, p, p, p))
	p = High
	fmt.Println(p, fmt.Sprintf("%d %v %s", p, p, p))
	ps := []Priced{l, Money{1, "A"}, Low, &Money{2, "B"}}
	fmt.Println(ps[0], ps[1], ps[2], ps[3])
	fmt.Println(ps[1:3])
	fmt.Printf("%v %s\n", ps[1:3], ps[1:3])
	fmt.Println(map[string]Priced{"a": Mid, "b": Money{1, "Q"}})
	anys := []any{Money{1, "C"}, &Money{2, "D"}, High, Tree{Level: Mid}, &Fail{"x"}, []Level{Low, Mid}, map[string]Level{"k": High}, nil, 5}
	for _, a := range anys[:5] {
		fmt.Println(a)
	}
	fmt.Println(anys[:5]...)
	fmt.Println(anys[0:3:3][0], anys[2:3])
	fmt.Println(Tree{Low, []Tree{{High, nil, nil}}, map[string]Tree{"x": {Level: Mid}}})
	fmt.Println([]Level{Low, High}, [2]Level{Mid, High}, map[Level]int{High: 1, Low: 2}, struct {
		L Level
		M Money
	}{Mid, Money{7, "K"}})
	type row struct {
		Name  string
		Level Level
		Cost  Money
	}
	rows := []row{{"a", Low, Money{1, "E"}}, {"b", High, Money{2, "E"}}}
	fmt.Println(rows)
	for _, r := range rows {
		fmt.Printf("%+v %v\n", r, &r)
	}
	var np *Money
	var nl *Level
	fmt.Println(nl == nil, np == nil)
	var e error = &Fail{"z"}
	fmt.Println(e, []error{e, errors.New("q")}, map[string]error{"e": e})
	fmt.Printf("%v %s %q %+v\n", e, e, e, e)
	tests := []struct {
		in   Level
		want string
		err  error
	}{{Low, "low", nil}, {High, "high", errors.New("x")}}
	for i, tt := range tests {
		fmt.Println(i, tt.in, tt.want, tt.in.String() == tt.want, tt.err)
	}
	fmt.Printf("%5d|%-5d|%05d|%x|%X|%o|%b|%c|%U|%e|%8.3f|%+d|%t|%p\n", 42, 42, 42, 255, 255, 8, 5, 'A', 'é', 12345.678, 3.14159, 7, true, nil)
	fmt.Printf("%6s|%-6s|%.2s|%q|%x|% x|%v|%5t|%%|%*d\n", "ab", "ab", "abc", "q\"", "hi", "hi", []byte("hi"), true, 6, 42)
	fmt.Printf("%v %v %v %v\n", []string{"a", "b"}, map[string]int{"z": 1, "a": 2}, struct{ A, B any }{1, "x"}, &struct{ N int }{3})
	fmt.Printf("%q %v %d %s\n", []string{"a b", "c"}, [3]bool{true}, []int{1, 2}, []string{"x", "y"})
	fmt.Printf("%d %s\n", "str", 5)
	fmt.Printf("%d\n", 1, 2)
	fmt.Printf("%d %d\n", 1)
	fmt.Printf("%[2]d %[1]d %v\n", 1, 2, 3)
	fmt.Println(fmt.Sprint("a", 1, 2, "b", "c", 3.0, nil, true), fmt.Sprintln("x", 1))
	fmt.Printf("%08.3f|%+.2e|%g|%G|%6.2f%%\n", 3.14159, 123456.789, 1e21, 1e-7, 99.5)
	fmt.Printf("%t %v %08b %#x %#o\n", false, 'x', 13, 255, 8)
	fmt.Printf("%T %T %T %T %T %T\n", 1, "s", 2.5, []int{}, map[string]bool{}, nil)
	fmt.Printf("%s %v\n", []byte("bytes"), [3]byte{1, 2, 3})
	var ip *int
	fmt.Println(ip, []any{nil}, []int(nil), map[string]int(nil), error(nil))
	fmt.Printf("%v %+v %s %d\n", ip, nil, nil, []any{1, "a"})
	fmt.Printf("%-10s|%10s|\n", High, Money{1, "E"})
	fmt.Printf("%v %d %x %q\n", High, High, High, High)
}
