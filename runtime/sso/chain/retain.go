package chain

import (
	"context"
	"fmt"
	"time"

	"gatehouse/runtime/sso/store"
)

// RemoveBefore deletes the entries of seals that were made before a time, one
// seal after another, and returns how many entries that were. What stays can
// still be verified: the head says where the chain begins now, and how many
// entries their age has removed.
func (c *Chain) RemoveBefore(ctx context.Context, before time.Time) (removed int64, err error) {
	for {
		n, err := c.removeOldest(ctx, before)
		removed += n
		if err != nil || n == 0 {
			return removed, err
		}
	}
}

func (c *Chain) removeOldest(ctx context.Context, before time.Time) (removed int64, err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.remember()
	head, found, err := c.store.SealHead(ctx)
	if err != nil {
		return 0, err
	}
	if err := c.checkHead(ctx, &head, found); err != nil {
		return 0, err
	}
	if err := c.recognize(ctx, &head); err != nil || head.First > head.Number {
		return 0, err
	}
	seals, err := c.store.Seals(ctx, head.First, head.First, 1)
	if err != nil {
		return 0, err
	}
	if len(seals) == 0 {
		return 0, c.gone(ctx, head)
	}
	oldest := seals[0]
	if !oldest.Time.Before(before) {
		return 0, nil
	}
	// A seal that was altered is evidence, and stays.
	key, err := c.sealKey(ctx, oldest.KeyID)
	if err != nil {
		return 0, fmt.Errorf("seal %d: %w", oldest.Number, err)
	}
	list, err := parseList(oldest.List)
	if err != nil || string(newDigester(key).seal(head.Anchor, &oldest)) != string(oldest.Digest) {
		return 0, fmt.Errorf("%w: seal %d, which has reached its age, is not as it was written", ErrAltered, oldest.Number)
	}
	read := head
	head.Time, head.First, head.Anchor, head.Removed = c.now(), oldest.Number+1, oldest.Digest, head.Removed+oldest.Entries
	if key, err = c.sealKey(ctx, head.KeyID); err != nil {
		return 0, err
	}
	head.MAC = newDigester(key).head(&head)
	done, err := c.store.ChangeSeals(ctx, read, store.SealChange{Head: head, Remove: oldest.Number, Delete: ranges(list)})
	if err != nil || !done {
		return 0, err // of two hosts, one removes
	}
	return oldest.Entries, nil
}

// gone returns the error of a chain whose first seal is missing, unless another
// host has removed it just now.
func (c *Chain) gone(ctx context.Context, read store.SealHead) error {
	head, found, err := c.store.SealHead(ctx)
	if err != nil || found && head.First != read.First {
		return err
	}
	return fmt.Errorf("%w: seal %d, its first, is gone", ErrAltered, read.First)
}

// ranges returns the IDs of a list.
func ranges(list []listed) []store.IDs {
	var all []store.IDs
	for _, one := range list {
		if n := len(all); n > 0 && all[n-1].To == one.id-1 {
			all[n-1].To = one.id
		} else {
			all = append(all, store.IDs{From: one.id, To: one.id})
		}
	}
	return all
}
