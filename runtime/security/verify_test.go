package security_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/security"
)

// counting counts what is hashed, and can hold it back.
type counting struct {
	security.Hasher
	verified, dummies atomic.Int64
	hold              chan struct{} // hashing waits until it is closed; nil does not wait
}

func newCounting(t testing.TB) *counting {
	t.Helper()
	hasher, err := password.New(password.Config{Algorithm: password.PBKDF2SHA512, Rounds: 1, SaltSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	return &counting{Hasher: hasher}
}

func (c *counting) Verify(ctx context.Context, hash, clear string) (ok, needsRehash bool, err error) {
	c.verified.Add(1)
	if c.hold != nil {
		<-c.hold
	}
	return c.Hasher.Verify(ctx, hash, clear)
}

func (c *counting) VerifyDummy(ctx context.Context, clear string) error {
	c.dummies.Add(1)
	return c.Hasher.VerifyDummy(ctx, clear)
}

func TestEachPasswordIsHashedOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		hasher := newCounting(t)
		d := newDefinitions(t, db, security.Config{Hasher: hasher})
		if err := d.Set(context.Background(), "pubapi", "user", "password"); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			var clients sync.WaitGroup
			for range 8 {
				clients.Go(func() {
					verify(t, d, "pubapi", "user", "password", nil)
					verify(t, d, "pubapi", "user", "wrong", security.ErrDenied)
					verify(t, d, "pubapi", "nobody", "password", security.ErrDenied)
				})
			}
			clients.Wait()
		}
		if verified, dummies := hasher.verified.Load(), hasher.dummies.Load(); verified != 2 || dummies != 1 {
			t.Errorf("%d passwords of users and %d of nobody were hashed, want 2 and 1", verified, dummies)
		}
	})
}

// TestMemoryIsBounded verifies again what was pushed out by other attempts.
func TestMemoryIsBounded(t *testing.T) {
	hasher := newCounting(t)
	db := engines["sqlite"](t)
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(context.Background(), security.MigrationOwner, security.Migrations()); err != nil {
		t.Fatal(err)
	}
	d := newDefinitions(t, db, security.Config{Hasher: hasher})
	const attempts = 20_000
	for round := range 2 {
		for i := range attempts {
			verify(t, d, "pubapi", "nobody", fmt.Sprint("guess ", i), security.ErrDenied)
		}
		if hashed := hasher.dummies.Load(); hashed != int64(round+1)*attempts {
			t.Fatalf("round %d: %d were hashed: the others are still remembered", round, hashed)
		}
	}
}

// TestRightCredentialsPassAFlood holds back all hashing and floods: who was
// verified before still passes, others are told to come back, and when hashing
// goes on again all is as before.
func TestRightCredentialsPassAFlood(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		ctx, hasher := context.Background(), newCounting(t)
		d := newDefinitions(t, db, security.Config{Hasher: hasher, MaxHashing: 1, MaxWaiting: 4})
		if err := d.Set(ctx, "pubapi", "user", "password"); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "user", "password", nil)
		hasher.hold = make(chan struct{})
		results := make(chan error)
		for i := range 60 {
			go func() {
				_, err := d.Verify(ctx, of("pubapi"), "user", fmt.Sprint("guess ", i))
				results <- err
			}()
		}
		for range 55 { // of 60, one hashes and four wait
			if err := <-results; !errors.Is(err, security.ErrBusy) {
				t.Errorf("a guess beyond those that may wait: %v", err)
			}
		}
		verify(t, d, "pubapi", "user", "password", nil)
		impatient, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
		defer cancel()
		if _, err := d.Verify(impatient, of("pubapi"), "user", "guess"); !errors.Is(err, security.ErrBusy) {
			t.Errorf("one more: %v", err)
		}
		close(hasher.hold)
		for range 5 {
			if err := <-results; !errors.Is(err, security.ErrDenied) {
				t.Errorf("a guess that waited: %v", err)
			}
		}
		if most := int64(1 + 5); hasher.verified.Load() != most {
			t.Errorf("%d passwords were hashed, want %d", hasher.verified.Load(), most)
		}
		verify(t, d, "pubapi", "user", "yet another", security.ErrDenied)
	})
}
