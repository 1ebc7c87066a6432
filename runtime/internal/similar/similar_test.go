package similar_test

import (
	"strings"
	"testing"

	"gatehouse/runtime/internal/similar"
)

func TestHint(t *testing.T) {
	t.Parallel()
	names := []string{"timeout", "timeouts", "directories", "pool_size", "listen", "log", "key_file"}
	for text, want := range map[string]string{
		"tmeout": " (did you mean timeout?)", "timeoutss": " (did you mean timeouts?)", "litsen": " (did you mean listen?)", "Listen": " (did you mean listen?)",
		"poolsize": " (did you mean pool_size?)", "lgo": " (did you mean log?)", "keyfile": " (did you mean key_file?)", "dirctores": " (did you mean directories?)",
		"nosuch": "", "": "", "x": "", "lisztomania": "", "żółw": "", strings.Repeat("x", 1<<20): "",
	} {
		if got := similar.Hint(text, names); got != want {
			t.Errorf("%.20q: %q, want %q", text, got, want)
		}
	}
	if got := similar.Name("tim", nil); got != "" {
		t.Errorf("without names: %q", got)
	}
}
