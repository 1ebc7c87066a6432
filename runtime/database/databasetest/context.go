package databasetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
)

var contextTests = []test{
	{"EndedBefore", endedBefore},
	{"EndedInLoad", endedInLoad},
	{"EndedWhileWaiting", endedWhileWaiting},
	{"EndedAfterDecideIsCarriedThrough", endedAfterDecide},
	{"EndsALongRead", endsLongRead},
}

func endedBefore(t *testing.T, db database.DB) {
	migrate(t, db)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	past, cancelPast := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancelPast()
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{ctx, context.Canceled}, {past, context.DeadlineExceeded}} {
		decided := false
		for name, err := range map[string]error{
			"Read":   db.Read(c.ctx, database.Query{SQL: "SELECT 1"}),
			"Stream": db.Stream(c.ctx, database.Query{SQL: "SELECT 1"}),
			"Ping":   db.Ping(c.ctx),
			"Change": db.Change(c.ctx, nil, func() ([]database.Query, error) {
				decided = true
				return []database.Query{insert(1, "one", 0)}, nil
			}),
		} {
			if !database.IsKind(err, database.Cancelled) || !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want kind Cancelled and %v", name, err, c.want)
			}
		}
		if decided {
			t.Error("decide ran")
		}
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func endedInLoad(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 0))
	ctx, cancel := context.WithCancel(background(t))
	defer cancel()
	load := database.Query{SQL: "SELECT id FROM item", Row: func(func(...any) error) error {
		cancel()
		return nil
	}}
	decided := false
	err := db.Change(ctx, []database.Query{load}, func() ([]database.Query, error) {
		decided = true
		return []database.Query{setAmount(1, 9)}, nil
	})
	wantKind(t, err, database.Cancelled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v is not context.Canceled", err)
	}
	if decided {
		t.Error("decide ran although the context had ended")
	}
	if n := amount(t, db, 1); n != 0 {
		t.Error("the change happened")
	}
}

// endedWhileWaiting has a second change wait for the first: in the queue of
// the writer or at the lock of the row.
func endedWhileWaiting(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 0))
	inside, goOn := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	var firstErr error
	first.Go(func() {
		var loaded int
		firstErr = db.Change(background(t), []database.Query{lockRow(db, 1, &loaded)}, func() ([]database.Query, error) {
			close(inside)
			<-goOn
			return []database.Query{setAmount(1, loaded+1)}, nil
		})
	})
	<-inside
	ctx, cancel := context.WithTimeout(background(t), 100*time.Millisecond)
	defer cancel()
	var loaded int
	decided := false
	start := time.Now()
	err := db.Change(ctx, []database.Query{lockRow(db, 1, &loaded)}, func() ([]database.Query, error) {
		decided = true
		return []database.Query{setAmount(1, loaded+100)}, nil
	})
	wantKind(t, err, database.Cancelled)
	if waited := time.Since(start); waited > patience/2 {
		t.Errorf("the waiting change left after %v", waited)
	}
	close(goOn)
	first.Wait()
	if firstErr != nil {
		t.Fatal(firstErr)
	}
	// A third change is behind whatever might be left of the second.
	change(t, db, insert(2, "two", 0))
	if n := amount(t, db, 1); n != 1 || decided {
		t.Errorf("amount %d, want 1; the change that left decided: %t", n, decided)
	}
}

func endedAfterDecide(t *testing.T, db database.DB) {
	migrate(t, db)
	ctx, cancel := context.WithCancel(background(t))
	err := db.Change(ctx, nil, func() ([]database.Query, error) {
		cancel()
		return []database.Query{insert(1, "one", 0), insert(2, "two", 0)}, nil
	})
	if err != nil {
		t.Errorf("error %v of a change that was decided", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func endsLongRead(t *testing.T, db database.DB) {
	endless := database.Query{SQL: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)
SELECT count(*) FROM n`}
	ctx, cancel := context.WithTimeout(background(t), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := db.Read(ctx, endless)
	wantKind(t, err, database.Cancelled)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v is not context.DeadlineExceeded", err)
	}
	if took := time.Since(start); took > patience/2 {
		t.Errorf("it took %v to end", took)
	}
	if err := db.Ping(background(t)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
