package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso/chain"
)

func newAuditVerify() *cobra.Command {
	var (
		in     installation
		expect string
		accept bool
		all    bool
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify that no entry of the audit was altered, removed or put in",
		Long: `Verifies the chain of seals over the audit, while hosts go on. Hosts seal
entries about a second after they were written; what is not sealed yet is only
counted. Findings that are alike and follow one another are told in one line, with
the first, the last and how many they are; --all has a line for each, and so has
--json.

The last line tells the head of the chain. A host keeps the newest that it has seen
in its data directory, in the file audit.heads, and the chain must go through it:
run this with the data directory of a host (--data). So nobody who has only the
database can alter anything unseen. Who has the key and the data directory too can;
to find that out, note heads down in another place and expect them later: --expect
HEAD.

Where the head itself was altered, or is not one that follows from what the host
has seen, nothing more is sealed, for that would make it look right. Once that has
been looked into, --accept takes the chain as it is (after a backup was restored,
for instance). What is wrong with seals that are there, and with their entries,
goes on to be told; entries whose seals are gone will be sealed as they are now.`,
		Example: `  gatehouse audit verify
  gatehouse audit verify --all --data /var/lib/gatehouse
  gatehouse audit verify --json`,
		Annotations: exitsWith("0 all is as it was written", "1 something is not, or it cannot be told"),
		Args:        noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("expect") { // an empty one, such as of a variable that is not set, proves nothing
				if _, _, err := chain.ParseHead(expect); err != nil {
					return fmt.Errorf("--expect: %w", err)
				}
			}
			return in.reading(cmd, func(host *opened) error {
				findings := findingLines{out: cmd.OutOrStdout(), all: all}
				report, err := host.sso.VerifyAudit(cmd.Context(), expect, func(f chain.Finding) error {
					if asJSON {
						return encode(cmd, f)
					}
					return findings.add(f)
				})
				if err = errors.Join(err, findings.flush()); err != nil {
					return err
				}
				if asJSON {
					err = encode(cmd, report)
				} else {
					err = textReport(cmd.OutOrStdout(), report)
				}
				if err == nil && accept {
					var made bool
					if made, err = host.sso.AcceptAudit(cmd.Context()); made && err == nil {
						remark(cmd, "accepted the chain as it is; entries that no seal covers any more will be sealed as they are now")
					}
				}
				if err == nil && !report.OK {
					err = fmt.Errorf("the audit is not as it was written (findings: %d)", report.Findings)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "a line for each finding, however alike they are")
	cmd.Flags().StringVar(&expect, "expect", "", "`head` that an earlier verification has printed")
	cmd.Flags().BoolVar(&accept, "accept", false, "take the chain as it is, so that entries are sealed again")
	addJSON(cmd.Flags(), &asJSON, "print a JSON object a line: each finding, and the report")
	in.flags(cmd.Flags())
	return cmd
}

func textReport(out io.Writer, report chain.Report) error {
	_, err := fmt.Fprintf(out, "%s verified under %s, %d not sealed yet, %d removed by their age\n",
		counted(report.Entries, "entry", "entries"), counted(report.Seals, "seal", "seals"), report.Unsealed, report.Removed)
	if err == nil && report.Head != "" {
		_, err = fmt.Fprintf(out, "head %s\n", report.Head)
	}
	return err
}

// findingLines prints findings: those that are alike and follow one another in
// one line, unless all are asked for.
type findingLines struct {
	out         io.Writer
	all         bool
	first, last chain.Finding
	count       int64 // of the run from first to last
}

func (l *findingLines) add(f chain.Finding) error {
	isLike := l.count > 0 && !l.all && f.Kind == l.last.Kind && f.Detail == l.last.Detail &&
		(f.Entry != 0) == (l.last.Entry != 0) && (f.Seal != 0) == (l.last.Seal != 0)
	if isLike {
		l.last = f
		l.count++
		return nil
	}
	err := l.flush()
	l.first, l.last, l.count = f, f, 1
	return err
}

// flush prints the run that has not been printed yet.
func (l *findingLines) flush() error {
	if l.count == 0 {
		return nil
	}
	line := string(l.first.Kind)
	if l.count > 1 {
		line += fmt.Sprintf("  %d times", l.count)
	}
	for _, of := range []struct {
		name        string
		first, last int64
	}{{"entry", l.first.Entry, l.last.Entry}, {"seal", l.first.Seal, l.last.Seal}} {
		if of.first != 0 {
			line += fmt.Sprintf("  %s=%d", of.name, of.first)
		}
		if of.last != of.first {
			line += fmt.Sprintf("..%d", of.last)
		}
	}
	if l.first.Detail != "" {
		line += "  " + l.first.Detail
	}
	l.count = 0
	_, err := fmt.Fprintln(l.out, printableLine(line))
	return err
}
