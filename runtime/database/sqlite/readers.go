package sqlite

import (
	"context"
	"time"
)

// readers is the bounded pool of connections that read.
type readers struct {
	path        string
	lockTimeout time.Duration
	slots       chan *connection // nil is a slot whose connection is not open yet
}

func newReaders(path string, size int, lockTimeout time.Duration) *readers {
	r := &readers{path: path, lockTimeout: lockTimeout, slots: make(chan *connection, size)}
	for range size {
		r.slots <- nil
	}
	return r
}

// get waits for a slot and opens its connection if need be.
func (r *readers) get(ctx context.Context) (*connection, error) {
	if err := ctx.Err(); err != nil {
		return nil, cancelled(err)
	}
	select {
	case c := <-r.slots:
		if c != nil {
			return c, nil
		}
		c, err := connect(ctx, r.path, r.lockTimeout, "PRAGMA query_only=ON")
		if err != nil {
			r.slots <- nil
			return nil, err
		}
		c.readOnly = true
		return c, nil
	case <-ctx.Done():
		return nil, cancelled(ctx.Err())
	}
}

// put gives a slot back; nil, or a connection that is no longer fit, gives
// back a slot whose connection the next caller opens.
func (r *readers) put(c *connection) {
	if c != nil && c.broken {
		c.close()
		c = nil
	}
	r.slots <- c
}

// close closes all connections. No call may be in flight.
func (r *readers) close() {
	for range cap(r.slots) {
		if c := <-r.slots; c != nil {
			c.close()
		}
	}
}
