// Package security holds the definitions that callers of HTTP channels
// authenticate with: a name, by which a channel refers to it, a username, and a
// hashed password (HTTP Basic Auth, RFC 7617) or the secret that tokens are
// signed with (JWT, RFC 7519, as bearer tokens of RFC 6750).
//
// The definitions live in the database, and a change reaches every host within
// a second. Verifying a password is quick: what was verified once from an address
// is remembered under a digest keyed with a random key of the process, so that a
// password is hashed only the first time it comes from there. The digest covers
// the stored hash too, so a changed password is never answered from memory. What
// was not verified from there yet is a guess: after some wrong ones the next has
// to wait (ThrottleConfig).
//
// Tokens are not slowed down. To guess one is to guess a secret of 256 bits,
// which a delay does not make harder; and as each is new, a good one could not be
// told from a guess without looking at it, so that delays would shut out good
// clients behind the address of a bad one.
package security

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
)

// Errors of the package, matched with errors.Is. Errors of the database come
// back wrapped, so that database.IsKind works on them.
var (
	// ErrDenied says that the credentials let nobody in; a *Refusal says why.
	ErrDenied = errors.New("not let in by any security definition")

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

// Types of definitions. Names, usernames and numbers are unique within a type.
const (
	BasicAuth = "basic_auth"
	JWT       = "jwt"
)

// Definition is a way to authenticate. Its password or secret is never given
// out.
type Definition struct {
	Type     string // BasicAuth or JWT
	ID       int64
	Name     string
	Username string
	IsActive bool // an inactive definition lets nobody in
	Created  time.Time
	Updated  time.Time

	// Issuer and Audience are what the tokens of a JWT definition must be from
	// and for; "" asks for nothing.
	Issuer   string
	Audience string
}

// Principal is who has authenticated.
type Principal struct {
	Type     string // of the definition
	ID       int64  // of the definition; numbers are never used twice
	Name     string // of the definition
	Username string

	// Updated is when the definition was changed last. Two states of a
	// definition never have the same.
	Updated time.Time

	// Token is the SHA-256, in hexadecimal, of the token that a JWT definition
	// let in, and Expires when it expires; zero for Basic Auth.
	Token   string
	Expires time.Time
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

	// Keys encrypt the secrets of JWT definitions. Without them there are no
	// such definitions.
	Keys *secret.Keyring

	// Refresh is how old the copy of the definitions in memory may grow
	// (default and most: 500 ms).
	Refresh time.Duration

	// MaxHashing is how many passwords are hashed at once to verify them
	// (default: half of GOMAXPROCS, so that logins that share the hasher have
	// turns whatever goes on here), and MaxWaiting how many may wait for that
	// (default 100) before others get ErrBusy.
	MaxHashing int
	MaxWaiting int

	// Throttle slows down who guesses passwords; nil is DefaultThrottle.
	Throttle *ThrottleConfig

	// Logger gets what an operator has to see to (default: nothing is written).
	Logger *slog.Logger

	// Now tells the time that guesses are made at (default time.Now).
	Now func() time.Time
}

// Definitions are the security definitions of an installation. All methods are
// safe for concurrent use.
type Definitions struct {
	db      database.DB
	hasher  Hasher
	keys    *secret.Keyring
	refresh time.Duration

	logger   *slog.Logger
	watched  watched
	sessions Sessions // nil has none

	snapshot atomic.Pointer[snapshot]
	loads    singleflight.Group
	changes  atomic.Int64 // made through this value

	digestKey []byte
	right     *memory[digest]   // digests of right credentials, by where they were right (guessed.place)
	wrong     *memory[struct{}] // by digests of wrong ones
	guard     *guard
	tries     singleflight.Group // by digest and address
	checks    singleflight.Group // by digest
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
	if config.Throttle == nil {
		throttle := DefaultThrottle()
		config.Throttle = &throttle
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	d := &Definitions{
		db:        config.DB,
		hasher:    config.Hasher,
		keys:      config.Keys,
		refresh:   config.Refresh,
		digestKey: make([]byte, 32),
		right:     newMemory[digest](rightGeneration),
		wrong:     newMemory[struct{}](wrongGeneration),
		guard:     newGuard(*config.Throttle, config.Now),
		logger:    config.Logger,
		watched:   watched{logger: config.Logger},
		hashing:   make(chan struct{}, config.MaxHashing),
		waiting:   make(chan struct{}, config.MaxHashing+config.MaxWaiting),
	}
	_, _ = rand.Read(d.digestKey) // never fails: it ends the process instead
	return d
}

// List returns all definitions, those of Basic Auth first, by name, as they are
// in the database now.
func (d *Definitions) List(ctx context.Context) ([]Definition, error) {
	var all []Definition
	err := d.read(ctx, func(definition Definition, _ string) { all = append(all, definition) })
	return all, err
}

// Usernames returns the usernames of all definitions of a type, inactive ones
// too, by their numbers; no type but BasicAuth and JWT has any.
func (d *Definitions) Usernames(ctx context.Context, kind string) (map[int64]string, error) {
	current, err := d.current(ctx)
	if err != nil {
		return nil, err
	}
	return current.usernames[kind], nil
}

// Set gives a Basic Auth definition a username and a password, and makes it
// when there is none of that name. Without a username, a definition that is
// there keeps its own, and a new one takes the definition's name. What the
// definition has opened before ends.
func (d *Definitions) Set(ctx context.Context, name, username, password string) error {
	if err := checkBasic(name, cmp.Or(username, name), password); err != nil {
		return err
	}
	hash, err := d.newHash(ctx, name, password)
	if err != nil {
		return err
	}
	return d.alter(ctx, BasicAuth, name, func(before *Definition) (database.Query, error) {
		now := next(before)
		if before == nil {
			return database.Query{SQL: sqlInsert, Args: []any{name, cmp.Or(username, name), hash, true, now, now}}, nil
		}
		return database.Query{SQL: sqlUpdate, Args: []any{before.ID, cmp.Or(username, before.Username), hash, now}}, nil
	})
}

// CreateMissing makes a Basic Auth definition with a random password, unless there is one
// of that name. Of hosts that start at once, one makes it; only there is
// created true and the password known.
func (d *Definitions) CreateMissing(ctx context.Context, name, username string) (generated string, created bool, err error) {
	if there, err := d.find(ctx, BasicAuth, name); there != nil || err != nil {
		return "", false, err
	}
	generated = password.Generate()
	if err := checkBasic(name, username, generated); err != nil {
		return "", false, err
	}
	hash, err := d.newHash(ctx, name, generated)
	if err != nil {
		return "", false, err
	}
	now, rows := next(nil), int64(0)
	create := database.Query{SQL: sqlInsert + " ON CONFLICT DO NOTHING", Args: []any{name, username, hash, true, now, now},
		Affected: func(count int64) error {
			rows = count
			return nil
		}}
	err = d.retry(name, func() error {
		return d.db.Change(ctx, nil, func() ([]database.Query, error) { return []database.Query{create}, nil })
	})
	switch {
	case err != nil:
		return "", false, err
	case rows == 1:
		return generated, true, nil
	}
	there, err := d.find(ctx, BasicAuth, name) // or another definition is in the way
	if err == nil && there == nil {
		err = fmt.Errorf("security definition %s: %w", name, ErrUsernameTaken)
	}
	return "", false, err
}

// SetActive switches a Basic Auth definition on or off. Switched off, it lets
// nobody in, and what it has opened ends.
func (d *Definitions) SetActive(ctx context.Context, name string, active bool) error {
	return d.alter(ctx, BasicAuth, name, func(before *Definition) (database.Query, error) {
		if before == nil {
			return database.Query{}, notFound(name)
		}
		if before.IsActive == active {
			return database.Query{}, nil
		}
		return database.Query{SQL: sqlSetActive, Args: []any{before.ID, active, next(before)}}, nil
	})
}

// Delete removes a Basic Auth definition, and ends what it has opened.
func (d *Definitions) Delete(ctx context.Context, name string) error {
	return d.delete(ctx, BasicAuth, name, sqlDelete)
}

func (d *Definitions) delete(ctx context.Context, kind, name, statement string) error {
	return d.alter(ctx, kind, name, func(before *Definition) (database.Query, error) {
		if before == nil {
			return database.Query{}, notFound(name)
		}
		return database.Query{SQL: statement, Args: []any{before.ID}}, nil
	})
}

func notFound(name string) error { return fmt.Errorf("%w: %s", ErrNotFound, name) }

// checkBasic checks what a Basic Auth definition is made of.
func checkBasic(name, username, clear string) error {
	for what, text := range map[string]string{"name": name, "username": username} {
		if err := checkText(what, text, maxName); err != nil {
			return err
		}
	}
	if strings.Contains(username, ":") { // RFC 7617 ends the username there
		return fmt.Errorf("%w: the username has a colon, which Basic Auth cannot carry", ErrInvalid)
	}
	if clear == "" || !printable(clear) {
		return fmt.Errorf("%w: the password is empty, or has a control character or invalid UTF-8", ErrInvalid)
	}
	return nil
}

func (d *Definitions) newHash(ctx context.Context, name, clear string) (string, error) {
	hash, err := d.hasher.Hash(ctx, clear)
	switch {
	case errors.Is(err, password.ErrTooLong):
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	case err != nil:
		return "", fmt.Errorf("security definition %s: %w", name, err)
	}
	return hash, nil
}

const maxName = 191

func checkText(what, text string, most int) error {
	switch {
	case text == "" || utf8.RuneCountInString(text) > most:
		return fmt.Errorf("%w: the %s must have 1 to %d characters", ErrInvalid, what, most)
	case !printable(text) || text != strings.TrimSpace(text):
		return fmt.Errorf("%w: the %s has a control character, invalid UTF-8 or space around it", ErrInvalid, what)
	}
	return nil
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
