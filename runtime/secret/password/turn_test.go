package password

import (
	"context"
	"errors"
	"testing"
)

// TestTurnsAreBounded fills every turn and every place to wait for one.
func TestTurnsAreBounded(t *testing.T) {
	h := newHasher(t, Config{Algorithm: PBKDF2SHA512, Rounds: 1, MaxConcurrent: 2, MaxWaiting: 3})
	var held []*Turn
	for range 2 {
		turn, err := h.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if turn.Waited() {
			t.Error("a turn that was free counts as waited for")
		}
		held = append(held, turn)
	}
	const callers = 10
	results := make(chan error, callers)
	for range callers {
		go func() {
			turn, err := h.Enter(context.Background())
			if err == nil {
				if !turn.Waited() {
					t.Error("a turn that others had counts as free")
				}
				turn.Leave()
			}
			results <- err
		}()
	}
	for range callers - 3 { // they are refused while the turns are held
		if err := <-results; !errors.Is(err, ErrBusy) {
			t.Errorf("one more than may wait: %v", err)
		}
	}
	if !h.IsBusy() {
		t.Error("it does not count as busy")
	}
	if _, err := h.Hash(t.Context(), "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("Hash: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone: %v", err)
	}
	for _, turn := range held {
		turn.Leave()
	}
	for range 3 {
		if err := <-results; err != nil {
			t.Errorf("one who waited: %v", err)
		}
	}
	if h.IsBusy() || len(h.turns) != 0 || len(h.places) != 0 {
		t.Errorf("%d turns and %d places are not given back", len(h.turns), len(h.places))
	}
}
