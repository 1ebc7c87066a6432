package script_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A pipe would keep whoever reads it until somebody writes.
func TestAPipeIsNoSource(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": answering("1")})
	check(t, os.Mkdir(h.path("a"), 0o755))
	check(t, syscall.Mkfifo(h.path("a/pipe.go"), 0o644))
	if err := h.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := h.lastErrors(t)["a"]; !strings.Contains(got, "pipe.go: cannot be read: it is not a regular file") {
		t.Errorf("got %q", got)
	}
}

func TestADirectoryWithoutPermission(t *testing.T) {
	h := newHost(t, map[string]string{
		"greet.go":            answering("1"),
		"secret/old.go":       strings.ReplaceAll(answering("1"), "Hello", "Old"),
		"secret/below/far.go": strings.ReplaceAll(answering("1"), "Hello", "Far"),
		"file/file.go":        strings.ReplaceAll(answering("1"), "Hello", "File"),
	})
	check(t, os.Chmod(filepath.Dir(filepath.Dir(h.dir)), 0o755)) // so that others see the directory at all
	check(t, os.Chmod(h.path("secret"), 0o311))
	check(t, os.Chmod(h.path("file/file.go"), 0))
	defer func() { check(t, os.Chmod(h.path("secret"), 0o755)) }()
	h.loadAsNobody(t)
	infos := map[string]string{}
	for _, info := range h.Services() {
		infos[info.Name] = info.LastError
	}
	for name, want := range map[string]string{
		"old.old":   "secret: cannot be read: permission denied",
		"file.file": "file.go: cannot be read: permission denied",
	} {
		if !strings.Contains(infos[name], want) {
			t.Errorf("%s: %q, want %q", name, infos[name], want)
		}
	}
	for _, name := range []string{"greet.hello", "old.old", "far.far", "file.file"} { // the last good versions
		if got := h.call(name, ""); got.err != nil {
			t.Errorf("%s: %v", name, got.err)
		}
	}
	check(t, os.Chmod(h.path("secret"), 0o755))
	check(t, os.RemoveAll(h.path("secret/below")))
	h.loadAsNobody(t)
	if got := h.call("far.far", ""); got.err == nil {
		t.Error("what was removed is served")
	}
}

// A directory that may not be watched is no reason to watch none.
func TestOtherDirectoriesAreWatchedBesideOneWithoutPermission(t *testing.T) {
	h := newHost(t, map[string]string{"a/greet.go": answering("1"), "secret/old.go": strings.ReplaceAll(answering("1"), "Hello", "Old")})
	check(t, os.Chmod(filepath.Dir(filepath.Dir(h.dir)), 0o755))
	check(t, os.Chmod(h.path("secret"), 0o311))
	defer func() { check(t, os.Chmod(h.path("secret"), 0o755)) }()
	ctx, cancel := context.WithCancel(context.Background())
	done := asNobody(func() error { return h.Watch(ctx) })
	h.write(t, "a/greet.go", answering("2"))
	h.becomes(t, "greet.hello", `{"value":2}`)
	cancel()
	check(t, <-done)
	if strings.Contains(h.log.String(), "cannot tell of changed files") {
		t.Errorf("log:\n%s", h.log)
	}
}

func (h *host) loadAsNobody(t *testing.T) {
	t.Helper()
	if err := <-asNobody(func() error { return h.Load(context.Background()) }); err != nil {
		t.Fatal(err)
	}
}

// asNobody runs a function without the rights of the superuser, who may read
// all.
func asNobody(function func() error) <-chan error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if os.Geteuid() == 0 {
			const nobody = 65534
			syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		}
		done <- function()
	}()
	return done
}
