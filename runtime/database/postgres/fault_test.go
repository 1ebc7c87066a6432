package postgres_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

// TestServerRestart stops the server under load and starts it again: errors in
// between are Unavailable (or Unknown, for a commit that was on its way), and
// afterwards all is well without anything being opened anew.
func TestServerRestart(t *testing.T) {
	for name, stop := range map[string]func(*pgtest.Cluster) error{
		"stop": (*pgtest.Cluster).Stop, "crash": (*pgtest.Cluster).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			cluster := pgtest.New(t, pgtest.Config{})
			db := open(t, postgres.Config{URL: cluster.URL(), MaxConnections: 4})
			if err := db.Migrate(t.Context(), "test", accounts); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			const workers = 6
			results := make(chan [3]int64, workers) // succeeded, unknown, failed
			for range workers {
				go func() {
					var n [3]int64
					for ctx.Err() == nil {
						err := update(t, db, 1, nil)
						switch {
						case err == nil:
							n[0]++
						case database.IsKind(err, database.Unknown):
							n[1]++
						case database.IsKind(err, database.Unavailable):
							n[2]++
							time.Sleep(time.Millisecond)
						default:
							t.Errorf("under load: %v", err)
						}
					}
					results <- n
				}()
			}
			time.Sleep(300 * time.Millisecond)
			if err := stop(cluster); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			err := db.Ping(t.Context())
			if !database.IsKind(err, database.Unavailable) {
				t.Errorf("while the server is away: %v, want kind Unavailable", err)
			}
			t.Logf("said so after %v: %v", time.Since(began), err)
			if err := cluster.Start(); err != nil {
				t.Fatal(err)
			}
			if err := update(t, db, 1, nil); err != nil {
				t.Errorf("after the restart: %v", err)
			}
			time.Sleep(200 * time.Millisecond)
			cancel()
			total := [3]int64{1, 0, 0}
			for range workers {
				n := <-results
				for i := range n {
					total[i] += n[i]
				}
			}
			balance, entries := state(t, db)
			t.Logf("%d succeeded, %d unknown, %d failed", total[0], total[1], total[2])
			if balance < total[0] || balance > total[0]+total[1] || int64(entries) != balance {
				t.Errorf("balance %d, %d entries; %d changes succeeded, %d are unknown", balance, entries, total[0], total[1])
			}
			if total[2] == 0 {
				t.Error("no change met the server away")
			}
		})
	}
}

// TestDeadConnections ends the pool's connections behind its back: the next
// calls succeed all the same.
func TestDeadConnections(t *testing.T) {
	url := withAccounts(t)
	control := open(t, postgres.Config{URL: url, MaxConnections: 1})
	db := open(t, postgres.Config{URL: url + "&application_name=victim", MaxConnections: 4})
	for name, call := range map[string]func() error{
		"Change":  func() error { return update(t, db, 1, nil) },
		"Read":    func() error { return db.Ping(t.Context()) },
		"Stream":  func() error { return db.Stream(t.Context(), database.Query{SQL: "SELECT 1"}) },
		"Migrate": func() error { return db.Migrate(t.Context(), "test", accounts) },
	} {
		t.Run(name, func(t *testing.T) {
			// Four calls at once open four connections.
			errs := make(chan error)
			for range 4 {
				go func() { errs <- db.Read(t.Context(), database.Query{SQL: "SELECT pg_sleep(0.05)"}) }()
			}
			for range 4 {
				if err := <-errs; err != nil {
					t.Fatal(err)
				}
			}
			killed := 0
			err := control.Read(t.Context(), database.Query{
				SQL: "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'victim'",
				Row: func(func(...any) error) error { killed++; return nil },
			})
			if err != nil || killed != 4 {
				t.Fatalf("%d connections were ended, %v", killed, err)
			}
			if err := call(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, never answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	_ = free.Close()
	good := pgtest.URL(t)
	absent := good[:strings.LastIndex(good, "/")] + "/no_such_database?sslmode=disable"

	for _, c := range []struct {
		name, url, says string
		kind            database.Kind
	}{
		{"nobody listens", "postgres://me:hush-hush@" + nobody + "/x?sslmode=disable", nobody, database.Unavailable},
		{"nobody answers", "postgres://me:hush-hush@" + listener.Addr().String() + "/x?sslmode=disable", "cannot be reached", database.Unavailable},
		{"no such database", absent, "does not exist", database.Unavailable},
		{"wrong port", "postgres://me:hush-hush@host:port/x", "postgres://user:password@host", database.Internal},
		{"password with a slash", "postgres://me:hush-hush/%zz@host/x", "percent-encoded", database.Internal},
		{"slash after digits", "postgres://hush:12345/se#cret@host/db", "must be percent-encoded", database.Internal},
		{"question mark after digits", "postgres://hush:12345?cret@host/db", "must be percent-encoded", database.Internal},
		{"number sign after digits", "postgres://hush:12345#cret@host/db", "must be percent-encoded", database.Internal},
		{"at sign and slash", "postgres://me:x@hush/cret@host/db", "must be percent-encoded", database.Internal},
		{"at sign, encoded", "postgres://" + nobody + "/x?sslmode=disable&user=me%40h", nobody, database.Unavailable},
		{"at sign in a parameter", "postgres://me:hush-hush@" + nobody + "/x?sslmode=disable&application_name=a@b", nobody, database.Unavailable},
		{"wrong pool size", "postgres://me:hush-hush@host/x?pool_max_conns=many", "URL", database.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			db, err := postgres.Open(t.Context(), postgres.Config{URL: c.url, ConnectTimeout: 300 * time.Millisecond})
			if err == nil {
				_ = db.Close()
				t.Fatal("no error")
			}
			if !database.IsKind(err, c.kind) {
				t.Errorf("%#v, want kind %v", err, c.kind)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q does not say %q", err, c.says)
			}
			if all := fmt.Sprintf("%v %+v", err, unwrapAll(err)); strings.Contains(all, "hush") {
				t.Errorf("the error tells the password: %s", all)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// unwrapAll returns the texts of an error and all that it wraps.
func unwrapAll(err error) (texts []string) {
	for err != nil {
		texts = append(texts, err.Error())
		unwrapper, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = unwrapper.Unwrap()
	}
	return texts
}

// TestReadOnlyTransactionIsUnavailable is what a failover leaves behind for a moment.
func TestReadOnlyTransactionIsUnavailable(t *testing.T) {
	db := open(t, postgres.Config{URL: withAccounts(t), MaxConnections: 1})
	err := db.Change(t.Context(), []database.Query{{SQL: "SET TRANSACTION READ ONLY"}}, func() ([]database.Query, error) {
		return []database.Query{{SQL: "DELETE FROM entry"}}, nil
	})
	if !database.IsKind(err, database.Unavailable) {
		t.Errorf("%v, want kind Unavailable", err)
	}
}

// TestStuckCommit holds a lock that the writes of a change need: it ends by
// the limit of the database's own, and nothing was changed.
func TestStuckCommit(t *testing.T) {
	url := withAccounts(t)
	control := open(t, postgres.Config{URL: url, MaxConnections: 2})
	db := open(t, postgres.Config{URL: url, MaxConnections: 2, CommitTimeout: 200 * time.Millisecond})
	var err error
	locked := control.Change(t.Context(), []database.Query{{SQL: "LOCK TABLE entry IN EXCLUSIVE MODE"}}, func() ([]database.Query, error) {
		err = update(t, db, 1, nil)
		return nil, nil
	})
	if locked != nil {
		t.Fatal(locked)
	}
	if !database.IsKind(err, database.Unknown) {
		t.Errorf("%v, want kind Unknown", err)
	}
	if balance, entries := settle(t, control); balance != 0 || entries != 0 {
		t.Errorf("balance %d and %d entries after a change that was given up", balance, entries)
	}
}
