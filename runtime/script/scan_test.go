package script_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/script"
)

// lastErrors returns the errors of a host's files, by their directory.
func (h *host) lastErrors(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, info := range h.Services() {
		if info.LastError == "" {
			continue
		}
		name, err := filepath.Rel(h.dir, info.File)
		check(t, err)
		found[filepath.ToSlash(filepath.Dir(name))] = info.LastError
	}
	return found
}

func TestSourcesThatCannotBeReadAreTold(t *testing.T) {
	h := newHost(t, map[string]string{
		"a/greet.go":     answering("1"),
		"huge/huge.go":   "package b\n//" + strings.Repeat("x", 2<<20),
		"broken/more.go": strings.ReplaceAll(answering("2"), "Hello", "More"),
		"round/more.go":  strings.ReplaceAll(answering("2"), "Hello", "Round"),
		"device/more.go": strings.ReplaceAll(answering("2"), "Hello", "Device"),
		"folder/more.go": strings.ReplaceAll(answering("2"), "Hello", "Folder"),
		"lock/lock.go":   strings.ReplaceAll(answering("3"), "Hello", "Lock"),
		"x.go/inside.go": strings.ReplaceAll(answering("4"), "Hello", "Inside"),
	})
	check(t, os.Mkdir(h.path("linked"), 0o755))
	for link, target := range map[string]string{
		"linked/linked.go":    h.path("a/greet.go"),
		"broken/dangling.go":  "../nowhere.go",
		"round/loop.go":       "loop.go",
		"device/device.go":    os.DevNull,
		"folder/directory.go": h.path("a"),
		"lock/.#lock.go":      "user@machine.1234", // an editor's
		"lock/up":             h.dir,               // a circle of directories
	} {
		check(t, os.Symlink(target, h.path(link)))
	}
	if err := h.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string]string{
		"greet.hello": `{"value":1}`, "linked.hello": `{"value":1}`, "lock.lock": `{"value":3}`, "inside.inside": `{"value":4}`,
		"more.more": `{"value":2}`, // the last good version, as of all that are at fault now
	} {
		if got := h.call(name, ""); got.payload != payload {
			t.Errorf("%s: %+v", name, got)
		}
	}
	errors := h.lastErrors(t)
	for dir, want := range map[string]string{
		"huge":   "huge.go: cannot be read: it has",
		"broken": "dangling.go: cannot be read: it is a symbolic link to ../nowhere.go, which does not exist",
		"round":  "loop.go: cannot be read: too many levels of symbolic links",
		"device": "device.go: cannot be read: it is not a regular file",
		"folder": "directory.go: cannot be read: it is not a regular file",
	} {
		if !strings.Contains(errors[dir], want) {
			t.Errorf("%s: %q, want %q", dir, errors[dir], want)
		}
		delete(errors, dir)
	}
	if len(errors) > 0 {
		t.Errorf("also %v", errors)
	}
	check(t, os.WriteFile(h.path("nowhere.go"), []byte(strings.ReplaceAll(answering("5"), "Hello", "Nowhere")), 0o644))
	if err := h.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := h.call("dangling.nowhere", ""); got.payload != `{"value":5}` {
		t.Errorf("once the link leads somewhere: %+v", got)
	}
}

// A services directory that cannot be resolved is told, and is no other one.
func TestServicesDirectoriesThatAreLinksInACircle(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": answering("1")})
	root := t.TempDir()
	var dirs []string
	for _, name := range []string{"one", "two"} {
		path := filepath.Join(root, name)
		check(t, os.Symlink(path, path))
		dirs = append(dirs, path)
	}
	engine, err := script.New(script.Config{Dirs: append(dirs, h.dir)})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	if err := engine.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	infos := engine.Services()
	if len(infos) != 3 || infos[0].Name != "greet.hello" {
		t.Fatalf("services %+v", infos)
	}
	for i, dir := range dirs {
		if infos[i+1].File != dir || !strings.Contains(infos[i+1].LastError, "too many links") {
			t.Errorf("got %+v", infos[i+1])
		}
	}
}
