package postgres_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

const (
	selectAccount = "SELECT balance FROM account WHERE id = $1 FOR NO KEY UPDATE"
	updateAccount = "UPDATE account SET balance = $1, changed = $2 WHERE id = $3"
	insertEntry   = "INSERT INTO entry (account, note) VALUES ($1, $2)"
)

var accounts = []database.Migration{{
	Version: 1, Name: "accounts",
	PostgreSQL: `CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL, changed timestamp);
		CREATE TABLE entry (account integer NOT NULL, note text NOT NULL);
		INSERT INTO account (id, balance) SELECT i, 0 FROM generate_series(1, 64) AS i`,
}}

// withAccounts returns the URL of a database with the tables.
func withAccounts(t testing.TB) string {
	t.Helper()
	url := pgtest.URL(t)
	if err := open(t, postgres.Config{URL: url, MaxConnections: 2}).Migrate(t.Context(), "test", accounts); err != nil {
		t.Fatal(err)
	}
	return url
}

var errRefused = errors.New("refused")

// update is what an update of a user is: two locked rows loaded, a decision,
// two writes.
func update(t testing.TB, db database.DB, amount int64, refusal error) error {
	return updateBetween(t, db, 1, 2, amount, refusal)
}

func updateBetween(t testing.TB, db database.DB, first, second int, amount int64, refusal error) error {
	balances := make([]int64, 0, 2)
	load := func(id int) database.Query {
		return database.Query{SQL: selectAccount, Args: []any{id}, Row: func(scan func(...any) error) error {
			var balance int64
			defer func() { balances = append(balances, balance) }()
			return scan(&balance)
		}}
	}
	return db.Change(t.Context(), []database.Query{load(first), load(second)}, func() ([]database.Query, error) {
		if len(balances) != 2 {
			return nil, fmt.Errorf("decide after %d rows", len(balances))
		}
		return []database.Query{
			{SQL: updateAccount, Args: []any{balances[0] + amount, time.Now(), first}},
			{SQL: insertEntry, Args: []any{first, "a note"}},
		}, refusal
	})
}

func TestRoundTrips(t *testing.T) {
	direct := withAccounts(t)
	_, pooled := pgtest.NewPooler(t, direct)
	all := []string{selectAccount, updateAccount, insertEntry}
	for name, c := range map[string]struct {
		url, parameter string
		prepare        []string
	}{
		"prepared when connected": {direct, "", all},
		"prepared at first use":   {direct, "", nil},
		"never prepared":          {direct, "&default_query_exec_mode=exec", all},
		"behind a pooler":         {pooled, "", all},
	} {
		t.Run(name, func(t *testing.T) {
			p, through := startProxy(t, c.url)
			db := open(t, postgres.Config{URL: through + c.parameter, Prepare: c.prepare, MaxConnections: 1})
			expect := func(what string, want int, run func() error) {
				t.Helper()
				p.arm(-1, -1)
				if err := run(); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if got := p.roundTrips(); got != want {
					t.Errorf("%s: %d round trips, want %d", what, got, want)
				}
			}
			for _, turn := range []string{"first", "second", "third"} {
				expect(turn+" change", 2, func() error { return update(t, db, 1, nil) })
			}
			expect("refusal", 2, func() error { // the load, and ROLLBACK
				if err := update(t, db, 1, errRefused); !errors.Is(err, errRefused) {
					return fmt.Errorf("error %w, want the refusal", err)
				}
				return nil
			})
			one := database.Query{SQL: "SELECT count(*) FROM account"}
			expect("read of one query", 1, func() error { return db.Read(t.Context(), one) })
			expect("read of three queries", 1, func() error { return db.Read(t.Context(), one, one, one) })
			expect("stream", 1, func() error { return db.Stream(t.Context(), one) })
			expect("ping", 1, func() error { return db.Ping(t.Context()) })
			expect("change whose write is counted", 3, func() error {
				q := database.Query{SQL: insertEntry, Args: []any{1, "x"}, Affected: func(int64) error { return nil }}
				return db.Change(t.Context(), nil, func() ([]database.Query, error) { return []database.Query{q}, nil })
			})
		})
	}
}

// TestPrepareBeforeMigration is a host's first start: what it wants prepared
// speaks of tables that are not there yet.
func TestPrepareBeforeMigration(t *testing.T) {
	db := open(t, postgres.Config{
		URL:            pgtest.URL(t),
		Prepare:        []string{selectAccount, "SELECT nonsense FROM nowhere", updateAccount, insertEntry},
		MaxConnections: 1,
	})
	if err := db.Migrate(t.Context(), "test", accounts); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := update(t, db, 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	if balance, entries := state(t, db); balance != 2 || entries != 2 {
		t.Errorf("balance %d and %d entries after two updates", balance, entries)
	}
}

// TestCutConnections cuts the connection before each message of an update, on
// the way there and on the way back: all of it happens or none, and the error
// says which.
func TestCutConnections(t *testing.T) {
	direct := withAccounts(t)
	p, through := startProxy(t, direct)
	cutConnections(t, p, direct, through)
}

func cutConnections(t *testing.T, p *proxy, direct, through string) {
	t.Helper()
	control := open(t, postgres.Config{URL: direct, MaxConnections: 2})
	db := open(t, postgres.Config{URL: through, MaxConnections: 1})
	outcomes := map[string]int{}
	for _, side := range []int{client, server} {
		for at := 0; ; at++ {
			if err := db.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			balance, entries := state(t, control)
			cut := [2]int{-1, -1}
			cut[side] = at
			p.arm(cut[client], cut[server])
			err := update(t, db, 1, nil)
			wasCut := p.wasCut()
			newBalance, newEntries := settle(t, control)
			done := newBalance == balance+1 && newEntries == entries+1
			undone := newBalance == balance && newEntries == entries
			switch {
			case !done && !undone:
				t.Fatalf("side %d, message %d: half of the change happened", side, at)
			case err == nil && !done:
				t.Errorf("side %d, message %d: success of a change that did not happen", side, at)
			case err != nil && !database.IsKind(err, database.Unknown) && done:
				t.Errorf("side %d, message %d: %v, yet it happened", side, at, err)
			case err != nil && !database.IsKind(err, database.Unknown) && !database.IsKind(err, database.Unavailable):
				t.Errorf("side %d, message %d: %v, want kind Unknown or Unavailable", side, at, err)
			}
			outcomes[fmt.Sprintf("cut %t, error %t, done %t", wasCut, err != nil, done)]++
			if !wasCut {
				break
			}
		}
	}
	t.Log(outcomes)
	for _, want := range []string{
		"cut true, error false, done true", // tried again
		"cut true, error true, done false",
		"cut true, error true, done true", // the answer to the commit was lost
	} {
		if outcomes[want] == 0 {
			t.Errorf("no case of: %s", want)
		}
	}
}

func state(t *testing.T, db database.DB) (balance int64, entries int) {
	t.Helper()
	err := db.Read(t.Context(),
		database.Query{SQL: "SELECT balance FROM account WHERE id = 1", Row: func(scan func(...any) error) error { return scan(&balance) }},
		database.Query{SQL: "SELECT count(*) FROM entry", Row: func(scan func(...any) error) error { return scan(&entries) }})
	if err != nil {
		t.Fatal(err)
	}
	return balance, entries
}

// settle waits until the server has noticed that its client has gone.
func settle(t *testing.T, db database.DB) (balance int64, entries int) {
	t.Helper()
	for range 1000 {
		var open int
		err := db.Read(t.Context(), database.Query{
			SQL: "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
			Row: func(scan func(...any) error) error { return scan(&open) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			return state(t, db)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("a transaction stays open")
	return 0, 0
}
