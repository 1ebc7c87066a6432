package security

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
)

// checkLimit bounds one wait for a turn to hash.
const checkLimit = 15 * time.Second

// Client is who sends credentials, and what for.
type Client struct {
	// Address is where they come from, without port. Guesses from "" are not
	// slowed down.
	Address string

	// Definitions names those that let callers in; none is all.
	Definitions []string
}

// Verify returns who has a username and a password. Credentials that let nobody
// in are a *Refusal, which matches ErrDenied: an unknown username is found out no
// faster than a wrong password. After wrong passwords from the client's address,
// the next one has to wait (ErrTooEarly), whatever it is, unless credentials for
// the username were verified from this address before. These still pass then: a
// few each second at once, others after a hash as wrong ones do, so that nobody
// who shares the address can try passwords any faster. Errors of the database and
// of the context come back wrapped.
func (d *Definitions) Verify(ctx context.Context, from Client, username, clear string) (Principal, error) {
	current, err := d.current(ctx)
	if err != nil {
		return Principal{}, err
	}
	g := guessed{from: from, username: username, clear: clear, refusal: Refusal{Reason: NoSuchUsername}}
	if found := current.byUsername[username]; found != nil {
		g.refusal = Refusal{Type: BasicAuth, Definition: found.Name, Reason: WrongPassword}
		if why := from.hindrance(found.Name, found.isActive); why != "" {
			g.refusal.Reason = why
		} else {
			g.found = found
		}
	}
	if len(clear) > password.MaxSize { // which no password is
		g.refusal.Reason = PasswordTooLong
		return Principal{}, &g.refusal
	}
	hash := "unknown"
	if g.found != nil {
		hash = g.found.hash
	}
	g.digest = secret.Digest(d.digestKey, hash, username, clear)
	client, _ := d.guard.client(from.Address)
	g.place = quickDigest(d.digestKey, "right", hash, username, client)
	right, err := d.verify(ctx, &g)
	if err != nil {
		return Principal{}, err
	}
	if !right {
		return Principal{}, &g.refusal
	}
	return g.found.Principal, nil
}

// guessed are credentials to be verified.
type guessed struct {
	from            Client
	username, clear string

	found   *stored // whose they may be; nil is nobody
	digest  digest  // of what is stored, the username and the password
	place   digest  // of what is stored, the username and the address: where they are remembered if they are right
	refusal Refusal // if they are wrong
}

// wasRight tells whether credentials were right when they came from the same
// address before.
func (d *Definitions) wasRight(g *guessed) bool {
	right, ok := d.right.get(g.place)
	return ok && right == g.digest
}

func (d *Definitions) wasWrong(g *guessed) bool {
	_, ok := d.wrong.get(g.digest)
	return ok
}

// verify answers from memory what it can. Where guesses are held up, memory alone
// would tell right credentials from wrong ones, at no cost and as often as
// somebody likes who shares the address: so it is asked only so often, and beyond
// that whatever comes is hashed.
func (d *Definitions) verify(ctx context.Context, g *guessed) (right bool, err error) {
	if d.guard.isHeld(g.username, g.from.Address) {
		if d.wasWrong(g) {
			return false, nil
		}
		if _, isKnown := d.right.get(g.place); isKnown && !d.guard.spend(g.username, g.from.Address) {
			return d.hashAlone(ctx, g)
		}
	}
	switch {
	case d.wasRight(g):
		return true, nil
	case d.wasWrong(g):
		return false, nil
	}
	return d.try(ctx, g)
}

// hashAlone verifies credentials by a hash of their own. Joining the same ones of
// another call would tell that they are right: wrong ones have nobody to join.
func (d *Definitions) hashAlone(ctx context.Context, g *guessed) (right bool, err error) {
	attempt, wait := d.guard.begin(g.username, g.from.Address)
	right, err = d.hashInTurn(ctx, g)
	switch {
	case errors.Is(err, ErrBusy):
		attempt.wasBusy()
	case right || err != nil:
		attempt.takeBack()
	case wait > 0:
		err = g.tooEarly(wait)
	default:
		g.refusal.Slowed = attempt.next()
	}
	return right, err
}

func (g *guessed) tooEarly(wait time.Duration) error {
	return &Refusal{Type: g.refusal.Type, Definition: g.refusal.Definition, Reason: TooEarly, Wait: wait}
}

// try verifies a guess, unless it comes too early, and counts it if it is wrong
// and was hashed for this call. The same one is counted once where it comes from
// one address at the same time, so that many calls which begin with right
// credentials are no guessing.
func (d *Definitions) try(ctx context.Context, g *guessed) (right bool, err error) {
	client, _ := d.guard.client(g.from.Address)
	var slowed time.Duration // where it is this call that is counted
	trying := d.tries.DoChan(string(g.digest[:])+client, func() (any, error) {
		// Another try may have ended since the caller looked.
		if right := d.wasRight(g); right || d.wasWrong(g) {
			return right, nil
		}
		attempt, wait := d.guard.begin(g.username, g.from.Address)
		if wait > 0 {
			return false, g.tooEarly(wait)
		}
		right, isOurs, err := d.check(ctx, g)
		switch {
		case errors.Is(err, ErrBusy):
			attempt.wasBusy()
		case right || err != nil || !isOurs:
			attempt.takeBack()
		default:
			slowed = attempt.next()
		}
		return right, err
	})
	select {
	case tried := <-trying:
		g.refusal.Slowed = slowed
		return tried.Val.(bool), tried.Err
	case <-ctx.Done():
		return false, fmt.Errorf("verifying credentials: %w", ctx.Err())
	}
}

// check hashes a password, once for all who ask at the same time, from wherever,
// and remembers the result; isOurs is whether it was hashed for this call. It is
// not ended by the end of a call, for it is everybody's.
func (d *Definitions) check(ctx context.Context, g *guessed) (right, isOurs bool, err error) {
	checked, err, _ := d.checks.Do(string(g.digest[:]), func() (any, error) {
		if right := d.wasRight(g); right || d.wasWrong(g) {
			return right, nil
		}
		isOurs = true
		return d.hashInTurn(ctx, g)
	})
	if right = checked.(bool); right {
		d.right.add(g.place, g.digest) // of those who joined, each has a place of its own
	}
	return right, isOurs, err
}

// hashInTurn waits for a turn to hash. The end of a call does not end it.
func (d *Definitions) hashInTurn(ctx context.Context, g *guessed) (right bool, err error) {
	select {
	case d.waiting <- struct{}{}:
		defer func() { <-d.waiting }()
	default:
		return false, ErrBusy
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkLimit)
	defer cancel()
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
	case <-ctx.Done():
		return false, ErrBusy
	}
	return d.hash(ctx, g)
}

func (d *Definitions) hash(ctx context.Context, g *guessed) (right bool, err error) {
	if g.found == nil {
		err = d.hasher.VerifyDummy(ctx, g.clear)
	} else {
		right, _, err = d.hasher.Verify(ctx, g.found.hash, g.clear)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return false, ErrBusy
	case err != nil:
		return false, fmt.Errorf("verifying credentials: %w", err)
	case right:
		d.right.add(g.place, g.digest)
	default:
		d.wrong.add(g.digest, struct{}{})
	}
	return right, nil
}

// memory is a bounded map that forgets what was not asked for in a while: when
// one generation is full, the one before it goes.
type memory[V any] struct {
	mu            sync.Mutex
	size          int // of a generation
	young, before map[digest]V
}

// The sizes of half a memory, at 32 bytes for wrong credentials and 64 for right
// ones, and some each. Of right ones there are as many as addresses use them.
const (
	wrongGeneration = 4096
	rightGeneration = 1 << 14
)

func newMemory[V any](generation int) *memory[V] {
	return &memory[V]{size: generation, young: map[digest]V{}}
}

func (m *memory[V]) add(d digest, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addLocked(d, v)
}

func (m *memory[V]) addLocked(d digest, v V) {
	if _, ok := m.young[d]; !ok && len(m.young) >= m.size {
		m.young, m.before = map[digest]V{}, m.young
	}
	m.young[d] = v
}

func (m *memory[V]) get(d digest) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.young[d]; ok {
		return v, true
	}
	v, ok := m.before[d]
	if ok {
		m.addLocked(d, v)
	}
	return v, ok
}
