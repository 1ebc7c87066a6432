package words_test

import (
	"testing"

	"gatehouse/runtime/internal/words"
)

func TestCounted(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 entries", 1: "1 entry", 2: "2 entries"} {
		if got := words.Counted(n, "entry", "entries"); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
