package databasetest

import (
	"errors"
	"testing"

	"gatehouse/runtime/database"
)

var readTests = []test{
	{"RunsQueriesInOrder", readsInOrder},
	{"WithoutQueriesDoesNothing", func(t *testing.T, db database.DB) {
		if err := db.Read(background(t)); err != nil {
			t.Fatal(err)
		}
	}},
	{"ReturnsTheErrorOfRow", readRowError},
	{"ReturnsAPanicOfRowAsAnError", readRowPanic},
	{"IsOneSnapshot", readSnapshot},
	{"MayNotWrite", readMayNotWrite},
	{"ReportsWrongSQL", readWrongSQL},
	{"Ping", func(t *testing.T, db database.DB) {
		if err := db.Ping(background(t)); err != nil {
			t.Fatal(err)
		}
	}},
}

func readsInOrder(t *testing.T, db database.DB) {
	var order []int
	note := func(scan func(...any) error) error {
		order = append(order, 0)
		return scan(&order[len(order)-1])
	}
	// The last two have the same text: it is prepared once.
	err := db.Read(background(t),
		database.Query{SQL: "SELECT 1 UNION ALL SELECT 2 ORDER BY 1", Row: note},
		database.Query{SQL: "SELECT 3"},
		database.Query{SQL: "SELECT 4 WHERE 1 = 0", Row: note},
		database.Query{SQL: "SELECT 5", Row: note},
		database.Query{SQL: "SELECT 5", Row: note})
	if err != nil {
		t.Fatal(err)
	}
	if len(order) != 4 || order[0] != 1 || order[1] != 2 || order[2] != 5 || order[3] != 5 {
		t.Errorf("rows came as %v, want [1 2 5 5]", order)
	}
}

var errOfTest = errors.New("an error of the test's own")

func readRowError(t *testing.T, db database.DB) {
	for _, queries := range [][]string{{"SELECT 1"}, {"SELECT 1", "SELECT 2"}} {
		var all []database.Query
		calls := 0
		for _, sql := range queries {
			all = append(all, database.Query{SQL: sql, Row: func(func(...any) error) error { calls++; return errOfTest }})
		}
		if err := db.Read(background(t), all...); err != errOfTest { //nolint:errorlint // it must be the same
			t.Errorf("%d queries: error %v, want the one of Row itself", len(queries), err)
		}
		if calls != 1 {
			t.Errorf("Row was called %d times", calls)
		}
	}
	if err := db.Ping(background(t)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func readRowPanic(t *testing.T, db database.DB) {
	err := db.Read(background(t), database.Query{SQL: "SELECT 1", Row: func(func(...any) error) error { panic("in a test") }})
	wantKind(t, err, database.Internal)
	if err := db.Ping(background(t)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// readSnapshot changes the data while a read is at its first query.
func readSnapshot(t *testing.T, db database.DB) {
	migrate(t, db)
	var before, after int
	err := db.Read(background(t),
		database.Query{SQL: "SELECT count(*) FROM item", Row: func(scan func(...any) error) error {
			change(t, db, insert(1, "between", 0))
			return scan(&before)
		}},
		database.Query{SQL: "SELECT count(*) FROM item", Row: func(scan func(...any) error) error { return scan(&after) }})
	if err != nil {
		t.Fatal(err)
	}
	if before != 0 || after != 0 {
		t.Errorf("the queries of one read saw %d and %d rows, want none", before, after)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("the next read sees %d rows, want 1", n)
	}
}

func readMayNotWrite(t *testing.T, db database.DB) {
	migrate(t, db)
	if err := db.Read(background(t), insert(1, "by a read", 0)); err == nil {
		t.Error("one query could write")
	}
	if err := db.Read(background(t), database.Query{SQL: "SELECT 1"}, insert(2, "by a read", 0)); err == nil {
		t.Error("several queries could write")
	}
	if n := count(t, db); n != 0 {
		t.Errorf("reads wrote %d rows", n)
	}
}

func readWrongSQL(t *testing.T, db database.DB) {
	for _, sql := range []string{"SELEKT 1", "SELECT * FROM absent", "SELECT $1"} {
		wantKind(t, db.Read(background(t), database.Query{SQL: sql}), database.Internal)
		wantKind(t, db.Read(background(t), database.Query{SQL: "SELECT 1"}, database.Query{SQL: sql}), database.Internal)
		wantKind(t, db.Change(background(t), []database.Query{{SQL: sql}}, writes()), database.Internal)
		wantKind(t, db.Change(background(t), nil, writes(database.Query{SQL: sql})), database.Internal)
	}
	if err := db.Ping(background(t)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
