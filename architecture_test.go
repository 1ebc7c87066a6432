// Package gatehouse has no code of its own: its test holds the packages to the
// architecture (docs/architecture.md).
package gatehouse

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rules say which packages alone may import a path, and why.
var rules = []struct {
	imported string
	by       []string
	why      string
}{
	{"github.com/traefik/yaegi", []string{"runtime/script"}, "the interpreter is kept behind one package"},
	{"github.com/jackc/pgx", []string{"runtime/database"}, "nobody above sees drivers or their errors"},
	{"modernc.org/sqlite", []string{"runtime/database"}, "nobody above sees drivers or their errors"},
	{"database/sql", []string{"runtime/database"}, "nobody above sees drivers or their errors"},
	{"github.com/wneessen/go-mail", []string{"runtime/mail"}, "nobody above sees what servers say of recipients"},
	{"github.com/santhosh-tekuri/jsonschema", []string{"runtime/openapi/openapitest"}, "the program describes what it does, tests check it"},
	{"gatehouse/runtime/openapi/openapitest", nil, "it is for tests"},
	{"gatehouse/internal/logtest", []string{"runtime/sso/ssotest"}, "it is for tests"},
	{"gatehouse/host", nil, "nothing imports the program"},
	{"gatehouse/runtime/sso/plugin", []string{"host"}, "runtime → service → sso → runtime would be a cycle"},
	{"gatehouse/runtime/sso/rest", []string{"runtime/sso/plugin"}, "only the plugin knows HTTP and the SSO"},
	{"gatehouse/runtime/sso/core", []string{"runtime/sso/plugin", "runtime/sso/ssotest"}, "the rules are reached through sso.Core"},
	{"gatehouse/runtime/sso/store", []string{"runtime/sso", "host"}, "rows are the business of the rules"},
}

// forbidden are imports that a package and those below it may not have.
var forbidden = []struct {
	in       string
	except   []string
	imported []string
	why      string
}{
	{"runtime/sso", []string{"runtime/sso/rest", "runtime/sso/plugin", "runtime/sso/client"}, []string{"net/http", "gatehouse/runtime/channel", "gatehouse/runtime/script"},
		"the SSO knows no HTTP and no interpreter"},
	{"runtime/service", nil, []string{"gatehouse/runtime/channel", "gatehouse/runtime/script", "gatehouse/runtime/database"},
		"what scripts see stands on nothing but the SSO's contract"},
	{"runtime/channel", nil, []string{"gatehouse/runtime/service", "gatehouse/runtime/script", "gatehouse/runtime/sso"},
		"HTTP knows services as an invocation.Invoker"},
	{"runtime/openapi", []string{"runtime/openapi/openapitest"}, []string{"gatehouse", "net/http"},
		"documents know nothing of what they describe"},
	{"runtime/database", nil, []string{"gatehouse/runtime/sso", "gatehouse/runtime/service", "gatehouse/runtime/channel"},
		"the database knows nothing of what it keeps"},
}

// light are packages that programs elsewhere import, and what they may import
// beside the standard library: who has a client has no database driver and no
// interpreter for it.
var light = map[string][]string{
	"runtime/sso":        nil,
	"runtime/sso/client": {"gatehouse/runtime/sso"},
}

// blackbox is the package that tests the built program from outside, and
// besideTheHost what it may know: what its hosts need, and their databases.
const blackbox = "internal/blackbox"

var besideTheHost = []string{
	"gatehouse/runtime/database", "gatehouse/runtime/database/open", "gatehouse/runtime/database/pgtest", "gatehouse/runtime/mail/mailtest",
}

func TestArchitecture(t *testing.T) {
	documented := map[string]bool{}
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && file != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "bin" || entry.Name() == "data") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(file))
		documented[dir] = documented[dir] || parsed.Doc != nil
		isTest := strings.HasSuffix(file, "_test.go")
		if isTest && dir != blackbox {
			return nil
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !isTest {
				check(t, file, dir, imported)
			}
			if dir == blackbox && within(imported, "gatehouse") && !slices.Contains(besideTheHost, imported) {
				t.Errorf("%s imports %s: the tests there know nothing of the code", file, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, ok := range documented {
		if isUsers := within(dir, "services") && !within(dir, "services/examples"); !ok && !isUsers {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

func check(t *testing.T, file, dir, imported string) {
	t.Helper()
	for _, rule := range rules {
		if !within(imported, rule.imported) || within("gatehouse/"+dir, rule.imported) {
			continue
		}
		allowed := false
		for _, by := range rule.by {
			allowed = allowed || within(dir, by)
		}
		if !allowed {
			t.Errorf("%s imports %s: %s", file, imported, rule.why)
		}
	}
	if allowed, isLight := light[dir]; isLight && !isStandard(imported) && !slices.Contains(allowed, imported) {
		t.Errorf("%s imports %s: programs elsewhere import the package", file, imported)
	}
	for _, rule := range forbidden {
		if !within(dir, rule.in) {
			continue
		}
		for _, except := range rule.except {
			if within(dir, except) {
				return
			}
		}
		for _, bad := range rule.imported {
			if within(imported, bad) {
				t.Errorf("%s imports %s: %s", file, imported, rule.why)
			}
		}
	}
}

// isStandard reports whether a path is of the standard library.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "gatehouse" && !strings.Contains(first, ".")
}

// within reports whether a path is a package or below it.
func within(path, pkg string) bool { return path == pkg || strings.HasPrefix(path, pkg+"/") }
