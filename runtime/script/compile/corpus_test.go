package compile_test

import (
	"bytes"
	"encoding/json"
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

// compiledOutputs builds all programs as one and returns what each prints. The
// go command sees them as packages of this module, under testdata, so that they
// can import what services import; nothing is written there.
func compiledOutputs(t *testing.T, files []string) map[string]string {
	t.Helper()
	const module = "gatehouse/runtime/script/compile/testdata/compiled"
	here, err := filepath.Abs("testdata/compiled")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay := map[string]string{}
	var imports, calls strings.Builder
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		if overlay[filepath.Join(here, "p_"+name, "p.go")], err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&imports, "import p_%s \"%s/p_%s\"\n", name, module, name)
		fmt.Fprintf(&calls, "\tfmt.Print(\"\\x00%s\\x01\")\n\tp_%s.Run()\n", name, name)
	}
	program, replaced := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	overlay[filepath.Join(here, "main.go")] = program
	text := "package main\n\nimport \"fmt\"\n" + imports.String() + "\nfunc main() {\n" + calls.String() + "}\n"
	if err := os.WriteFile(program, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(replaced, list, 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "run", "-overlay", replaced, "-gcflags="+module+"/...=-N -l", module)
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("the programs do not run compiled: %v\n%.80000s", err, stderr.String())
	}
	outputs := map[string]string{}
	for _, part := range strings.Split(string(printed), "\x00")[1:] {
		name, text, _ := strings.Cut(part, "\x01")
		outputs[name] = text
	}
	return outputs
}
