package databasetest

import (
	"context"
	"testing"

	"gatehouse/runtime/database"
)

var streamTests = []test{
	{"GivesAllRows", streamsAll},
	{"EndsEarly", streamEndsEarly},
	{"EndsWithItsContext", streamEndsWithContext},
	{"LeavesRoomForOthers", streamLeavesRoom},
}

const manyRows = 100_000

var series = map[database.Dialect]string{
	database.SQLite:     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i, 'a text of some length' FROM n",
	database.PostgreSQL: "SELECT generate_series(1, $1), 'a text of some length'",
}

func rows(db database.DB, number int, row func(i int) error) database.Query {
	return database.Query{SQL: series[db.Dialect()], Args: []any{number}, Row: func(scan func(...any) error) error {
		var i int
		var text string
		if err := scan(&i, &text); err != nil {
			return err
		}
		return row(i)
	}}
}

func streamsAll(t *testing.T, db database.DB) {
	n, sum := 0, 0
	err := db.Stream(background(t), rows(db, manyRows, func(i int) error { n++; sum += i; return nil }))
	if err != nil {
		t.Fatal(err)
	}
	if n != manyRows || sum != manyRows*(manyRows+1)/2 {
		t.Errorf("%d rows that add up to %d", n, sum)
	}
}

func streamEndsEarly(t *testing.T, db database.DB) {
	for range 20 { // more than a pool has connections
		n := 0
		err := db.Stream(background(t), rows(db, 50*manyRows, func(int) error {
			if n++; n == 10 {
				return errOfTest
			}
			return nil
		}))
		if err != errOfTest { //nolint:errorlint // it must be the same
			t.Fatalf("error %v, want the one of Row itself", err)
		}
		if n != 10 {
			t.Fatalf("%d rows after the tenth was the last", n)
		}
	}
	if err := db.Ping(background(t)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func streamEndsWithContext(t *testing.T, db database.DB) {
	ctx, cancel := context.WithCancel(background(t))
	defer cancel()
	n := 0
	err := db.Stream(ctx, rows(db, 50*manyRows, func(int) error {
		if n++; n == 10 {
			cancel()
		}
		return nil
	}))
	wantKind(t, err, database.Cancelled)
	if n >= 50*manyRows {
		t.Error("all rows came")
	}
}

func streamLeavesRoom(t *testing.T, db database.DB) {
	migrate(t, db)
	err := db.Stream(background(t), rows(db, 10, func(i int) error {
		return db.Change(background(t), nil, writes(insert(i, "", 0), setAmount(i, i), database.Query{SQL: "UPDATE item SET name = NULL"}))
	}))
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
}
