package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Look at the audit of the SSO",
		Long: `Looks at the audit of the SSO: every call leaves an entry in it, refused ones too,
and those of the command line. Entries are sealed, so that it shows when one was
altered.`,
		Example: `  gatehouse audit list --user jane --since 1d
  gatehouse audit verify`,
		Args: subcommand,
		RunE: needsCommand,
	}
	cmd.AddCommand(newAuditList(), newAuditVerify())
	return cmd
}

var auditResults = []string{sso.AuditOK, sso.AuditWarning, sso.AuditError}

func newAuditList() *cobra.Command {
	var (
		in           installation
		filter       store.AuditFilter
		user, code   string
		since, until string
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the calls of the SSO, oldest first",
		Long: `Lists the calls of the SSO, oldest first, a line each: the time, the correlation
ID, the operation, the result, the codes of a refusal, and what else is known.
entry= is the ID that "gatehouse audit verify" names an entry by. Actors and targets
are user IDs: "gatehouse sso show-user" tells whose. With --json there is a JSON
object a line.

The flags choose entries as the criteria of "GET /zato/sso/audit" do; with several,
those for which all of them hold. Without --limit these are the newest 1000 of them.

The operations that --op takes:

` + inLines(sso.Operations(), 78) + ".",
		Example: `  gatehouse audit list --since 1d
  gatehouse audit list --user jane --op user.login --limit 10
  gatehouse audit list --op user.login --result error --since 1h
  gatehouse audit list --user jane --key is_locked
  gatehouse audit list --since 2026-01-01 --until 2026-02-01 --limit 0 --json`,
		Annotations: exitsWith("0 done, also where there is no such entry"),
		Args:        noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cmd.Flags().Changed("entry") && filter.ID <= 0 {
				return errors.New("--entry: want the ID of an entry, a number above 0")
			}
			if cmd.Flags().Changed("op") && !slices.Contains(sso.Operations(), filter.Op) {
				return fmt.Errorf("--op: there is no operation %q%s: %q lists them", filter.Op, similarTo(filter.Op, sso.Operations()), "gatehouse audit list --help")
			}
			if filter.Limit < 0 {
				return errors.New("--limit: want a number of entries, or 0 for all")
			}
			if cmd.Flags().Changed("result") && !slices.Contains(auditResults, filter.Result) {
				return fmt.Errorf("--result: want %s, not %q", orList(auditResults), filter.Result)
			}
			if cmd.Flags().Changed("sub-status") && !sso.Code(code).IsWellFormed() {
				return fmt.Errorf("--sub-status: want a code such as %s, not %q", sso.NotAllowed, code)
			}
			filter.ChooseCode(code)
			if cmd.Flags().Changed("key") && (filter.Key == "" || !utf8.ValidString(filter.Key)) {
				return errors.New("--key: want the name of a key, such as email")
			}
			now := time.Now()
			for _, of := range []struct {
				flag, text string
				into       *time.Time
			}{{"since", since, &filter.Since}, {"until", until, &filter.Until}} {
				if *of.into, err = parseMoment(of.flag, of.text, now); err != nil {
					return err
				}
			}
			return in.reading(cmd, func(host *opened) error {
				records := host.sso.Store()
				if user != "" {
					if filter.User, err = records.UserID(cmd.Context(), user); err != nil {
						return err
					}
					if filter.User == user && !ident.IsUserID(user) {
						remark(cmd, "there is no user %q", user)
					}
				}
				show := textEntry
				if asJSON {
					show = jsonEntry
				}
				found := 0
				err = records.Audit(cmd.Context(), filter, func(entry store.AuditEntry) error {
					found++
					return show(cmd.OutOrStdout(), entry)
				})
				if err == nil && found == 0 {
					remark(cmd, "no such entries")
				}
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.Int64Var(&filter.ID, "entry", 0, "only the entry with this `ID`, as audit verify names entries")
	flags.StringVar(&filter.CID, "cid", "", "only the call with this correlation `ID`")
	flags.StringVar(&user, "user", "", "only calls of, or about, this `user`: a username or a user ID")
	flags.StringVar(&filter.Op, "op", "", "only this `operation`, such as user.update_current_user")
	flags.StringVar(&since, "since", "", "only from this `time` on: ISO 8601 in UTC, such as 2026-12-31, or a duration back from now, such as 30m, 24h, 7d or 2w")
	flags.StringVar(&until, "until", "", "only before this `time`, given as for --since")
	flags.StringVar(&filter.Result, "result", "", "only calls that ended with this `result`: "+strings.Join(auditResults, ", "))
	flags.StringVar(&code, "sub-status", "", "only calls with this `code` among theirs, such as E005001")
	flags.StringVar(&filter.Key, "key", "", "only calls that set this `key`, or chose by it, such as email")
	flags.IntVar(&filter.Limit, "limit", 1000, "the newest `n` entries; 0 is all")
	addJSON(flags, &asJSON, "print a JSON object a line")
	in.flags(flags)
	completeFlag(cmd, "user", offerValue(in.usernames()))
	completeFlag(cmd, "op", offerValue(operations))
	completeFlag(cmd, "result", among(auditResults...))
	completeFlag(cmd, "sub-status", completeCode)
	completeFlag(cmd, "key", offerValue(auditKeys))
	return cmd
}

// inLines joins names by commas, in lines of so many characters at most.
func inLines(names []string, width int) string {
	var text strings.Builder
	used := 0
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		switch {
		case used == 0:
		case used+1+len(name) > width:
			text.WriteByte('\n')
			used = 0
		default:
			text.WriteByte(' ')
			used++
		}
		text.WriteString(name)
		used += len(name)
	}
	return text.String()
}

// parseMoment reads the time that a flag has; without one it is zero.
func parseMoment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := sso.ParseMoment(text, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("--%s: %w", flag, err)
	}
	return at, nil
}

func textEntry(out io.Writer, e store.AuditEntry) error {
	parts := []string{sso.FormatTime(e.Time), e.CID, e.Op, e.Result}
	for _, part := range []struct{ name, value string }{
		{"", e.SubStatus}, {"entry", strconv.FormatInt(e.ID, 10)}, {"actor", e.Actor}, {"target", e.Target}, {"app", e.App}, {"addr", e.RemoteAddr},
		{"keys", e.Keys}, {"changes", e.Changes},
	} {
		switch {
		case part.value == "":
		case part.name == "":
			parts = append(parts, part.value)
		default:
			parts = append(parts, part.name+"="+part.value)
		}
	}
	_, err := fmt.Fprintln(out, printableLine(strings.Join(parts, "  ")))
	return err
}

// printableLine keeps what came from clients from steering the terminal.
func printableLine(line string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, line)
}

// auditRecord is an audit entry as JSON has it.
type auditRecord struct {
	store.AuditEntry
	Time      string          `json:"time"`
	SubStatus []string        `json:"sub_status"`
	Keys      []string        `json:"keys"`
	Changes   json.RawMessage `json:"changes,omitempty"`
}

func jsonEntry(out io.Writer, e store.AuditEntry) error {
	list := func(joined string) []string {
		if joined == "" {
			return []string{}
		}
		return strings.Split(joined, ",")
	}
	return writeJSON(out, auditRecord{
		AuditEntry: e, Time: sso.FormatTime(e.Time),
		SubStatus: list(e.SubStatus), Keys: list(e.Keys), Changes: json.RawMessage(e.Changes),
	})
}
