//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"gatehouse/internal/logtest"
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
		s := startAtTerminal(t, dir, "sso create-user jane")
		for i, answer := range scenario.answers {
			s.answer([]string{"Password: ", "Again: "}[i], false, answer+"\r")
		}
		text, err := s.end()
		if (err != nil) != scenario.fails || !strings.Contains(text, scenario.want) || strings.Contains(text, "secret") || !strings.Contains(text, " echo ") {
			t.Errorf("%s: %v, terminal:\n%s", scenario.name, err, text)
		}
	}
}

// TestConfirmationsAtATerminal answers the questions of commands that delete.
func TestConfirmationsAtATerminal(t *testing.T) {
	dir := t.TempDir()
	command(t, dir, "sso", "create-user", "jane", "--password", "Jane-secret-1")
	command(t, dir, "sso", "login", "jane")
	old := strings.Fields(command(t, dir, "keys", "list"))[0]
	command(t, dir, "keys", "rotate")
	remove, question := "keys remove --force "+old, "will have to log in again. Remove it? [y/N] "
	for _, scenario := range []struct {
		command, question, answer, want string
		fails                           bool
	}{
		{"sso delete-user jane", "Delete user jane? [y/N] ", "n\r", "not confirmed, so nothing was changed", true},
		{"sso delete-user jane", "Delete user jane? [y/N] ", "\x03", "interrupted: nothing was changed", true},
		{"sso delete-user jane", "Delete user jane? [y/N] ", "\x04", "not confirmed, so nothing was changed", true},
		{remove, question, "\r", "not confirmed, so nothing was changed", true},
		{remove, question, "\x03", "interrupted: nothing was changed", true},
		{remove, question, "yes\r", "Removed key " + old, false},
		{"sso delete-user jane", "Delete user jane? [y/N] ", "Y\r", "Deleted user jane", false},
	} {
		s := startAtTerminal(t, dir, scenario.command)
		s.answer(scenario.question, true, scenario.answer)
		text, err := s.end()
		if (err != nil) != scenario.fails || !strings.Contains(text, scenario.want) || !strings.Contains(text, " echo ") {
			t.Errorf("%s: %v, terminal:\n%s", scenario.command, err, text)
		}
	}
}

// TestInterruptOfAPipe interrupts a command that waits for a line of a pipe.
func TestInterruptOfAPipe(t *testing.T) {
	t.Parallel()
	// It may be too early for the program to know what an interrupt is.
	for pause := 100 * time.Millisecond; pause < patience; pause *= 2 {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(programFile(t), "sso", "create-user", "jane")
		cmd.Stdin = read
		p := launchAs(t, cmd, t.TempDir())
		time.Sleep(pause)
		p.signal(syscall.SIGINT)
		status := p.status()
		_ = read.Close()
		_ = write.Close()
		if status == 1 && strings.Contains(p.stderr.String(), "gatehouse: interrupted: nothing was changed") {
			return
		}
		if status != -1 {
			t.Fatalf("exit status %d: %s", status, p.stderr.String())
		}
	}
	t.Error("it is never interrupted cleanly")
}

// TestManualAtATerminal shows it through man, or else as help.
func TestManualAtATerminal(t *testing.T) {
	s := startAtTerminal(t, t.TempDir(), "man sso login")
	text, err := s.end()
	if text = overstrike.ReplaceAllString(text, ""); err != nil || !strings.Contains(text, "gatehouse sso login USERNAME") || strings.Contains(text, ".SH ") {
		t.Errorf("%v, terminal:\n%s", err, text)
	}
}

// atTerminal is the program at work at a terminal.
type atTerminal struct {
	t        *testing.T
	cmd      *exec.Cmd
	terminal *os.File
	shown    *logtest.Buffer
	copied   chan struct{}
}

// startAtTerminal starts a command line of the program at a terminal.
func startAtTerminal(t *testing.T, dir, line string) *atTerminal {
	t.Helper()
	// The shell stays, to tell what the terminal is left like; bash waits for the
	// program after an interrupt, too.
	cmd := exec.Command("bash", append([]string{"-c", `trap : INT; "$0" "$@"; status=$?; stty -a; exit $status`, programFile(t)}, strings.Fields(line)...)...)
	cmd.Dir, cmd.Env = dir, append(environment(), "PAGER=cat", "MANPAGER=cat")
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	s := &atTerminal{t: t, cmd: cmd, terminal: terminal, shown: new(logtest.Buffer), copied: make(chan struct{})}
	go func() {
		defer close(s.copied)
		buffer := make([]byte, 1024)
		for {
			n, err := terminal.Read(buffer)
			_, _ = s.shown.Write(buffer[:n])
			if err != nil {
				return // the program has ended
			}
		}
	}()
	return s
}

// answer types once a question is there, and the terminal shows what is typed, or
// does not.
func (s *atTerminal) answer(question string, echo bool, text string) {
	s.t.Helper()
	wait(s.t, "the question "+question, func() bool {
		settings, err := unix.IoctlGetTermios(int(s.terminal.Fd()), unix.TCGETS)
		return err == nil && settings.Lflag&unix.ECHO != 0 == echo && strings.Contains(s.shown.String(), question)
	})
	if _, err := s.terminal.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// end returns what the terminal has shown, and how the program ended.
func (s *atTerminal) end() (string, error) {
	timer := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	err := s.cmd.Wait()
	timer.Stop()
	<-s.copied
	_ = s.terminal.Close()
	return s.shown.String(), err
}

func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to %s", what)
		}
	}
}
