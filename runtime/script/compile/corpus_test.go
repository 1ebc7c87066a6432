package compile_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/script/compile"
)

// TestCorpus runs small programs compiled by Go and interpreted: what they
// print must be the same.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.go")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d programs, %v", len(files), err)
	}
	want := compiledOutputs(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			loaded, err := load(&out, "corpus", compile.File{Name: file, Source: text})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := loaded.call("Run"); err != nil {
				t.Errorf("%v, at %v", err, loaded.Sites[loaded.state.Site()])
			}
			if out.String() != want[name] {
				t.Errorf("interpreted:\n%.4000s\ncompiled:\n%s\nlowered:\n%s", out.String(), want[name], loaded.Source)
			}
		})
	}
}

// compiledOutputs builds all programs as one and returns what each prints.
func compiledOutputs(t *testing.T, files []string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var imports, calls strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		write("p_"+name+"/p.go", string(text))
		fmt.Fprintf(&imports, "import p_%s \"corpus/p_%s\"\n", name, name)
		fmt.Fprintf(&calls, "\tfmt.Print(\"\\x00%s\\x01\")\n\tp_%s.Run()\n", name, name)
	}
	write("go.mod", "module corpus\n\ngo 1.26\n")
	write("main.go", "package main\n\nimport \"fmt\"\n"+imports.String()+"\nfunc main() {\n"+calls.String()+"}\n")
	command := exec.Command("go", "run", ".")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("the programs do not run compiled: %v\n%s", err, stderr.String())
	}
	outputs := map[string]string{}
	for _, part := range strings.Split(string(printed), "\x00")[1:] {
		name, text, _ := strings.Cut(part, "\x01")
		outputs[name] = text
	}
	return outputs
}
