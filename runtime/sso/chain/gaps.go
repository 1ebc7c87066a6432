package chain

import (
	"encoding/json"
	"slices"
	"time"

	"gatehouse/runtime/sso/store"
)

// gap is a range of IDs that were passed over, for their entries were not to be
// seen (yet).
type gap struct {
	store.IDs
	transaction int64 // all that may still fill it are below this one
	seen        time.Time
}

const (
	// A gap stays open for so long at least, for the moment between an ID
	// and its transaction being given out; and for so long at most, whatever
	// the transactions say, for a database that was moved to another server
	// numbers them anew.
	gapOpenFor = time.Minute
	gapAtMost  = 24 * time.Hour

	maxGapsAtOnce = 200 // are looked into
)

// gaps are in no particular order, but for the oldest, which come first.
type gaps []gap

func parseGaps(text string) (gaps, error) {
	var stored [][4]int64
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	all := make(gaps, len(stored))
	for i, s := range stored {
		all[i] = gap{store.IDs{From: s[0], To: s[1]}, s[2], time.Unix(s[3], 0)}
	}
	return all, nil
}

func (g gaps) String() string {
	stored := make([][4]int64, len(g))
	for i, one := range g {
		stored[i] = [4]int64{one.From, one.To, one.transaction, one.seen.Unix()}
	}
	text, err := json.Marshal(stored)
	if err != nil {
		panic(err) // not of integers
	}
	return string(text)
}

// has reports whether an ID lies in an open gap.
func (g gaps) has(id int64) bool {
	return slices.ContainsFunc(g, func(one gap) bool { return one.From <= id && id <= one.To })
}

// between adds the gaps between IDs that were seen, in their order, above one
// that was seen before.
func (g gaps) between(above int64, seen []store.AuditEntry, transaction int64, now time.Time) gaps {
	for i := range seen {
		if id := seen[i].ID; id > above+1 {
			g = append(g, gap{store.IDs{From: above + 1, To: id - 1}, transaction, now})
		}
		above = seen[i].ID
	}
	return g
}

// oldest returns the ranges of the oldest gaps.
func (g gaps) oldest() []store.IDs {
	ranges := make([]store.IDs, min(len(g), maxGapsAtOnce))
	for i := range ranges {
		ranges[i] = g[i].IDs
	}
	return ranges
}

// after returns what stays open once the oldest gaps were looked into: what was
// found in them is taken out, and those that nothing can fill any more are
// closed. limit bounds what was looked for in each.
func (g gaps) after(found []store.AuditEntry, limit int, oldestOpen int64, now time.Time) gaps {
	looked := min(len(g), maxGapsAtOnce)
	var open gaps
	for _, one := range g[:looked] {
		var in []store.AuditEntry
		for _, e := range found {
			if one.From <= e.ID && e.ID <= one.To {
				in = append(in, e)
			}
		}
		age := now.Sub(one.seen)
		ended := age >= gapOpenFor && oldestOpen >= one.transaction || age >= gapAtMost
		if ended && len(in) < limit {
			continue
		}
		rest := gaps{}.between(one.From-1, in, one.transaction, one.seen)
		last := one.From - 1
		if len(in) > 0 {
			last = in[len(in)-1].ID
		}
		if last < one.To {
			rest = append(rest, gap{store.IDs{From: last + 1, To: one.To}, one.transaction, one.seen})
		}
		open = append(open, rest...)
	}
	// Those that stay open go behind those that were not looked into, so that
	// each has its turn.
	return append(slices.Clone(g[looked:]), open...)
}
