package chain

import (
	"context"
	"errors"

	"gatehouse/runtime/sso/store"
)

// Accept takes the chain as it is: for an operator who has seen what Verify
// says. Where the head was altered or is gone, it is made anew from the seals
// that there are; where the chain does not go through the head that was seen
// last, that one is forgotten. Entries are sealed again after it. Accept
// reports whether there was need to. What is wrong with seals and entries stays
// so, and Verify goes on telling of it; whether seals were cut off at the end
// can no longer be told but by an expected head.
func (c *Chain) Accept(ctx context.Context) (bool, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	if err := c.seen.recall(); err != nil {
		return false, err
	}
	read, found, err := c.store.SealHead(ctx)
	if err != nil {
		return false, err
	}
	err = c.checkHead(ctx, &read, found)
	isHeadAltered := errors.Is(err, ErrAltered)
	if err == nil {
		err = c.recognize(ctx, &read)
	}
	if !errors.Is(err, ErrAltered) {
		return false, err
	}
	if isHeadAltered {
		if read, err = c.makeHead(ctx, &read); err != nil {
			return false, err
		}
	}
	c.seen.newest = pointOf(&read)
	c.seen.accepted++
	c.seen.kept = point{number: -1} // whatever it was
	return true, c.seen.keep(true)
}

// makeHead puts a head made from the seals that there are in place of the one
// that was read.
func (c *Chain) makeHead(ctx context.Context, read *store.SealHead) (store.SealHead, error) {
	newest := c.keys.Newest()
	head := store.SealHead{Time: c.now(), First: 1, Gaps: "[]", Anchor: read.Anchor, Removed: read.Removed, KeyID: newest.ID()}
	for from := int64(1); ; {
		seals, err := c.store.Seals(ctx, from, maxNumber, sealsAtOnce)
		if err != nil {
			return head, err
		}
		for i := range seals {
			seal := &seals[i]
			if head.Number == 0 {
				head.First = seal.Number
			}
			head.Number, head.Digest = seal.Number, seal.Digest
			head.Sealed += seal.Entries
			list, _ := parseList(seal.List) // of one that was altered, what can be read
			if n := len(list); n > 0 {
				head.Top = max(head.Top, list[n-1].id)
			}
		}
		if len(seals) < sealsAtOnce {
			break
		}
		from = head.Number + 1
	}
	if head.First == 1 {
		head.Anchor, head.Removed = nil, 0
	}
	head.Sealed += head.Removed
	head.MAC = newDigester(newest.Derive(purpose)).head(&head)
	return head, c.store.PutSealHead(ctx, head, newest.ID(), kept(c.keys, newest))
}
