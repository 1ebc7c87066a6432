package security_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/security"
)

// engines are the databases that every test here runs on.
var engines = map[string]func(t testing.TB) database.DB{
	"sqlite": func(t testing.TB) database.DB {
		db, err := sqlite.Open(context.Background(), sqlite.Config{Path: filepath.Join(t.TempDir(), "test.db")})
		if err != nil {
			t.Fatal(err)
		}
		return db
	},
	"postgresql": func(t testing.TB) database.DB {
		db, err := postgres.Open(context.Background(), postgres.Config{URL: pgtest.URL(t)})
		if err != nil {
			t.Fatal(err)
		}
		return db
	},
}

func TestMain(m *testing.M) { pgtest.Main(m) }

// onEngines runs a test on an empty database of each engine.
func onEngines(t *testing.T, test func(t *testing.T, db database.DB)) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			t.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(context.Background(), security.MigrationOwner, security.Migrations()); err != nil {
				t.Fatal(err)
			}
			test(t, db)
		})
	}
}

// newDefinitions hash so quickly that only counting tells it from not hashing.
func newDefinitions(t testing.TB, db database.DB, config security.Config) *security.Definitions {
	t.Helper()
	if config.Hasher == nil {
		hasher, err := password.New(password.Config{Algorithm: password.PBKDF2SHA512, Rounds: 1, SaltSize: 8})
		if err != nil {
			t.Fatal(err)
		}
		config.Hasher = hasher
	}
	config.DB = db
	return security.New(config)
}

// of is a client who is to be let in by a definition, or by any where the name is
// empty, and who comes from nowhere.
func of(name string) security.Client {
	if name == "" {
		return security.Client{}
	}
	return security.Client{Definitions: []string{name}}
}

func verify(t *testing.T, d *security.Definitions, name, username, clear string, want error) security.Principal {
	t.Helper()
	principal, err := d.Verify(context.Background(), of(name), username, clear)
	if !errors.Is(err, want) {
		t.Errorf("Verify(%q, %q, …) = %v, want %v", name, username, err, want)
	}
	return principal
}

func TestLifeOfADefinition(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		ctx, d := context.Background(), newDefinitions(t, db, security.Config{})
		if err := d.Set(ctx, "pubapi", "client", "first password"); err != nil {
			t.Fatal(err)
		}
		first := verify(t, d, "pubapi", "client", "first password", nil)
		if first.Name != "pubapi" || first.Username != "client" || first.ID == 0 {
			t.Errorf("principal is %+v", first)
		}
		if got := verify(t, d, "", "client", "first password", nil); got != first {
			t.Errorf("without a name the principal is %+v", got)
		}
		for what, credentials := range map[string][3]string{
			"wrong password":  {"pubapi", "client", "First password"},
			"empty password":  {"pubapi", "client", ""},
			"unknown user":    {"pubapi", "nobody", "first password"},
			"other case":      {"pubapi", "Client", "first password"},
			"name for user":   {"pubapi", "pubapi", "first password"},
			"other name":      {"private", "client", "first password"},
			"empty user":      {"pubapi", "", "first password"},
			"huge password":   {"pubapi", "client", strings.Repeat("x", 1<<20)},
			"NUL in password": {"pubapi", "client", "first password\x00"},
		} {
			t.Run(what, func(t *testing.T) {
				for range 2 { // the second answer comes from memory
					verify(t, d, credentials[0], credentials[1], credentials[2], security.ErrDenied)
				}
			})
		}

		if err := d.Set(ctx, "pubapi", "", "second password"); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "client", "first password", security.ErrDenied)
		if got := verify(t, d, "pubapi", "client", "second password", nil); got.ID != first.ID || !got.Updated.After(first.Updated) {
			t.Errorf("a new password changes the principal to %+v", got)
		}
		if err := d.Set(ctx, "pubapi", "renamed", "second password"); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "client", "second password", security.ErrDenied)
		verify(t, d, "pubapi", "renamed", "second password", nil)

		if err := d.SetActive(ctx, "pubapi", false); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "renamed", "second password", security.ErrDenied)
		all, err := d.List(ctx)
		if err != nil || len(all) != 1 || all[0].IsActive || all[0].Username != "renamed" || all[0].Updated.Before(all[0].Created) {
			t.Errorf("List = %+v, %v", all, err)
		}
		if err := d.SetActive(ctx, "pubapi", true); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "renamed", "second password", nil)

		if err := d.Delete(ctx, "pubapi"); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "renamed", "second password", security.ErrDenied)
		if err := d.Set(ctx, "pubapi", "renamed", "second password"); err != nil {
			t.Fatal(err)
		}
		if again := verify(t, d, "pubapi", "renamed", "second password", nil); again.ID == first.ID {
			t.Error("a number is used twice")
		}
	})
}

func TestRefusedDefinitions(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		ctx, d := context.Background(), newDefinitions(t, db, security.Config{})
		if err := d.Set(ctx, "one", "", "password"); err != nil {
			t.Fatal(err)
		}
		for what, test := range map[string]struct {
			name, username, password string
			want                     error
		}{
			"taken":            {"two", "one", "password", security.ErrUsernameTaken},
			"no name":          {"", "user", "password", security.ErrInvalid},
			"long name":        {strings.Repeat("x", 192), "user", "password", security.ErrInvalid},
			"NUL in name":      {"a\x00", "user", "password", security.ErrInvalid},
			"invalid UTF-8":    {"two", "\xff", "password", security.ErrInvalid},
			"colon":            {"two", "a:b", "password", security.ErrInvalid},
			"space around":     {"two", " a", "password", security.ErrInvalid},
			"empty password":   {"two", "a", "", security.ErrInvalid},
			"line in password": {"two", "a", "x\ny", security.ErrInvalid},
			"long password":    {"two", "a", strings.Repeat("x", 5000), security.ErrInvalid},
		} {
			if err := d.Set(ctx, test.name, test.username, test.password); !errors.Is(err, test.want) {
				t.Errorf("%s: %v", what, err)
			} else if strings.Contains(err.Error(), "password12") {
				t.Errorf("%s: the error shows the password", what)
			}
		}
		if err := d.Set(ctx, strings.Repeat("ż", 191), "", "password"); err != nil {
			t.Errorf("191 characters: %v", err)
		}
		if _, created, err := d.CreateMissing(ctx, "three", "one"); created || !errors.Is(err, security.ErrUsernameTaken) {
			t.Errorf("CreateMissing with a username that is taken: %v, %v", created, err)
		}
		for what, err := range map[string]error{
			"Delete": d.Delete(ctx, "none"), "SetActive": d.SetActive(ctx, "none", true),
		} {
			if !errors.Is(err, security.ErrNotFound) {
				t.Errorf("%s of an unknown definition: %v", what, err)
			}
		}
		all, err := d.List(ctx)
		if err != nil || len(all) != 2 {
			t.Errorf("refusals left %d definitions, %v", len(all), err)
		}
	})
}

func TestHostsThatStartAtOnceCreateOne(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		var mu sync.Mutex
		var passwords []string
		var hosts sync.WaitGroup
		for range 8 {
			d := newDefinitions(t, db, security.Config{})
			hosts.Go(func() {
				generated, created, err := d.CreateMissing(context.Background(), "pubapi", "pubapi")
				if err != nil || created != (generated != "") {
					t.Errorf("created %v, %v", created, err)
				}
				if created {
					mu.Lock()
					defer mu.Unlock()
					passwords = append(passwords, generated)
				}
			})
		}
		hosts.Wait()
		if len(passwords) != 1 {
			t.Fatalf("%d hosts made the definition", len(passwords))
		}
		verify(t, newDefinitions(t, db, security.Config{}), "pubapi", "pubapi", passwords[0], nil)
	})
}

func TestSettingOneDefinitionAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		var hosts sync.WaitGroup
		for range 8 {
			d := newDefinitions(t, db, security.Config{})
			hosts.Go(func() {
				if err := d.Set(context.Background(), "pubapi", "user", "password"); err != nil {
					t.Error(err)
				}
			})
		}
		hosts.Wait()
		verify(t, newDefinitions(t, db, security.Config{}), "pubapi", "user", "password", nil)
	})
}

func TestChangesReachOtherHostsWithinASecond(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		ctx := context.Background()
		here, there := newDefinitions(t, db, security.Config{}), newDefinitions(t, db, security.Config{})
		expect := func(what, clear string, want error) {
			t.Helper()
			changed := time.Now()
			for {
				asked := time.Now()
				_, err := there.Verify(ctx, of("pubapi"), "user", clear)
				if errors.Is(err, want) {
					return
				}
				if asked.Sub(changed) > time.Second {
					t.Fatalf("%s: after a second the other host says %v", what, err)
				}
				time.Sleep(time.Millisecond)
			}
		}
		for round := range 2 {
			old, next := fmt.Sprint("password ", round), fmt.Sprint("password ", round+1)
			if err := here.Set(ctx, "pubapi", "user", old); err != nil {
				t.Fatal(err)
			}
			expect("set", old, nil)
			if err := here.Set(ctx, "pubapi", "user", next); err != nil {
				t.Fatal(err)
			}
			expect("changed", old, security.ErrDenied)
			expect("changed", next, nil)
		}
		if err := here.Delete(ctx, "pubapi"); err != nil {
			t.Fatal(err)
		}
		expect("deleted", "password 2", security.ErrDenied)
	})
}

// faulty is a database that can be away and counts what it is asked.
type faulty struct {
	database.DB
	away  atomic.Bool
	reads atomic.Int64
}

func (f *faulty) Read(ctx context.Context, queries ...database.Query) error {
	f.reads.Add(1)
	if f.away.Load() {
		return &database.Error{Kind: database.Unavailable, Reason: "away"}
	}
	return f.DB.Read(ctx, queries...)
}

func TestDatabaseAway(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		ctx, away := context.Background(), &faulty{DB: db}
		d := newDefinitions(t, away, security.Config{Refresh: time.Millisecond})
		if err := d.Set(ctx, "pubapi", "user", "password"); err != nil {
			t.Fatal(err)
		}
		verify(t, d, "pubapi", "user", "password", nil)
		away.away.Store(true)
		time.Sleep(2 * time.Millisecond)
		if _, err := d.Verify(ctx, of("pubapi"), "user", "password"); !database.IsKind(err, database.Unavailable) {
			t.Errorf("while it is away: %v", err)
		}
		away.away.Store(false)
		verify(t, d, "pubapi", "user", "password", nil)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond)
		if _, err := d.Verify(ctx, of("pubapi"), "user", "password"); !database.IsKind(err, database.Unavailable) {
			t.Errorf("once it is closed: %v", err)
		}
		if err := d.Set(ctx, "pubapi", "user", "password"); !database.IsKind(err, database.Unavailable) {
			t.Errorf("Set once it is closed: %v", err)
		}
	})
}

func TestVerifyingDoesNotReadEveryTime(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		counting := &faulty{DB: db}
		d := newDefinitions(t, counting, security.Config{})
		if err := d.Set(context.Background(), "pubapi", "user", "password"); err != nil {
			t.Fatal(err)
		}
		counting.reads.Store(0)
		begun := time.Now()
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				for range 500 {
					verify(t, d, "pubapi", "user", "password", nil)
				}
			})
		}
		clients.Wait()
		if most := 1 + int64(time.Since(begun)/(400*time.Millisecond)); counting.reads.Load() > most+1 {
			t.Errorf("%d reads in %v", counting.reads.Load(), time.Since(begun))
		}
	})
}

// stuck is a database that does not answer until it is released.
type stuck struct {
	database.DB
	released chan struct{}
}

func (s *stuck) Read(ctx context.Context, queries ...database.Query) error {
	<-s.released
	return s.DB.Read(ctx, queries...)
}

func TestVerifyEndsWithTheContext(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		slow := &stuck{DB: db, released: make(chan struct{})}
		d := newDefinitions(t, slow, security.Config{})
		if err := newDefinitions(t, db, security.Config{}).Set(context.Background(), "pubapi", "user", "password"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		if _, err := d.Verify(ctx, of("pubapi"), "user", "password"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while the database does not answer: %v", err)
		}
		close(slow.released)
		verify(t, d, "pubapi", "user", "password", nil)
	})
}

func BenchmarkVerify(b *testing.B) {
	db := engines["sqlite"](b)
	b.Cleanup(func() { _ = db.Close() })
	ctx := context.Background()
	if err := db.Migrate(ctx, security.MigrationOwner, security.Migrations()); err != nil {
		b.Fatal(err)
	}
	d := newDefinitions(b, db, security.Config{})
	if err := d.Set(ctx, "pubapi", "user", "password"); err != nil {
		b.Fatal(err)
	}
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			if _, err := d.Verify(ctx, of("pubapi"), "user", "password"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
