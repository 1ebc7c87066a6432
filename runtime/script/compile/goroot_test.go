package compile_test

import (
	"bytes"
	"errors"
	"go/build"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/script/compile"
)

// TestGoPrograms runs the programs of Go's own test suite, where the toolchain
// has them: each is refused at load or does what Go does, but for those listed
// in testdata/goroot.txt.
func TestGoPrograms(t *testing.T) {
	root := filepath.Join(build.Default.GOROOT, "test")
	var files []string
	for _, pattern := range []string{"*.go", "ken/*.go", "chan/*.go", "interface/*.go", "fixedbugs/*.go", "typeparam/*.go"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Skip("this toolchain comes without GOROOT/test")
	}
	differs := knownDifferences(t)
	ran, refused := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "// run\n") || !bytes.Contains(text, []byte("\npackage main")) || differs[name] {
			continue
		}
		outcome := runProgram(file, name, string(text))
		var faults compile.Errors
		switch {
		case errors.As(outcome, &faults):
			refused++
		case outcome != nil:
			t.Errorf("%s: %.300v", name, outcome)
		default:
			ran++
		}
	}
	t.Logf("%d programs ran as compiled, %d were refused, %d are known to differ", ran, refused, len(differs))
	if ran < 200 {
		t.Errorf("only %d programs ran", ran)
	}
}

func runProgram(file, name, text string) error {
	text = strings.Replace(text, "\npackage main", "\npackage services", 1)
	var out bytes.Buffer
	loaded, err := load(&out, "program", compile.File{Name: name, Source: []byte(text)},
		compile.File{Name: "run.go", Source: []byte("package services\n\nfunc Run() { main() }\n")})
	if err != nil {
		return err
	}
	if _, err := loaded.call("Run"); err != nil {
		return err
	}
	want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if out.String() != string(want) {
		return errors.New("it prints " + out.String())
	}
	return nil
}

func knownDifferences(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("testdata/goroot.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			known[name] = true
		}
	}
	return known
}
