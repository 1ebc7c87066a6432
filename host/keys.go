package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/runtime"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
)

func newKeys() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Look at the secret keys, and replace them",
		Long: `Looks at the secret keys of the installation, and replaces them. The key file, or
GATEHOUSE_SECRET_KEY, holds one a line: the first encrypts, all decrypt. Keys are
named by IDs that reveal nothing of them.

To replace a key while hosts serve:

  gatehouse keys rotate        make a new key and encrypt everything with it
  gatehouse keys remove ID     once nothing needs the older one any more

Hosts follow their key file within a second. Where hosts have files of their own,
all of them need the new key before the first uses it:

  gatehouse keys add --last    then copy the file to all hosts
  gatehouse keys promote ID    then copy the file to all hosts again
  gatehouse keys rotate`,
		Example: `  gatehouse keys list --usage
  gatehouse keys rotate
  gatehouse keys remove 3f1c9a0b7d52`,
		Args: subcommand,
		RunE: needsCommand,
	}
	cmd.AddCommand(newKeysList(), newKeysAdd(), newKeysPromote(), newKeysRotate(), newKeysRemove(), newKeysGenerate())
	return cmd
}

// keyInfo is a key as it is listed.
type keyInfo struct {
	ID     string `json:"id"`
	Newest bool   `json:"newest"`
	Values *int64 `json:"values,omitempty"` // that are encrypted with it
}

func newKeysList() *cobra.Command {
	var in installation
	var usage, asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the IDs of the keys, the newest first",
		Long: `Lists the IDs of the keys of the installation, a line each, the newest first, which
is the one that encrypts. With --usage it counts the values that are encrypted with
each, which looks at all rows. With --json there is a JSON object a line. No key is
shown.`,
		Example: `  gatehouse keys list
  gatehouse keys list --usage --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return in.reading(cmd, func(host *opened) error {
				var found secret.Usage
				var err error
				if usage {
					if found, err = host.KeyUsage(cmd.Context(), nil); err != nil {
						return err
					}
				}
				for i, key := range host.Keys().Keys() {
					info := keyInfo{ID: key.ID(), Newest: i == 0}
					if usage {
						values := found.ByKey[info.ID]
						info.Values = &values
					}
					if err := showKey(cmd, info, asJSON); err != nil {
						return err
					}
				}
				if found.Unreadable > 0 {
					remark(cmd, "%s cannot be decrypted with any of the keys", counted(found.Unreadable, "value", "values"))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&usage, "usage", false, "count what is encrypted with each, which looks at all rows")
	addJSON(cmd.Flags(), &asJSON, "print a JSON object a line")
	in.flags(cmd.Flags())
	return cmd
}

func showKey(cmd *cobra.Command, info keyInfo, asJSON bool) error {
	if asJSON {
		return encode(cmd, info)
	}
	line := info.ID
	if info.Newest {
		line += "  newest"
	}
	if info.Values != nil {
		line += "  " + counted(*info.Values, "value", "values")
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), line)
	return err
}

// keyFilePath returns the file that the keys come from.
func (i *installation) keyFilePath() (string, error) {
	cfg, err := i.configuration()
	if err != nil {
		return "", err
	}
	return cfg.KeyPath()
}

func newKeysAdd() *cobra.Command {
	var in installation
	var last, asJSON bool
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Add a new key to the key file",
		Long: `Makes a new key and adds it to the key file, as the newest: all that is encrypted
from now on is encrypted with it, by every host that follows this file. With
--last the key only decrypts, until "gatehouse keys promote" makes it the newest:
for hosts that have files of their own, which must all know it first. Keys of the
environment are changed there.`,
		Example: `  gatehouse keys add
  gatehouse keys add --last --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := in.keyFilePath()
			if err != nil {
				return err
			}
			key := secret.NewKey()
			if err := secret.AddKey(path, key, last); err != nil {
				return err
			}
			if asJSON {
				return showKey(cmd, keyInfo{ID: key.ID(), Newest: !last}, true)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Added key %s to %s\n", key.ID(), path)
			return err
		},
	}
	cmd.Flags().BoolVar(&last, "last", false, "add it behind the others: it decrypts, and does not encrypt yet")
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// rotation is the outcome of keys rotate.
type rotation struct {
	Newest     string           `json:"newest"`
	Changed    int64            `json:"changed"`    // rows
	Values     map[string]int64 `json:"values"`     // encrypted with each key, as found at last
	Unreadable int64            `json:"unreadable"` // values
	Removable  []string         `json:"removable"`  // keys
	Held       int64            `json:"held"`       // tokens that clients hold of keys to be removed
	HeldUntil  string           `json:"held_until,omitempty"`
}

func newKeysRotate() *cobra.Command {
	var in installation
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Encrypt everything with the newest key, while hosts serve",
		Long: `Encrypts all that the database holds with the newest key, while hosts serve.
Where there is only one key, it makes a new one first. It may be ended at any
time and begun again: what is done is not done twice. From its beginning on no
host starts that lacks one of the keys. At the end it tells which keys nothing in
the database needs any more.`,
		Example: `  gatehouse keys rotate --dry-run
  gatehouse keys rotate`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return in.reading(cmd, func(host *opened) error {
				if dryRun {
					return dryRotation(cmd, host, asJSON)
				}
				if err := newestKey(cmd, host); err != nil {
					return err
				}
				progress := progressLines{cmd: cmd, quiet: asJSON}
				usage, err := host.RotateKeys(cmd.Context(), progress.tell)
				progress.flush()
				if err != nil {
					return err
				}
				return tellRotation(cmd, host, usage, asJSON)
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only count what would be encrypted anew")
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// progressLines tells of a rotation, a line a second and the last one of each
// table.
type progressLines struct {
	cmd    *cobra.Command
	quiet  bool
	last   secret.Progress
	untold bool
	told   time.Time
}

func (l *progressLines) tell(p secret.Progress) {
	isNext := p.Table != l.last.Table || p.Rows < l.last.Rows
	if isNext {
		l.flush()
	}
	l.last, l.untold = p, true
	if isNext || time.Since(l.told) >= time.Second {
		l.flush()
	}
}

func (l *progressLines) flush() {
	if l.untold && !l.quiet {
		fmt.Fprintf(l.cmd.ErrOrStderr(), "%s: %s looked at, %d encrypted anew\n", l.last.Table, counted(l.last.Rows, "row", "rows"), l.last.Changed)
		l.told = time.Now()
	}
	l.untold = false
}

// newestKey sees to it that there is a key to rotate to.
func newestKey(cmd *cobra.Command, host *opened) error {
	if len(host.Keys().Keys()) > 1 {
		return nil
	}
	path, err := host.cfg.KeyPath()
	if errors.Is(err, runtime.ErrKeysInEnvironment) {
		return fmt.Errorf("there is only one key, and %w: put a key that \"gatehouse keys generate\" prints on a line before it", err)
	}
	if err != nil {
		return err
	}
	key := secret.NewKey()
	if err := secret.AddKey(path, key, false); err != nil {
		return err
	}
	if _, ok := host.Keys().ByID(key.ID()); !ok {
		return fmt.Errorf("the key %s was added to %s, but is not there", key.ID(), path)
	}
	remark(cmd, "Added key %s to %s", key.ID(), path)
	return nil
}

func dryRotation(cmd *cobra.Command, host *opened, asJSON bool) error {
	usage, err := host.KeyUsage(cmd.Context(), nil)
	if err != nil {
		return err
	}
	keys := host.Keys().Keys()
	newest := keys[0].ID()
	if asJSON {
		return encode(cmd, rotation{Newest: newest, Values: usage.ByKey, Unreadable: usage.Unreadable, Removable: []string{}})
	}
	values := usage.Others(newest)
	if len(keys) == 1 {
		values, newest = usage.ByKey[newest], "a new key"
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s would be encrypted with %s\n", counted(values, "value", "values"), newest)
	return err
}

func tellRotation(cmd *cobra.Command, host *opened, usage secret.Usage, asJSON bool) error {
	keys := host.Keys().Keys()
	done := rotation{Newest: keys[0].ID(), Changed: usage.Changed, Values: usage.ByKey, Unreadable: usage.Unreadable, Removable: []string{}}
	for _, key := range keys[1:] {
		done.Removable = append(done.Removable, key.ID())
	}
	held, until, err := host.HeldByClients(cmd.Context())
	if err != nil {
		return err
	}
	if done.Held = held; held > 0 {
		done.HeldUntil = sso.FormatTime(until)
	}
	out := cmd.OutOrStdout()
	if asJSON {
		return writeJSON(out, done)
	}
	fmt.Fprintf(out, "Everything is encrypted with key %s; encrypted anew: %s\n", done.Newest, counted(done.Changed, "row", "rows"))
	if done.Unreadable > 0 {
		fmt.Fprintf(out, "%s cannot be decrypted with any of the keys, and stayed as before\n", counted(done.Unreadable, "value", "values"))
	}
	for _, id := range done.Removable {
		fmt.Fprintf(out, "Key %s is needed no more in the database\n", id)
	}
	if held > 0 && len(done.Removable) > 0 {
		fmt.Fprintf(out, "Clients hold %s that may be of an older key, the last until %s\n", counted(held, "token", "tokens"), done.HeldUntil)
	}
	return nil
}

func newKeysPromote() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "promote ID",
		Short: "Make a key of the key file the newest, which encrypts",
		Long: `Makes a key of the key file the newest, by moving it before all others: all that is
encrypted from now on is encrypted with it, by every host that follows this file.
The others go on decrypting.`,
		Example: `  gatehouse keys promote 3f1c9a0b7d52`,
		Args:    exactArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := in.keyFilePath()
			if err != nil {
				return err
			}
			if err := secret.PromoteKey(path, args[0]); err != nil {
				return err
			}
			if asJSON {
				return encode(cmd, keyInfo{ID: args[0], Newest: true})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "Key %s encrypts from now on\n", args[0])
			return err
		},
	}
	cmd.ValidArgsFunction = offer(in.keyIDs())
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

func newKeysRemove() *cobra.Command {
	var in installation
	var force, yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "remove ID",
		Short: "Remove a key that nothing needs any more from the key file",
		Long: `Removes a key from the key file, after looking at everything that the database
holds: a key that something is still encrypted with stays. So does one that may
have made tokens that clients hold, of sessions that began before the rotation:
they can be used no more without it. With --force it is removed all the same,
and these clients have to log in again: it asks first, at a terminal, and with --yes
it does not ask. Where there is no terminal, --force needs --yes beside it.`,
		Example: `  gatehouse keys remove 3f1c9a0b7d52
  gatehouse keys remove 3f1c9a0b7d52 --force --yes`,
		Args: exactArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := in.keyFilePath()
			if err != nil {
				return err
			}
			return in.reading(cmd, func(host *opened) error {
				if err := host.MayRemoveKey(cmd.Context(), args[0]); err != nil {
					return err
				}
				held, until, err := host.HeldByClients(cmd.Context())
				if err != nil {
					return err
				}
				if held > 0 && !force {
					return fmt.Errorf("clients hold %s that may be of the key %s, the last until %s: wait until then, or have these clients log in again with --force",
						counted(held, "token", "tokens"), args[0], sso.FormatTime(until))
				}
				if held > 0 && !yes {
					err := confirmAtTerminal(cmd, fmt.Sprintf("Clients hold %s that may be of the key %s, and will have to log in again. Remove it? [y/N] ",
						counted(held, "token", "tokens"), args[0]))
					if err != nil {
						return err
					}
				}
				if err := secret.RemoveKey(path, args[0]); err != nil {
					return err
				}
				if asJSON {
					return encode(cmd, map[string]any{"removed": args[0], "held": held})
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Removed key %s from %s\n", args[0], path)
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.keyIDs())
	cmd.Flags().BoolVar(&force, "force", false, "even if clients hold tokens of it, once that is confirmed")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

func newKeysGenerate() *cobra.Command {
	return &cobra.Command{
		Use:   "generate",
		Short: "Print a new key, for GATEHOUSE_SECRET_KEY, and change nothing",
		Long: `Prints a new key, and changes nothing: for GATEHOUSE_SECRET_KEY, or for a file that
is made elsewhere. Whoever sees it can read what is encrypted with it.`,
		Example: `  gatehouse keys generate > secret.key`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), secret.NewKey().Text())
			return err
		},
	}
}
