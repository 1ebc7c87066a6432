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
	first, err := askHidden(cmd, terminal, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := askHidden(cmd, terminal, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ: nothing was changed")
	}
	return first, nil
}

// askHidden reads a line that is not shown. An interrupt ends the wait and
// leaves the terminal as it was.
func askHidden(cmd *cobra.Command, terminal *os.File, prompt string) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	fmt.Fprint(cmd.ErrOrStderr(), prompt)
	defer fmt.Fprintln(cmd.ErrOrStderr())
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		read <- line{text, err}
	}()
	select {
	case got := <-read:
		if errors.Is(got.err, io.EOF) {
			return "", errors.New("no password was given: nothing was changed")
		}
		return string(got.text), got.err
	case <-cmd.Context().Done():
		// The read goes on; the program ends.
		return "", errors.Join(errors.New("interrupted: nothing was changed"), term.Restore(fd, before))
	}
}
