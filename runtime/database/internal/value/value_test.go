package value_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/value"
)

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a", "ß", "a\x00", "\xff", "\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := value.Arg(&text)
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			if !database.IsKind(err, database.Invalid) {
				t.Errorf("%q: %v, want kind Invalid", text, err)
			}
			return
		}
		if err != nil || got != text {
			t.Errorf("%q came back as %q, %v", text, got, err)
		}
	})
}
