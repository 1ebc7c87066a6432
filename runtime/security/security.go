// Package security holds the definitions that callers of HTTP channels
// authenticate with: a name, by which a channel refers to it, a username and a
// hashed password (HTTP Basic Auth, RFC 7617).
//
// The definitions live in the database, and a change reaches every host within
// a second. Verifying is quick: what was verified once is remembered under a
// digest keyed with a random key of the process, so that a password is hashed
// only the first time. The digest covers the stored hash too, so a changed
// password is never answered from memory.
package security

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret/password"
)

// Errors of the package, matched with errors.Is. Errors of the database come
// back wrapped, so that database.IsKind works on them.
var (
	// ErrDenied says that the credentials are wrong; it does not say why.
	ErrDenied = errors.New("wrong username or password")

	// ErrBusy says that too many credentials wait to be verified.
	ErrBusy = errors.New("too many credentials are being verified: try again in a few seconds")

	// ErrNotFound says that there is no definition of that name.
	ErrNotFound = errors.New("no such security definition")

	// ErrUsernameTaken says that another definition has the username.
	ErrUsernameTaken = errors.New("another security definition has this username")

	// ErrInvalid is matched by errors of names, usernames and passwords that a
	// definition cannot have.
	ErrInvalid = errors.New("invalid security definition")
)

// Definition is a way to authenticate. Its password is never given out.
type Definition struct {
	ID       int64
	Name     string
	Username string
	IsActive bool // an inactive definition lets nobody in
	Created  time.Time
	Updated  time.Time
}

// Principal is who has authenticated.
type Principal struct {
	ID       int64  // of the definition; numbers are never used twice
	Name     string // of the definition
	Username string
}

// Hasher hashes and verifies passwords. *password.Hasher is one: see its
// methods.
type Hasher interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (ok, needsRehash bool, err error)
	VerifyDummy(ctx context.Context, password string) error
}

// Config is what Definitions work with.
type Config struct {
	// DB is a database that Migrations were run on.
	DB database.DB

	Hasher Hasher

	// Refresh is how old the copy of the definitions in memory may grow
	// (default and most: 500 ms).
	Refresh time.Duration

	// MaxHashing is how many passwords are hashed at once to verify them
	// (default: half of GOMAXPROCS, so that logins that share the hasher have
	// turns whatever goes on here), and MaxWaiting how many may wait for that
	// (default 100) before others get ErrBusy.
	MaxHashing int
	MaxWaiting int
}

// Definitions are the security definitions of an installation. All methods are
// safe for concurrent use.
type Definitions struct {
	db      database.DB
	hasher  Hasher
	refresh time.Duration

	snapshot atomic.Pointer[snapshot]
	loads    singleflight.Group
	changes  atomic.Int64 // made through this value

	digestKey []byte
	right     *memory // digests of right credentials
	wrong     *memory // and of wrong ones
	checks    singleflight.Group
	hashing   chan struct{}
	waiting   chan struct{} // those that hash included
}

// New returns the definitions in a database.
func New(config Config) *Definitions {
	const most = 500 * time.Millisecond
	if config.Refresh <= 0 || config.Refresh > most {
		config.Refresh = most
	}
	if config.MaxHashing <= 0 {
		config.MaxHashing = max(1, runtime.GOMAXPROCS(0)/2)
	}
	if config.MaxWaiting <= 0 {
		config.MaxWaiting = 100
	}
	d := &Definitions{
		db:        config.DB,
		hasher:    config.Hasher,
		refresh:   config.Refresh,
		digestKey: make([]byte, 32),
		right:     newMemory(),
		wrong:     newMemory(),
		hashing:   make(chan struct{}, config.MaxHashing),
		waiting:   make(chan struct{}, config.MaxHashing+config.MaxWaiting),
	}
	_, _ = rand.Read(d.digestKey) // never fails: it ends the process instead
	return d
}

// List returns all definitions, by name, as they are in the database now.
func (d *Definitions) List(ctx context.Context) ([]Definition, error) {
	var all []Definition
	err := d.read(ctx, func(definition Definition, _ string) { all = append(all, definition) })
	return all, err
}

// Set gives a definition a username and a password, and makes the definition
// when there is none of that name. Without a username, a definition that is
// there keeps its own, and a new one takes the definition's name.
func (d *Definitions) Set(ctx context.Context, name, username, password string) error {
	keep := username == ""
	if keep {
		username = name
	}
	args, err := d.row(ctx, name, username, password)
	if err != nil {
		return err
	}
	_, err = d.change(ctx, name, database.Query{SQL: sqlSet, Args: append(args, keep)})
	return err
}

// CreateMissing makes a definition with a random password, unless there is one
// of that name. Of hosts that start at once, one makes it; only there is
// created true and the password known.
func (d *Definitions) CreateMissing(ctx context.Context, name, username string) (generated string, created bool, err error) {
	if there, err := d.exists(ctx, name); there || err != nil {
		return "", false, err
	}
	generated = password.Generate()
	args, err := d.row(ctx, name, username, generated)
	if err != nil {
		return "", false, err
	}
	rows, err := d.change(ctx, name, database.Query{SQL: sqlCreate, Args: args})
	switch {
	case err != nil:
		return "", false, err
	case rows == 1:
		return generated, true, nil
	}
	there, err := d.exists(ctx, name) // or another definition is in the way
	if err == nil && !there {
		err = fmt.Errorf("security definition %s: %w", name, ErrUsernameTaken)
	}
	return "", false, err
}

func (d *Definitions) exists(ctx context.Context, name string) (bool, error) {
	there := false
	err := d.read(ctx, func(definition Definition, _ string) { there = there || definition.Name == name })
	return there, err
}

// SetActive switches a definition on or off.
func (d *Definitions) SetActive(ctx context.Context, name string, active bool) error {
	return d.changeOne(ctx, name,
		database.Query{SQL: sqlSetActive, Args: []any{name, active, database.Timestamp(time.Now())}})
}

// Delete removes a definition.
func (d *Definitions) Delete(ctx context.Context, name string) error {
	return d.changeOne(ctx, name, database.Query{SQL: sqlDelete, Args: []any{name}})
}

// row checks and hashes what a definition is made of.
func (d *Definitions) row(ctx context.Context, name, username, clear string) ([]any, error) {
	for _, part := range []struct{ what, text, forbidden string }{
		{"name", name, ""},
		{"username", username, ":"}, // RFC 7617 ends the username there
	} {
		switch {
		case part.text == "" || utf8.RuneCountInString(part.text) > maxName:
			return nil, fmt.Errorf("%w: the %s must have 1 to %d characters", ErrInvalid, part.what, maxName)
		case !printable(part.text) || part.text != strings.TrimSpace(part.text):
			return nil, fmt.Errorf("%w: the %s has a control character, invalid UTF-8 or space around it", ErrInvalid, part.what)
		case part.forbidden != "" && strings.Contains(part.text, part.forbidden):
			return nil, fmt.Errorf("%w: the %s has a colon, which Basic Auth cannot carry", ErrInvalid, part.what)
		}
	}
	if clear == "" || !printable(clear) {
		return nil, fmt.Errorf("%w: the password is empty, or has a control character or invalid UTF-8", ErrInvalid)
	}
	hash, err := d.hasher.Hash(ctx, clear)
	if errors.Is(err, password.ErrTooLong) {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return nil, fmt.Errorf("security definition %s: %w", name, err)
	}
	now := database.Timestamp(time.Now())
	return []any{name, username, hash, true, now, now}, nil
}

const maxName = 191

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func (d *Definitions) changeOne(ctx context.Context, name string, query database.Query) error {
	rows, err := d.change(ctx, name, query)
	if err == nil && rows == 0 {
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	return err
}

// change runs one statement and returns how many rows it changed.
func (d *Definitions) change(ctx context.Context, name string, query database.Query) (rows int64, err error) {
	query.Affected = func(count int64) error {
		rows = count
		return nil
	}
	defer d.changes.Add(1) // whatever the outcome: it may be unknown
	for range 5 {
		err = d.db.Change(ctx, nil, func() ([]database.Query, error) { return []database.Query{query}, nil })
		// A duplicate may be the same definition, just made by another host.
		if !database.IsKind(err, database.Conflict) && !database.IsKind(err, database.Duplicate) {
			break
		}
	}
	switch {
	case database.IsKind(err, database.Duplicate):
		return 0, fmt.Errorf("security definition %s: %w", name, ErrUsernameTaken)
	case err != nil:
		return 0, fmt.Errorf("security definition %s: %w", name, err)
	}
	return rows, nil
}
