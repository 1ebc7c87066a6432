// Package ssotest runs tests of the SSO on every engine: an empty database
// with the SSO's tables, a core over it, a clock that tests move, and users to
// work with.
package ssotest

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/store"
)

// Password is the password of every user that Env.User creates.
const Password = "Correct-Horse-9-Battery"

// Addr is the address that calls come from.
const Addr = "127.0.0.1"

// Env is an SSO on an engine.
type Env struct {
	T      *testing.T
	DB     database.DB
	Store  *store.Store
	Core   *core.Core
	Keys   *secret.Keyring
	Config core.Config
	Clock  *Clock
	Log    *logtest.Buffer

	Services *Services // there are none at first

	// Definitions are the security definitions that users can be linked to:
	// usernames by numbers, by type. Change it before calls that look at it.
	Definitions Definitions
}

// Definitions are security definitions, as core.Definitions has them.
type Definitions map[string]map[int64]string

// Usernames implements core.Definitions.
func (d Definitions) Usernames(_ context.Context, authType string) (map[int64]string, error) {
	return d[authType], nil
}

// Hold implements core.Definitions: a definition is unchanged as long as it is
// there.
func (d Definitions) Hold(authType string, id int64, _ time.Time, unchanged *bool) database.Query {
	return database.Query{SQL: "SELECT 1", Row: func(scan func(...any) error) error {
		var one int64
		err := scan(&one)
		_, isThere := d[authType][id]
		*unchanged = err == nil && isThere
		return err
	}}
}

// Databases runs a test on an empty database of every engine, as subtests that
// have the engines' names.
func Databases(t *testing.T, test func(t *testing.T, db database.DB)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "test.db")})
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, test)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, err := postgres.Open(t.Context(), postgres.Config{
			URL: pgtest.URL(t), Prepare: store.Statements(database.PostgreSQL),
		})
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, test)
	})
}

func run(t *testing.T, db database.DB, test func(t *testing.T, db database.DB)) {
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	if err := db.Migrate(t.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		t.Fatal(err)
	}
	test(t, db)
}

// Each runs a test on every engine. change may change the configuration, which
// begins with the defaults and a quick way to hash.
func Each(t *testing.T, change func(*core.Config), test func(t *testing.T, env *Env)) {
	t.Helper()
	Databases(t, func(t *testing.T, db database.DB) { test(t, New(t, db, change)) })
}

// New makes the SSO over a database that its migrations have run on.
func New(t *testing.T, db database.DB, change func(*core.Config)) *Env {
	t.Helper()
	cfg := core.DefaultConfig()
	cfg.HashSecret.Algorithm, cfg.HashSecret.Rounds = "pbkdf2-sha512", 1000
	if change != nil {
		change(&cfg)
	}
	env := &Env{T: t, DB: db, Store: store.New(db), Config: cfg,
		Keys: secret.NewKeyring(secret.NewKey()), Clock: &Clock{now: time.Now()}, Log: new(logtest.Buffer), Services: new(Services),
		Definitions: Definitions{sso.AuthBasic: {}, sso.AuthJWT: {}}}
	env.Core = env.NewCore(cfg)
	return env
}

// NewCore makes another core over the same database, key and clock.
func (e *Env) NewCore(cfg core.Config) *core.Core {
	e.T.Helper()
	made, err := core.New(e.T.Context(), core.Options{Config: cfg, Store: e.Store, Keys: e.Keys, Definitions: e.Definitions,
		Logger: slog.New(slog.NewTextHandler(e.Log, nil)), Now: e.Clock.Now, Services: e.Services,
		SealEvery: -1}) // tests seal when they say
	if err != nil {
		e.T.Fatal(err)
	}
	e.T.Cleanup(func() { made.Close(context.Background()) })
	made.Completed() // what tests do to rows is for them alone
	return made
}

// Call returns a call of the app CRM with a UST.
func Call(ust string) sso.Call {
	return sso.Call{CID: "test-cid", UST: ust, App: "CRM", RemoteAddr: Addr, UserAgent: "ssotest"}
}

// Trusted returns a call of the operator of the host.
func Trusted() sso.Call {
	call := Call("")
	call.Trusted = true
	return call
}

// User creates an approved user and returns its ID.
func (e *Env) User(username string, change func(*sso.NewUser)) string {
	e.T.Helper()
	user := sso.NewUser{Username: username, Password: Password, AutoApprove: true}
	if change != nil {
		change(&user)
	}
	created, err := e.Core.CreateUser(e.T.Context(), Trusted(), user)
	if err != nil {
		e.T.Fatalf("creating %s: %v", username, err)
	}
	return created.UserID
}

// SuperUser creates a super-user and returns its ID.
func (e *Env) SuperUser(username string) string {
	e.T.Helper()
	return e.User(username, func(user *sso.NewUser) { user.IsSuperUser = true })
}

// Login opens a session for a user and returns its UST.
func (e *Env) Login(username string) string {
	e.T.Helper()
	info, err := e.Core.Login(e.T.Context(), Call(""), sso.LoginRequest{Username: username, Password: Password})
	if err != nil {
		e.T.Fatalf("logging %s in: %v", username, err)
	}
	return info.UST
}

// Row returns a user's row as it is stored.
func (e *Env) Row(userID string) store.User {
	e.T.Helper()
	found, err := e.Store.Read(e.T.Context(), store.Lookup{UserID: userID})
	if err != nil || found.Target == nil {
		e.T.Fatalf("reading user %s: found %v, error %v", userID, found.Target, err)
	}
	return *found.Target
}

// Audit returns the entries of an operation, oldest first, once what is
// waiting has been written.
func (e *Env) Audit(op string) []store.AuditEntry {
	e.T.Helper()
	if err := e.Core.FlushAudit(e.T.Context()); err != nil {
		e.T.Fatal(err)
	}
	var entries []store.AuditEntry
	err := e.Store.Audit(e.T.Context(), store.AuditFilter{Op: op}, func(entry store.AuditEntry) error {
		entries = append(entries, entry)
		return nil
	})
	if err != nil {
		e.T.Fatal(err)
	}
	return entries
}

// Clock is a clock that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Forward moves the clock.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ID returns the ID of the user with a username.
func (e *Env) ID(username string) string {
	e.T.Helper()
	id, err := e.Store.UserID(e.T.Context(), username)
	if err != nil {
		e.T.Fatal(err)
	}
	return id
}

// Exec runs a statement behind the core's back.
func (e *Env) Exec(sql string, args ...any) {
	e.T.Helper()
	err := e.DB.Change(e.T.Context(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: sql, Args: args}}, nil
	})
	if err != nil {
		e.T.Fatal(err)
	}
}
