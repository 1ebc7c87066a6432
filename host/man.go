package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func newMan() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man [COMMAND ...]",
		Short: "Show the manual of a command, or write all man pages",
		Long: `Shows the manual of a command, or of the program, at a terminal through man,
where that is installed. Elsewhere it prints the page in roff, the language of man
pages.

With --dir it writes the pages of all commands into a directory, which is made if
it is missing, and overwrites those of before: gatehouse.1, gatehouse-sso.1,
gatehouse-sso-login.1 and so on. The same program always writes the same bytes.`,
		Example: `  gatehouse man sso create-user
  gatehouse man audit verify > verify.1
  gatehouse man --dir /usr/local/share/man/man1`,
		ValidArgsFunction: completeCommands,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("dir") {
				if len(args) > 0 {
					return errors.New("man: --dir writes the pages of all commands: leave the name of one out")
				}
				if dir == "" {
					return errors.New("man: --dir is empty: name a directory")
				}
				return writeManPages(cmd, dir)
			}
			found, err := findCommand(cmd, args)
			if err != nil {
				return err
			}
			return showManPage(cmd, found)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`directory` to write the pages of all commands into")
	_ = cmd.MarkFlagDirname("dir") // which is there
	return cmd
}

// findCommand returns the command of some words, such as sso and login.
func findCommand(cmd *cobra.Command, words []string) (*cobra.Command, error) {
	found, rest, err := cmd.Root().Find(words)
	if err == nil && len(rest) > 0 {
		err = subcommand(found, rest)
	}
	return found, err
}

func writeManPages(cmd *cobra.Command, dir string) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("man: %w", err)
	}
	pages := 0
	everyCommand(cmd.Root(), func(c *cobra.Command) {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, pageName(c)+".1"), []byte(manPage(c)), 0o644)
			pages++
		}
	})
	if err != nil {
		return fmt.Errorf("man: %w", err)
	}
	remark(cmd, "Wrote %s to %s", counted(pages, "page", "pages"), dir)
	return nil
}

func showManPage(cmd, of *cobra.Command) error {
	of.InitDefaultHelpFlag()
	out, isFile := cmd.OutOrStdout().(*os.File)
	if !isFile || !term.IsTerminal(int(out.Fd())) {
		_, err := io.WriteString(cmd.OutOrStdout(), manPage(of))
		return err
	}
	viewer, err := exec.LookPath("man")
	if err != nil {
		return of.Help() // which says the same
	}
	signal.Ignore(os.Interrupt) // which is the viewer's, to end a search
	show := exec.CommandContext(cmd.Context(), viewer, "-l", "-")
	show.Stdin, show.Stdout, show.Stderr = strings.NewReader(manPage(of)), out, cmd.ErrOrStderr()
	if err := show.Run(); err != nil {
		return fmt.Errorf("man: %w", err)
	}
	return nil
}
