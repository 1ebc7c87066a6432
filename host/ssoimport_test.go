//go:build linux

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// TestImportShowsItsProgressAtATerminal has both outputs at a terminal; the
// scripts of testdata see that nothing is shown elsewhere.
func TestImportShowsItsProgressAtATerminal(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "users.csv"), "username,password_hash\njane,$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe\nj j,x\n")
	cmd := exec.Command(programFile(t), "sso", "import", "users.csv")
	cmd.Dir, cmd.Env = dir, environment()
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	text, err := io.ReadAll(terminal)
	if err != nil && !errors.Is(err, syscall.EIO) { // which is how terminals end
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInvalid {
		t.Errorf("it ended with %v", err)
	}
	for _, shown := range []string{"[##############################] 100%  2 users, ", "\r\x1b[KImported 1 users, refused 1 lines", "users.csv:3: \"j j\": E001004"} {
		if !strings.Contains(string(text), shown) {
			t.Errorf("the terminal does not show %q:\n%q", shown, text)
		}
	}
}

// TestImportIsInterrupted reads a file that never ends.
func TestImportIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(programFile(t), "sso", "import", "-", "--format", "csv")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = reader
	p := launchAs(t, cmd, dir)
	_ = reader.Close()
	go func() {
		defer writer.Close()
		_, err := writer.WriteString("username,password_hash\n")
		for i := 0; err == nil; i++ {
			_, err = writer.WriteString("user" + strings.Repeat("x", i%100) + ",$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe\n")
		}
	}()
	p.await("a line that is refused", func() bool { return strings.Contains(p.stderr.String(), "E001002") })
	p.signal(syscall.SIGTERM)
	<-p.exited
	if !strings.Contains(p.stderr.String(), "run it again with --skip-existing") && !strings.Contains(p.stderr.String(), "were not imported") || p.status() != 1 {
		t.Errorf("status %d:\n%.2000s", p.status(), p.stderr.String())
	}
	if !strings.Contains(p.stdout.String(), "Imported 100 users") {
		t.Errorf("it says %q", p.stdout.String())
	}
}
