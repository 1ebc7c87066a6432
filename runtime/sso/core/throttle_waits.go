package core

import (
	"sync"
	"time"

	"gatehouse/runtime/sso/store"
)

// maxWaits bounds what is remembered: some 2 MiB.
const maxWaits = 10_000

// waits remembers which guesses have to wait, so that asking again meanwhile
// asks no database: a flood of them costs next to nothing, and takes the same
// time whether or not there is such a user. Nothing that happens on other hosts
// makes a wait shorter.
type waits struct {
	mu      sync.Mutex
	guesses map[waiting]wait
}

// waiting is who waits: the digests of a guess.
type waiting struct{ subject, address, pair string }

type wait struct {
	until  time.Time
	target string // user ID, for the audit
}

// note remembers a guess that check has refused.
func (w *waits) note(g *guess, target *store.User) {
	noted := wait{until: g.until}
	if target != nil {
		noted.target = target.UserID
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.guesses == nil || len(w.guesses) >= maxWaits {
		w.guesses = map[waiting]wait{}
	}
	w.guesses[waiting{g.subject, g.address, g.pair}] = noted
}

// check refuses a guess of which it is remembered that it has to wait, and
// tells whose secret it is after.
func (w *waits) check(g *guess, now time.Time) (target string, err error) {
	if g.throttle == nil {
		return "", nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	noted, found := w.guesses[waiting{g.subject, g.address, g.pair}]
	if !found || !noted.until.After(now) {
		return "", nil
	}
	return noted.target, tooManyWrong(noted.until.Sub(now))
}

// forget drops what is over.
func (w *waits) forget(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for who, noted := range w.guesses {
		if !noted.until.After(now) {
			delete(w.guesses, who)
		}
	}
}
