package chain

import (
	"cmp"
	"context"
	"slices"

	"gatehouse/runtime/sso/store"
)

// batch is how many entries a seal covers at most.
const batch = 1000

// Seal seals what waits to be sealed, and returns how many entries that were.
// Hosts that do so at once do not wait for one another: one seals, the others
// leave it to that one. The error matches ErrAltered where the chain is not as
// it was written or seen, so that nothing was sealed, and ErrNotKept where all
// was, but the memory failed.
func (c *Chain) Seal(ctx context.Context) (sealed int, err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.remember()
	for {
		n, more, err := c.step(ctx)
		sealed += n
		if err != nil {
			return sealed, err
		}
		if !more {
			return sealed, c.seen.keep(false)
		}
	}
}

// step adds one seal. more tells that it should be called again.
func (c *Chain) step(ctx context.Context) (sealed int, more bool, err error) {
	unsealed, err := c.store.Unsealed(ctx, batch)
	if err != nil {
		return 0, false, err
	}
	read := unsealed.Head
	newest := c.keys.Newest()
	keyID := newest.ID()
	if len(unsealed.Entries) == 0 && (read.Gaps == "[]" && (read.KeyID == keyID || isNew(&read))) && unsealed.Found &&
		c.seen.newest.equal(pointOf(&read)) {
		return 0, false, nil
	}
	if err := c.checkHead(ctx, &read, unsealed.Found); err != nil {
		return 0, false, err
	}
	if err := c.recognize(ctx, &read); err != nil {
		return 0, false, err
	}
	open, err := parseGaps(read.Gaps)
	if err != nil {
		return 0, false, err
	}
	now := c.now()
	entries := unsealed.Entries
	if len(open) > 0 {
		late, oldestOpen, err := c.store.LateEntries(ctx, open.oldest(), batch)
		if err != nil {
			return 0, false, err
		}
		slices.SortFunc(late, func(a, b store.AuditEntry) int { return cmp.Compare(a.ID, b.ID) })
		open = open.after(late, batch, oldestOpen, now)
		entries = append(late, entries...)
	}
	if unsealed.NextTransaction > 0 { // else IDs that are missing will never appear
		open = open.between(read.Top, unsealed.Entries, unsealed.NextTransaction, now)
	}

	head := read
	head.Time, head.Gaps = now, open.String()
	if n := len(unsealed.Entries); n > 0 {
		head.Top = unsealed.Entries[n-1].ID
	}
	change := store.SealChange{}
	digests := newDigester(newest.Derive(purpose))
	if len(entries) > 0 {
		seal := store.Seal{Number: read.Number + 1, Time: now, Entries: int64(len(entries)), KeyID: keyID}
		previous := int64(0)
		for i := range entries {
			seal.List = appendListed(seal.List, previous, &entries[i], digests)
			previous = entries[i].ID
		}
		seal.Digest = digests.seal(read.Digest, &seal)
		change.Add = []store.Seal{seal}
		head.Number, head.Digest, head.Sealed = seal.Number, seal.Digest, read.Sealed+seal.Entries
	} else if head.Gaps == read.Gaps && read.KeyID == keyID {
		return 0, false, nil
	}
	if read.KeyID != keyID {
		change.Key, change.Token = keyID, kept(c.keys, newest)
	}
	head.KeyID = keyID
	head.MAC = digests.head(&head)
	change.Head = head
	done, err := c.store.ChangeSeals(ctx, read, change)
	if err != nil || !done {
		return 0, false, err
	}
	c.seen.newest = pointOf(&head)
	return len(entries), len(unsealed.Entries) == batch, nil
}
