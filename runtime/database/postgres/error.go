package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/runtime/database"
)

// errCommitTimeout is the cause of the context that bounds writes and commit.
var errCommitTimeout = fmt.Errorf("the time limit of the commit has passed: %w", context.DeadlineExceeded)

// isAnswer tells an error that the server sent from one of the connection.
func isAnswer(err error) bool {
	var found *pgconn.PgError
	return errors.As(err, &found)
}

// isStale tells that a prepared statement no longer fits the schema, or is
// unknown to the server behind a proxy: a new connection will do.
func isStale(err error) bool {
	var found *pgconn.PgError
	if !errors.As(err, &found) {
		return false
	}
	return found.Code == "26000" || // invalid_sql_statement_name
		found.Code == "0A000" && strings.Contains(found.Routine, "RevalidateCachedQuery")
}

func cancelled(err error) error {
	return &database.Error{Kind: database.Cancelled, Reason: "the call ended before its work was done; nothing was changed", Err: err}
}

// translate makes a *database.Error of an error of a connection's.
func (c *conn) translate(ctx context.Context, err error) error {
	var translated *database.Error
	if errors.As(err, &translated) {
		return translated
	}
	var answer *pgconn.PgError
	isAnswer := errors.As(err, &answer)
	if ctx.Err() != nil && (!isAnswer || answer.Code == "57014") {
		if cause := context.Cause(ctx); errors.Is(cause, errCommitTimeout) {
			return &database.Error{Kind: database.Unavailable, Reason: "the database did not answer in time", Err: cause}
		}
		return cancelled(ctx.Err())
	}
	if !isAnswer {
		return &database.Error{Kind: database.Unavailable, Reason: "the connection to the database broke", Err: err}
	}
	return fromServer(answer)
}

// fromServer translates by SQLSTATE: see appendix A of PostgreSQL's manual.
func fromServer(answer *pgconn.PgError) *database.Error {
	found := &database.Error{Err: answer}
	set := func(kind database.Kind, reason string) *database.Error {
		found.Kind, found.Reason = kind, reason
		return found
	}
	switch answer.Code {
	case "23505":
		found.Constraint = answer.ConstraintName
		return set(database.Duplicate, "there is already a row with this value of "+answer.ConstraintName)
	case "40001", "40P01", "55P03":
		return set(database.Conflict, "another transaction got in the way (SQLSTATE "+answer.Code+"); nothing was changed")
	case "40003":
		return set(database.Unknown, "the server does not know whether the change happened")
	case "08P01": // the number of arguments is wrong
		return found
	case "25006":
		return set(database.Unavailable, "the database server is read-only, or a read tried to write")
	case "28P01":
		return set(database.Unavailable, "the database server refused the login: check user and password")
	case "28000":
		return set(database.Unavailable, "the database server refused the login: check the user, the certificate of the client, if it asks for one (sslcert and sslkey of the database URL), and its pg_hba.conf")
	case "3D000":
		return set(database.Unavailable, "the database does not exist on the server: create it, or correct the database URL")
	case "42501":
		return set(database.Internal, "the database user lacks a privilege: grant it the tables and the schema")
	case "53100":
		return set(database.Unavailable, "the disk of the database server is full: make room")
	case "53300":
		return set(database.Unavailable, "the database server has no connection left: raise its max_connections, or lower pool_max_conns in the database URL")
	case "57014":
		return set(database.Unavailable, "the database server gave the statement up (statement_timeout, or an operator)")
	}
	if isStale(answer) {
		return set(database.Conflict, "the schema changed meanwhile; nothing was changed")
	}
	switch {
	case strings.HasPrefix(answer.Code, "08"), strings.HasPrefix(answer.Code, "57P"):
		return set(database.Unavailable, "the database server is shutting down, starting up or unreachable")
	case strings.HasPrefix(answer.Code, "53"), strings.HasPrefix(answer.Code, "58"):
		return set(database.Unavailable, "the database server lacks a resource (SQLSTATE "+answer.Code+"): look into its log")
	case answer.Code == "0A000" && strings.Contains(answer.Message, "during recovery"):
		return set(database.Unavailable, "the database server is a standby, which takes no changes: add target_session_attrs=read-write to the database URL, with all its hosts")
	case strings.HasPrefix(answer.Code, "22"):
		return set(database.Invalid, "a value does not fit its column (SQLSTATE "+answer.Code+")")
	case strings.HasPrefix(answer.Code, "23"):
		return set(database.Internal, "a constraint of the schema was violated (SQLSTATE "+answer.Code+")")
	}
	return found
}
