package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxColumn+1)
	for _, test := range []struct {
		rows [][]string
		want string
	}{
		{nil, ""},
		{[][]string{{"jane", "", "b"}, {"żółw", "漢字", ""}, {"e\u0301a", "c\x1b[2Jd", "\n"}},
			"A     B       C\n" +
				"jane  -       b\n" +
				"żółw  漢字    -\n" +
				"e\u0301a    c?[2Jd  ?\n"},
		{[][]string{{long, "b", "c"}, {"a", "b", "c"}}, "A  B  C\n" + long + "  b  c\na  b  c\n"},
	} {
		var out strings.Builder
		table := newTable(&out, "A", "B", "C")
		for _, row := range test.rows {
			if err := table.add(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.end(); err != nil {
			t.Fatal(err)
		}
		if out.String() != test.want {
			t.Errorf("%q\nwant %q", out.String(), test.want)
		}
	}
}

// TestTableOfAnyLength prints rows as they come once the widths are known.
func TestTableOfAnyLength(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	table := newTable(&out, "A", "B")
	for i := range tableSample * 3 {
		if err := table.add(fmt.Sprint("row ", i), "b"); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(out.String(), "\n"); lines != 0 && lines != i+2 {
			t.Fatalf("%d lines after %d rows", lines, i+1)
		}
	}
	if err := table.end(); err != nil || strings.Count(out.String(), "\n") != tableSample*3+1 {
		t.Errorf("%d lines, %v", strings.Count(out.String(), "\n"), err)
	}
	if !strings.HasPrefix(out.String(), "A        B\nrow 0    b\n") || !strings.HasSuffix(out.String(), "\nrow 1499  b\n") {
		t.Errorf("%.40q ... %q", out.String(), out.String()[out.Len()-40:])
	}
}
