package script_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/runtime/script"
)

// What the interpreter alone refuses is told by the author's file and line.
func TestRefusalsOfTheInterpreterHaveAPlace(t *testing.T) {
	const declarations = `
type namer interface{ Name() string }

type base struct{ name string }

func (b *base) Name() string { return b.name }

func f() bool {
	type dog struct{ *base }

	var n namer = dog{&base{"x"}}
	n.Name()
	_, ok := n.(dog)
	return ok
}
`
	text := source("Bad", "\tself.Response.Payload = f()\n\treturn nil") + declarations
	h := newHost(t, map[string]string{"bad.go": text})
	want := fmt.Sprintf("%s:%d: the interpreter does not take this: impossible type assertion", h.path("bad.go"), lineOf(t, text, "n.(dog)"))
	infos := h.Services()
	if len(infos) != 1 || !strings.HasPrefix(infos[0].LastError, want) {
		t.Errorf("got  %+v\nwant %s", infos, want)
	}
	report, err := script.Check([]string{h.dir})
	if err != nil || len(report.Diagnostics) != 1 || !strings.HasPrefix(report.Diagnostics[0].String(), want) {
		t.Errorf("got  %v, %v\nwant %s", report.Diagnostics, err, want)
	}
}
