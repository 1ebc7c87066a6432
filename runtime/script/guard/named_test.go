package guard_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"gatehouse/runtime/script/guard"
)

func TestBoxes(t *testing.T) {
	state := guard.New()
	box := symbol[func(any, string, func(any) string, bool) any](t, state, "Box")
	unbox := symbol[func(any, string) any](t, state, "Unbox")
	equal := symbol[func(any, any) bool](t, state, "Equal")
	color, size := box(1, "color", nil, false), box(1, "size", nil, false)
	text := func(value any) string { return fmt.Sprint("code ", value) }
	code := box(1, "code", text, true)
	if unbox(color, "color") != 1 || unbox(color, "size") != nil || unbox(1, "color") != nil || unbox(nil, "color") != nil {
		t.Error("a box tells another type")
	}
	if !equal(color, box(1, "color", nil, false)) || equal(color, size) || equal(color, 1) || equal(1, color) || equal(color, nil) {
		t.Error("boxes of one type and value are equal, others are not")
	}
	if (map[any]bool{color: true})[size] {
		t.Error("boxes of two types are one key")
	}
	if err, ok := code.(error); !ok || err.Error() != "code 1" {
		t.Error("the box of an error is none")
	}
	if got := fmt.Sprintf("%v %d %v %3d|", code, code, color, color); got != "code 1 1 1   1|" {
		t.Errorf("they print %s", got)
	}
	if encoded, err := json.Marshal([]any{color, code}); err != nil || string(encoded) != "[1,1]" {
		t.Errorf("as JSON: %s, %v", encoded, err)
	}
}

func TestUnboxedKeepsWhatHasNoBox(t *testing.T) {
	state := guard.New()
	box := symbol[func(any, string, func(any) string, bool) any](t, state, "Box")
	unboxed := symbol[func(any) any](t, state, "Unboxed")
	data := map[string]any{"a": []any{1, box(false, "flag", nil, false)}, "b": nil}
	got, ok := unboxed(data).(map[string]any)
	if !ok || got["a"].([]any)[1] != false || data["a"].([]any)[1] == false {
		t.Errorf("%v became %v", data, got)
	}
	list := []any{1, "a"}
	if same := unboxed(list).([]any); &same[0] != &list[0] {
		t.Error("a list without boxes was copied")
	}
}
