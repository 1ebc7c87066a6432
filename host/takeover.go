package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime"
	"gatehouse/runtime/database/preview"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/takeover"
)

func newTakeOver() *cobra.Command {
	var in installation
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use:   "take-over",
		Short: "Take over the PostgreSQL database of a Zato 3.2 SSO",
		Long: `Takes over the PostgreSQL database of a Zato 3.2 SSO, with its Fernet key: users
keep their passwords, TOTP keys, attributes, open sessions, links and password
resets. Only tables, columns and defaults of Gatehouse's are added, which a Zato
server does not trip over; names and e-mails are made findable.

What cannot be read is listed by table, id and column, and stops nothing else. A
key that is not the database's is refused before anything is written. A dry run
writes nothing. What was interrupted is run again.

"gatehouse serve" does the same at its first start on such a database, and logs
it.`,
		Example: `  gatehouse take-over --database postgres://zato@db/zato --key-file zato.key --dry-run
  gatehouse take-over --database postgres://zato@db/zato --key-file zato.key`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			outcome, err := in.takeOver(cmd, dryRun)
			if err != nil {
				return fmt.Errorf("take-over: %w", err)
			}
			if asJSON {
				return encode(cmd, outcome)
			}
			return outcome.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "tell what would be done, and write nothing")
	addJSON(cmd.Flags(), &asJSON, "print the report as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// takeOverOutcome is what the command reports.
type takeOverOutcome struct {
	*takeover.Report
	Additions []preview.Addition `json:"additions"`
	DryRun    bool               `json:"dry_run"`
}

func (i *installation) takeOver(cmd *cobra.Command, dryRun bool) (outcome takeOverOutcome, err error) {
	outcome.DryRun = dryRun
	cfg, err := i.configuration()
	if err != nil {
		return outcome, err
	}
	logger, err := newLogger(cmd, cfg.Log, true)
	if err != nil {
		return outcome, cfg.Locate(err)
	}
	options := runtime.Options{Config: cfg, Logger: logger, Plugins: []runtime.Plugin{plugin.New()}}
	err = runtime.Look(cmd.Context(), options, func(host runtime.Host, additions []preview.Addition) error {
		outcome.Additions = additions
		if outcome.Report, err = takeover.Inspect(cmd.Context(), host.DB, host.Keys); err != nil || dryRun {
			return err
		}
		return takeover.RaiseSequences(cmd.Context(), host.DB, outcome.Report)
	})
	if err != nil || dryRun {
		return outcome, err
	}
	host, err := i.openWith(cmd, true, runtime.Options{})
	if err != nil {
		return outcome, err
	}
	_, err = host.sso.Complete(cmd.Context())
	return outcome, errors.Join(err, host.Close(cmd.Context()))
}

func (o takeOverOutcome) print(out io.Writer) error {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	say("Users %d (super-users %d), sessions %d (live %d), attributes %d, links %d, password resets %d",
		o.Users, o.SuperUsers, o.Sessions, o.LiveSessions, o.Attributes, o.Links, o.PasswordResets)
	did := func(what, would string) string {
		if o.DryRun {
			return would
		}
		return what
	}
	if len(o.Additions) > 0 {
		say("%s:", did("Added", "Would add"))
	}
	for _, addition := range o.Additions {
		say("  %v", addition)
	}
	if o.SearchColumns+o.EmailDigests > 0 {
		say("%s search columns of %s, e-mail digests of %d", did("Completed", "Would complete"), counted(o.SearchColumns, "user", "users"), o.EmailDigests)
	}
	if len(o.SequencesBehind) > 0 {
		say("%s sequences that are behind their tables: %s", did("Raised", "Would raise"), strings.Join(o.SequencesBehind, ", "))
	}
	if len(o.Unreadable) > 0 {
		say("Cannot be read, and stops nothing else:")
	}
	for _, fault := range o.Unreadable {
		say("  %v", fault)
	}
	if len(o.Additions)+o.SearchColumns+o.EmailDigests+len(o.SequencesBehind) == 0 {
		say("Everything is there already")
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
