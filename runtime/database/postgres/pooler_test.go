package postgres_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/databasetest"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

// pooler is what may stand in front of a server.
type pooler struct {
	name  string
	start func(t *testing.T, direct string) (through string)
}

var poolers = []pooler{
	{"a pooler that gives no session twice", func(t *testing.T, direct string) string {
		_, through := pgtest.NewPooler(t, direct)
		return through
	}},
	{"PgBouncer, transaction mode", func(t *testing.T, direct string) string { return pgtest.PgBouncer(t, direct, "transaction") }},
}

// TestPoolerConformance asks of a database behind a pooler what is asked of one
// without.
func TestPoolerConformance(t *testing.T) {
	for _, pooler := range poolers {
		t.Run(pooler.name, func(t *testing.T) {
			t.Parallel()
			direct := pgtest.URL(t)
			through := pooler.start(t, direct)
			control := open(t, postgres.Config{URL: direct, MaxConnections: 1})
			databasetest.Run(t, func(t *testing.T) database.DB {
				err := control.Change(t.Context(), nil, func() ([]database.Query, error) {
					return []database.Query{{SQL: "DROP SCHEMA public CASCADE"}, {SQL: "CREATE SCHEMA public"}}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return open(t, postgres.Config{URL: through})
			})
		})
	}
}

// TestPoolerFindsNothing looks at what calls leave in the sessions of the server,
// which other clients get.
func TestPoolerFindsNothing(t *testing.T) {
	poolers := append(poolers[:len(poolers):len(poolers)], pooler{"PgBouncer, session mode", func(t *testing.T, direct string) string {
		return pgtest.PgBouncer(t, direct, "session")
	}})
	for _, pooler := range poolers {
		t.Run(pooler.name, func(t *testing.T) {
			t.Parallel()
			direct := withAccounts(t)
			through := pooler.start(t, direct)
			db := open(t, postgres.Config{URL: through, Prepare: []string{selectAccount, updateAccount, insertEntry}})
			for range 8 {
				if err := update(t, db, 1, nil); err != nil {
					t.Fatal(err)
				}
			}
			other := open(t, postgres.Config{URL: through, MaxConnections: 1})
			for range 8 {
				var readOnly string
				var statements int
				err := other.Read(t.Context(), database.Query{
					SQL: "SELECT current_setting('default_transaction_read_only'), (SELECT count(*) FROM pg_prepared_statements)",
					Row: func(scan func(...any) error) error { return scan(&readOnly, &statements) },
				})
				if err != nil || readOnly != "off" || statements > 0 {
					t.Fatalf("default_transaction_read_only is %q, there are %d prepared statements, %v", readOnly, statements, err)
				}
			}
		})
	}
}

// TestPoolerLosesServer cuts what is between a pooler and the server: what the
// pooler says of it must not be taken for the server's word.
func TestPoolerLosesServer(t *testing.T) {
	for _, pooler := range poolers {
		t.Run(pooler.name, func(t *testing.T) {
			t.Parallel()
			direct := withAccounts(t)
			p, cut := startProxy(t, direct)
			cutConnections(t, p, direct, pooler.start(t, cut))
		})
	}
}

// TestPoolerWithPreparedStatements asks for prepared statements where they cannot
// be: the error says so, and nothing wrong is done.
func TestPoolerWithPreparedStatements(t *testing.T) {
	direct := withAccounts(t)
	_, through := pgtest.NewPooler(t, direct)
	done := 0
	err := func() error {
		db, err := postgres.Open(t.Context(), postgres.Config{
			URL: through + "&default_query_exec_mode=cache_statement", Prepare: []string{updateAccount, insertEntry, selectAccount}, MaxConnections: 2,
		})
		if err != nil {
			return err
		}
		defer db.Close()
		for ; done < 100; done++ {
			if err := update(t, db, 1, nil); err != nil {
				return err
			}
		}
		return nil
	}()
	if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "default_query_exec_mode") {
		t.Errorf("%v, want kind Unavailable and what to do", err)
	}
	control := open(t, postgres.Config{URL: direct, MaxConnections: 1})
	if balance, entries := state(t, control); balance != int64(done) || entries != done {
		t.Errorf("balance %d and %d entries after %d updates", balance, entries, done)
	}
}

// TestPoolerRefuses asks PgBouncer for what it cannot do.
func TestPoolerRefuses(t *testing.T) {
	through := pgtest.PgBouncer(t, withAccounts(t), "statement")
	_, err := postgres.Open(t.Context(), postgres.Config{URL: through + "&lock_timeout=1000"})
	if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "ignore_startup_parameters") {
		t.Errorf("a parameter: %v, want kind Unavailable and what to do", err)
	}
	err = update(t, open(t, postgres.Config{URL: through}), 1, nil)
	if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "statement mode") {
		t.Errorf("a transaction in statement mode: %v, want kind Unavailable and what is wrong", err)
	}
}

// TestReadOnlySession has the server behind a connection become a standby: the
// next change makes a connection to the one that has taken over.
// Without its standby, the primary acknowledges nothing.
func TestReadOnlySession(t *testing.T) {
	primary := pgtest.New(t, pgtest.Config{Settings: map[string]string{"synchronous_standby_names": "*"}})
	standby := primary.Standby(t, pgtest.Config{})
	pooler, through := pgtest.NewPooler(t, primary.URL())
	url := strings.Replace(through, "/postgres?", ","+primary.Address()+"/postgres?", 1)
	db := open(t, postgres.Config{URL: url, MaxConnections: 2})
	if err := db.Migrate(t.Context(), "test", accounts); err != nil {
		t.Fatal(err)
	}
	if err := update(t, db, 1, nil); err != nil {
		t.Fatal(err)
	}
	pooler.Move(standby.Address())
	for range 3 {
		if err := update(t, db, 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	if balance, entries := state(t, db); balance != 4 || entries != 4 {
		t.Errorf("balance %d and %d entries after four updates", balance, entries)
	}

	alone := open(t, postgres.Config{URL: standby.URL()})
	if err := alone.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"a change of a standby":    update(t, alone, 1, nil),
		"a migration of a standby": alone.Migrate(t.Context(), "other", accounts),
	} {
		if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "standby") {
			t.Errorf("%s: %v, want kind Unavailable and the reason", what, err)
		}
	}
	_, err := postgres.Open(t.Context(), postgres.Config{URL: strings.Replace(standby.URL(), "sslmode=disable", "target_session_attrs=read-write", 1)})
	if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "takes changes") {
		t.Errorf("open a standby: %v, want kind Unavailable and the reason", err)
	}

	if err := standby.Stop(); err != nil {
		t.Fatal(err)
	}
	waiting := open(t, postgres.Config{URL: primary.URL(), CommitTimeout: 200 * time.Millisecond})
	if err := update(t, waiting, 1, nil); !database.IsKind(err, database.Unknown) {
		t.Errorf("a change that no standby has: %v, want kind Unknown", err)
	}
}
