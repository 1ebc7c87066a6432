package databasetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
)

var closeTests = []test{
	{"WaitsForCallsInFlight", closeWaits},
	{"RefusesCallsAfterwards", closedRefuses},
	{"UnderLoad", closeUnderLoad},
}

func closeWaits(t *testing.T, db database.DB) {
	migrate(t, db)
	inside, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	var changeErr, closeErr error
	closed := make(chan struct{})
	all.Go(func() {
		changeErr = db.Change(background(t), nil, func() ([]database.Query, error) {
			close(inside)
			<-goOn
			return []database.Query{insert(1, "one", 0)}, nil
		})
	})
	<-inside
	all.Go(func() {
		closeErr = db.Close()
		close(closed)
	})
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(100 * time.Millisecond):
	}
	close(goOn)
	all.Wait()
	if changeErr != nil || closeErr != nil {
		t.Errorf("the change in flight: %v; Close: %v", changeErr, closeErr)
	}
}

func closedRefuses(t *testing.T, db database.DB) {
	migrate(t, db)
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, err := range map[string]error{
		"Read":    db.Read(background(t), database.Query{SQL: "SELECT 1"}),
		"Stream":  db.Stream(background(t), database.Query{SQL: "SELECT 1"}),
		"Ping":    db.Ping(background(t)),
		"Change":  db.Change(background(t), nil, writes(insert(1, "one", 0))),
		"Migrate": db.Migrate(background(t), "suite", schema),
	} {
		if !database.IsKind(err, database.Unavailable) {
			t.Errorf("%s: %v, want kind Unavailable", name, err)
		}
	}
}

func closeUnderLoad(t *testing.T, db database.DB) {
	migrate(t, db)
	var started sync.WaitGroup
	started.Add(workers)
	var all sync.WaitGroup
	var mu sync.Mutex
	var unexpected []error
	all.Go(func() {
		started.Wait()
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for worker := range workers {
		all.Go(func() {
			for i := 0; ; i++ {
				if i == 3 {
					started.Done()
				}
				err := db.Change(background(t), nil, writes(insert(worker*1_000_000+i, "", 0), database.Query{SQL: "UPDATE item SET name = NULL"}))
				if err == nil {
					continue
				}
				if i < 3 {
					started.Done()
				}
				if !database.IsKind(err, database.Unavailable) {
					mu.Lock()
					unexpected = append(unexpected, err)
					mu.Unlock()
				}
				return
			}
		})
	}
	all.Wait()
	for _, err := range unexpected {
		t.Errorf("while closing: %v", err)
	}
}
