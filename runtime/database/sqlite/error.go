package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"gatehouse/runtime/database"
)

// translate makes a *database.Error of an error of the driver's.
func (c *connection) translate(ctx context.Context, err error) error {
	found := translate(ctx, err)
	if c.readOnly && primaryCode(err) == codes.SQLITE_READONLY {
		found = &database.Error{Kind: database.Internal, Reason: "a read tried to write: it belongs into a change", Err: err}
	}
	return found
}

// cancelled is the error of a call whose context ended first.
func cancelled(err error) *database.Error {
	return &database.Error{Kind: database.Cancelled, Reason: "the call ended before its work was done; nothing was changed", Err: err}
}

func translate(ctx context.Context, err error) *database.Error {
	var translated *database.Error
	if errors.As(err, &translated) {
		return translated
	}
	if ctxErr := ctx.Err(); ctxErr != nil && (errors.Is(err, ctxErr) || primaryCode(err) == codes.SQLITE_INTERRUPT) {
		return cancelled(ctxErr)
	}
	found := &database.Error{Err: err}
	switch primaryCode(err) {
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		found.Kind = database.Unavailable
		found.Reason = "the database file is locked by another process: try again, or end that process"
	case codes.SQLITE_FULL:
		found.Kind = database.Unavailable
		found.Reason = "the disk (or the size allowed to the database) is full: make room"
	case codes.SQLITE_READONLY, codes.SQLITE_PERM:
		found.Kind = database.Unavailable
		found.Reason = "the database file or its directory is read-only: give this program the right to write to both"
	case codes.SQLITE_CANTOPEN:
		found.Kind = database.Unavailable
		found.Reason = "the database file cannot be opened: check that its directory exists and that this program may write to it"
	case codes.SQLITE_IOERR:
		found.Kind = database.Unavailable
		found.Reason = "the disk of the database failed to read or write: check the disk and the system log"
	case codes.SQLITE_NOMEM:
		found.Kind = database.Unavailable
		found.Reason = "memory ran out"
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		found.Kind = database.Unavailable
		found.Reason = "the file is damaged or not a SQLite database: restore it from a backup"
	case codes.SQLITE_TOOBIG, codes.SQLITE_MISMATCH:
		found.Kind = database.Invalid
		found.Reason = "a value is too large for its column, or of the wrong type"
	case codes.SQLITE_CONSTRAINT:
		constraint(found, err)
	}
	return found
}

// constraint tells a Duplicate from the other violations, which are faults of
// the program.
func constraint(found *database.Error, err error) {
	switch extendedCode(err) {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_ROWID:
		found.Kind = database.Duplicate
		found.Constraint = duplicateColumns(err.Error())
		found.Reason = "there is already a row with this " + found.Constraint
	default:
		found.Reason = "a constraint of the schema was violated"
	}
}

// duplicateColumns takes "user.a,user.b" from a message such as
// "constraint failed: UNIQUE constraint failed: user.a, user.b (2067)".
func duplicateColumns(message string) string {
	_, columns, found := strings.Cut(message, "UNIQUE constraint failed: ")
	if !found {
		return ""
	}
	if end := strings.LastIndex(columns, " ("); end >= 0 {
		columns = columns[:end]
	}
	// An index over expressions is reported as: index 'its name'.
	columns = strings.TrimSuffix(strings.TrimPrefix(columns, "index '"), "'")
	return strings.ReplaceAll(columns, ", ", ",")
}

// openError is translate for what happens while a file is opened: it names the
// file.
func openError(ctx context.Context, path string, err error) error {
	found := translate(ctx, err)
	switch primaryCode(err) {
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_CANTOPEN:
		found.Reason = fmt.Sprintf("the database file %s cannot be opened for reading and writing: check the rights of this program on it and on its directory", path)
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		found.Reason = fmt.Sprintf("the file %s is damaged or not a SQLite database: restore it from a backup, or choose another path", path)
	}
	return found
}

func extendedCode(err error) int {
	var driverError *sqlite.Error
	if errors.As(err, &driverError) {
		return driverError.Code()
	}
	return 0
}

func primaryCode(err error) int { return extendedCode(err) & 0xff }
