package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/plugin"
	"gatehouse/runtime/sso/userfile"
)

const (
	// importBatch is how many lines are imported in one transaction.
	importBatch = 1000

	// importHashes is how many passwords in clear of them, so that an interrupt
	// loses no more than a second or two of hashing.
	importHashes = 64

	// importBytes is how much of the file is held at once, about.
	importBytes = 8 << 20
)

// userImport is one run of the command.
type userImport struct {
	dryRun, skipExisting, requirePassword, asJSON bool

	name      string
	size      int64 // of the file; 0 if that is not known
	isCSV     bool
	canReadOn bool // to the end of the file, to count what was not reached
	reader    *userfile.Reader

	sum      importSum
	progress *progress
	pending  []userfile.Record // read, and not settled yet
	hashes   int               // passwords in clear among them
	settled  int64             // bytes of the file, about
	ended    bool              // the file was read to its end
	slow     bool              // it was said that passwords have to be hashed
	without  bool              // it was said that there are users without any
}

// importSum is what the command says at the end. Every line of the file is
// counted once in created, skipped, refused, uncertain and not_reached.
type importSum struct {
	Created int `json:"created"`
	Skipped int `json:"skipped"` // there already
	Refused int `json:"refused"`

	Existing   int `json:"existing"`            // of the refused, there already
	NoPassword int `json:"without_password"`    // of the created
	NoEmail    int `json:"unreachable_by_mail"` // of these, without an e-mail

	// Uncertain are lines of a batch during whose commit the database went
	// away: all of their users may be there, or none.
	Uncertain int `json:"uncertain"`

	NotReached *int `json:"not_reached"` // null: not known, as the file was not read to its end
	From       int  `json:"from_line"`   // that is uncertain or was not reached; 0: none is known

	DryRun bool `json:"dry_run"`
}

// importRefusal is what it says of a line.
type importRefusal struct {
	Line      int        `json:"line"`
	Username  string     `json:"username,omitempty"`
	SubStatus []sso.Code `json:"sub_status"`
	Reason    string     `json:"reason"`
}

// errInterrupted is the error of an import that an interrupt has ended.
var errInterrupted = errors.New("interrupted")

// run imports the file, and tells the sum whatever happens.
func (r *userImport) run(cmd *cobra.Command, host *opened) error {
	r.progress = newProgress(cmd.ErrOrStderr(), r.size)
	if r.asJSON {
		r.progress.out = nil
	}
	err := r.readAll(cmd, host)
	r.progress.clear()
	r.sum.DryRun = r.dryRun
	r.leave(err)
	if sayErr := r.say(cmd.OutOrStdout()); err == nil {
		err = sayErr
	}
	switch {
	case err != nil:
		return r.fault(r.advise(err))
	case r.sum.Refused > 0:
		return &statusError{exitInvalid, errReported}
	}
	return nil
}

func (r *userImport) readAll(cmd *cobra.Command, host *opened) error {
	importing := host.sso.Import(host.asOperator(cmd), plugin.ImportOptions{DryRun: r.dryRun, RequirePassword: r.requirePassword})
	for {
		record, err := r.reader.Next()
		r.ended = errors.Is(err, io.EOF)
		if err == nil {
			r.note(cmd, record)
			r.pending = append(r.pending, record)
			if record.User.Password != "" && !r.dryRun {
				r.hashes++
			}
			if len(r.pending) < importBatch && r.hashes < importHashes && r.reader.Offset()-r.settled < importBytes {
				continue
			}
		}
		switch {
		case cmd.Context().Err() != nil:
			return errInterrupted
		case len(r.pending) > 0:
			outcomes, err := importing.Add(cmd.Context(), r.pending)
			if err != nil {
				return r.failed(cmd, err)
			}
			if err := r.settle(cmd, outcomes); err != nil {
				return err
			}
		}
		if r.ended {
			return nil
		}
		if err != nil {
			return r.unreadable(cmd, err)
		}
	}
}

// note says of the first of their kind what is to be known of users with a
// password in clear, or without one.
func (r *userImport) note(cmd *cobra.Command, record userfile.Record) {
	if record.Err != nil || record.User.Problem() != nil {
		return
	}
	say := func(said *bool, text string) {
		if !*said {
			*said = true
			r.progress.clear()
			remark(cmd, "%s:%d: %s", r.name, record.Line, text)
		}
	}
	switch user := record.User; {
	case user.Password != "" && !r.dryRun:
		say(&r.slow, "a password in clear: such passwords have to be hashed, some tens a second")
	case user.Password == "" && user.PasswordHash == "" && !r.requirePassword:
		say(&r.without, "neither a password nor a password_hash: such users cannot log in before a reset")
	}
}

// failed is the error of a batch of which nothing was written, or perhaps all.
func (r *userImport) failed(cmd *cobra.Command, err error) error {
	if database.IsKind(err, database.Unknown) {
		r.sum.Uncertain, r.sum.From = len(r.pending), r.pending[0].Line
		r.pending = nil
	} else if cmd.Context().Err() != nil {
		return errInterrupted
	}
	var fault *database.Error
	if errors.As(err, &fault) {
		return fault
	}
	return fromSSO(err)
}

// settle counts what became of the lines that are pending and reports those
// that were refused. All are counted, even if they cannot be reported.
func (r *userImport) settle(cmd *cobra.Command, outcomes []plugin.ImportOutcome) (err error) {
	for i, outcome := range outcomes {
		record := r.pending[i]
		switch refused := outcome.Refused; {
		case refused == nil:
			r.sum.Created++
			if email, _ := record.User.Email.Get(); outcome.NoPassword {
				r.sum.NoPassword++
				if email == "" {
					r.sum.NoEmail++
				}
			}
		case outcome.Exists && r.skipExisting:
			r.sum.Skipped++
		default:
			r.sum.Refused++
			if outcome.Exists {
				r.sum.Existing++
			}
			if err == nil {
				err = r.report(cmd, importRefusal{record.Line, record.User.Username, refused.Codes, refused.Detail + extent(record)})
			}
		}
	}
	clear(r.pending) // whose texts would be held as long as the slice
	r.pending, r.hashes, r.settled = r.pending[:0], 0, r.reader.Offset()
	r.progress.show(r.sum.Created+r.sum.Skipped+r.sum.Refused, r.reader.Offset())
	return err
}

// extent says of a record that more than one line belongs to it: if a quote was
// left open, they are others' lines.
func extent(record userfile.Record) string {
	if record.Lines < 2 {
		return ""
	}
	return fmt.Sprintf(" (a record of %d lines)", record.Lines)
}

func (r *userImport) report(cmd *cobra.Command, refusal importRefusal) error {
	r.progress.clear()
	if r.asJSON {
		return encode(cmd, refusal)
	}
	who := ""
	if refusal.Username != "" {
		who = fmt.Sprintf(" %q:", shorten(refusal.Username))
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d:%s %s: %s\n", r.name, refusal.Line, who, refusal.SubStatus[0], refusal.Reason)
	return err
}

// leave counts the lines that an import that has ended with an error has not
// reached, as far as the file can be read.
func (r *userImport) leave(err error) {
	left := len(r.pending)
	from := func(line int) {
		if r.sum.From == 0 {
			r.sum.From = line
		}
	}
	if left > 0 {
		from(r.pending[0].Line)
	}
	for err != nil && !r.ended && r.canReadOn {
		record, readErr := r.reader.Next()
		if r.ended = errors.Is(readErr, io.EOF); readErr != nil {
			break
		}
		from(record.Line)
		left++
	}
	if wrong := (*userfile.Error)(nil); errors.As(err, &wrong) && r.isCSV { // in JSON, the record may begin before
		from(wrong.Line)
	}
	if err == nil || r.ended {
		r.sum.NotReached = &left
	}
}

// advise adds to the error of an import that has ended before its time what to
// do.
func (r *userImport) advise(err error) error {
	if r.dryRun || r.sum.Created+r.sum.Skipped+r.sum.Uncertain == 0 {
		return err
	}
	again := "run the command again"
	if !r.skipExisting {
		again += " with --skip-existing"
	}
	var wrong *userfile.Error
	if errors.As(err, &wrong) {
		again = "mend the file, and " + again
	}
	return fmt.Errorf("%w: what was imported stays; %s: it goes on with the rest", err, again)
}

func (r *userImport) say(out io.Writer) error {
	if r.asJSON {
		return writeJSON(out, r.sum)
	}
	for _, line := range r.sum.lines() {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// lines says the sum in words.
func (s *importSum) lines() []string {
	did := "Imported"
	if s.DryRun {
		did = "Would import"
	}
	text := did + " " + counted(s.Created, "user", "users")
	if s.Skipped > 0 {
		text += fmt.Sprintf(", skipped %d there already", s.Skipped)
	}
	if s.Refused > 0 {
		text += ", refused " + counted(s.Refused, "line", "lines")
	}
	lines := []string{text}
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if s.Existing > 0 {
		say("There already: %d of the refused; --skip-existing leaves them alone", s.Existing)
	}
	if s.NoPassword > 0 {
		mail := ""
		if s.NoEmail > 0 {
			mail = fmt.Sprintf("; %d of them without an e-mail", s.NoEmail)
		}
		say("Without a password: %s, who cannot log in before a reset by mail or \"gatehouse sso reset-user-password\"%s", counted(s.NoPassword, "user", "users"), mail)
	}
	if s.Uncertain > 0 {
		say("Not certain: %s from line %d on; either all of them were imported, or none", counted(s.Uncertain, "line", "lines"), s.From)
	}
	left, where := "the rest of the file", ""
	switch {
	case s.Uncertain > 0:
		where = " after these"
	case s.From > 0:
		left, where = "everything", fmt.Sprintf(" from line %d on", s.From)
	}
	if s.NotReached == nil {
		say("Not reached: %s%s", left, where)
	} else if *s.NotReached > 0 {
		say("Not reached: %s%s", counted(*s.NotReached, "line", "lines"), where)
	}
	return lines
}

// shorten keeps a report readable, whatever a file holds.
func shorten(text string) string {
	const most = 100
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
