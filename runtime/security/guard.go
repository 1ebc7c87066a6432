package security

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/network"
)

// guard slows down who guesses passwords: by username and address, and by
// address alone. A guess is counted before its password is hashed, and taken
// back if it was right, so that of guesses made at the same time no more are
// tried than may be.
//
// Its memory is fixed. Counts are in places that a keyed digest chooses, two for
// each, of which the lower one counts: so nothing is ever pushed out, and who
// varies usernames and addresses neither makes room for himself nor fills the
// memory. Where two share both places, which is rare and which nobody can bring
// about without the key, the one waits for what the other has done.
type guard struct {
	cfg            ThrottleConfig
	shared, exempt network.List
	key            []byte
	now            func() time.Time

	mu        sync.Mutex
	byPair    tally // by username and address
	byAddress tally
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
	delays := backoff.Delays{
		First:   time.Duration(cfg.FirstDelay) * time.Second,
		Longest: time.Duration(cfg.LongestDelay) * time.Second,
		Window:  time.Duration(cfg.Window) * time.Second,
	}
	delays.Attempts = cfg.DefinitionAttempts
	g.byPair = newTally(pairPlaces, delays)
	delays.Attempts = cfg.AddressAttempts
	g.byAddress = newTally(addressPlaces, delays)
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
	made = &attempt{guard: g, counts: []counted{{&g.byPair, g.places("pair", username, client)}}}
	if !isShared && g.cfg.AddressAttempts > 0 {
		made.counts = append(made.counts, counted{&g.byAddress, g.places("address", client)})
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	made.at = g.now()
	if wait = made.wait(made.at); wait > 0 {
		return nil, wait
	}
	for _, count := range made.counts {
		count.tally.add(count.place, made.at)
	}
	return made, 0
}

func (a *attempt) wait(now time.Time) (wait time.Duration) {
	for _, count := range a.counts {
		wait = max(wait, count.tally.wait(count.place, now))
	}
	return wait
}

// takeBack has an attempt count as nothing: it was right, or was not tried.
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
	sum := keyedDigest(g.key, parts...)
	return places{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}
}

// digest stands for some texts, under a key.
type digest = [sha256.Size]byte

func keyedDigest(key []byte, parts ...string) digest {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return digest(mac.Sum(nil))
}

// How many places there are in each row of a tally: at 24 bytes a place, 2 MiB
// for the two rows of both.
const (
	pairPlaces    = 1 << 15
	addressPlaces = 1 << 13
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

func (t *tally) add(p places, now time.Time) {
	for row := range t.rows {
		c := t.at(row, p)
		if c.failures == 0 || !time.Unix(0, c.first).Add(t.delays.Window).After(now) {
			*c = count{first: now.UnixNano()}
		}
		c.failures++
		c.last = now.UnixNano()
	}
}

// takeBack undoes what add has done at a time, unless that is forgotten already.
func (t *tally) takeBack(p places, at time.Time) {
	for row := range t.rows {
		if c := t.at(row, p); c.failures > 0 && c.first <= at.UnixNano() {
			c.failures--
		}
	}
}
