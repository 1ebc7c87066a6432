package main

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gatehouse/runtime"
	"gatehouse/runtime/database"
	"gatehouse/runtime/script"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Completion looks at what is there, and makes nothing: where there is no
// installation, or its database does not answer at once, nothing is offered.
const (
	completionTime = time.Second // that a key stroke may take at most
	maxCompletions = 50          // usernames
)

// completions answers what may stand where the user has begun a word.
type completions = func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective)

// offer returns completions of a function's, for the first argument alone.
// Whatever keeps it from knowing them is not told: the user is typing.
func offer(find func(ctx context.Context, begun string) []cobra.Completion) completions {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return within(cmd.Context(), begun, find), cobra.ShellCompDirectiveNoFileComp
	}
}

// offerValue is offer for the value of a flag.
func offerValue(find func(ctx context.Context, begun string) []cobra.Completion) completions {
	return func(cmd *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return within(cmd.Context(), begun, find), cobra.ShellCompDirectiveNoFileComp
	}
}

// within waits for completions as long as a user does, and takes those that go on
// from what was begun.
func within(ctx context.Context, begun string, find func(context.Context, string) []cobra.Completion) []cobra.Completion {
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	found := make(chan []cobra.Completion, 1)
	go func() { found <- find(ctx, begun) }()
	select {
	case all := <-found:
		return slices.DeleteFunc(all, func(word cobra.Completion) bool {
			return !strings.HasPrefix(word, begun) || !isHarmless(word)
		})
	case <-ctx.Done(): // the search goes on; the program ends
		return nil
	}
}

// anyFile leaves it to the shell.
func anyFile(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// isHarmless reports whether a word means nothing but itself on a command line,
// in any shell: who signs up chooses a username, and an operator who has it
// completed must neither run it nor give a flag by it.
func isHarmless(word string) bool {
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@+", r) {
			return false
		}
	}
	return word != "" && word[0] != '-' && word[0] != '@' && utf8.ValidString(word)
}

// among offers words that are known.
func among(words ...string) completions {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// peek lets work read the database of the installation that the flags name.
func (i *installation) peek(ctx context.Context, work func(db database.DB) error) {
	cfg, err := i.configuration()
	if err == nil {
		_ = runtime.Peek(ctx, cfg, work) // of which nothing is told here
	}
}

func (i *installation) usernames() func(context.Context, string) []cobra.Completion {
	return func(ctx context.Context, begun string) (found []cobra.Completion) {
		i.peek(ctx, func(db database.DB) (err error) {
			found, err = store.UsernamesFrom(ctx, db, begun, maxCompletions)
			return err
		})
		return found
	}
}

// definitions finds the names of security definitions: of a type, or all with "".
func (i *installation) definitions(kind func() string) func(context.Context, string) []cobra.Completion {
	return func(ctx context.Context, _ string) (names []cobra.Completion) {
		i.peek(ctx, func(db database.DB) error {
			all, err := security.New(security.Config{DB: db}).List(ctx)
			for _, definition := range all {
				if definition.Type == kind() {
					names = append(names, definition.Name)
				}
			}
			return err
		})
		return names
	}
}

// serviceNames finds the services that load. It reads their files and runs nothing.
func (i *installation) serviceNames() func(context.Context, string) []cobra.Completion {
	return func(context.Context, string) (names []cobra.Completion) {
		cfg, err := i.configuration()
		if err != nil {
			return nil
		}
		found, err := script.Check(cfg.Services.Directories)
		if err != nil {
			return nil
		}
		for _, service := range found.Services {
			names = append(names, service.Name)
		}
		return names
	}
}

// keyIDs finds the IDs of the keys in the key file, but for the newest, which
// may be neither removed nor promoted.
func (i *installation) keyIDs() func(context.Context, string) []cobra.Completion {
	return func(context.Context, string) (ids []cobra.Completion) {
		path, err := i.keyFilePath()
		if err != nil {
			return nil
		}
		keys, err := secret.LoadKeys(path)
		if err != nil || len(keys) < 2 {
			return nil
		}
		for _, key := range keys[1:] {
			ids = append(ids, key.ID())
		}
		return ids
	}
}

// operations are the operations that the audit has entries of.
func operations(context.Context, string) []cobra.Completion { return sso.Operations() }

// auditKeys are the keys that entries of the audit may name, but for those of
// attributes.
func auditKeys(context.Context, string) (names []cobra.Completion) {
	for _, keys := range [][]sso.Key{sso.KeysOfUpdate(), sso.KeysOfNewUser(), sso.KeysOfPasswordChange(), sso.KeysOfAudit()} {
		for _, key := range keys {
			names = append(names, key.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// completeCode offers the codes of the SSO, with what they mean.
func completeCode(_ *cobra.Command, _ []string, begun string) (codes []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, known := range sso.Codes() {
		if strings.HasPrefix(string(known.Code), begun) {
			codes = append(codes, cobra.CompletionWithDesc(string(known.Code), known.Meaning))
		}
	}
	return codes, cobra.ShellCompDirectiveNoFileComp
}

// completeCommands offers the commands below the one that the arguments name.
func completeCommands(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, below := range found.Commands() {
		if below.IsAvailableCommand() && strings.HasPrefix(below.Name(), begun) {
			names = append(names, cobra.CompletionWithDesc(below.Name(), below.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeFlag has a flag that is there completed.
func completeFlag(cmd *cobra.Command, flag string, complete completions) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // a mistake in the program, which all its tests meet
	}
}

// completeFlags has the flags completed that several commands have, and nothing
// offered where nothing is known.
func completeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if _, known := cmd.GetFlagCompletionFunc(flag.Name); known || flag.Annotations != nil {
			return
		}
		name, _ := pflag.UnquoteUsage(flag)
		switch {
		case name == "directory":
			_ = cmd.MarkFlagDirname(flag.Name)
		case flag.Name == "config":
			_ = cmd.MarkFlagFilename(flag.Name, "yaml", "yml")
		case name == "file":
			completeFlag(cmd, flag.Name, anyFile)
		case flag.Value.Type() == "bool":
			completeFlag(cmd, flag.Name, among("true", "false"))
		default:
			completeFlag(cmd, flag.Name, cobra.NoFileCompletions)
		}
	})
	for _, below := range cmd.Commands() {
		completeFlags(below)
	}
}

// addCompletion adds the command that prints the scripts of shells. Those are
// cobra's; the words around them are ours.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil {
		return
	}
	completion.Args, completion.RunE = subcommand, needsCommand
	completion.Short = "Print the script that completes commands in a shell"
	completion.Long = `Prints the script that has a shell complete the commands, flags and values of
gatehouse. It offers what can be known at once: usernames, the names of security
definitions and of services, the IDs of keys, what the audit can be searched by,
files and directories of the right kind. To do so it reads the installation that
the flags on the line and the environment name; it makes nothing, asks for nothing,
and where there is none, or the database does not answer within a second, it offers
nothing.`
	completion.Example = `  source <(gatehouse completion bash)`
	for shell, help := range shells {
		if cmd, rest, err := completion.Find([]string{shell}); err == nil && cmd != completion && len(rest) == 0 {
			cmd.Short, cmd.Long, cmd.Example = "Print the script for "+help.name, help.long, help.example
			cmd.Args = noArgs
		}
	}
}

// shells are what completion scripts are for, and how they are installed.
var shells = map[string]struct{ name, long, example string }{
	"bash": {"bash", `Prints the script for bash. It needs the package bash-completion, version 2.`,
		`  # now, in this shell
  source <(gatehouse completion bash)

  # in all shells from now on
  gatehouse completion bash > /etc/bash_completion.d/gatehouse`},
	"zsh": {"zsh", `Prints the script for zsh. Completion itself must be on: "autoload -U compinit;
compinit" in ~/.zshrc sees to that.`,
		`  # now, in this shell
  source <(gatehouse completion zsh)

  # in all shells from now on
  gatehouse completion zsh > "${fpath[1]}/_gatehouse"`},
	"fish": {"fish", `Prints the script for fish.`,
		`  # now, in this shell
  gatehouse completion fish | source

  # in all shells from now on
  gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish`},
	"powershell": {"PowerShell", `Prints the script for PowerShell. To have it in all sessions, add the line to the
profile, the file that $PROFILE names.`,
		`  gatehouse completion powershell | Out-String | Invoke-Expression`},
}
