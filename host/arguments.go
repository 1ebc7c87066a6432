package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// noArgs wants no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no argument %q: see %q", commandOf(cmd), args[0], cmd.CommandPath()+" --help")
}

// exactArg wants exactly one argument, and calls it by its name.
func exactArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 && args[0] != "" {
			return nil
		}
		return fmt.Errorf("%s takes one argument, %s: see %q", commandOf(cmd), name, cmd.CommandPath()+" --help")
	}
}

// subcommand is for commands that have others below them: an argument that
// reaches them is the name of none, perhaps mistyped.
func subcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2 // letters, cobra's own default
	var meant string
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		meant = fmt.Sprintf(" (did you mean %s?)", strings.Join(similar, " or "))
	}
	has := "there is"
	if cmd.HasParent() {
		has = commandOf(cmd) + " has"
	}
	return fmt.Errorf("%s no command %q%s: see %q", has, args[0], meant, cmd.CommandPath()+" --help")
}

// showHelp is what a command does that is there for those below it.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// commandOf names a command without the program, which begins every message.
func commandOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
