package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/userfile"
)

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
column names, separated by commas, semicolons, tabs or vertical bars; JSON is an
array of objects, or objects one after another. Both are UTF-8. What is empty or
left out takes the defaults of create-user. Columns and keys are

  ` + strings.Join(sso.ImportKeys(), "\n  ") + `

password_hash takes what other systems keep: bcrypt ($2a$, $2b$, $2y$), scrypt,
PBKDF2 with SHA-256 or SHA-512, Argon2i and Argon2id, as PHC strings or as passlib
and Django write them. The first login of each user replaces it. Passwords in
clear have to be hashed, some tens a second; hashes are as fast as the database.

A user with neither has no password, and cannot log in before a reset by mail or
"gatehouse sso reset-user-password" has given one; the sum tells how many there
are. --require-password refuses these lines instead.

Lines that are refused are reported one by one, in their order, on standard error
(with --json on standard output, an object a line, the last one being the sum),
and all others are imported. Batches are committed as they go. Whatever ends the
import before its time (an interrupt, a full disk, a database that is away), the
sum tells what was done and from which line on nothing was: run the command again
with --skip-existing, which leaves alone who is there already, and it goes on.

A username that the file has twice is refused the second time; to know it, an
import remembers some 20 bytes a line. A dry run writes nothing.`,
		Example: `  gatehouse sso import users.csv --dry-run
  gatehouse sso import users.csv

  # go on with what was interrupted
  gatehouse sso import users.csv --skip-existing`,
		Annotations: exitsWith("0 all users are there", "21 some lines were refused, or the file is not valid",
			"1 anything else, such as an import that did not come to its end"),
		Args: exactArg("FILE"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return anyFile(nil, args, "")
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			run.name = args[0]
			if format == "" {
				format = string(userfile.FormatOf(run.name))
			}
			if format == "" {
				return errors.New("sso import: the name of the file does not tell its format: give --format csv or --format json")
			}
			if format != string(userfile.CSV) && format != string(userfile.JSON) {
				return fmt.Errorf("sso import: --format: want csv or json, not %q", format)
			}
			run.isCSV = format == string(userfile.CSV)
			file, closeFile, err := run.open(cmd)
			if err != nil {
				return fmt.Errorf("sso import: %w", err)
			}
			defer closeFile()
			if run.reader, err = userfile.NewReader(file, userfile.Format(format)); err != nil {
				return run.fault(run.unreadable(cmd, err))
			}
			open := in.openToChange
			if run.dryRun {
				open = in.openToRead
			}
			return using(cmd, open, func(host *opened) error { return run.run(cmd, host) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&format, "format", "", "`format` of the file: csv or json (default: by its name)")
	flags.BoolVar(&run.dryRun, "dry-run", false, "check everything and write nothing")
	flags.BoolVar(&run.skipExisting, "skip-existing", false, "leave users alone that are there already, rather than refusing their lines")
	flags.BoolVar(&run.requirePassword, "require-password", false, "refuse lines that have neither a password nor a password_hash")
	addJSON(flags, &run.asJSON, "print what was refused, and the sum, as JSON")
	in.flags(flags)
	completeFlag(cmd, "format", among(string(userfile.CSV), string(userfile.JSON)))
	return cmd
}

// open opens the file, or standard input, which an interrupt ends.
func (r *userImport) open(cmd *cobra.Command) (file io.Reader, closeFile func(), err error) {
	if r.name == "-" {
		read, write := io.Pipe()
		go func() {
			_, err := io.Copy(write, cmd.InOrStdin())
			_ = write.CloseWithError(err) // which is always nil
		}()
		stop := context.AfterFunc(cmd.Context(), func() { _ = write.CloseWithError(errInterrupted) })
		return read, func() { stop(); _ = read.Close() }, nil
	}
	opened, err := os.Open(r.name)
	if err != nil {
		return nil, nil, err
	}
	info, err := opened.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory: name a file of users", r.name)
	}
	if err != nil {
		_ = opened.Close() // only read
		return nil, nil, err
	}
	if info.Mode().IsRegular() {
		r.size, r.canReadOn = info.Size(), true
	}
	return opened, func() { _ = opened.Close() }, nil // only read
}

func (r *userImport) fault(err error) error { return fmt.Errorf("sso import: %s: %w", r.name, err) }

// unreadable is the error of a file that cannot be read, or no further.
func (r *userImport) unreadable(cmd *cobra.Command, err error) error {
	var wrong *userfile.Error
	switch {
	case cmd.Context().Err() != nil:
		return errInterrupted
	case errors.As(err, &wrong):
		return &statusError{exitInvalid, err}
	}
	return err
}
