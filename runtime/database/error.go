package database

import (
	"errors"
	"fmt"
)

// Kind says what an error of the database means for its caller.
type Kind int

// The kinds of errors. Those not in this list are Internal.
const (
	Internal    Kind = iota // a fault of ours, such as wrong SQL
	Unavailable             // away, shutting down, read-only, out of space or connections: later it may work
	Conflict                // rolled back in favour of another transaction: try again at once
	Duplicate               // a unique constraint; see Error.Constraint
	Cancelled               // the context ended first: nothing was changed
	Unknown                 // the connection broke during the commit: it may or may not have happened
	Invalid                 // a value that a database or its column cannot hold, such as a NUL in text
)

// Error is any error that comes from a database. errors.Is works with
// context.Canceled and context.DeadlineExceeded where the kind is Cancelled.
type Error struct {
	Kind Kind

	// Constraint names the violated constraint of a Duplicate: the
	// constraint's or index's name on PostgreSQL, table.column[,table.column]
	// on SQLite.
	Constraint string

	// Reason says in words for an operator what happened, without values:
	// "the disk is full", "cannot reach the server".
	Reason string

	// Err is the driver's error. It may hold values of the user's: it must
	// not reach a client.
	Err error
}

// Error returns the reason.
func (e *Error) Error() string {
	if e.Reason != "" {
		return "database: " + e.Reason
	}
	return fmt.Sprintf("database: %v", e.Err)
}

// Unwrap returns the driver's error.
func (e *Error) Unwrap() error { return e.Err }

// IsKind reports whether err is an Error of the given kind.
func IsKind(err error, kind Kind) bool {
	var found *Error
	return errors.As(err, &found) && found.Kind == kind
}

// ErrNewerSchema is matched by the error of Migrate for a database that a
// newer program has migrated.
var ErrNewerSchema = errors.New("the database was made by a newer version of this program")
