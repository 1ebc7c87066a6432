package sqlite

import (
	"testing"
	"time"
)

func FuzzTime(f *testing.F) {
	for _, seed := range []string{"2024-01-02 03:04:05.000006", "2024-01-02 03:04:05", "2024-01-02T03:04:05+02:00", "", "2024", "9999-99-99 99:99:99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var read, again time.Time
		if assignTime(&read, text) != nil {
			return
		}
		if read.Location() != time.UTC {
			t.Errorf("%q is in %v", text, read.Location())
		}
		if year := read.Year(); year < 1 || year > 9999 {
			return // a zone can carry it there; such a time is never stored
		}
		if err := assignTime(&again, read.Format(timeLayout)); err != nil || !again.Equal(read.Truncate(time.Microsecond)) {
			t.Errorf("%q is read as %v, which is read back as %v, %v", text, read, again, err)
		}
	})
}

func FuzzDuplicateColumns(f *testing.F) {
	f.Add("item.a, item.b")
	f.Add("index 'an expression'")
	f.Fuzz(func(t *testing.T, columns string) {
		duplicateColumns(columns) // must not panic whatever it is given
		duplicateColumns("constraint failed: UNIQUE constraint failed: " + columns)
	})
}

func TestDuplicateColumns(t *testing.T) {
	for message, want := range map[string]string{
		"constraint failed: UNIQUE constraint failed: item.name (2067)":      "item.name",
		"constraint failed: UNIQUE constraint failed: item.a, item.b (1555)": "item.a,item.b",
		"constraint failed: UNIQUE constraint failed: index 'lower' (2067)":  "lower",
		"constraint failed: CHECK constraint failed: amount >= 0 (275)":      "",
	} {
		if got := duplicateColumns(message); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}
