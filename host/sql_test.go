package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
)

// runSQL runs a statement behind the program's back, on $DATABASE or else the
// database in the directory data: sql STATEMENT.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sql STATEMENT")
	}
	location := ts.Getenv("DATABASE")
	if location == "" {
		location = ts.MkAbs("data/gatehouse.db")
	}
	db, err := open.Database(context.Background(), location, nil)
	ts.Check(err)
	ts.Defer(func() { _ = db.Close() })
	ts.Check(db.Change(context.Background(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: args[0]}}, nil
	}))
	ts.Check(db.Close())
}
