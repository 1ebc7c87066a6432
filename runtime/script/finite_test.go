package script_test

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/runtime/script"
)

// TestEndlessValuesArePanics has the host follow values without end: none of it
// may end the process.
func TestEndlessValuesArePanics(t *testing.T) {
	const prepare = `	object := map[string]any{}
	object["self"] = object
	ring := &node{}
	ring.Next = ring
	deep := any(1)
	for range 5000 {
		deep = []any{deep}
	}
	arguments := []any{object}
	_, _, _, _ = object, ring, deep, arguments
	self.CID = "x"
`
	for name, scenario := range map[string]struct {
		statement string
		imports   []string
	}{
		"json":           {"_, _ = json.Marshal(deep)", []string{"encoding/json"}},
		"json of a ring": {"_, _ = json.MarshalIndent(ring, \"\", \" \")", []string{"encoding/json"}},
		"json encoder":   {"_ = json.NewEncoder(&bytes.Buffer{}).Encode(object)", []string{"encoding/json", "bytes"}},
		"xml":            {"_, _ = xml.Marshal(ring)", []string{"encoding/xml"}},
		"text template":  {"_ = template.Must(template.New(\"x\").Parse(\"{{.}}\")).Execute(&bytes.Buffer{}, object)", []string{"text/template", "bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := source("Bad", prepare+"\t"+scenario.statement+"\n\treturn nil", scenario.imports...) + "\ntype node struct{ Next *node }\n"
			text = strings.Replace(text, "\n\treturn nil\n}\n\ntype", "\n\treturn service.Conflict(\"it went on\")\n}\n\ntype", 1)
			h := newHost(t, map[string]string{"bad.go": text})
			got := h.call("bad.bad", "")
			var fault *script.PanicError
			if !errors.As(got.err, &fault) || !strings.Contains(fault.Message, "nested more than 1000 deep") {
				t.Fatalf("got %v\n%s", got.err, h.log)
			}
			if line := 1 + strings.Count(text[:strings.Index(text, scenario.statement)], "\n"); fault.Line != line {
				t.Errorf("at line %d, want %d", fault.Line, line)
			}
		})
	}
}

// TestEndlessValuesAreRefused gives them to what looks at them itself: calls go
// on.
func TestEndlessValuesAreRefused(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": source("Bad", `	object := map[string]any{}
	object["self"] = object
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	log.Info("x", "y", object)
	log.With("y", object).WithGroup("g").Info("x", slog.Group("z", "y", object))
	_, err := self.Invoke("other", object)
	arguments := []any{object}
	self.Response.Payload = []any{
		strings.Count(text.String(), "nested more than 1000 deep"), err != nil && strings.Contains(err.Error(), "nested more than"),
		service.BadRequest("no %v", object).Message, service.NotFound("no %v", arguments...).Message,
	}
	return nil`, "bytes", "log/slog", "strings")})
	const want = `[3,true,"no (a value nested too deeply)","no (a value nested too deeply)"]`
	if got := h.call("bad.bad", ""); got.err != nil || got.payload != want {
		t.Errorf("got %+v", got)
	}
}

func TestLongTemplatesArePanics(t *testing.T) {
	for _, path := range []string{"text/template", "html/template"} {
		h := newHost(t, map[string]string{"bad.go": source("Bad", "\t_, err := template.New(\"x\").Parse(strings.Repeat(\"{{(\", 1<<22))\n\treturn err", path, "strings")})
		var fault *script.PanicError
		if got := h.call("bad.bad", ""); !errors.As(got.err, &fault) || !strings.Contains(fault.Message, "template is longer than") {
			t.Errorf("%s: got %v", path, got.err)
		}
	}
}

// TestValuesThatTheHostOnlyKeeps may be rings: nobody follows them.
func TestValuesThatTheHostOnlyKeeps(t *testing.T) {
	h := newHost(t, map[string]string{"good.go": source("Good", `	ring := &node{}
	ring.Next = ring
	l := list.New()
	l.PushBack(ring)
	_, isKept := l.Front().Value.(*node)
	self.Response.Payload = isKept
	return nil`, "container/list") + "\ntype node struct{ Next *node }\n"})
	if got := h.call("good.good", ""); got.err != nil || got.payload != "true" {
		t.Errorf("got %+v", got)
	}
}
