package sso_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"gatehouse/runtime/sso"
)

var update = flag.Bool("update", false, "write the table of keys into its page")

const page = "../../docs/update-user.md"

// TestDocumentedKeys holds the table in the documentation to the one in the
// code.
func TestDocumentedKeys(t *testing.T) {
	var table strings.Builder
	table.WriteString("| key | who may send it | NULL | type in a service | stored |\n|---|---|---|---|---|\n")
	for _, key := range sso.UserKeys() {
		who, null := "everyone", "no"
		if key.SuperUserOnly {
			who = "super-users"
		}
		if key.Nullable {
			null = "yes"
		}
		stored := []string{"as it is", "encrypted", "encrypted, unless `sso.main.encrypt_email` is off"}[key.Encryption]
		if key.HasSearchColumn {
			stored += fmt.Sprintf("; `%s_upper` follows", key.Name)
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | `%s` | %s |\n", key.Name, who, null, key.Type(), stored)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- keys: made from the code -->\n", "<!-- end of keys -->"
	before, rest, ok := strings.Cut(string(text), begin)
	old, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has lost its marks", page)
	}
	if old == table.String() {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: run go test ./runtime/sso -update", page)
	}
	if err := os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
