package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/runtime/database"
)

const (
	// maxStatements bounds the prepared statements of a connection; what is
	// above it is parsed each time.
	maxStatements = 512

	// cleanupTimeout bounds what is done for a connection after a failure.
	cleanupTimeout = 5 * time.Second

	// stateKey is where a connection keeps its state.
	stateKey = "gatehouse"
)

// state belongs to a connection for all its life.
type state struct {
	prepared map[string]*pgconn.StatementDescription // by SQL
	prepares bool                                    // statements are prepared at all
	names    int                                     // of statements, given so far
	pooled   bool                                    // each transaction may have another session of the server: see pooler.go
	used     bool                                    // by a call
}

// conn is a connection taken from the pool, for one call.
type conn struct {
	pooled    *pgxpool.Conn
	pg        *pgconn.PgConn
	state     *state
	reused    bool // it has served another call, so that it may have died since
	streaming bool // what is left of a result is not worth reading
	changing  bool // the call needs a server that takes changes
	useless   bool // another connection may do what this one cannot
}

// progress tells how far a round trip came.
type progress struct {
	statements int  // those that are done
	called     bool // a function of the caller's has been called
	answered   bool // the error is the server's answer to a statement, or the caller's own
	unsent     bool // nothing reached the server
}

// makeReady makes a new connection ready, in two round trips.
func makeReady(ctx context.Context, pgxConn *pgx.Conn, preparing preparing, statements []string) error {
	pg := pgxConn.PgConn()
	s := &state{prepared: make(map[string]*pgconn.StatementDescription)}
	pg.CustomData()[stateKey] = s
	var err error
	if s.pooled, err = isPooled(ctx, pg, preparing); err != nil {
		return err
	}
	s.prepares = preparing == prepareAlways || preparing == prepareUnlessPooled && !s.pooled
	if !s.prepares {
		return nil
	}

	pipeline := pg.StartPipeline(ctx)
	// A sync after each, so that one that fails takes no other with it.
	if !s.pooled { // in which case others would find it in their sessions
		pipeline.SendQueryParams("SET default_transaction_read_only = on", nil, nil, nil, nil)
		pipeline.SendPipelineSync()
	}
	var order []string
	known := make(map[string]bool)
	for _, sql := range append([]string{sqlBegin, sqlBeginRead, sqlCommit, sqlRollback}, statements...) {
		if !known[sql] && len(order) < maxStatements {
			known[sql] = true
			pipeline.SendPrepare(statementName(len(order), sql), sql, nil)
			pipeline.SendPipelineSync()
			order = append(order, sql)
		}
	}
	if err := s.collect(pipeline, order); err != nil {
		_ = pipeline.Close()
		return err
	}
	return pipeline.Close()
}

// collect reads the answers to what makeReady has sent. A statement that the
// server refuses is left for its first use, which will tell: its table may be
// missing only because no migration has run yet.
func (s *state) collect(pipeline *pgconn.Pipeline, order []string) error {
	if err := pipeline.Flush(); err != nil {
		return err
	}
	if !s.pooled {
		for range 2 { // the setting and its sync
			if _, err := pipeline.GetResults(); err != nil {
				return err
			}
		}
	}
	for i, sql := range order {
		result, err := pipeline.GetResults()
		var refused *pgconn.PgError
		if err != nil && (!errors.As(err, &refused) || isFatal(refused) || isUnprepared(refused)) {
			return err
		}
		if description, ok := result.(*pgconn.StatementDescription); ok {
			s.keep(sql, statementName(i, sql), description)
		}
		if _, err := pipeline.GetResults(); err != nil { // the sync
			return err
		}
	}
	// Names that were refused are not taken again.
	s.names = len(order)
	return nil
}

// statementName tells what the statement is: behind a pooler that mixes up the
// statements of its clients, a name must be wrong rather than mean another one.
func statementName(number int, sql string) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(sql))
	return fmt.Sprintf("gatehouse_%d_%016x", number, sum.Sum64())
}

func (s *state) keep(sql, name string, description *pgconn.StatementDescription) {
	description.Name, description.SQL = name, sql
	s.prepared[sql] = description
}

// take readies a connection that the pool has given.
func take(pooled *pgxpool.Conn) (*conn, error) {
	pg := pooled.Conn().PgConn()
	s, ok := pg.CustomData()[stateKey].(*state)
	if !ok {
		pooled.Release()
		return nil, &database.Error{Kind: database.Internal, Reason: "a connection was not made ready"}
	}
	c := &conn{pooled: pooled, pg: pg, state: s, reused: s.used}
	s.used = true
	return c, nil
}

// release gives the connection back. The pool closes one that is dead, busy or
// in a transaction.
func (c *conn) release() {
	if c.useless {
		c.close()
	}
	c.pooled.Release()
}

// discard closes the connection and gives its place back.
func (c *conn) discard() {
	c.close()
	c.pooled.Release()
}

func (c *conn) close() {
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
	defer cancel()
	_ = c.pg.Close(ctx)
}

func (c *conn) dead() bool { return c.pg.IsClosed() }

// rollback ends the transaction, if there is one. If it cannot be ended,
// release closes the connection.
func (c *conn) rollback() {
	if c.dead() || c.pg.IsBusy() || c.pg.TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
	defer cancel()
	_, _ = c.roundTrip(ctx, []statement{{sql: sqlRollback}})
}
