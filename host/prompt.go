package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

var errNothingChanged = errors.New("interrupted: nothing was changed")

// maxLine bounds a line of standard input, in bytes.
const maxLine = 64 << 10

// terminalOf returns the terminal that a command reads from, or nil.
func terminalOf(cmd *cobra.Command) *os.File {
	if file, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return file
	}
	return nil
}

// readLine reads a line of standard input. io.EOF is that there is none. An
// interrupt ends it.
func readLine(cmd *cobra.Command) (string, error) {
	var line string
	err := interruptible(cmd.Context(), func() (err error) {
		line, err = bufio.NewReader(io.LimitReader(cmd.InOrStdin(), maxLine)).ReadString('\n')
		if errors.Is(err, io.EOF) && line != "" {
			err = nil // the last line need not end
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if len(line) == maxLine && !strings.HasSuffix(line, "\n") {
		return "", fmt.Errorf("the line on standard input is longer than %d bytes", maxLine)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// interruptible waits for what reads, or for an interrupt. Then the reading goes
// on, and the program ends.
func interruptible(ctx context.Context, read func() error) error {
	done := make(chan error, 1)
	go func() { done <- read() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errNothingChanged
	}
}

// newPassword returns the password of a flag or asks for one: at a terminal
// without echo and twice, otherwise as a line of standard input.
func newPassword(cmd *cobra.Command, flag string) (string, error) {
	if cmd.Flags().Changed("password") {
		return flag, nil
	}
	terminal := terminalOf(cmd)
	if terminal == nil {
		line, err := readLine(cmd)
		if errors.Is(err, io.EOF) {
			err = errors.New("no password: give --password, or a line on standard input")
		}
		return line, err
	}
	answers, err := askHidden(cmd, terminal, "Password: ", "Again: ")
	if err != nil {
		return "", err
	}
	if answers[0] != answers[1] {
		return "", errors.New("the two passwords differ: nothing was changed")
	}
	return answers[0], nil
}

// askHidden asks for lines that are not shown. Whatever ends it leaves the
// terminal as it was.
func askHidden(cmd *cobra.Command, terminal *os.File, prompts ...string) (_ []string, err error) {
	before, err := term.MakeRaw(int(terminal.Fd()))
	if err != nil {
		return nil, fmt.Errorf("password: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(int(terminal.Fd()), before)) }()
	lines := term.NewTerminal(readWriter{terminal, cmd.ErrOrStderr()}, "")
	answers := make([]string, len(prompts))
	err = interruptible(cmd.Context(), func() (err error) {
		for i, prompt := range prompts {
			if answers[i], err = lines.ReadPassword(prompt); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, io.EOF) || errors.Is(err, errNothingChanged) { // Ctrl-C and Ctrl-D read like the end
		fmt.Fprint(cmd.ErrOrStderr(), "\r\n")
		return nil, errNothingChanged
	}
	return answers, err
}

type readWriter struct {
	io.Reader
	io.Writer
}

// errNotConfirmed is the answer to a no.
var errNotConfirmed = errors.New("not confirmed, so nothing was changed: give --yes to go ahead without being asked")

// confirm asks for a yes, at a terminal or on standard input.
func confirm(cmd *cobra.Command, question string) error {
	isAsked := terminalOf(cmd) != nil
	if isAsked {
		fmt.Fprint(cmd.ErrOrStderr(), question)
	}
	line, err := readLine(cmd)
	if errors.Is(err, errNothingChanged) {
		if isAsked {
			fmt.Fprintln(cmd.ErrOrStderr())
		}
		return err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return errNotConfirmed
}

// confirmAtTerminal asks for a yes at a terminal. Elsewhere it refuses: what
// others lose by it is nothing that a line of some input decides.
func confirmAtTerminal(cmd *cobra.Command, question string) error {
	if terminalOf(cmd) == nil {
		return errors.New("this asks for a confirmation at a terminal, and there is none: nothing was changed; give --yes beside --force to go ahead without being asked")
	}
	return confirm(cmd, question)
}
