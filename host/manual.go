package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// exitsOf keeps the exit statuses of a command, a line each, in its annotations.
const exitsOf = "exit statuses"

// exitsWith says which exit statuses a command has beside 0 and 1, or in their place:
// "20 the user exists".
func exitsWith(statuses ...string) map[string]string {
	return map[string]string{exitsOf: strings.Join(statuses, "\n")}
}

// item is a line of a section of the manual: a word and what it means.
type item struct{ name, meaning string }

// section is a part of the manual of a command that comes after its flags.
type section struct {
	title string
	items []item
}

// sections returns what the help of a command and its man page say at last.
func sections(cmd *cobra.Command) []section {
	all := []section{{"Exit status", exitStatuses(cmd)}}
	if cmd.Flags().Lookup("database") != nil {
		all = append(all, section{"Environment", environmentTerms}, section{"Files", fileTerms})
	}
	return all
}

func exitStatuses(cmd *cobra.Command) []item {
	first, last := item{"0", "done"}, item{"1", "anything else: the message says what"}
	var between []item
	for line := range strings.Lines(cmd.Annotations[exitsOf]) {
		status, meaning, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch status {
		case "0":
			first.meaning = meaning
		case "1":
			last.meaning = meaning
		default:
			between = append(between, item{status, meaning})
		}
	}
	return append(append([]item{first}, between...), last)
}

var environmentTerms = []item{
	{"GATEHOUSE_DATABASE_URL", "URL of the PostgreSQL database; empty is as if it were not set"},
	{"GATEHOUSE_SECRET_KEY", "the secret keys themselves, one a line, in place of a key file"},
	{"GATEHOUSE_...", "any other setting, by its path: GATEHOUSE_DATA is data. Flags go before variables, and variables before the file"},
	{"PG...", "what a PostgreSQL URL leaves out, such as PGPASSWORD or PGSSLMODE"},
}

var fileTerms = []item{
	{"data/gatehouse.db", "the SQLite database, in the data directory"},
	{"data/secret.key", "the secret keys, unless --key-file or GATEHOUSE_SECRET_KEY names others"},
	{"data/audit.heads", "the newest heads of the audit that this host has seen"},
}

// showManual is the help of a command: what it does, its flags, and the sections.
func showManual(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	fmt.Fprintf(out, "%s\n\n%s", strings.TrimRight(about, " \n"), cmd.UsageString())
	for _, section := range sections(cmd) {
		fmt.Fprintf(out, "\n%s:\n", section.title)
		printTerms(out, section.items)
	}
}

func printTerms(out io.Writer, terms []item) {
	width := 0
	for _, t := range terms {
		width = max(width, len(t.name))
	}
	for _, t := range terms {
		fmt.Fprintf(out, "  %-*s  %s\n", width, t.name, t.meaning)
	}
}

// isGroup reports whether a command is there for those below it alone.
func isGroup(cmd *cobra.Command) bool { return cmd.HasParent() && cmd.HasAvailableSubCommands() }

// usageTemplate is cobra's, without the line that would have a group run alone.
func usageTemplate(root *cobra.Command) string {
	return strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if not (and .HasParent .HasAvailableSubCommands)}}", 1)
}

// everyCommand calls each with the commands that users know, those below a
// command after it.
func everyCommand(cmd *cobra.Command, each func(*cobra.Command)) {
	if cmd.Hidden {
		return
	}
	cmd.InitDefaultHelpFlag()
	each(cmd)
	for _, below := range cmd.Commands() {
		everyCommand(below, each)
	}
}
