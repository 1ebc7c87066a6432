package runtime_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/plugin"
)

// FuzzLoadConfig reads any file: it is refused, or what it leaves out has its
// default. A value that begins with * is not told, however it is written.
func FuzzLoadConfig(f *testing.F) {
	annotated, err := os.ReadFile("../configs/gatehouse.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(annotated), "listen: x", "sso: {main: {}}", "services:\n  timeout: 1s", "- 1", "\x00", "a: &a [*a]", "listen: *secret"} {
		f.Add([]byte(seed))
	}
	path := filepath.Join(f.TempDir(), "gatehouse.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := runtime.LoadConfig(path, plugin.New())
		if err != nil && strings.Contains(err.Error(), "anchor '") {
			t.Errorf("an anchor is named: %v", err)
		}
		if err == nil && len(text) == 0 && cfg.Listen != runtime.DefaultConfig().Listen {
			t.Errorf("listen is %q", cfg.Listen)
		}
	})
}
