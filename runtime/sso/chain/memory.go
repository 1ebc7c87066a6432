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
	// Recall returns what was kept last, or the zero Kept for nothing.
	Recall() (Kept, error)

	// Keep keeps a head in place of the one before, unless that one was
	// accepted more often.
	Keep(Kept) error
}

// Kept is what a Memory keeps.
type Kept struct {
	Head     string // as FormatHead writes it; "" for none
	Accepted int64  // how often the chain was taken as it is: see Chain.Accept
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
	memory   Memory // nil for none
	asked    bool   // the memory
	fault    error  // why it could not answer
	newest   point
	accepted int64 // see Kept
	kept     point
	keptAt   time.Time
}

// recall asks the memory, once.
func (r *remembered) recall() error {
	if r.memory == nil || r.asked {
		return nil
	}
	kept, err := r.memory.Recall()
	if err == nil {
		err = r.adopt(kept)
	}
	return err
}

// adopt believes what was kept.
func (r *remembered) adopt(kept Kept) (err error) {
	var p point
	if kept.Head != "" {
		if p.number, p.digest, err = ParseHead(kept.Head); err != nil {
			return err
		}
	}
	r.asked, r.newest, r.kept, r.accepted = true, p, p, kept.Accepted
	return nil
}

// isAccepted asks the memory whether another process has accepted the chain
// since, and then believes it. What else has become of the memory is not
// believed: this host has seen newer heads.
func (r *remembered) isAccepted() bool {
	if r.memory == nil {
		return false
	}
	kept, err := r.memory.Recall()
	return err == nil && kept.Accepted > r.accepted && r.adopt(kept) == nil
}

// keep has the memory keep the newest head, now and then or at once.
func (r *remembered) keep(atOnce bool) error {
	if r.fault != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, r.fault)
	}
	if r.memory == nil || r.newest.equal(r.kept) || !atOnce && time.Since(r.keptAt) < keepEvery {
		return nil
	}
	r.keptAt = time.Now()
	if err := r.memory.Keep(Kept{r.newest.String(), r.accepted}); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	r.kept = r.newest
	return nil
}

// remember makes ready for recognize, before the head is read: what is kept
// meanwhile is not newer then. A memory that cannot be asked holds nothing up:
// keep tells of it.
func (c *Chain) remember() {
	if c.seen.fault = c.seen.recall(); c.seen.fault != nil {
		c.seen.keptAt = time.Time{} // as soon as it can be asked again
	}
}

// recognize returns an error that matches ErrAltered where the chain with this
// head, which has been checked, does not go through the newest head that was
// seen of it, and else remembers this one.
func (c *Chain) recognize(ctx context.Context, head *store.SealHead) error {
	if c.seen.newest.equal(pointOf(head)) {
		return nil
	}
	err := c.goesThrough(ctx, head, c.seen.newest)
	if errors.Is(err, ErrAltered) && c.seen.isAccepted() {
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
		now, found, err := c.store.SealHead(ctx)
		if err != nil {
			return err
		}
		// Unless the chain has grown since the head was read.
		if found && now.Number >= p.number && c.checkHead(ctx, &now, found) == nil {
			return c.goesThrough(ctx, &now, p)
		}
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
