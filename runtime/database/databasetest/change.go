package databasetest

import (
	"errors"
	"runtime"
	"testing"

	"gatehouse/runtime/database"
)

var changeTests = []test{
	{"LoadsDecidesAndWrites", changeWhole},
	{"WithNothingToDoDoesNothing", changeNothing},
	{"ReturnsTheErrorOfDecide", decideError},
	{"KeepsNothingWhenAWriteFails", writeFails},
	{"ErrorsOfAffectedAndRowUndo", functionsUndo},
	{"AffectedCounts", affectedCounts},
	{"TellsDuplicates", tellsDuplicates},
	{"TellsOtherConstraints", tellsConstraints},
	{"SurvivesAPanic", survivesPanic},
	{"SurvivesTheEndOfAGoroutine", survivesGoexit},
	{"DecideRunsOnce", decideOnce},
}

func changeWhole(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 5), insert(2, "two", 6))
	var first, second int
	err := db.Change(background(t), []database.Query{lockRow(db, 1, &first), lockRow(db, 2, &second)},
		func() ([]database.Query, error) {
			return []database.Query{setAmount(1, second*10), setAmount(2, first*10)}, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := amount(t, db, 1), amount(t, db, 2); a != 60 || b != 50 {
		t.Errorf("amounts are %d and %d, want 60 and 50", a, b)
	}
}

func changeNothing(t *testing.T, db database.DB) {
	migrate(t, db)
	for name, run := range map[string]func() error{
		"neither load nor decide": func() error { return db.Change(background(t), nil, nil) },
		"decide returns nothing":  func() error { return db.Change(background(t), nil, writes()) },
		"load that writes, decide returns nothing": func() error {
			return db.Change(background(t), []database.Query{insert(1, "one", 1)}, writes())
		},
		"load that writes, no decide": func() error {
			return db.Change(background(t), []database.Query{insert(1, "one", 1)}, nil)
		},
	} {
		if err := run(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%s: %d rows were written", name, n)
		}
	}
}

func decideError(t *testing.T, db database.DB) {
	migrate(t, db)
	wrote := database.Query{SQL: "INSERT INTO item (id) VALUES (1)"}
	err := db.Change(background(t), []database.Query{wrote}, func() ([]database.Query, error) {
		return []database.Query{insert(2, "two", 0)}, errOfTest
	})
	if err != errOfTest { //nolint:errorlint // it must be the same
		t.Errorf("error %v, want the one of decide itself", err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows remain of a change that was refused", n)
	}
}

func writeFails(t *testing.T, db database.DB) {
	migrate(t, db)
	for failing := range 3 {
		queries := []database.Query{insert(1, "a", 0), insert(2, "b", 0), insert(3, "c", 0)}
		queries[failing] = database.Query{SQL: "INSERT INTO absent VALUES (1)"}
		wantKind(t, db.Change(background(t), nil, writes(queries...)), database.Internal)
		if n := count(t, db); n != 0 {
			t.Fatalf("write %d failed, yet %d rows are there", failing, n)
		}
	}
	change(t, db, insert(1, "a", 0))
}

func functionsUndo(t *testing.T, db database.DB) {
	migrate(t, db)
	refuseRow := func(func(...any) error) error { return errOfTest }
	refuseCount := func(int64) error { return errOfTest }
	returning := insert(1, "one", 0)
	returning.SQL += " RETURNING id"
	returning.Row = refuseRow
	counted := insert(2, "two", 0)
	counted.Affected = refuseCount
	for name, q := range map[string]database.Query{"Row": returning, "Affected": counted} {
		for part, run := range map[string]func() error{
			"load":            func() error { return db.Change(background(t), []database.Query{insert(8, "eight", 0), q}, writes()) },
			"write":           func() error { return db.Change(background(t), nil, writes(insert(8, "eight", 0), q)) },
			"write, not last": func() error { return db.Change(background(t), nil, writes(q, insert(8, "eight", 0))) },
		} {
			if err := run(); err != errOfTest { //nolint:errorlint // it must be the same
				t.Errorf("%s of a %s: error %v, want its own", name, part, err)
			}
			if n := count(t, db); n != 0 {
				t.Errorf("%s of a %s: %d rows remain", name, part, n)
			}
		}
	}
}

func affectedCounts(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "one", 0), insert(2, "two", 0), insert(3, "three", 0))
	for _, c := range []struct {
		sql  string
		want int64
	}{
		{"UPDATE item SET amount = 1 WHERE id = 9", 0},
		{"UPDATE item SET amount = 1 WHERE id < 3", 2},
		{"INSERT INTO item (id) VALUES (3) ON CONFLICT DO NOTHING", 0},
		{"UPDATE item SET amount = 2 RETURNING id", 3},
		{"DELETE FROM item WHERE id = 9 RETURNING id", 0},
		{"DELETE FROM item", 3},
	} {
		for _, withRow := range []bool{false, true} {
			if withRow && c.sql == "DELETE FROM item" {
				continue
			}
			got, calls := int64(-1), 0
			q := database.Query{SQL: c.sql, Affected: func(rows int64) error { got = rows; calls++; return nil }}
			if withRow {
				q.Row = func(func(...any) error) error { return nil }
			}
			change(t, db, q)
			if got != c.want || calls != 1 {
				t.Errorf("%s (with Row: %t): %d rows in %d calls, want %d in one", c.sql, withRow, got, calls, c.want)
			}
		}
	}
}

func tellsDuplicates(t *testing.T, db database.DB) {
	migrate(t, db)
	change(t, db, insert(1, "secret name", 0))
	want := map[database.Dialect][2]string{
		database.SQLite:     {"item.name", "item.id"},
		database.PostgreSQL: {"item_name_is_unique", "item_pkey"},
	}[db.Dialect()]
	for i, q := range []database.Query{insert(2, "secret name", 0), insert(1, "another", 0)} {
		err := db.Change(background(t), nil, writes(q))
		wantKind(t, err, database.Duplicate)
		var found *database.Error
		if !errors.As(err, &found) || found.Constraint != want[i] {
			t.Errorf("constraint %q, want %q", found.Constraint, want[i])
		}
		if found.Reason == "" {
			t.Error("no reason is given")
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func tellsConstraints(t *testing.T, db database.DB) {
	migrate(t, db)
	for name, q := range map[string]database.Query{
		"check":       insert(1, "one", -1),
		"not null":    {SQL: "INSERT INTO part (item_id) VALUES (NULL)"},
		"foreign key": {SQL: "INSERT INTO part (item_id) VALUES (77)"},
	} {
		err := db.Change(background(t), nil, writes(q))
		if !database.IsKind(err, database.Internal) {
			t.Errorf("%s: %v, want kind Internal", name, err)
		}
	}
}

func survivesPanic(t *testing.T, db database.DB) {
	migrate(t, db)
	boom := func() ([]database.Query, error) { panic("in a test") }
	wantKind(t, db.Change(background(t), []database.Query{insert(1, "one", 0)}, boom), database.Internal)
	panicking := insert(2, "two", 0)
	panicking.Affected = func(int64) error { panic("in a test") }
	wantKind(t, db.Change(background(t), nil, writes(panicking)), database.Internal)
	wantKind(t, db.Change(background(t), []database.Query{panicking}, writes()), database.Internal)
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows remain", n)
	}
	change(t, db, insert(3, "three", 0))
}

// survivesGoexit ends the goroutine in decide, as FailNow of a test would.
func survivesGoexit(t *testing.T, db database.DB) {
	migrate(t, db)
	for range 20 { // more than a pool has connections
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = db.Change(background(t), []database.Query{insert(1, "one", 0)}, func() ([]database.Query, error) {
				runtime.Goexit()
				return nil, nil
			})
		}()
		<-done
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows remain", n)
	}
	change(t, db, insert(2, "two", 0))
}

func decideOnce(t *testing.T, db database.DB) {
	migrate(t, db)
	calls := 0
	err := db.Change(background(t), nil, func() ([]database.Query, error) {
		calls++
		return []database.Query{insert(1, "one", 0)}, nil
	})
	if err != nil || calls != 1 {
		t.Errorf("decide ran %d times, error %v", calls, err)
	}
}
