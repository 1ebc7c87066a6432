package nesting_test

import (
	"testing"
	"time"

	"gatehouse/runtime/internal/nesting"
)

type node struct {
	Next *node
	Any  any
}

func TestIsEndless(t *testing.T) {
	list := make([]any, 1)
	list[0] = list
	object := map[string]any{}
	object["self"] = object
	ring := &node{}
	ring.Next = ring
	inside := &node{}
	inside.Any = map[string]any{"x": []any{inside}}
	for _, c := range []struct {
		name              string
		value             any
		followed, shallow bool
	}{
		{"nil", nil, false, false},
		{"text", "x", false, false},
		{"a time", time.Now(), false, false},
		{"bytes", make([]byte, 1<<20), false, false},
		{"a tree", map[string]any{"a": []any{1, map[string]any{"b": nil}}}, false, false},
		{"a list in itself", list, true, true},
		{"an object in itself", object, true, true},
		{"a ring of pointers", ring, true, false},
		{"pointers by way of a map", inside, true, false},
	} {
		if got := nesting.IsEndless(c.value, true); got != c.followed {
			t.Errorf("%s, all pointers: %v", c.name, got)
		}
		if got := nesting.IsEndless(c.value, false); got != c.shallow {
			t.Errorf("%s, the outermost pointer: %v", c.name, got)
		}
	}
}
