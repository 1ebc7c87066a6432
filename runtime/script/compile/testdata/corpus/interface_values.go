package services

import (
	"encoding/json"
	"fmt"
)

type shape interface{ Area() int }

type square struct{ Side, scale int }

func (s square) Area() int      { return s.Side * s.Side }
func (s square) String() string { return fmt.Sprint("square ", s.Side) }

type label string

func (l label) String() string { return "<" + string(l) + ">" }

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case shape:
		return fmt.Sprint("shape ", v.Area())
	case fmt.Stringer:
		return "stringer " + v.String()
	}
	return "other"
}

func encode(v any) {
	text, err := json.Marshal(v)
	fmt.Println(string(text), err)
}

func Run() {
	s := square{2, 9}
	var v any = s
	fmt.Println(describe(s), describe(&s), describe(v), describe(1), describe(nil))
	encode(v)
	encode(map[string]any{"a": v, "b": []any{s, &s}, "c": label("x")})
	var face shape = s
	var held any = face
	encode(held)
	encode([]any{face, held})
	again, ok := held.(shape)
	fmt.Println(again.Area(), ok, held == any(s), face == shape(s))
	var text fmt.Stringer = s
	if q, ok := text.(square); ok {
		fmt.Println(q.Side, q.scale)
	}
	if other, ok := text.(shape); ok {
		fmt.Println(other.Area())
	}
	texts := []fmt.Stringer{s, &s, label("y")}
	for _, t := range texts {
		fmt.Println(t, t.String())
	}
	encode(texts)
	encode(map[string]any{"texts": texts, "one": text})
	s.Side = 5
	fmt.Println(face.Area(), text, held.(square).Side)
}
