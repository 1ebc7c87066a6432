// Package database is the one door to SQLite and PostgreSQL. The packages
// below it are the only importers of drivers; what is above it sees neither
// drivers nor their errors.
//
// Work is given as batches of statements rather than as a transaction handle,
// so that it costs a known number of round trips: Read is one, Change is two.
// SQL is written once for both engines ($1 parameters, RETURNING,
// ON CONFLICT); where they differ, the caller holds a statement for each and
// asks Dialect.
package database

import (
	"context"
	"time"
)

// Dialect names an engine.
type Dialect string

// The engines.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgresql"
)

// Query is one statement with its arguments. Arguments are string, bool, any
// integer type, []byte, time.Time, types defined as one of these, nil, or
// pointers to these (nil is NULL, and so is a nil []byte). Times are stored in
// UTC, to the microsecond. Text that is not valid UTF-8 or holds a NUL, and
// years outside of 1 to 9999, are refused with Kind Invalid.
type Query struct {
	SQL  string
	Args []any

	// Row is called for each row that comes back; nil ignores rows. scan
	// takes a pointer for each column: *string, *bool, *int, *int64, *[]byte,
	// *time.Time, or a pointer to a pointer to one of these where the column
	// may be NULL (which *[]byte takes as nil). Times come back in UTC.
	Row func(scan func(dest ...any) error) error

	// Affected is called with the number of rows that an INSERT, UPDATE or
	// DELETE changed, after Row was called for the last one; nil ignores it.
	Affected func(rows int64) error

	// Brief tells that the query finds few rows, by an index. Once SQLite has
	// begun to read with brief queries alone, it carries them through whatever
	// becomes of the context: to watch it would cost more than they do.
	Brief bool
}

// DB is an open database. All methods are safe for concurrent use. Errors are
// described at Error.
type DB interface {
	Dialect() Dialect

	// Name tells databases apart, by where they are: the path of a file, or
	// the servers and the name of the database. It holds no credentials.
	Name() string

	// Read runs queries in one round trip, all of them on one snapshot where
	// there are several. They must not write: what tries is refused.
	Read(ctx context.Context, queries ...Query) error

	// Change is one transaction in two round trips: it runs load (which may
	// lock rows), calls decide once, runs the queries that decide returns and
	// commits. An error of decide, or of an Affected or Row function, rolls
	// everything back and is returned as it is; a panic in one of them does so
	// too and is returned as an Error of Kind Internal. decide may return no
	// queries and no error, which commits nothing and returns nil; a nil
	// decide is one that does. decide must be quick (on SQLite other writers
	// wait for it) and must not use the database.
	//
	// A rollback on PostgreSQL is one more round trip, and so is the commit
	// when one of the queries of decide has a Row or Affected function, which
	// could still refuse: lock and check in load where it matters.
	//
	// ctx bounds the waiting and the load. Once decide has returned queries,
	// they and the commit are carried through whatever becomes of ctx, within
	// a time limit of the database's own, and Change returns their outcome.
	// Change never goes on after it has returned.
	//
	// An Error with Kind Conflict (a deadlock, a serialization failure)
	// changed nothing: the caller may try again from the start.
	Change(ctx context.Context, load []Query, decide func() ([]Query, error)) error

	// Stream runs one query and calls its Row function as rows arrive,
	// without holding them in memory. It has a connection to itself until it
	// returns; Row may use the database meanwhile. An error of Row ends it
	// early.
	Stream(ctx context.Context, query Query) error

	// Migrate brings the tables of one owner to the newest of its migrations,
	// each in a transaction of its own, and records them in the table
	// gatehouse_migration. Hosts that start at once wait for one another. It
	// refuses, with ErrNewerSchema, a database that a newer program has
	// migrated further.
	Migrate(ctx context.Context, owner string, migrations []Migration) error

	// Ping asks the database whether it is there.
	Ping(ctx context.Context) error

	// Close waits for calls in flight and closes the database. Later calls
	// get an Error of Kind Unavailable.
	Close() error
}

// Migration is one step of a schema. Versions count from 1 without gaps. The
// SQL may hold several statements and runs in one transaction with the record
// of its version.
type Migration struct {
	Version    int
	Name       string
	SQLite     string
	PostgreSQL string
}

// Timestamp returns t as both engines store it: UTC, to the microsecond.
func Timestamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
