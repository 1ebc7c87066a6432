package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso/chain"
)

func newAuditVerify() *cobra.Command {
	var (
		in     installation
		expect string
		accept bool
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify that no entry of the audit was altered, removed or put in",
		Long: `Verifies the chain of seals over the audit, while hosts go on. Hosts seal
entries about a second after they were written; what is not sealed yet is only
counted.

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
goes on to be told; entries whose seals are gone will be sealed as they are now.

Exit status: 0 where all is as it was written, else 1.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("expect") { // an empty one, such as of a variable that is not set, proves nothing
				if _, _, err := chain.ParseHead(expect); err != nil {
					return fmt.Errorf("--expect: %w", err)
				}
			}
			return in.reading(cmd, func(host *opened) error {
				out := cmd.OutOrStdout()
				encode := json.NewEncoder(out).Encode
				report, err := host.sso.VerifyAudit(cmd.Context(), expect, func(f chain.Finding) error {
					if asJSON {
						return encode(f)
					}
					return textFinding(cmd, f)
				})
				if err != nil {
					return err
				}
				if asJSON {
					err = encode(report)
				} else {
					_, err = fmt.Fprintf(out, "%s verified under %s, %d not sealed yet, %d removed by their age\n",
						counted(report.Entries, "entry", "entries"), counted(report.Seals, "seal", "seals"), report.Unsealed, report.Removed)
					if err == nil && report.Head != "" {
						_, err = fmt.Fprintf(out, "head %s\n", report.Head)
					}
				}
				if err == nil && accept {
					var made bool
					if made, err = host.sso.AcceptAudit(cmd.Context()); made && err == nil {
						fmt.Fprintln(cmd.ErrOrStderr(), "accepted the chain as it is; entries that no seal covers any more will be sealed as they are now")
					}
				}
				if err == nil && !report.OK {
					err = fmt.Errorf("the audit is not as it was written (findings: %d)", report.Findings)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&expect, "expect", "", "`head` that an earlier verification has printed")
	cmd.Flags().BoolVar(&accept, "accept", false, "take the chain as it is, so that entries are sealed again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line: each finding, and the report")
	in.flags(cmd.Flags())
	return cmd
}

func textFinding(cmd *cobra.Command, f chain.Finding) error {
	line := string(f.Kind)
	if f.Entry != 0 {
		line += fmt.Sprintf("  entry=%d", f.Entry)
	}
	if f.Seal != 0 {
		line += fmt.Sprintf("  seal=%d", f.Seal)
	}
	if f.Detail != "" {
		line += "  " + f.Detail
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), printableLine(line))
	return err
}
