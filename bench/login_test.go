package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/store"
)

// eachDatabase runs a benchmark on an empty database of each engine.
func eachDatabase(b *testing.B, run func(b *testing.B, db database.DB)) {
	for name, open := range map[string]func(b *testing.B) (database.DB, error){
		"SQLite": func(b *testing.B) (database.DB, error) {
			return sqlite.Open(b.Context(), sqlite.Config{Path: filepath.Join(b.TempDir(), "bench.db")})
		},
		"PostgreSQL": func(b *testing.B) (database.DB, error) {
			return postgres.Open(b.Context(), postgres.Config{
				URL: pgtest.New(b, pgtest.Config{Durable: true}).URL(), Prepare: store.Statements(database.PostgreSQL),
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			db, err := open(b)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(b.Context(), store.MigrationOwner, store.Migrations()); err != nil {
				b.Fatal(err)
			}
			run(b, db)
		})
	}
}

// newCore returns a core with the default configuration, Argon2id included, but
// for what change changes, and with a user.
func newCore(b *testing.B, db database.DB, keys *secret.Keyring, change func(*core.Config)) *core.Core {
	b.Helper()
	cfg := core.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	made, err := core.New(b.Context(), core.Options{Config: cfg, Store: store.New(db), Keys: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = made.Close(context.Background()) })
	return made
}

func createUser(b *testing.B, c *core.Core, username string) {
	b.Helper()
	call := sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1", Trusted: true}
	if _, err := c.CreateUser(b.Context(), call, sso.NewUser{Username: username, Password: userPassword, AutoApprove: true}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRefusedLogin holds the times of refused logins against each other:
// of a wrong password and of a name that nobody has, which must be alike, and
// of both when they are throttled, which may be quick and must be alike as well:
// at first, when the database is asked, and again, when the host remembers.
func BenchmarkRefusedLogin(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db database.DB) {
		keys := secret.NewKeyring(secret.NewKey())
		// Counted like by default, but with delays far away.
		patient := newCore(b, db, keys, func(cfg *core.Config) { cfg.Login.Throttle.UserAttempts = 1_000_000 })
		strict := newCore(b, db, keys, func(cfg *core.Config) { cfg.Login.Throttle.UserAttempts = 1 })
		createUser(b, patient, "jane")
		serial := 0
		login := func(c *core.Core, username string, again bool) error {
			serial++
			// An address each, so that none of them is throttled; one address, of
			// which the host remembers that it has to wait.
			call := sso.Call{CID: "bench", App: "CRM", RemoteAddr: fmt.Sprintf("10.%d.%d.%d", serial>>16&255, serial>>8&255, serial&255)}
			if again {
				call.RemoteAddr = "192.0.2.1"
			}
			_, err := c.Login(b.Context(), call, sso.LoginRequest{Username: username, Password: "Not-The-Password"})
			return err
		}
		attempts := []struct {
			name      string
			core      *core.Core
			username  string
			throttled bool
		}{
			{"wrong-password", patient, "jane", false}, {"unknown-user", patient, "nobody", false},
			{"throttled-user", strict, "jane", true}, {"throttled-unknown", strict, "nobody", true},
			{"throttled-again-user", strict, "jane", true}, {"throttled-again-unknown", strict, "nobody", true},
		}
		for _, attempt := range attempts[:2] { // makes the counters
			_ = login(attempt.core, attempt.username, false)
		}
		times := map[string][]float64{}
		for b.Loop() {
			for _, i := range rand.Perm(len(attempts)) { // what went before leaves caches cold or warm
				attempt := attempts[i]
				begun := time.Now()
				err := login(attempt.core, attempt.username, strings.Contains(attempt.name, "again"))
				times[attempt.name] = append(times[attempt.name], float64(time.Since(begun).Microseconds()))
				if errors.Is(err, sso.ErrTooMany) != attempt.throttled || !sso.HasCode(err, sso.NotAllowed) {
					b.Fatalf("%s: %v", attempt.name, err)
				}
			}
		}
		for name, all := range times {
			b.ReportMetric(median(all), name+"-µs")
		}
		b.ReportMetric(0, "ns/op") // of a round, which says nothing
	})
}

// BenchmarkFloodOfLogins tells how long a call without a password takes while
// nobody logs in, and while many more try to than can be hashed for, with as many
// hashes at once as by default and with one for each processor.
func BenchmarkFloodOfLogins(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db database.DB) {
		keys := secret.NewKeyring(secret.NewKey())
		for _, load := range []struct {
			name     string
			logins   int
			parallel int
		}{{"quiet", 0, 0}, {"flood", 200, 0}, {"flood,hashes=processors", 200, runtime.GOMAXPROCS(0)}} {
			b.Run(load.name, func(b *testing.B) {
				c := newCore(b, db, keys, func(cfg *core.Config) { cfg.HashSecret.MaxConcurrent = load.parallel })
				username := fmt.Sprintf("%s-%d", load.name, time.Now().UnixNano())
				createUser(b, c, username)
				call := sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1"}
				session, err := c.Login(b.Context(), call, sso.LoginRequest{Username: username, Password: userPassword})
				if err != nil {
					b.Fatal(err)
				}
				call.UST = session.UST

				ended, end := context.WithCancel(b.Context())
				var flood sync.WaitGroup
				var mu sync.Mutex
				hashed, refused := 0, 0
				for client := range load.logins {
					flood.Go(func() {
						for i := 0; ended.Err() == nil; i++ {
							_, err := c.Login(ended, sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1"},
								sso.LoginRequest{Username: fmt.Sprintf("nobody-%d-%d", client, i), Password: "x"})
							mu.Lock()
							switch {
							case errors.Is(err, sso.ErrBusy):
								refused++
							case sso.HasCode(err, sso.NotAllowed):
								hashed++
							}
							mu.Unlock()
							if errors.Is(err, sso.ErrBusy) {
								time.Sleep(100 * time.Millisecond) // not even as patient as it is told
							}
						}
					})
				}
				var times []float64
				begun := time.Now()
				for b.Loop() {
					each := time.Now()
					if _, err := c.CurrentUser(b.Context(), call, false); err != nil {
						b.Fatal(err)
					}
					times = append(times, float64(time.Since(each).Microseconds()))
					time.Sleep(time.Millisecond)
				}
				took := time.Since(begun).Seconds()
				end()
				flood.Wait()
				b.ReportMetric(median(times), "median-µs")
				b.ReportMetric(percentile(times, 99), "p99-µs")
				b.ReportMetric(float64(hashed)/took, "hashed/s")
				b.ReportMetric(float64(refused)/took, "refused/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	})
}
