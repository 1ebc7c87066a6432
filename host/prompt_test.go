//go:build linux

package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TestPasswordIsAskedForWithoutEcho types passwords at a terminal.
func TestPasswordIsAskedForWithoutEcho(t *testing.T) {
	dir := t.TempDir()
	for _, scenario := range []struct {
		name    string
		answers []string
		want    string
		fails   bool
	}{
		{"two that differ", []string{"Typed-secret-1", "Typed-secret-2"}, "the two passwords differ: nothing was changed", true},
		{"twice the same", []string{"Typed-secret-1", "Typed-secret-1"}, "Created user jane", false},
		{"an interrupt", []string{"\x03"}, "interrupted: nothing was changed", true},
		{"an interrupt later", []string{"Typed-secret-1", "Typed\x03"}, "interrupted: nothing was changed", true},
		{"the end of input", []string{"\x04"}, "interrupted: nothing was changed", true},
		{"a slip of the finger", []string{"Typed-secret-2\x7f1", "Typed-secret-1"}, "E001002: the username is taken", true},
	} {
		// The shell stays, to tell what the terminal is left like.
		cmd := exec.Command("sh", "-c", `trap : INT; "$0" sso create-user jane; status=$?; stty -a; exit $status`, programFile(t))
		cmd.Dir, cmd.Env = dir, environment()
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		shown := new(output)
		copied := make(chan struct{})
		go func() {
			defer close(copied)
			buffer := make([]byte, 1024)
			for {
				n, err := terminal.Read(buffer)
				_, _ = shown.Write(buffer[:n])
				if err != nil {
					return // the program has ended
				}
			}
		}()
		for i, answer := range scenario.answers {
			prompt := []string{"Password: ", "Again: "}[i]
			wait(t, "the prompt "+prompt+"without echo", func() bool {
				settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
				return err == nil && settings.Lflag&unix.ECHO == 0 && strings.Contains(shown.String(), prompt)
			})
			if _, err := terminal.WriteString(answer + "\r"); err != nil {
				t.Fatal(err)
			}
		}
		timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		err = cmd.Wait()
		timer.Stop()
		<-copied
		_ = terminal.Close()
		if text := shown.String(); (err != nil) != scenario.fails || !strings.Contains(text, scenario.want) || strings.Contains(text, "secret") || !strings.Contains(text, " echo ") {
			t.Errorf("%s: %v, terminal:\n%s", scenario.name, err, text)
		}
	}
}

func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to %s", what)
		}
	}
}
