package core

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Throttling slows down who guesses secrets. A call that checks one
//
//	guess := c.throttle.guess(passwordOf, username, call.RemoteAddr)
//	found, now, err := op.read(ctx, store.Lookup{…, Throttles: guess.digests()})
//	err = c.throttle.check(&guess, found.Throttles, now)
//	err = op.try(ctx, &guess, func(turn *password.Turn) error { … })
//	changes = append(changes, guess.right(now)...)
//
// reads the counters together with its rows, refuses at once whoever has to
// wait, and checks the secret in try, which counts what was refused. What was
// right is forgotten with the changes that the call commits anyway. So a call
// that is right costs no further round trip.
//
// Delays begin at sso.login.throttle.first_delay, double, and end at longest_delay:
// they make guessing slow, and nobody can lock another out for longer than that.
// Refused calls count as nothing, so that asking again does not prolong them. A
// user at an address from where he has logged in is counted apart from what
// others do to his name from elsewhere.
type throttle struct {
	cfg    *ThrottleConfig
	key    []byte // of the digests
	shared network.List
	exempt network.List

	waits waits

	// counted counts what this host has counted. Who finds it changed since he
	// read the counters reads them again.
	counted atomic.Uint64
}

func newThrottle(ctx context.Context, o *Options) (*throttle, error) {
	cfg := &o.Config.Login.Throttle
	if !cfg.Enabled {
		return &throttle{cfg: cfg}, nil
	}
	shared, err := network.ParseList(cfg.SharedAddresses)
	if err != nil {
		return nil, err
	}
	exempt, err := network.ParseList(cfg.ExemptAddresses)
	if err != nil {
		return nil, err
	}
	key, err := throttleKey(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("the key of the digests that wrong guesses are counted under: %w", err)
	}
	return &throttle{cfg: cfg, key: key, shared: shared, exempt: exempt}, nil
}

// What is guessed: each kind is counted by itself.
const (
	passwordOf    = "password"     // of a username, with its TOTP codes
	oldPasswordOf = "old password" // of the owner of a session
	codeOf        = "code"         // TOTP code of a username
	codeOfOwner   = "owner's code" // TOTP code of the owner of a session

	// resetOf is no secret but a mail that anybody may ask for, to a credential.
	resetOf = "reset"
)

// guess is one attempt at a secret. The zero guess is one that is not counted.
type guess struct {
	throttle *throttle
	subject  string // digest of whose secret it is
	address  string // digest of where the guess comes from; "" is not counted
	pair     string // digest of both; "" is not told apart

	asOf  uint64            // throttle.counted when the counters were about to be read
	rows  []*store.Throttle // the counters as they were read
	known bool              // the pair has been right before: it is what counts
	until time.Time         // when it may be made, where it had to wait
}

// guess begins an attempt at the secret of a subject from addresses that are
// joined by commas.
func (t *throttle) guess(kind, subject, addresses string) guess {
	if !t.cfg.Enabled {
		return guess{}
	}
	address, exempt := t.client(addresses)
	if exempt {
		return guess{}
	}
	g := guess{throttle: t, subject: t.digest(kind, subject), asOf: t.counted.Load()}
	if address == "" {
		return g
	}
	if t.cfg.AddressAttempts > 0 {
		g.address = t.digest("address", address)
		if kind == resetOf {
			g.address = t.digest("address", kind, address)
		}
	}
	if t.cfg.KnownAddress > 0 && kind == passwordOf {
		g.pair = t.digest("known address", kind, subject, address)
	}
	return g
}

// client finds the address that counts: the last of a list that is none of
// one's own, which those before it could have made up. Of IPv6 a whole /64
// counts, which is what one customer has.
func (t *throttle) client(addresses string) (address string, exempt bool) {
	parts := strings.Split(addresses, ",")
	for _, text := range slices.Backward(parts) {
		addr, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			return strings.TrimSpace(text), false
		}
		addr = addr.Unmap().WithZone("")
		if t.exempt.Has(addr) {
			exempt = true
			continue
		}
		exempt = false
		if t.shared.Has(addr) {
			continue
		}
		return network.Customer(addr), false
	}
	return "", exempt
}

func (t *throttle) isExempt(addresses string) bool {
	_, exempt := t.client(addresses)
	return exempt
}

// digest names a row without telling whose it is. 128 bits are enough: who
// does not know the key cannot look for two names with one digest.
func (t *throttle) digest(parts ...string) string {
	sum := secret.Digest(t.key, parts...)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// digests are what a Lookup reads the counters by.
func (g *guess) digests() []string {
	return slices.DeleteFunc([]string{g.subject, g.address, g.pair}, func(digest string) bool { return digest == "" })
}

func (g *guess) row(digest string) *store.Throttle {
	for _, row := range g.rows {
		if row.Digest == digest && digest != "" {
			return row
		}
	}
	return nil
}

// check refuses a guess that has to wait, by the counters as they were read.
func (t *throttle) check(g *guess, rows []*store.Throttle, now time.Time) error {
	if g.throttle == nil {
		return nil
	}
	g.rows = rows
	pair := g.row(g.pair)
	g.known = pair != nil && pair.KnownUntil != nil && pair.KnownUntil.After(now)
	counter := g.row(g.subject)
	if g.known {
		counter = pair
	}
	wait := max(t.wait(counter, t.cfg.UserAttempts, now), t.wait(g.row(g.address), t.cfg.AddressAttempts, now))
	if wait <= 0 {
		return nil
	}
	g.until = now.Add(wait)
	return tooManyWrong(wait)
}

func tooManyWrong(wait time.Duration) error { return tooMany(wait, "too many wrong attempts") }

// wait is how long a counter has guesses wait.
func (t *throttle) wait(row *store.Throttle, attempts int, now time.Time) time.Duration {
	if row == nil {
		return 0
	}
	return t.cfg.delays().After(attempts).Wait(row.Failures, row.FirstFailure, row.LastFailure, now)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// tooMany refuses a call that may be made again after a while.
func tooMany(wait time.Duration, what string) *refusal {
	wait = backoff.Told(wait)
	refused := refuse(sso.NotAllowed, "%s: try again in %s", what, words.Counted(int64(wait/time.Second), "second", "seconds"))
	refused.retryAfter = wait
	return refused
}

// try checks a secret, by a function that refuses what is wrong, and counts
// what it refuses. It has a turn to hash: as no more guesses than there are
// turns are at work at once, and each is counted before the next one begins, so
// many at most, beyond those that are allowed, are tried before the delay.
func (op *operation) try(ctx context.Context, g *guess, verify func(*password.Turn) error) error {
	c := op.core
	turn, err := c.hasher.Enter(ctx)
	if err != nil {
		return err
	}
	defer turn.Leave()
	if g.throttle != nil && (turn.Waited() || c.throttle.counted.Load() != g.asOf) {
		found, err := c.store.Read(ctx, store.Lookup{Throttles: g.digests()})
		if err == nil {
			err = c.throttle.check(g, found.Throttles, c.now())
		}
		if err != nil {
			return err
		}
	}
	err = verify(turn)
	if op.looksWrong(err) {
		if err := c.count(ctx, g); err != nil {
			return err
		}
	}
	return err
}

// looksWrong reports whether clients take an outcome for a wrong guess. What
// they cannot tell from one is counted like one: otherwise, counting would tell.
func (op *operation) looksWrong(err error) bool {
	var refused *refusal
	if !errors.As(err, &refused) || refused.retryAfter > 0 { // who was told to wait guessed nothing
		return false
	}
	failure := op.failure(err)
	return slices.Equal(failure.Told(), []sso.Code{sso.NotAllowed})
}

// countTimeout bounds the writing of a count, which has a turn to hash.
const countTimeout = 10 * time.Second

// count counts a guess that was wrong. Hanging up does not prevent it.
func (c *Core) count(ctx context.Context, g *guess) error {
	if g.throttle == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countTimeout)
	defer cancel()
	err := c.store.Write(ctx, g.counted(c.now())...)
	c.throttle.counted.Add(1)
	return err
}

// counted returns what counting a guess changes.
func (g *guess) counted(now time.Time) []store.Change {
	if g.throttle == nil {
		return nil
	}
	window := seconds(g.throttle.cfg.Window)
	subject := g.subject
	if g.known {
		subject = g.pair
	}
	var changes []store.Change
	for _, digest := range []string{subject, g.address} { // in this order everywhere, as counting locks rows
		if digest != "" {
			changes = append(changes, store.CountFailure{Digest: digest, At: now, Since: now.Add(-window), Expiration: now.Add(window)})
		}
	}
	return changes
}

// isSpent reports whether as many as may be were counted within the window, by
// the counters as they were read: for what is counted although nothing was
// wrong with it.
func (g *guess) isSpent(rows []*store.Throttle, now time.Time) bool {
	if g.throttle == nil {
		return false
	}
	g.rows = rows
	spent := func(row *store.Throttle, most int) bool {
		return row != nil && row.Failures >= most && row.FirstFailure.Add(seconds(g.throttle.cfg.Window)).After(now)
	}
	return spent(g.row(g.subject), g.throttle.cfg.UserAttempts) || spent(g.row(g.address), g.throttle.cfg.AddressAttempts)
}

// right returns what a right guess changes: the counter that it was judged by
// is forgotten, the address's is not, and the address is known for a while.
func (g *guess) right(now time.Time) []store.Change {
	if g.throttle == nil {
		return nil
	}
	var changes []store.Change
	if !g.known && g.row(g.subject) != nil {
		changes = append(changes, store.ForgetFailures{Digest: g.subject})
	}
	if g.pair == "" {
		return changes
	}
	until := now.Add(time.Duration(g.throttle.cfg.KnownAddress) * day)
	if row := g.row(g.pair); g.known && row.Failures == 0 && row.KnownUntil.After(until.Add(-day)) {
		return changes // noted today already
	}
	return append(changes, store.RememberSuccess{Digest: g.pair, At: now, KnownUntil: until})
}
