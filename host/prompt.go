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

func askHidden(cmd *cobra.Command, terminal *os.File, prompt string) (string, error) {
	fmt.Fprint(cmd.ErrOrStderr(), prompt)
	text, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(cmd.ErrOrStderr())
	return string(text), err
}
