// Package databasetest holds the conformance suite of database.DB: what the
// comments there promise, asked of each engine.
package databasetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/runtime/database"
)

// Run tests an engine. open returns an open, empty database that belongs to
// the test it is given; the suite closes it.
func Run(t *testing.T, open func(t *testing.T) database.DB) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Values", valueTests},
		{"Read", readTests},
		{"Change", changeTests},
		{"Context", contextTests},
		{"Concurrency", concurrencyTests},
		{"Stream", streamTests},
		{"Migrate", migrateTests},
		{"Close", closeTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					db := open(t)
					t.Cleanup(func() {
						if err := db.Close(); err != nil {
							t.Errorf("close: %v", err)
						}
					})
					test.run(t, db)
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(t *testing.T, db database.DB)
}

// patience is how long a test waits for what should happen at once.
const patience = 20 * time.Second

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// schema is what most tests work on. The types are those of the schemas of
// this program.
var schema = []database.Migration{{
	Version: 1,
	Name:    "tables of the conformance suite",
	SQLite: `
CREATE TABLE item (
	id integer PRIMARY KEY,
	name varchar(191) UNIQUE,
	flag boolean,
	amount bigint,
	data blob,
	moment timestamp,
	CHECK (amount >= 0)
);
CREATE TABLE part (item_id integer NOT NULL REFERENCES item (id));`,
	PostgreSQL: `
CREATE TABLE item (
	id integer PRIMARY KEY,
	name varchar(191) CONSTRAINT item_name_is_unique UNIQUE,
	flag boolean,
	amount bigint,
	data bytea,
	moment timestamp,
	CHECK (amount >= 0)
);
CREATE TABLE part (item_id integer NOT NULL REFERENCES item (id));`,
}}

func migrate(t *testing.T, db database.DB) {
	t.Helper()
	if err := db.Migrate(background(t), "suite", schema); err != nil {
		t.Fatalf("migrate: %v", err)
	}
}

// change writes without loading.
func change(t *testing.T, db database.DB, queries ...database.Query) {
	t.Helper()
	if err := db.Change(background(t), nil, writes(queries...)); err != nil {
		t.Fatalf("change: %v", err)
	}
}

func writes(queries ...database.Query) func() ([]database.Query, error) {
	return func() ([]database.Query, error) { return queries, nil }
}

func insert(id int, name string, amount int) database.Query {
	return database.Query{SQL: "INSERT INTO item (id, name, amount) VALUES ($1, $2, $3)", Args: []any{id, name, amount}}
}

// read is a query that fills dest with its one row and fails the read if there
// is another number of rows.
func read(t *testing.T, db database.DB, dest []any, sql string, args ...any) {
	t.Helper()
	rows := 0
	err := db.Read(background(t), database.Query{SQL: sql, Args: args, Row: func(scan func(...any) error) error {
		rows++
		return scan(dest...)
	}})
	if err != nil {
		t.Fatalf("read %s: %v", sql, err)
	}
	if rows != 1 {
		t.Fatalf("read %s: %d rows", sql, rows)
	}
}

func count(t *testing.T, db database.DB) int {
	t.Helper()
	var n int
	read(t, db, []any{&n}, "SELECT count(*) FROM item")
	return n
}

func amount(t *testing.T, db database.DB, id int) int {
	t.Helper()
	var n int
	read(t, db, []any{&n}, "SELECT amount FROM item WHERE id = $1", id)
	return n
}

// wantKind checks an error, and that it can be shown: that it says something.
func wantKind(t *testing.T, err error, kind database.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want kind %v", kind)
	}
	if !database.IsKind(err, kind) {
		t.Fatalf("error %q (%#v), want kind %v", err, err, kind)
	}
}

// lockRow is the query that loads an amount and, where there are row locks,
// locks its row.
func lockRow(db database.DB, id int, into *int) database.Query {
	sql := "SELECT amount FROM item WHERE id = $1"
	if db.Dialect() == database.PostgreSQL {
		sql += " FOR NO KEY UPDATE"
	}
	return database.Query{SQL: sql, Args: []any{id}, Row: func(scan func(...any) error) error { return scan(into) }}
}

func setAmount(id, amount int) database.Query {
	return database.Query{SQL: "UPDATE item SET amount = $1 WHERE id = $2", Args: []any{amount, id}}
}
