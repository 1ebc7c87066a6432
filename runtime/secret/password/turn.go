package password

import (
	"context"
	"fmt"
)

// Turn is the right to hash, one of MaxConcurrent. Whoever has something to do
// right before or after hashing, such as to count a wrong password before the
// next one is tried, holds a turn meanwhile; all others call the Hasher.
type Turn struct {
	hasher *Hasher
	waited bool
}

// Enter waits for a turn; Leave must follow. Its errors are ErrBusy, when as
// many wait as may, and the context's.
func (h *Hasher) Enter(ctx context.Context) (*Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("password hashing: %w", err)
	}
	select {
	case h.places <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	turn := &Turn{hasher: h}
	select {
	case h.turns <- struct{}{}:
		return turn, nil
	default:
		turn.waited = true
	}
	select {
	case h.turns <- struct{}{}:
		return turn, nil
	case <-ctx.Done():
		<-h.places
		return nil, fmt.Errorf("password hashing: %w", ctx.Err())
	}
}

// IsBusy reports whether Enter would be refused at the moment: who asks first
// need not prepare what is then in vain.
func (h *Hasher) IsBusy() bool { return len(h.places) == cap(h.places) }

// Leave ends the turn.
func (t *Turn) Leave() {
	<-t.hasher.turns
	<-t.hasher.places
}

// Waited reports whether others were before this turn: what was known when it
// was asked for may be out of date.
func (t *Turn) Waited() bool { return t.waited }

// Verify is Hasher.Verify within the turn.
func (t *Turn) Verify(text, password string) (ok, needsRehash bool, err error) {
	stored, err := parse(text)
	if err != nil {
		return false, false, err
	}
	if usable(password) != nil {
		return false, false, nil // as quick as VerifyDummy of the same
	}
	t.hasher.note(stored.parameters)
	if stored.matches(password) {
		return true, stored.foreign || stored.parameters != t.hasher.preferred, nil
	}
	t.hasher.spend(password, stored.parameters)
	return false, false, nil
}

// VerifyDummy is Hasher.VerifyDummy within the turn.
func (t *Turn) VerifyDummy(password string) {
	if usable(password) == nil {
		t.hasher.spend(password, parameters{})
	}
}
