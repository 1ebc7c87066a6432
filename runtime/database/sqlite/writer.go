package sqlite

import (
	"context"
	"sync"
	"sync/atomic"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/value"
)

// maxGroup bounds the changes in one transaction, so that the first of them
// does not wait for ever under load; maxQueue bounds those that wait.
const (
	maxGroup = 128
	maxQueue = 1024
)

// writer owns the one connection that writes. It takes all changes that wait
// into one transaction, all but the first in a savepoint, and answers them all
// after one commit.
type writer struct {
	conn    *connection
	queue   chan *change
	stopped sync.WaitGroup
}

// change is one call of Change on its way through the writer.
type change struct {
	ctx    context.Context
	load   []database.Query
	decide func() ([]database.Query, error)
	stage  atomic.Int32
	answer chan error // of capacity 1: the writer never waits for a caller
	result error      // of its own part, before the commit
}

// The stages of a change. Whoever moves it from waiting owns it: the writer,
// which then answers, or the caller, who leaves.
const (
	waiting int32 = iota
	begun
	left
)

func startWriter(conn *connection) *writer {
	w := &writer{conn: conn, queue: make(chan *change, maxQueue)}
	w.stopped.Add(1)
	go w.loop()
	return w
}

// change hands a change to the writer and waits for its answer. As long as it
// only waits, the end of ctx takes it back.
func (w *writer) change(ctx context.Context, load []database.Query, decide func() ([]database.Query, error)) error {
	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	c := &change{ctx: ctx, load: load, decide: decide, answer: make(chan error, 1)}
	select {
	case w.queue <- c:
	case <-ctx.Done():
		return cancelled(ctx.Err())
	}
	select {
	case err := <-c.answer:
		return err
	case <-ctx.Done():
		if c.stage.CompareAndSwap(waiting, left) {
			return cancelled(ctx.Err())
		}
		return <-c.answer
	}
}

// stop ends the writer. No call may be in flight.
func (w *writer) stop() error {
	close(w.queue)
	w.stopped.Wait()
	// What the log holds goes into the database file; should a reader of
	// another process prevent it, the next to open the file does it.
	_ = w.conn.exec(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	w.conn.close()
	return nil
}

func (w *writer) loop() {
	// A function of a caller's that ends the goroutine (runtime.Goexit, as
	// t.FailNow does) must not take the writer with it.
	ended := false
	defer func() {
		if ended {
			w.stopped.Done()
		} else {
			go w.loop()
		}
	}()
	for first := range w.queue {
		w.group(first)
	}
	ended = true
}

// group is one transaction: first, and whatever waits by the time that it has
// begun or arrives while it works.
func (w *writer) group(first *change) {
	ctx := context.Background()
	if err := w.conn.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.rollback() // in case that an earlier rollback failed
		w.refuseAll(first, translate(ctx, err))
		return
	}
	members := make([]*change, 0, 16)
	var fault error
	ended := false
	defer func() {
		if !ended { // by runtime.Goexit: see loop
			fault = value.Panic("a function ended the goroutine of the writer")
		}
		if fault != nil {
			w.rollback()
		}
		for _, c := range members {
			if fault != nil {
				c.result = fault
			}
			c.answer <- c.result
		}
	}()
	for c := first; c != nil && fault == nil; {
		if c.stage.CompareAndSwap(waiting, begun) {
			members = append(members, c)
			if len(members) > 1 {
				fault = w.member(c)
			} else if !w.lead(c) {
				ended = true
				return
			}
		}
		c = nil
		if len(members) < maxGroup {
			select {
			case c = <-w.queue:
			default:
			}
		}
		if c != nil && fault != nil {
			w.refuseAll(c, fault)
		}
	}
	if fault == nil {
		if err := w.conn.exec(ctx, "COMMIT"); err != nil {
			fault = translate(ctx, err)
		}
	}
	ended = true
}

// refuseAll answers first and all that wait now: each would only wait for the
// same thing again.
func (w *writer) refuseAll(first *change, err error) {
	for c := first; ; {
		if c.stage.CompareAndSwap(waiting, begun) {
			c.answer <- err
		}
		select {
		case next, open := <-w.queue:
			if !open {
				return
			}
			c = next
		default:
			return
		}
	}
}

// rollback ends the transaction of a group that failed. SQLite may have ended
// it already (a full disk): then there is nothing to do.
func (w *writer) rollback() {
	_ = w.conn.exec(context.Background(), "ROLLBACK")
}

// lead runs the first change of a group, which needs no savepoint: if it is not
// to be kept, it takes the transaction with it. It reports whether the group
// goes on.
func (w *writer) lead(c *change) bool {
	var keep bool
	if keep, c.result = w.work(c); !keep {
		w.rollback()
	}
	return keep
}

// member runs a further change in a savepoint. lost tells that the transaction of
// the whole group is gone with it, as it is when the disk is full.
func (w *writer) member(c *change) (lost error) {
	ctx := context.Background()
	if err := w.conn.exec(ctx, "SAVEPOINT one"); err != nil {
		return translate(ctx, err)
	}
	keep, err := w.work(c)
	c.result = err
	if !keep {
		if err := w.conn.exec(ctx, "ROLLBACK TO one"); err != nil {
			if database.IsKind(c.result, database.Unavailable) {
				return c.result // the cause
			}
			return translate(ctx, err)
		}
	}
	if err := w.conn.exec(ctx, "RELEASE one"); err != nil {
		return translate(ctx, err)
	}
	return nil
}

// work runs the parts of a change and reports whether it is to be kept. It has
// begun, so the end of its context stops it only before decide.
func (w *writer) work(c *change) (keep bool, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			keep, err = false, value.Panic(fault)
		}
	}()
	ctx := context.Background()
	for _, q := range c.load {
		if err := w.conn.run(ctx, q); err != nil {
			return false, err
		}
	}
	if err := c.ctx.Err(); err != nil {
		return false, cancelled(err)
	}
	queries, err := c.decide()
	if err != nil {
		return false, err
	}
	for _, q := range queries {
		if err := w.conn.run(ctx, q); err != nil {
			return false, err
		}
	}
	return len(queries) > 0, nil
}
