package security

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/network"
)

// guard slows down who guesses passwords: by username and address, and by
// address alone. A guess is counted before its password is hashed, and taken
// back if it was right, or was not hashed for it, so that of guesses made at the
// same time no more are tried than may be, and each that stays counted has cost a
// hash.
//
// Its memory is fixed. Counts are in places that a keyed digest chooses, two for
// each, of which the lower one counts: so nothing is ever pushed out, and who
// varies usernames and addresses neither makes room for himself nor fills the
// memory. Where two share both places, the one waits for what the other has done.
// Without the key nobody can aim at that; to fill the places of many others takes
// several hashes for each place there is, all within the window.
//
// What it adds to both places it takes back from both. To raise only the lower
// one would keep counts lower, but then taking back could undo what another did.
type guard struct {
	cfg            ThrottleConfig
	shared, exempt network.List
	key            []byte
	now            func() time.Time

	mu        sync.Mutex
	byPair    tally // by username and address
	byAddress tally
	bounds    []bound // by username and address

	// heldUntil is when the last delay or bound there was ends, in nanoseconds:
	// after that nobody has to be looked up.
	heldUntil atomic.Int64
}

func newGuard(cfg ThrottleConfig, now func() time.Time) *guard {
	if !cfg.Enabled {
		return &guard{cfg: cfg}
	}
	g := &guard{cfg: cfg, key: make([]byte, 32), now: now}
	_, _ = rand.Read(g.key) // never fails: it ends the process instead
	// Check has found fault with lists that cannot be read; of one that nobody
	// has checked, nothing is exempt.
	g.shared, _ = network.ParseList(cfg.SharedAddresses)
	g.exempt, _ = network.ParseList(cfg.ExemptAddresses)
	delays := cfg.delays()
	g.byPair = newTally(pairPlaces, delays.After(cfg.DefinitionAttempts))
	g.bounds = make([]bound, boundPlaces)
	g.byAddress = newTally(addressPlaces, delays.After(cfg.AddressAttempts))
	return g
}

// attempt is one guess that is counted; nil is one that is not.
type attempt struct {
	guard  *guard
	at     time.Time
	counts []counted
}

// counted is where an attempt is counted.
type counted struct {
	tally *tally
	place places
}

// client is how an address counts: "" is not at all, and a shared one only
// together with a username.
func (g *guard) client(address string) (client string, isShared bool) {
	if !g.cfg.Enabled {
		return "", false
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address, false
	}
	addr = addr.Unmap().WithZone("")
	if g.exempt.Has(addr) {
		return "", false
	}
	return network.Customer(addr), g.shared.Has(addr)
}

// begin counts a guess. One that comes too early is not counted: wait tells how
// long it has to wait.
func (g *guard) begin(username, address string) (made *attempt, wait time.Duration) {
	client, isShared := g.client(address)
	if client == "" {
		return nil, 0
	}
	made = &attempt{guard: g, counts: g.counts(username, client, isShared)}
	g.mu.Lock()
	defer g.mu.Unlock()
	made.at = g.now()
	if wait = made.wait(made.at); wait > 0 {
		return nil, wait
	}
	for _, count := range made.counts {
		g.hold(count.tally.add(count.place, made.at))
	}
	return made, 0
}

func (g *guard) counts(username, client string, isShared bool) []counted {
	counts := make([]counted, 1, 2)
	counts[0] = counted{&g.byPair, g.places("pair", username, client)}
	if !isShared && g.cfg.AddressAttempts > 0 {
		counts = append(counts, counted{&g.byAddress, g.places("address", client)})
	}
	return counts
}

func (g *guard) hold(until time.Time) {
	g.heldUntil.Store(max(g.heldUntil.Load(), until.UnixNano()))
}

// What is answered from memory while guesses from there are held up: so many in
// a second, and so many at once.
const (
	rememberedPerSecond = 5
	rememberedAtOnce    = 5
)

// busyFor is for how long guesses count as held up after one that was refused,
// uncounted, because too many waited to be hashed.
const busyFor = 10 * time.Second

// bound limits what is answered from memory.
type bound struct {
	spent     int64 // nanoseconds: when all that was spent is there again
	busyUntil int64 // nanoseconds
}

// isHeld tells whether guesses at a username from an address are refused without
// being hashed, so that an answer from memory would tell right ones from wrong
// ones at no cost.
func (g *guard) isHeld(username, address string) bool {
	if !g.cfg.Enabled {
		return false
	}
	now := g.now()
	if now.UnixNano() >= g.heldUntil.Load() {
		return false
	}
	client, isShared := g.client(address)
	if client == "" {
		return false
	}
	looked := attempt{guard: g, counts: g.counts(username, client, isShared)}
	g.mu.Lock()
	defer g.mu.Unlock()
	return looked.wait(now) > 0 || g.bound(looked.counts[0].place).busyUntil > now.UnixNano()
}

// spend takes one of the answers from memory that there may be for a username
// and an address, and is false if there is none left.
func (g *guard) spend(username, address string) bool {
	client, _ := g.client(address)
	place := g.places("pair", username, client)
	g.mu.Lock()
	defer g.mu.Unlock()
	now, b := g.now().UnixNano(), g.bound(place)
	const one = int64(time.Second / rememberedPerSecond)
	next := max(b.spent, now) + one
	if next > now+rememberedAtOnce*one {
		return false
	}
	b.spent = next
	return true
}

// bound is that of a place. Two that share one share what there is.
func (g *guard) bound(p places) *bound { return &g.bounds[p[0]%uint64(len(g.bounds))] }

// wasBusy takes an attempt back that nobody had the time for.
func (a *attempt) wasBusy() {
	if a == nil {
		return
	}
	a.takeBack()
	a.guard.mu.Lock()
	defer a.guard.mu.Unlock()
	until := a.guard.now().Add(busyFor)
	a.guard.bound(a.counts[0].place).busyUntil = until.UnixNano()
	a.guard.hold(until)
}

func (a *attempt) wait(now time.Time) (wait time.Duration) {
	for _, count := range a.counts {
		wait = max(wait, count.tally.wait(count.place, now))
	}
	return wait
}

// takeBack has an attempt count as nothing: it was right, or was not hashed.
func (a *attempt) takeBack() {
	if a == nil {
		return
	}
	a.guard.mu.Lock()
	defer a.guard.mu.Unlock()
	for _, count := range a.counts {
		count.tally.takeBack(count.place, a.at)
	}
}

// next is how long the guess after this one has to wait.
func (a *attempt) next() time.Duration {
	if a == nil {
		return 0
	}
	a.guard.mu.Lock()
	defer a.guard.mu.Unlock()
	return a.wait(a.guard.now())
}

func (g *guard) places(parts ...string) places {
	sum := quickDigest(g.key, parts...)
	return places{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}
}

// digest stands for some texts, under a key.
type digest = [sha256.Size]byte

// quickDigest is a keyed digest of what nobody sees, and never compares: so
// nothing can be appended to it.
func quickDigest(key []byte, parts ...string) digest {
	buf := make([]byte, 0, 384)
	buf = append(buf, key...)
	for _, part := range parts {
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(part)))
		buf = append(buf, part...)
	}
	return sha256.Sum256(buf)
}

// How many places there are in each row of a tally, and for bounds: at 24 bytes a
// place of a tally and 16 of a bound, 4 MiB in all.
const (
	pairPlaces    = 1 << 16
	addressPlaces = 1 << 13
	boundPlaces   = 1 << 15
)

// tally counts wrong guesses in a fixed number of places.
type tally struct {
	delays backoff.Delays
	rows   [2][]count
}

// places are where something is counted, one for each row.
type places [2]uint64

// count is how many wrong guesses there were, and when the first and the last.
type count struct {
	failures    int
	first, last int64 // nanoseconds
}

func newTally(size int, delays backoff.Delays) tally {
	return tally{delays: delays, rows: [2][]count{make([]count, size), make([]count, size)}}
}

func (t *tally) at(row int, p places) *count { return &t.rows[row][p[row]%uint64(len(t.rows[row]))] }

// wait is how long the next guess has to wait, by the row that says the least:
// the other one has counted somebody else's as well.
func (t *tally) wait(p places, now time.Time) time.Duration {
	least := t.delays.Longest
	for row := range t.rows {
		c := t.at(row, p)
		least = min(least, t.delays.Wait(c.failures, time.Unix(0, c.first), time.Unix(0, c.last), now))
	}
	return max(0, least)
}

// add counts a guess, and returns when nobody whom that concerns has to wait any
// more.
func (t *tally) add(p places, now time.Time) (until time.Time) {
	for row := range t.rows {
		c := t.at(row, p)
		if c.failures == 0 || !time.Unix(0, c.first).Add(t.delays.Window).After(now) {
			*c = count{first: now.UnixNano()}
		}
		c.failures++
		c.last = now.UnixNano()
		end := now.Add(t.delays.Wait(c.failures, time.Unix(0, c.first), now, now))
		if end.After(until) {
			until = end
		}
	}
	return until
}

// takeBack undoes what add has done at a time, unless that is forgotten already.
func (t *tally) takeBack(p places, at time.Time) {
	for row := range t.rows {
		if c := t.at(row, p); c.failures > 0 && c.first <= at.UnixNano() {
			c.failures--
		}
	}
}
