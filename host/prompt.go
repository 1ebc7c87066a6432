package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// newPassword returns the password of a flag or asks for one: at a terminal
// without echo and twice, otherwise as a line of standard input.
func newPassword(cmd *cobra.Command, flag string) (string, error) {
	if cmd.Flags().Changed("password") {
		return flag, nil
	}
	terminal, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		if err != nil && (!errors.Is(err, io.EOF) || line == "") {
			return "", errors.New("no password: give --password, or a line on standard input")
		}
		return strings.TrimRight(line, "\r\n"), nil
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
	type outcome struct {
		answers []string
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		var got outcome
		for _, prompt := range prompts {
			answer, err := lines.ReadPassword(prompt)
			if err != nil {
				done <- outcome{err: err}
				return
			}
			got.answers = append(got.answers, answer)
		}
		done <- got
	}()
	got := outcome{err: io.EOF}
	select {
	case got = <-done:
	case <-cmd.Context().Done(): // the read goes on; the program ends
	}
	if errors.Is(got.err, io.EOF) { // so Ctrl-C and Ctrl-D read, too
		fmt.Fprint(cmd.ErrOrStderr(), "\r\n")
		return nil, errors.New("interrupted: nothing was changed")
	}
	return got.answers, got.err
}

type readWriter struct {
	io.Reader
	io.Writer
}
