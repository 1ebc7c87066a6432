package databasetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/runtime/database"
)

var concurrencyTests = []test{
	{"NoUpdateIsLost", noLostUpdate},
	{"RefusalsDoNotDisturbOthers", refusalsDoNotDisturb},
	{"ReadersDoNotWaitForWriters", readersDoNotWait},
	{"ADeadlockIsAConflict", deadlockIsConflict},
}

const workers = 8

// together runs a function in several goroutines and returns their errors.
func together(run func(worker int) error) []error {
	errs := make([]error, workers)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() { errs[worker] = run(worker) })
	}
	all.Wait()
	return errs
}

func noLostUpdate(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 0))
	const each = 50
	for _, err := range together(func(int) error {
		for range each {
			var loaded int
			err := db.Change(background(t), []database.Query{lockRow(db, 1, &loaded)}, func() ([]database.Query, error) {
				return []database.Query{setAmount(1, loaded+1)}, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := amount(t, db, 1); n != workers*each {
		t.Errorf("amount %d after %d increments", n, workers*each)
	}
}

// refusalsDoNotDisturb mixes changes that succeed with those that fail in all
// ways; engines that put changes together must keep them apart.
func refusalsDoNotDisturb(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(0, "taken", 0))
	const each = 40
	var succeeded atomic.Int64
	for _, err := range together(func(worker int) error {
		for i := range each {
			id := 1 + worker*each + i
			good := insert(id, fmt.Sprint("name ", id), 0)
			var err error
			switch i % 5 {
			case 1:
				err = want(database.Duplicate, db.Change(background(t), nil, writes(good, insert(-id, "taken", 0))))
			case 2:
				if got := db.Change(background(t), []database.Query{good}, func() ([]database.Query, error) { return nil, errOfTest }); got != errOfTest { //nolint:errorlint // it must be the same
					err = fmt.Errorf("refused: %w", got)
				}
			case 3:
				err = want(database.Internal, db.Change(background(t), nil, writes(good, database.Query{SQL: "nonsense"})))
			case 4:
				err = want(database.Internal, db.Change(background(t), []database.Query{good}, func() ([]database.Query, error) { panic("in a test") }))
			default:
				err = db.Change(background(t), nil, writes(good))
				succeeded.Add(1)
			}
			if err != nil {
				return fmt.Errorf("worker %d, change %d: %w", worker, i, err)
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := count(t, db); n != int(succeeded.Load())+1 {
		t.Errorf("%d rows, want %d", n, succeeded.Load()+1)
	}
}

func want(kind database.Kind, err error) error {
	if database.IsKind(err, kind) {
		return nil
	}
	return fmt.Errorf("want kind %v, got: %w", kind, err)
}

func readersDoNotWait(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 1))
	var loaded, seen int
	err := db.Change(background(t), []database.Query{lockRow(db, 1, &loaded), setAmount(1, 2)}, func() ([]database.Query, error) {
		// Decide must not use the database; this is to show that others may.
		seen = amount(t, db, 1)
		return []database.Query{setAmount(1, 3)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != 1 {
		t.Errorf("a reader saw %d, want what was committed: 1", seen)
	}
	if n := amount(t, db, 1); n != 3 {
		t.Errorf("amount %d, want 3", n)
	}
}

// deadlockIsConflict has two changes lock two rows in opposite order. On
// SQLite, where changes run one after another, both succeed.
func deadlockIsConflict(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 0), insert(2, "two", 0))
	var ready sync.WaitGroup
	grouped := db.Dialect() == database.SQLite
	if !grouped {
		ready.Add(2)
	}
	crossing := func(first, second int) error {
		return db.Change(background(t), []database.Query{lockRow(db, first, new(int))}, func() ([]database.Query, error) {
			if !grouped {
				ready.Done()
				ready.Wait()
			}
			return []database.Query{
				{SQL: "UPDATE item SET amount = amount + 1 WHERE id = $1", Args: []any{second}},
				{SQL: "UPDATE item SET amount = amount + 1 WHERE id = $1", Args: []any{first}},
			}, nil
		})
	}
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { errs[0] = crossing(1, 2) })
	both.Go(func() { errs[1] = crossing(2, 1) })
	both.Wait()
	succeeded := 0
	for _, err := range errs {
		if err == nil {
			succeeded++
		} else {
			wantKind(t, err, database.Conflict)
		}
	}
	if wanted := map[bool]int{true: 2, false: 1}[grouped]; succeeded != wanted {
		t.Errorf("%d changes succeeded, want %d", succeeded, wanted)
	}
	if a, b := amount(t, db, 1), amount(t, db, 2); a != succeeded || b != succeeded {
		t.Errorf("amounts %d and %d after %d changes", a, b, succeeded)
	}
}
