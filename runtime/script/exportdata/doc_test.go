package exportdata

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the list of packages into its page")

const page = "../../../docs/packages.md"

// TestDocumentedPackages holds the list in the documentation to the one that
// scripts get.
func TestDocumentedPackages(t *testing.T) {
	var table strings.Builder
	table.WriteString("| package | names |\n|---|---|\n")
	for _, entry := range curated {
		if strings.HasPrefix(entry.path, "gatehouse/") {
			continue
		}
		names := "all"
		switch {
		case entry.only != nil:
			names = "`" + strings.Join(entry.only, "`, `") + "`"
		case entry.without != nil:
			names = "all but `" + strings.Join(entry.without, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s |\n", entry.path, names)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- packages: made from the code -->\n", "<!-- end of packages -->"
	before, rest, ok := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		t.Fatalf("%s has lost its marks", page)
	case old == table.String():
	case !*update:
		t.Errorf("%s is out of date: run go test ./runtime/script/exportdata -update", page)
	default:
		if err := os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
