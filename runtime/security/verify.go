package security

import (
	"context"
	"fmt"
	"sync"
	"time"

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
// the next one that was not verified before has to wait (ErrTooEarly), whatever
// it is; what was verified passes. Errors of the database and of the context come
// back wrapped.
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
	g.digest = keyedDigest(d.digestKey, hash, username, clear)
	right := g.found != nil && d.right.has(g.digest)
	if !right && !d.wrong.has(g.digest) {
		if right, err = d.try(ctx, &g); err != nil {
			return Principal{}, err
		}
	}
	if !right {
		return Principal{}, &g.refusal
	}
	return g.found.Principal, nil
}

// guessed are credentials that were not verified before.
type guessed struct {
	from            Client
	username, clear string

	found   *stored // whose they may be; nil is nobody
	digest  digest  // of what is stored, the username and the password
	refusal Refusal // if they are wrong
}

// try verifies a guess, unless it comes too early, and counts it if it is wrong.
// The same one is counted once where it comes from one address at the same time,
// so that many calls which begin with right credentials are no guessing.
func (d *Definitions) try(ctx context.Context, g *guessed) (right bool, err error) {
	client, _ := d.guard.client(g.from.Address)
	var slowed time.Duration // where it is this call that is counted
	trying := d.tries.DoChan(string(g.digest[:])+client, func() (any, error) {
		// Another try may have ended since the caller looked.
		if right := d.right.has(g.digest); right || d.wrong.has(g.digest) {
			return right, nil
		}
		attempt, wait := d.guard.begin(g.username, g.from.Address)
		if wait > 0 {
			return false, &Refusal{Type: g.refusal.Type, Definition: g.refusal.Definition, Reason: TooEarly, Wait: wait}
		}
		right, err := d.check(ctx, g)
		if right || err != nil {
			attempt.takeBack()
		} else {
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

// check hashes a password, once for all who ask at the same time, and remembers
// the result. It is not ended by the end of a call, for it is everybody's.
func (d *Definitions) check(ctx context.Context, g *guessed) (right bool, err error) {
	checked, err, _ := d.checks.Do(string(g.digest[:]), func() (any, error) {
		if right := d.right.has(g.digest); right || d.wrong.has(g.digest) {
			return right, nil
		}
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
		return d.hash(ctx, g.digest, g.found, g.clear)
	})
	return checked.(bool), err
}

func (d *Definitions) hash(ctx context.Context, digest digest, found *stored, clear string) (right bool, err error) {
	if found == nil {
		err = d.hasher.VerifyDummy(ctx, clear)
	} else {
		right, _, err = d.hasher.Verify(ctx, found.hash, clear)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return false, ErrBusy
	case err != nil:
		return false, fmt.Errorf("verifying credentials: %w", err)
	case right:
		d.right.add(digest)
	default:
		d.wrong.add(digest)
	}
	return right, nil
}

// memory is a bounded set that forgets what was not asked for in a while: when
// one generation is full, the one before it goes.
type memory struct {
	mu            sync.Mutex
	young, before map[digest]struct{}
}

// generation is the size of half a memory: 32 bytes and some each.
const generation = 4096

func newMemory() *memory { return &memory{young: map[digest]struct{}{}} }

func (m *memory) add(d digest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addLocked(d)
}

func (m *memory) addLocked(d digest) {
	if len(m.young) >= generation {
		m.young, m.before = map[digest]struct{}{}, m.young
	}
	m.young[d] = struct{}{}
}

func (m *memory) has(d digest) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.young[d]; ok {
		return true
	}
	_, ok := m.before[d]
	if ok {
		m.addLocked(d)
	}
	return ok
}
