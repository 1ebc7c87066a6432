package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A pooler such as PgBouncer stands between clients and the server and may give
// every transaction another session of the server. What belongs to a session is
// then lost to the client and found by others: prepared statements, settings.
// Behind one, statements travel with their text and all runs in transactions
// that say what they are; the round trips are the same.

// preparing says when statements are prepared.
type preparing int

const (
	prepareUnlessPooled preparing = iota
	prepareAlways
	prepareNever // nor is anything else kept in a session
)

// preparingOf reads default_query_exec_mode of the URL, by the names of pgx.
func preparingOf(connection *pgx.ConnConfig, url string) preparing {
	switch {
	case !strings.Contains(url, "default_query_exec_mode"):
		return prepareUnlessPooled
	case connection.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement:
		return prepareAlways
	}
	return prepareNever
}

// isPooled reports whether the session of the server may be somebody else's
// next: the process that answers is not the one that greeted.
func isPooled(ctx context.Context, pg *pgconn.PgConn, preparing preparing) (bool, error) {
	if preparing == prepareNever {
		return true, nil
	}
	result := pg.ExecParams(ctx, "SELECT pg_backend_pid()", nil, nil, nil, nil).Read()
	if result.Err != nil {
		return false, result.Err
	}
	greeted := strconv.FormatUint(uint64(pg.PID()), 10)
	return len(result.Rows) != 1 || string(result.Rows[0][0]) != greeted, nil
}
