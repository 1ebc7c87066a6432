package postgres_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

// TestAnswersOfTheServer has the server give errors that come with operations,
// wherever a call may meet them.
func TestAnswersOfTheServer(t *testing.T) {
	db := open(t, postgres.Config{URL: withAccounts(t), MaxConnections: 2})
	raise := func(code string) database.Query {
		return database.Query{SQL: "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '" + code + "'; END $$"}
	}
	insert := database.Query{SQL: insertEntry, Args: []any{1, "a note"}}
	cases := map[string]struct {
		query database.Query
		kind  database.Kind
	}{
		"the end of the session, by an operator (57P01)": {database.Query{SQL: "SELECT pg_terminate_backend(pg_backend_pid())"}, database.Unavailable},
	}
	for kind, codes := range map[database.Kind][]string{
		database.Unavailable: {
			"08006", // connection failure
			"25006", // read-only transaction
			"25P03", // idle in transaction for too long
			"25P04", // too long a transaction
			"53000", // insufficient resources
			"53100", // disk full
			"53200", // out of memory
			"53300", // too many connections
			"53400", // a configured limit
			"57014", // given up
			"57P01", // shutdown
			"57P02", // crash
			"57P03", // starting up
			"57P04", // the database was dropped
			"57P05", // idle for too long
			"58000", // system error
			"58030", // input or output error
		},
		database.Conflict: {"40001", "40P01", "55P03"},
		database.Invalid:  {"22001", "22003"},
		database.Internal: {"23502", "42P01", "XX000"},
	} {
		for _, code := range codes {
			cases[code] = struct {
				query database.Query
				kind  database.Kind
			}{raise(code), kind}
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for what, err := range map[string]error{
				"Read":   db.Read(t.Context(), c.query),
				"Stream": db.Stream(t.Context(), c.query),
				"Change, loading": db.Change(t.Context(), []database.Query{c.query}, func() ([]database.Query, error) {
					return []database.Query{insert}, nil
				}),
				"Change, writing": db.Change(t.Context(), nil, func() ([]database.Query, error) {
					return []database.Query{insert, c.query}, nil
				}),
				"Change, writing what counts": db.Change(t.Context(), nil, func() ([]database.Query, error) {
					counted := insert
					counted.Affected = func(int64) error { return nil }
					return []database.Query{counted, c.query}, nil
				}),
			} {
				if !database.IsKind(err, c.kind) {
					t.Errorf("%s: %v, want kind %v", what, err, c.kind)
				}
			}
			if _, entries := state(t, db); entries != 0 {
				t.Errorf("%d entries of changes that failed", entries)
			}
		})
	}
}

// TestNoConnectionLeft opens more connections than the server grants: what is
// above is refused, and works once there is room again.
func TestNoConnectionLeft(t *testing.T) {
	direct := pgtest.URL(t)
	control := open(t, postgres.Config{URL: direct, MaxConnections: 1})
	parsed, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	role := "limited_" + strings.TrimPrefix(parsed.Path, "/")
	run := func(format string) {
		t.Helper()
		err := control.Change(t.Context(), nil, func() ([]database.Query, error) {
			return []database.Query{{SQL: fmt.Sprintf(format, role)}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE ROLE %s LOGIN CONNECTION LIMIT 1")
	parsed.User = url.User(role)
	db := open(t, postgres.Config{URL: parsed.String(), MaxConnections: 2})
	var inside error
	err = db.Stream(t.Context(), database.Query{SQL: "SELECT 1", Row: func(func(...any) error) error {
		inside = db.Ping(t.Context())
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
	if !database.IsKind(inside, database.Unavailable) || !strings.Contains(inside.Error(), "pool_max_conns") {
		t.Errorf("a second connection: %v, want kind Unavailable and what to do", inside)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	run("DROP ROLE %s")
}
