package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/runtime/sso/store"
)

// Memory keeps the newest head that a host has seen, in a place outside the
// database: a chain that was begun anew, or put back to an older state, is
// sound in itself, but does not go through that head.
type Memory interface {
	// Recall returns the head that was kept last, as FormatHead writes it, or
	// "" for none.
	Recall() (head string, err error)

	// Keep keeps a head in place of the one before; "" forgets that one.
	Keep(head string) error
}

// ErrNotKept is matched by errors about a Memory that cannot be written.
var ErrNotKept = errors.New("the head of the audit's chain could not be kept")

// keepEvery is how often a head is kept while entries are sealed.
const keepEvery = 10 * time.Second

// point is a seal that a chain must go through.
type point struct {
	number int64
	digest []byte
}

func pointOf(head *store.SealHead) point { return point{head.Number, head.Digest} }

func (p point) String() string {
	if p.number == 0 {
		return ""
	}
	return FormatHead(p.number, p.digest)
}

func (p point) equal(other point) bool {
	return p.number == other.number && bytes.Equal(p.digest, other.digest)
}

// remembered is the newest head that a host has seen. Its fields are guarded by
// Chain.turn.
type remembered struct {
	memory Memory // nil for none
	read   bool   // memory was asked
	newest point
	kept   point
	keptAt time.Time
}

// recall asks the memory anew: another process may have accepted the chain.
func (r *remembered) recall() error {
	if r.memory == nil {
		return nil
	}
	text, err := r.memory.Recall()
	if err != nil {
		return err
	}
	var p point
	if text != "" {
		if p.number, p.digest, err = ParseHead(text); err != nil {
			return err
		}
	}
	r.read, r.newest, r.kept = true, p, p
	return nil
}

// keep has the memory keep the newest head, now and then or at once.
func (r *remembered) keep(atOnce bool) error {
	if r.memory == nil || r.newest.equal(r.kept) || !atOnce && time.Since(r.keptAt) < keepEvery {
		return nil
	}
	r.keptAt = time.Now()
	if err := r.memory.Keep(r.newest.String()); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	r.kept = r.newest
	return nil
}

// recognize returns an error that matches ErrAltered where the chain with this
// head, which has been checked, does not go through the newest head that was
// seen of it, and else remembers this one.
func (c *Chain) recognize(ctx context.Context, head *store.SealHead) error {
	if !c.seen.read {
		if err := c.seen.recall(); err != nil {
			return err
		}
	}
	if c.seen.newest.equal(pointOf(head)) {
		return nil
	}
	err := c.goesThrough(ctx, head, c.seen.newest)
	if errors.Is(err, ErrAltered) && c.seen.memory != nil {
		if err := c.seen.recall(); err != nil {
			return err
		}
		err = c.goesThrough(ctx, head, c.seen.newest)
	}
	if err == nil {
		c.seen.newest = pointOf(head)
	}
	return err
}

// goesThrough returns an error that matches ErrAltered where the chain with
// this head does not go through a seal. Of one that its age has removed nothing
// can be said.
func (c *Chain) goesThrough(ctx context.Context, head *store.SealHead, p point) error {
	const why = "it was begun anew, or the database was put back to an older state"
	var digest []byte
	switch {
	case p.number == 0 || p.number < head.First-1:
		return nil
	case p.number > head.Number:
		return fmt.Errorf("%w: it ends with seal %d, but this host has seen seal %d: %s", ErrAltered, head.Number, p.number, why)
	case p.number == head.Number:
		digest = head.Digest
	case p.number == head.First-1:
		digest = head.Anchor
	default:
		seals, err := c.store.Seals(ctx, p.number, p.number, 1)
		if err != nil {
			return err
		}
		if len(seals) == 0 {
			now, found, err := c.store.SealHead(ctx)
			if err != nil || found && now.First > p.number {
				return err // its age has removed it just now
			}
			return fmt.Errorf("%w: seal %d, which this host has seen, is gone", ErrAltered, p.number)
		}
		digest = seals[0].Digest
	}
	if !bytes.Equal(digest, p.digest) {
		return fmt.Errorf("%w: seal %d is another one than this host has seen: %s", ErrAltered, p.number, why)
	}
	return nil
}

// Keep has the memory keep the newest head at once: for the end of a host.
func (c *Chain) Keep() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.seen.keep(true)
}
