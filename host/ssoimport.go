package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/userfile"
)

// importBatch is how many users are created in one transaction.
const importBatch = 1000

func newImport() *cobra.Command {
	var (
		in     installation
		run    userImport
		format string
	)
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Create users from a CSV or JSON file, with the password hashes of another system",
		Long: `Creates users from a file, - being standard input. CSV begins with a line of
column names; JSON is an array of objects, or objects one after another. What is
empty or left out takes the defaults of create-user. Columns and keys are

  ` + strings.Join(sso.ImportKeys(), "\n  ") + `

password_hash takes what other systems keep: bcrypt ($2a$, $2b$, $2y$), scrypt,
PBKDF2 with SHA-256 or SHA-512, Argon2i and Argon2id, as PHC strings or as passlib
and Django write them. The first login of each user replaces it. Passwords in
clear have to be hashed, some tens a second; hashes are as fast as the database.

Lines that are refused are reported one by one on standard error (with --json on
standard output, an object a line, the last one being the sum), and all others
are imported. Batches are committed as they go: after an interruption, run the
command again with --skip-existing. A dry run writes nothing, and remembers 8
bytes a user to find usernames that are there twice.

Exit status: 0 all users are there, 21 some lines were refused, 1 anything else.`,
		Args: exactArg("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			file := cmd.InOrStdin()
			if args[0] != "-" {
				opened, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("sso import: %w", err)
				}
				defer func() { _ = opened.Close() }() // only read
				file = opened
				if info, err := opened.Stat(); err == nil && info.Mode().IsRegular() {
					run.size = info.Size()
				}
			}
			if format == "" {
				format = string(userfile.FormatOf(args[0]))
			}
			if format == "" {
				return errors.New("sso import: the name of the file does not tell its format: give --format csv or --format json")
			}
			run.name = args[0]
			if run.reader, err = userfile.NewReader(file, userfile.Format(format)); err != nil {
				return &statusError{exitInvalid, fmt.Errorf("sso import: %s: %w", run.name, err)}
			}
			open := in.openToChange
			if run.dryRun {
				open = in.openToRead
			}
			return using(cmd, open, func(host *opened) error { return run.run(cmd, host) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&format, "format", "", "`csv` or json (default: by the name of the file)")
	flags.BoolVar(&run.dryRun, "dry-run", false, "check everything and write nothing")
	flags.BoolVar(&run.skipExisting, "skip-existing", false, "leave users alone that are there already, rather than refusing their lines")
	flags.BoolVar(&run.asJSON, "json", false, "print what was refused, and the sum, as JSON")
	in.flags(flags, "data")
	return cmd
}

// userImport is one run of the command.
type userImport struct {
	dryRun, skipExisting, asJSON bool

	name   string
	size   int64 // of the file; 0 if that is not known
	reader *userfile.Reader

	sum      importSum
	progress *progress
}

// importSum is what the command says at the end.
type importSum struct {
	Created int  `json:"created"`
	Skipped int  `json:"skipped"`
	Refused int  `json:"refused"`
	DryRun  bool `json:"dry_run"`
}

// importRefusal is what it says of a line.
type importRefusal struct {
	Line      int        `json:"line"`
	Username  string     `json:"username,omitempty"`
	SubStatus []sso.Code `json:"sub_status"`
	Reason    string     `json:"reason"`
}

func (r *userImport) run(cmd *cobra.Command, host *opened) error {
	r.sum.DryRun = r.dryRun
	r.progress = newProgress(cmd.ErrOrStderr(), r.size)
	err := r.readAll(cmd, host)
	r.progress.clear()
	if sayErr := r.say(cmd); err == nil {
		err = sayErr
	}
	if err != nil {
		return fmt.Errorf("sso import: %s: %w", r.name, err)
	}
	if r.sum.Refused > 0 {
		return &statusError{exitInvalid, errReported}
	}
	return nil
}

func (r *userImport) readAll(cmd *cobra.Command, host *opened) error {
	importing := host.sso.Import(host.asOperator(cmd), r.dryRun)
	var batch []userfile.Record
	add := func() error {
		users := make([]sso.NewUser, len(batch))
		for i, record := range batch {
			users[i] = record.User
		}
		refusals, err := importing.Add(cmd.Context(), users)
		if err != nil {
			return fmt.Errorf("the users from line %d on were not imported: %w", batch[0].Line, fromSSO(err))
		}
		for i, record := range batch {
			if err := r.count(cmd, record, refusals[i]); err != nil {
				return err
			}
		}
		batch = batch[:0]
		r.progress.show(r.sum.Created+r.sum.Skipped+r.sum.Refused, r.reader.Offset())
		return nil
	}
	saidSlow := false
	for {
		if err := context.Cause(cmd.Context()); err != nil {
			return errors.New("interrupted: what was imported stays; run it again with --skip-existing")
		}
		record, err := r.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if len(batch) > 0 {
				err = errors.Join(add(), err)
			}
			return &statusError{exitInvalid, err}
		}
		if record.Err != nil {
			if err := r.refuse(cmd, importRefusal{Line: record.Line, SubStatus: []sso.Code{sso.InvalidInput}, Reason: record.Err.Error()}); err != nil {
				return err
			}
			continue
		}
		if record.User.PasswordHash == "" && !saidSlow && !r.dryRun {
			saidSlow = true
			r.progress.clear()
			fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: no password_hash: passwords in clear, and those that are made, are hashed, which is slow\n", r.name, record.Line)
		}
		if batch = append(batch, record); len(batch) == importBatch {
			if err := add(); err != nil {
				return err
			}
		}
	}
	if len(batch) > 0 {
		return add()
	}
	return nil
}

// count takes the outcome of a record into the sum.
func (r *userImport) count(cmd *cobra.Command, record userfile.Record, refusal error) error {
	var refused *sso.Error
	switch {
	case refusal == nil:
		r.sum.Created++
		return nil
	case r.skipExisting && sso.HasCode(refusal, sso.UsernameExists):
		r.sum.Skipped++
		return nil
	case errors.As(refusal, &refused):
		return r.refuse(cmd, importRefusal{record.Line, record.User.Username, refused.Codes, refused.Detail})
	}
	return refusal
}

func (r *userImport) refuse(cmd *cobra.Command, refusal importRefusal) error {
	r.sum.Refused++
	r.progress.clear()
	if r.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(refusal)
	}
	who := ""
	if refusal.Username != "" {
		who = fmt.Sprintf(" %q:", shorten(refusal.Username))
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d:%s %s: %s\n", r.name, refusal.Line, who, refusal.SubStatus[0], refusal.Reason)
	return err
}

func (r *userImport) say(cmd *cobra.Command) error {
	if r.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r.sum)
	}
	did := "Imported"
	if r.dryRun {
		did = "Would import"
	}
	text := fmt.Sprintf("%s %d users", did, r.sum.Created)
	if r.sum.Skipped > 0 {
		text += fmt.Sprintf(", skipped %d that are there already", r.sum.Skipped)
	}
	if r.sum.Refused > 0 {
		text += fmt.Sprintf(", refused %d lines", r.sum.Refused)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), text)
	return err
}

// shorten keeps a report readable, whatever a file holds.
func shorten(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// progress is a line that tells how far a long command is, on terminals alone.
type progress struct {
	out   io.Writer // nil shows nothing
	size  int64
	begun time.Time
	last  time.Time
	shown bool
}

func newProgress(out io.Writer, size int64) *progress {
	p := &progress{size: size, begun: time.Now()}
	if terminal, ok := out.(*os.File); ok && term.IsTerminal(int(terminal.Fd())) {
		p.out = out
	}
	return p
}

const (
	progressEvery = 100 * time.Millisecond
	progressWidth = 30 // characters of the bar
)

func (p *progress) show(count int, offset int64) {
	now := time.Now()
	if p.out == nil || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	bar := ""
	if p.size > 0 {
		done := min(float64(offset)/float64(p.size), 1)
		full := int(done * progressWidth)
		bar = fmt.Sprintf("[%s%s] %3.0f%%  ", strings.Repeat("#", full), strings.Repeat(".", progressWidth-full), done*100)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s%d users, %.0f a second", bar, count, float64(count)/now.Sub(p.begun).Seconds())
}

// clear takes the line away, for others to be printed.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
