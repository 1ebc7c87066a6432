package security

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"gatehouse/runtime/secret/password"
)

// checkLimit bounds one wait for a turn to hash.
const checkLimit = 15 * time.Second

// Verify returns who has the username and the password in the definition of a
// name, or in any definition where the name is empty. Wrong credentials are
// ErrDenied: an unknown username is found out no faster than a wrong password.
// Errors of the database and of the context come back wrapped.
func (d *Definitions) Verify(ctx context.Context, name, username, clear string) (Principal, error) {
	current, err := d.current(ctx)
	if err != nil {
		return Principal{}, err
	}
	if len(clear) > password.MaxSize {
		return Principal{}, ErrDenied
	}
	found := current.find(name, username)
	hash := "unknown"
	if found != nil {
		hash = found.hash
	}
	digest := d.digest(hash, username, clear)
	right := found != nil && d.right.has(digest)
	if !right && !d.wrong.has(digest) {
		if right, err = d.check(ctx, digest, found, clear); err != nil {
			return Principal{}, err
		}
	}
	if !right {
		return Principal{}, ErrDenied
	}
	return found.Principal, nil
}

// check hashes a password, once for all who ask at the same time, and remembers
// the result.
func (d *Definitions) check(ctx context.Context, digest digest, found *stored, clear string) (right bool, err error) {
	checking := d.checks.DoChan(string(digest[:]), func() (any, error) {
		// Another check may have ended since the caller looked.
		if right := d.right.has(digest); right || d.wrong.has(digest) {
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
		return d.hash(ctx, digest, found, clear)
	})
	select {
	case checked := <-checking:
		return checked.Val.(bool), checked.Err
	case <-ctx.Done():
		return false, fmt.Errorf("verifying credentials: %w", ctx.Err())
	}
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

type digest = [sha256.Size]byte

// digest stands for one attempt: a stored hash, a username and a password. The
// same three always have the same outcome, so it can be remembered for good.
func (d *Definitions) digest(hash, username, clear string) digest {
	mac := hmac.New(sha256.New, d.digestKey)
	for _, part := range []string{hash, username, clear} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return digest(mac.Sum(nil))
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
