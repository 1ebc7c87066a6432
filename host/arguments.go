package main

import (
	"errors"
	"fmt"
	"path/filepath"
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
		hint := ""
		if isZatoPath(cmd, args) {
			hint = "; Zato's path of a server is left out here, and --data or --database names the installation"
		}
		return fmt.Errorf("%s takes one argument, %s%s: see %q", commandOf(cmd), name, hint, cmd.CommandPath()+" --help")
	}
}

// isZatoPath reports whether arguments look like those of "zato sso", which
// begin with the path of a server.
func isZatoPath(cmd *cobra.Command, args []string) bool {
	return len(args) == 2 && strings.HasPrefix(commandOf(cmd), "sso ") && strings.ContainsRune(args[0], filepath.Separator)
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

// similarTo tells which of some names are like a text.
func similarTo(text string, names []string) string {
	known := new(cobra.Command) // which finds names that are similar
	for _, name := range names {
		known.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	return meant(known, text)
}

// meant tells which commands below one are named like a text.
func meant(cmd *cobra.Command, text string) string {
	if text == "" { // which every name begins with
		return ""
	}
	cmd.SuggestionsMinimumDistance = 2 // letters, cobra's own default
	similar := cmd.SuggestionsFor(text)
	if len(similar) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(similar, " or "))
}

// flagError says of a flag that cannot be what may help.
func flagError(cmd *cobra.Command, err error) error {
	if isGroup(cmd) { // a flag of a command below it, which is missing or mistyped
		if before := cmd.Flags().Args(); len(before) > 0 {
			return subcommand(cmd, before)
		}
		return fmt.Errorf("%s needs a command before its flags: see %q", commandOf(cmd), cmd.CommandPath()+" --help")
	}
	hint := ""
	var unknown *pflag.NotExistError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, "--"+flag.Name) })
		if cmd.Flags().Lookup("data-dir") != nil { // perhaps under its other name
			names = append(names, "--data-dir")
		}
		hint = similarTo("--"+unknown.GetSpecifiedName(), names)
	case errors.As(err, &wrong):
		if want, known := flagValues[wrong.GetFlag().Value.Type()]; known {
			err = fmt.Errorf("--%s: want %s, not %q", wrong.GetFlag().Name, want, wrong.GetValue())
		}
	}
	return fmt.Errorf("%w%s: see %q", err, hint, cmd.CommandPath()+" --help")
}

// newHelp is the help command, which refuses what is no command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND ...]",
		Short: "Tell how a command is used",
		Long: `Tells what a command does and how it is used, as --help behind the command does.
"gatehouse man" shows the same as a man page.`,
		Example: `  gatehouse help
  gatehouse help sso create-user`,
		ValidArgsFunction: completeCommands,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, err := findCommand(cmd, args)
			if err != nil {
				return err
			}
			found.InitDefaultHelpFlag() // so that it is listed
			return found.Help()
		},
	}
}

// needsCommand is what a command does that is there for those below it: called
// alone, as by a script whose variable is empty, it has done nothing.
func needsCommand(cmd *cobra.Command, _ []string) error {
	fmt.Fprintln(cmd.ErrOrStderr(), cmd.UsageString())
	return fmt.Errorf("%s needs one of the commands above: see %q", commandOf(cmd), cmd.CommandPath()+" --help")
}

// commandOf names a command without the program, which begins every message.
func commandOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}
