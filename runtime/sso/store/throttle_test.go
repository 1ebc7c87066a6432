package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// TestThrottles holds both engines to the same counting.
func TestThrottles(t *testing.T) {
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		s := store.New(db)
		begin := time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC)
		const window = time.Minute
		count := func(digest string, at time.Time) {
			t.Helper()
			write(t, s, store.CountFailure{Digest: digest, At: at, Since: at.Add(-window), Expiration: at.Add(window)})
		}
		rows := func(digests ...string) map[string]store.Throttle {
			t.Helper()
			found := map[string]store.Throttle{}
			for _, row := range find(t, s, store.Lookup{Throttles: digests}).Throttles {
				found[row.Digest] = *row
			}
			return found
		}
		if got := rows("a", "b", "c"); len(got) != 0 {
			t.Errorf("before anything was counted: %v", got)
		}
		count("a", begin)
		count("b", begin)
		count("a", begin.Add(30*time.Second))
		want := func(digest string, failures int, first, last time.Time) {
			t.Helper()
			row := rows(digest)[digest]
			if row.Failures != failures || !row.FirstFailure.Equal(first) || !row.LastFailure.Equal(last) || row.FirstFailure.Location() != time.UTC {
				t.Errorf("%s: %+v", digest, row)
			}
		}
		want("a", 2, begin, begin.Add(30*time.Second))
		want("b", 1, begin, begin)
		if got := rows("b", "a"); len(got) != 2 {
			t.Errorf("two at once: %v", got)
		}
		count("a", begin.Add(window)) // the window has ended: they count anew
		want("a", 1, begin.Add(window), begin.Add(window))

		// A success forgets, and is remembered until its own end.
		known := begin.Add(time.Hour)
		write(t, s, store.RememberSuccess{Digest: "a", At: begin, KnownUntil: known}, store.RememberSuccess{Digest: "new", At: begin, KnownUntil: known})
		for _, digest := range []string{"a", "new"} {
			if row := rows(digest)[digest]; row.Failures != 0 || row.KnownUntil == nil || !row.KnownUntil.Equal(known) {
				t.Errorf("%s, known: %+v", digest, row)
			}
		}
		count("a", begin.Add(2*time.Second))
		want("a", 1, begin.Add(2*time.Second), begin.Add(2*time.Second))
		write(t, s, store.ForgetFailures{Digest: "b"}, store.ForgetFailures{Digest: "none"})
		if got := rows("b"); len(got) != 0 {
			t.Errorf("forgotten: %v", got)
		}

		count("short", begin)
		for _, step := range []struct {
			at            time.Time
			deleted, left int
		}{{begin.Add(window), 1, 2}, {known, 2, 0}} {
			deleted, err := s.DeleteExpired(t.Context(), step.at)
			if got := rows("a", "new", "short"); err != nil || deleted != int64(step.deleted) || len(got) != step.left {
				t.Errorf("at %v: deleted %d, %v, left %v", step.at, deleted, err, got)
			}
		}

		// What is counted at the same time is all counted.
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if err := s.Write(t.Context(),
					store.CountFailure{Digest: "x", At: begin, Since: begin.Add(-window), Expiration: begin.Add(window)},
					store.CountFailure{Digest: "y", At: begin, Since: begin.Add(-window), Expiration: begin.Add(window)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		want("x", 50, begin, begin)
		want("y", 50, begin, begin)

		// In steps, however many there are.
		var changes []store.Change
		for i := range 2500 {
			changes = append(changes, store.CountFailure{Digest: fmt.Sprint(i), At: begin, Since: begin, Expiration: begin})
		}
		write(t, s, changes...)
		if deleted, err := s.DeleteExpired(t.Context(), begin); err != nil || deleted != 2500 {
			t.Errorf("deleted %d, %v", deleted, err)
		}
	})
}
