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

// Reasons that are given in several places.
const (
	standbyReason    = "the database server is a standby, which takes no changes: name all servers in the database URL, and the one that takes changes is used"
	unpreparedReason = "the pooler in front of the database server mixes prepared statements up: leave default_query_exec_mode out of the database URL, or set it to exec"
)

// isAnswer tells an error that the server sent to a statement from one of the
// connection. What a pooler says when it has lost the server, whatever was sent
// there, is none.
func (c *conn) isAnswer(err error) bool {
	var found *pgconn.PgError
	if !errors.As(err, &found) {
		return false
	}
	return !isFatal(found) || !c.state.pooled && !strings.HasPrefix(found.Code, "08")
}

// isFatal tells an error that ends the session.
func isFatal(answer *pgconn.PgError) bool {
	for _, severity := range []string{answer.SeverityUnlocalized, answer.Severity} {
		if strings.EqualFold(severity, "FATAL") || strings.EqualFold(severity, "PANIC") {
			return true
		}
	}
	return false
}

// isStale tells that a prepared statement no longer fits the schema, or that a
// pooler has lost it: a new connection may do.
func isStale(err error) bool {
	var found *pgconn.PgError
	if !errors.As(err, &found) {
		return false
	}
	return isUnprepared(found) || found.Code == "0A000" && strings.Contains(found.Routine, "RevalidateCachedQuery")
}

// isUnprepared tells that a prepared statement is not there, or is there
// already. Names are given once in a session, so that a pooler has mixed
// sessions up.
func isUnprepared(answer *pgconn.PgError) bool {
	return answer.Code == "26000" || answer.Code == "42P05"
}

// isReadOnly tells that the server takes no changes, from the answer to a
// statement of a change.
func isReadOnly(err error, s *statement) bool {
	var found *pgconn.PgError
	if !errors.As(err, &found) {
		return false
	}
	return found.Code == "25006" || found.Code == "0A000" && s.sql == sqlBegin
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
	case "08P01":
		if isFatal(answer) {
			return set(database.Unavailable, "the pooler in front of the database server has ended the session: it has lost the server, has no connection to it left, or is in statement mode, which cannot be used; its log says which")
		}
		return found // the number of arguments is wrong
	case "25006":
		return set(database.Unavailable, "the database server is read-only, or a read tried to write")
	case "25P03", "25P04":
		return set(database.Unavailable, "the database server ended a transaction that took too long (SQLSTATE "+answer.Code+")")
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
	switch {
	case isUnprepared(answer):
		return set(database.Unavailable, unpreparedReason)
	case isStale(answer):
		return set(database.Conflict, "the schema changed meanwhile; nothing was changed")
	case strings.HasPrefix(answer.Code, "08"), strings.HasPrefix(answer.Code, "57P"):
		return set(database.Unavailable, "the database server is shutting down, starting up or unreachable")
	case strings.HasPrefix(answer.Code, "53"), strings.HasPrefix(answer.Code, "58"):
		return set(database.Unavailable, "the database server lacks a resource (SQLSTATE "+answer.Code+"): look into its log")
	case strings.HasPrefix(answer.Code, "22"):
		return set(database.Invalid, "a value does not fit its column (SQLSTATE "+answer.Code+")")
	case strings.HasPrefix(answer.Code, "23"):
		return set(database.Internal, "a constraint of the schema was violated (SQLSTATE "+answer.Code+")")
	}
	return found
}
