package services

import "fmt"

type shape interface{ Area() float64 }
type sq struct{ s float64 }

func (s sq) Area() float64 { return s.s * s.s }

type circle struct{ r float64 }

func (c *circle) Area() float64 { return 3 * c.r * c.r }
func kind(v any) string {
	switch v {
	case "a", "b":
		return "letter"
	case 1:
		return "one"
	case nil:
		return "nil"
	case true:
		return "yes"
	}
	return "other"
}
func typ(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case int, int64:
		return fmt.Sprintf("int %v", x)
	case string:
		return "string " + x
	case []any:
		return fmt.Sprint("list ", len(x))
	case map[string]any:
		return fmt.Sprint("map ", len(x))
	case error:
		return "error " + x.Error()
	case shape:
		return fmt.Sprint("shape ", x.Area())
	case func() int:
		return fmt.Sprint("func ", x())
	default:
		return fmt.Sprintf("%T", x)
	}
}
func Run() {
	for _, v := range []any{"a", "c", 1, 2, nil, true} {
		fmt.Println(kind(v))
	}
	for _, v := range []any{1, int64(2), "s", []any{1}, map[string]any{}, fmt.Errorf("e"), sq{2}, &circle{1}, nil, 1.5, func() int { return 3 }} {
		fmt.Println(typ(v))
	}
}
