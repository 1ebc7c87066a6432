package fields_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"gatehouse/runtime/internal/fields"
)

// The scripts' side is in the corpus of package compile.

func TestRestore(t *testing.T) {
	type script = struct {
		A  int `json:"a" gatehouse:"script"`
		Xb int `json:"-" unexported:"b"`
	}
	value := script{1, 2}
	for _, c := range []struct {
		value any
		want  string
	}{
		{value, "{A:1 b:2}"},
		{&value, "&{A:1 b:2}"},
		{[]any{1, value}, "[1 {A:1 b:2}]"},
		{(*script)(nil), "<nil>"},
		{nil, "<nil>"},
	} {
		if got := fmt.Sprintf("%+v", fields.Restore(c.value)); got != c.want {
			t.Errorf("%#v: %s", c.value, got)
		}
	}
	if text, err := json.Marshal(fields.Restore(value)); err != nil || string(text) != `{"a":1}` {
		t.Errorf("as JSON: %s, %v", text, err)
	}
}

func TestRestoreKeeps(t *testing.T) {
	host := &http.Request{Header: http.Header{"A": {"b"}}}
	if fields.Restore(host) != host {
		t.Error("a pointer to the host's is another")
	}
	for _, value := range []any{time.Now(), struct{ a, B int }{1, 2}, struct{ A any }{time.Second}, "text", 1.5} {
		if fields.Restore(value) != value {
			t.Errorf("%#v is another", value)
		}
	}
}
