package postgres

import (
	"context"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/value"
)

// The statements around a transaction. Connections are read-only by default
// (see makeReady), so that a Read that writes is refused as it is on SQLite.
const (
	sqlBegin     = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	sqlBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	sqlCommit    = "COMMIT"
	sqlRollback  = "ROLLBACK"
)

// Change sends BEGIN and the loads, decides, and sends the writes and COMMIT.
// Writes with a Row or Affected function, which may still refuse, keep COMMIT
// back for a third round trip.
func (d *db) Change(ctx context.Context, load []database.Query, decide func() ([]database.Query, error)) (err error) {
	if decide == nil {
		if len(load) == 0 {
			return nil
		}
		decide = func() ([]database.Query, error) { return nil, nil }
	}
	loads, err := encode(load)
	if err != nil {
		return err
	}
	loads = concat(sqlBegin, loads)
	c, err := d.session(ctx, func(c *conn) (progress, error) {
		c.changing = true
		done, err := c.roundTrip(ctx, loads)
		if err != nil {
			c.rollback()
		}
		return done, err
	})
	if err != nil {
		return err
	}
	defer c.release()
	// Unless it ends with a commit, whatever happens: a panic and the end of
	// the goroutine included.
	defer func() {
		if fault := recover(); fault != nil {
			err = value.Panic(fault)
		}
		c.rollback()
	}()

	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	queries, err := decide()
	if err != nil || len(queries) == 0 {
		return err
	}
	writes, err := encode(queries)
	if err != nil {
		return err
	}
	// From here on the caller's context counts no more.
	limited, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), d.commitTimeout, errCommitTimeout)
	defer cancel()
	if mayRefuse(queries) {
		if _, err := c.roundTrip(limited, writes); err != nil {
			return err
		}
		return c.commit(limited, nil)
	}
	return c.commit(limited, writes)
}

func mayRefuse(queries []database.Query) bool {
	for _, q := range queries {
		if q.Row != nil || q.Affected != nil {
			return true
		}
	}
	return false
}

// commit sends writes and COMMIT. Only if the server was heard to refuse, or
// nothing was sent, is it known that nothing was changed.
func (c *conn) commit(ctx context.Context, writes []statement) error {
	done, err := c.roundTrip(ctx, concat("", writes, sqlCommit))
	switch {
	case err == nil:
		return nil
	case done.answered && (done.statements != len(writes) || !c.dead()):
		return err
	case done.unsent:
		return err
	}
	if ctx.Err() != nil {
		// The server is being told to give up. Once it has been, nothing more
		// happens after the return.
		select {
		case <-c.pg.CleanupDone():
		case <-time.After(cleanupTimeout):
		}
	}
	return &database.Error{
		Kind:   database.Unknown,
		Reason: "the connection broke during the commit: the change may or may not have happened",
		Err:    err,
	}
}
