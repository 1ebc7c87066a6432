package chain

import (
	"context"
	"errors"

	"gatehouse/runtime/sso/store"
)

// Accept makes the head anew from the seals that there are, where it was
// altered or is gone, so that entries are sealed again: for an operator who has
// seen what Verify says. It reports whether there was need to. What is wrong
// with seals and entries stays so, and Verify goes on telling of it; whether
// seals were cut off at the end can no longer be told but by an expected head.
func (c *Chain) Accept(ctx context.Context) (bool, error) {
	read, found, err := c.store.SealHead(ctx)
	if err != nil {
		return false, err
	}
	if err := c.checkHead(ctx, &read, found); !errors.Is(err, ErrAltered) {
		return false, err
	}
	newest := c.keys.Newest()
	head := store.SealHead{Time: c.now(), First: 1, Gaps: "[]", Anchor: read.Anchor, Removed: read.Removed, KeyID: newest.ID()}
	for from := int64(1); ; {
		seals, err := c.store.Seals(ctx, from, maxNumber, sealsAtOnce)
		if err != nil {
			return false, err
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
	return true, c.store.PutSealHead(ctx, head, newest.ID(), kept(c.keys, newest))
}
