package script_test

import (
	"context"
	"errors"
	"testing"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// TestWithin makes a call within another one that has the only turn, and
// another when the engine is closed and nobody is inside any more.
func TestWithin(t *testing.T) {
	h := newHost(t, map[string]string{"end.go": source("End", "\treturn nil")}, func(c *script.Config) { c.PoolSize = 1 })
	nothing := func(*service.Service) error { return nil }
	attach := func(ctx context.Context, s *service.Service) { service.Attach(s, service.Call{Context: ctx}) }
	ctx := script.Within(t.Context())
	_, err := h.Call(t.Context(), "end.end", attach, func(*service.Service) error {
		_, err := h.Call(ctx, "end.end", attach, nothing)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := h.Call(ctx, "end.end", attach, nothing); !errors.Is(err, script.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
	}
}
