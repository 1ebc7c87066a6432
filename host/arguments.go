package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
	has := "there is"
	if cmd.HasParent() {
		has = commandOf(cmd) + " has"
	}
	return fmt.Errorf("%s no command %q%s: see %q", has, args[0], meant(cmd, args[0]), cmd.CommandPath()+" --help")
}

// meant tells which commands below one are named like a text.
func meant(cmd *cobra.Command, text string) string {
	cmd.SuggestionsMinimumDistance = 2 // letters, cobra's own default
	similar := cmd.SuggestionsFor(text)
	if len(similar) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(similar, " or "))
}

// flagError adds to the error of a flag what may help.
func flagError(cmd *cobra.Command, err error) error {
	hint := ""
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		flags := new(cobra.Command) // which finds names that are similar
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			flags.AddCommand(&cobra.Command{Use: "--" + flag.Name, Run: func(*cobra.Command, []string) {}})
		})
		hint = meant(flags, "--"+unknown.GetSpecifiedName())
	}
	return fmt.Errorf("%w%s: see %q", err, hint, cmd.CommandPath()+" --help")
}

// showHelp is what a command does that is there for those below it.
func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// commandOf names a command without the program, which begins every message.
func commandOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
