package chain

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"math"
	"slices"

	"gatehouse/runtime/sso/store"
)

// Kind is what is wrong with the audit.
type Kind string

// The kinds of findings.
const (
	EntryAltered  Kind = "entry altered"
	EntryRemoved  Kind = "entry removed"
	EntryInserted Kind = "entry inserted"
	SealAltered   Kind = "seal altered"
	SealRemoved   Kind = "seal removed"
	HeadAltered   Kind = "head altered"
	NotAsExpected Kind = "not as expected"
	NotAsSeen     Kind = "not as seen"
)

// Finding is one thing that is wrong.
type Finding struct {
	Kind   Kind   `json:"finding"`
	Entry  int64  `json:"entry,omitempty"` // ID
	Seal   int64  `json:"seal,omitempty"`  // number
	Detail string `json:"detail,omitempty"`
}

// Report is the outcome of a verification.
type Report struct {
	OK       bool   `json:"ok"`
	Seals    int64  `json:"seals"`
	Entries  int64  `json:"entries"`  // sealed, and as they were written
	Unsealed int64  `json:"unsealed"` // not sealed yet: nothing can be said of them
	Removed  int64  `json:"removed"`  // by their age, since the beginning
	Findings int64  `json:"findings"`
	Head     string `json:"head"` // to be noted down, and expected later; "" where nothing is sealed
}

const (
	sealsAtOnce   = 16   // are read
	entriesAtOnce = 1000 // are read
	maxLoose      = 100_000
	maxNumber     = math.MaxInt64
)

// Verify walks the chain from its beginning to the end that it has now, and
// calls each with everything that is wrong. It needs little memory, however
// long the audit is, and hosts may write, seal and remove meanwhile. expect, if
// not "", is a head of earlier: the chain must still go through it, as it must
// through the one that the memory has kept.
func (c *Chain) Verify(ctx context.Context, expect string, each func(Finding) error) (Report, error) {
	v := verification{chain: c, ctx: ctx, each: each, loose: make(map[int64]bool)}
	if expect != "" {
		p := &point{}
		var err error
		if p.number, p.digest, err = ParseHead(expect); err != nil {
			return Report{}, err
		}
		v.expected = p
	}
	if err := v.run(); err != nil {
		return v.report, err
	}
	v.report.OK = v.report.Findings == 0
	return v.report, nil
}

type verification struct {
	chain  *Chain
	ctx    context.Context
	each   func(Finding) error
	report Report

	head    store.SealHead
	gaps    gaps
	next    int64  // number of the seal that must come
	gone    bool   // seals were removed
	digest  []byte // of the seal before; nil where that one is missing
	seen    int64  // all entries up to this ID were looked at
	loose   map[int64]bool
	looseAt int64 // seal at which there were too many of them

	expected *point // nil for none
}

func (v *verification) find(f Finding) error {
	v.report.Findings++
	return v.each(f)
}

func (v *verification) run() error {
	if err := v.begin(); err != nil {
		return err
	}
	for v.next <= v.head.Number {
		seals, err := v.chain.store.Seals(v.ctx, v.next, v.head.Number, sealsAtOnce)
		if err != nil {
			return err
		}
		if len(seals) == 0 {
			break
		}
		for i := range seals {
			if err := v.seal(&seals[i]); err != nil {
				return err
			}
		}
	}
	return v.end()
}

func (v *verification) begin() error {
	remembered, err := v.chain.recalled()
	if err != nil {
		return err
	}
	head, found, err := v.chain.store.SealHead(v.ctx)
	if err != nil {
		return err
	}
	seen := head // the end of the chain, as far as it can be believed
	switch err := v.chain.checkHead(v.ctx, &head, found); {
	case errors.Is(err, ErrAltered):
		seen.First, seen.Number = max(head.First, 1), maxNumber
		if err := v.find(Finding{Kind: HeadAltered, Detail: err.Error()}); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	if !found {
		head = store.SealHead{First: 1, Number: maxNumber, Top: maxNumber, Gaps: "[]"}
	}
	v.head, v.next, v.digest = head, head.First, notNil(head.Anchor)
	v.report.Removed = head.Removed
	if v.gaps, err = parseGaps(head.Gaps); err != nil {
		v.gaps = nil // of a head that was altered, which has been told
	}
	if err := v.remembered(&seen, remembered); err != nil {
		return err
	}
	switch {
	case v.expected == nil:
	case v.expected.number == head.First-1:
		return v.compare(head.First-1, head.Anchor)
	case v.expected.number < head.First:
		return v.find(Finding{Kind: NotAsExpected, Seal: v.expected.number,
			Detail: fmt.Sprintf("the seal has reached its age: the chain begins with %d, so that nothing can be said of an earlier head", head.First)})
	case v.expected.number > head.Number:
		return v.find(Finding{Kind: NotAsExpected, Seal: v.expected.number, Detail: fmt.Sprintf("the chain ends with seal %d: its end was cut off", head.Number)})
	}
	return nil
}

// recalled returns the head that this host has seen last.
func (c *Chain) recalled() (point, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	seen := c.seen // a copy: nothing is learnt here
	seen.asked = seen.memory == nil
	if err := seen.recall(); err != nil {
		return point{}, err
	}
	if c.seen.accepted == seen.accepted && c.seen.newest.number > seen.newest.number {
		return c.seen.newest, nil // which is not kept yet
	}
	return seen.newest, nil
}

// remembered holds the chain against the head that this host has seen last.
func (v *verification) remembered(head *store.SealHead, seen point) error {
	err := v.chain.goesThrough(v.ctx, head, seen)
	if errors.Is(err, ErrAltered) {
		return v.find(Finding{Kind: NotAsSeen, Seal: seen.number, Detail: err.Error()})
	}
	return err
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// compare holds a seal against the head that is expected.
func (v *verification) compare(number int64, digest []byte) error {
	if v.expected == nil || number != v.expected.number || bytes.Equal(digest, v.expected.digest) {
		return nil
	}
	return v.find(Finding{Kind: NotAsExpected, Seal: number, Detail: "the chain goes through another seal of this number: it was written anew"})
}

func (v *verification) seal(s *store.Seal) error {
	if s.Number != v.next {
		moved, err := v.catchUp()
		if err != nil {
			return err
		}
		if moved && s.Number < v.next {
			return nil // which its age has removed meanwhile
		}
		if s.Number != v.next {
			if err := v.sealsRemoved(v.next, s.Number-1); err != nil {
				return err
			}
		}
	}
	v.next = s.Number + 1
	v.report.Seals++
	if err := v.compare(s.Number, s.Digest); err != nil {
		return err
	}
	list, unreadable := parseList(s.List)
	var digests *digester
	key, err := v.chain.sealKey(v.ctx, s.KeyID)
	if err == nil {
		digests = newDigester(key)
	}
	switch {
	case errors.Is(err, errNoKey):
		err = v.find(Finding{Kind: SealAltered, Seal: s.Number,
			Detail: fmt.Sprintf("it names a key (%q) that this installation does not have", s.KeyID)})
	case err != nil:
	case unreadable != nil:
		err = v.find(Finding{Kind: SealAltered, Seal: s.Number, Detail: unreadable.Error()})
	case v.digest != nil && !hmac.Equal(digests.seal(v.digest, s), s.Digest):
		err = v.find(Finding{Kind: SealAltered, Seal: s.Number, Detail: "it is not as it was written, or does not follow the one before"})
	}
	v.digest = notNil(s.Digest)
	if err != nil {
		return err
	}
	return v.entries(s, list, digests)
}

func (v *verification) sealsRemoved(from, to int64) error {
	v.digest = nil
	v.next = to + 1
	v.gone = true
	detail := ""
	if to > from {
		detail = fmt.Sprintf("and all up to %d", to)
	}
	return v.find(Finding{Kind: SealRemoved, Seal: from, Detail: detail})
}

// catchUp learns whether seals that are not there any more have reached their
// age since the verification began.
func (v *verification) catchUp() (moved bool, err error) {
	head, found, err := v.chain.store.SealHead(v.ctx)
	if err != nil || !found || head.First <= v.next {
		return false, err
	}
	if err := v.chain.checkHead(v.ctx, &head, found); err != nil {
		if errors.Is(err, ErrAltered) {
			return false, nil
		}
		return false, err
	}
	v.next, v.digest, v.report.Removed = head.First, notNil(head.Anchor), head.Removed
	return true, nil
}

// entries holds the entries that a seal lists against their digests, and keeps
// in mind those on the way that it does not list: a later seal must. Without
// digests it only looks whether they are there.
func (v *verification) entries(s *store.Seal, list []listed, digests *digester) error {
	late, _ := slices.BinarySearchFunc(list, v.seen+1, func(one listed, id int64) int { return int(min(1, max(-1, one.id-id))) })
	for _, ids := range ranges(list[:late]) {
		rest := list[:late]
		rest = rest[slices.IndexFunc(rest, func(one listed) bool { return one.id == ids.From }):][:ids.To-ids.From+1]
		if err := v.window(s, ids, rest, digests); err != nil {
			return err
		}
	}
	list = list[late:]
	if len(list) == 0 {
		return nil
	}
	ids := store.IDs{From: v.seen + 1, To: list[len(list)-1].id}
	if err := v.window(s, ids, list, digests); err != nil {
		return err
	}
	v.seen = ids.To
	return nil
}

// window reads all entries of a range of IDs beside those that a seal lists of
// it.
func (v *verification) window(s *store.Seal, ids store.IDs, list []listed, digests *digester) error {
	missing := func(one listed) error {
		head, found, err := v.chain.store.SealHead(v.ctx)
		if err != nil || found && head.First > s.Number && head.First > v.head.First {
			return err // its age has removed it meanwhile
		}
		return v.find(Finding{Kind: EntryRemoved, Entry: one.id, Seal: s.Number})
	}
	for {
		entries, err := v.chain.store.AuditBetween(v.ctx, ids, entriesAtOnce)
		if err != nil {
			return err
		}
		for i := range entries {
			e := &entries[i]
			for len(list) > 0 && list[0].id < e.ID {
				if err := missing(list[0]); err != nil {
					return err
				}
				list = list[1:]
			}
			if len(list) == 0 || list[0].id != e.ID {
				v.unlisted(e.ID, s.Number)
				continue
			}
			delete(v.loose, e.ID)
			if digests == nil {
				list = list[1:]
				continue
			}
			if hmac.Equal(digests.entry(nil, e), list[0].digest) {
				v.report.Entries++
			} else if err := v.find(Finding{Kind: EntryAltered, Entry: e.ID, Seal: s.Number}); err != nil {
				return err
			}
			list = list[1:]
		}
		if len(entries) < entriesAtOnce {
			break
		}
		ids.From = entries[len(entries)-1].ID + 1
	}
	for _, one := range list {
		if err := missing(one); err != nil {
			return err
		}
	}
	return nil
}

// unlisted keeps in mind an entry that a later seal has to list.
func (v *verification) unlisted(id, seal int64) {
	if len(v.loose) < maxLoose {
		v.loose[id] = true
	} else if v.looseAt == 0 {
		v.looseAt = seal
	}
}

func (v *verification) end() error {
	if v.next <= v.head.Number {
		if moved, err := v.catchUp(); err != nil {
			return err
		} else if !moved && v.head.Number < maxNumber {
			if err := v.sealsRemoved(v.next, v.head.Number); err != nil {
				return err
			}
		}
	}
	if v.next == v.head.Number+1 && v.digest != nil && !bytes.Equal(v.digest, v.head.Digest) {
		if err := v.find(Finding{Kind: HeadAltered, Detail: "it names another digest of the newest seal"}); err != nil {
			return err
		}
	}
	if err := v.leftOver(); err != nil {
		return err
	}
	waiting, err := v.chain.store.CountAudit(v.ctx, v.head.Top)
	v.report.Unsealed += waiting
	if v.head.Number > 0 && v.head.Number < maxNumber {
		v.report.Head = FormatHead(v.head.Number, v.head.Digest)
	}
	return err
}

// leftOver tells of the entries that no seal lists although their time has
// come.
func (v *verification) leftOver() error {
	above := store.IDs{From: v.seen + 1, To: v.head.Top}
	for above.From <= above.To { // where the last seals are missing
		entries, err := v.chain.store.AuditBetween(v.ctx, above, entriesAtOnce)
		if err != nil {
			return err
		}
		for i := range entries {
			v.unlisted(entries[i].ID, v.head.Number)
		}
		if len(entries) < entriesAtOnce {
			break
		}
		above.From = entries[len(entries)-1].ID + 1
	}
	left := make([]int64, 0, len(v.loose))
	for id := range v.loose {
		left = append(left, id)
	}
	slices.Sort(left)
	why := "no seal lists it"
	if v.gone {
		why += " of those that are there: one that is gone may have"
	}
	for _, id := range left {
		if v.gaps.has(id) {
			v.report.Unsealed++ // its transaction was a slow one
			continue
		}
		there, err := v.chain.store.AuditBetween(v.ctx, store.IDs{From: id, To: id}, 1)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			continue // its age has removed it meanwhile
		}
		if err := v.find(Finding{Kind: EntryInserted, Entry: id, Detail: why}); err != nil {
			return err
		}
	}
	if v.looseAt != 0 {
		return v.find(Finding{Kind: EntryInserted, Seal: v.looseAt, Detail: "and more entries from here on, too many to list"})
	}
	return nil
}
