package script_test

import (
	"strings"
	"testing"
)

// Some types that are part of themselves the interpreter follows for ever; it
// fills the stack, and ends the process that loads them.
func TestTypesThatTheInterpreterFollowsForEverAreRefused(t *testing.T) {
	const part = "type I interface{ F() }\n\ntype N struct{ next *N }\n\n"
	for name, c := range map[string]struct{ field, more string }{
		"function":                {field: "func(I) S"},
		"function of a pointer":   {field: "func(I) *S"},
		"function, slices":        {field: "func([]I) []S"},
		"function of a function":  {field: "func(func(I)) S"},
		"function, channel":       {field: "func(I) chan S"},
		"named function":          {field: "F", more: "type F func(I) S"},
		"map":                     {field: "map[I]S"},
		"map of pointers":         {field: "map[I]*S"},
		"literal interface":       {field: "map[interface{ G() }]*S"},
		"struct that has one":     {field: "func(K) S", more: "type K struct{ i I }"},
		"another recursive":       {field: "func(*N) S", more: "var n N"},
		"a recursive of the host": {field: "func(*http.Request) S"},
		"by way of another":       {field: "*T", more: "type T struct{ f func(I) *S }\n\nvar y T"},
	} {
		t.Run(name, func(t *testing.T) {
			text := answering("1") + "\n" + part + "type S struct{ f " + c.field + " }\n\n" + c.more + "\n\nvar x S\n"
			if strings.Contains(text, "http.") {
				text = strings.Replace(text, "import ", "import \"net/http\"\nimport ", 1)
			}
			h := newHost(t, map[string]string{"bad.go": text})
			infos := h.Services()
			if len(infos) != 1 || !strings.Contains(infos[0].LastError, "services cannot have a field of this type: it ends in S,") {
				t.Errorf("got %+v", infos)
			}
		})
	}
}

func TestTypesThatArePartOfThemselves(t *testing.T) {
	const part = "type I interface{ F() }\n\ntype K struct {\n\ta int\n\tb string\n}\n\n"
	for _, field := range []string{
		"func(S) S", "func(S, *S) *S", "func([]S) []S", "func(any, error) S", "func(I) (S, error)", "func() I", "func(K, *K) S",
		"map[string]*S", "map[any]*S", "map[K]*S", "[]S", "func(io.Reader) S", "func(I)", "[]func(K) S", "chan S", "func(service.Dict) *S",
	} {
		t.Run(field, func(t *testing.T) {
			text := strings.Replace(answering("x.n"), "import ", "import \"io\"\nimport ", 1) + "\nvar _ io.Reader\n\n" + part +
				"type S struct {\n\tn int\n\tf " + field + "\n}\n\nvar x = S{n: 3}\n"
			h := newHost(t, map[string]string{"good.go": text})
			if got := h.call("good.hello", ""); got.payload != `{"value":3}` {
				t.Errorf("got %+v\n%s", got, h.log)
			}
		})
	}
}
