// Package password hashes and verifies passwords: Argon2id in the PHC string
// format, with OWASP's parameters, and PBKDF2-HMAC-SHA512 as passlib writes it
// (section 11 of the SSO's specification). What other systems have hashed
// verifies as well: bcrypt, scrypt, Argon2i and PBKDF2-HMAC-SHA256.
//
// Hashing costs tens of milliseconds of a processor and, for Argon2id, 19 MiB,
// on purpose. A Hasher bounds how much of that goes on at once and how many wait
// for it, so that a flood of logins makes logins wait, and then fail, rather than
// the machine.
package password

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// Algorithm names a way to hash.
type Algorithm string

// The algorithms.
const (
	Argon2id     Algorithm = "argon2id"
	PBKDF2SHA512 Algorithm = "pbkdf2-sha512"
)

// MaxSize is the length of the longest password, in bytes. It keeps hashing
// from being a way to make the host read megabytes.
const MaxSize = 4096

// Errors of Hash for passwords that it refuses; nothing verifies with them.
var (
	ErrTooLong = fmt.Errorf("the password is longer than %d bytes", MaxSize)

	// ErrNUL is for a NUL character: HMAC, and so PBKDF2, cannot tell a
	// password from the same one with NULs at its end.
	ErrNUL = errors.New("the password contains a NUL character")
)

// ErrBusy is the error of calls that find as many waiting for their turn as may.
var ErrBusy = errors.New("too many passwords are being hashed: try again in a few seconds")

func usable(password string) error {
	switch {
	case len(password) > MaxSize:
		return ErrTooLong
	case strings.Contains(password, "\x00"):
		return ErrNUL
	}
	return nil
}

// Config says how new hashes are made. Zero values take the defaults.
type Config struct {
	Algorithm Algorithm // default Argon2id

	// Rounds and SaltSize are PBKDF2's: rounds (default 120000, at most
	// MaxRounds) and bytes of salt (default 64, from 8 to 1024). Argon2id's
	// parameters are OWASP's, with 16 bytes of salt.
	Rounds   int
	SaltSize int

	// MaxConcurrent is how many hashes are computed at once (default
	// GOMAXPROCS). Others wait for their turn or for the end of their context.
	MaxConcurrent int

	// MaxWaiting is how many may wait (default 64 for each that is computed:
	// two or three seconds' worth). Others get ErrBusy.
	MaxWaiting int
}

// Hasher hashes and verifies passwords. It is safe for concurrent use.
type Hasher struct {
	preferred parameters
	saltSize  int
	turns     chan struct{}
	places    chan struct{} // of those at work and of those who wait

	mu      sync.Mutex
	dearest map[Algorithm]parameters // of each algorithm that has been seen
}

// New returns a hasher, or an error that says what is wrong with the settings.
func New(config Config) (*Hasher, error) {
	if config.Rounds == 0 {
		config.Rounds = 120_000
	}
	if config.SaltSize == 0 {
		config.SaltSize = 64
	}
	if config.MaxConcurrent == 0 {
		config.MaxConcurrent = runtime.GOMAXPROCS(0)
	}
	h := &Hasher{saltSize: config.SaltSize, dearest: map[Algorithm]parameters{}}
	switch config.Algorithm {
	case "", Argon2id:
		h.preferred, h.saltSize = owasp, 16
	case PBKDF2SHA512:
		h.preferred = parameters{algorithm: PBKDF2SHA512, passes: config.Rounds}
	default:
		return nil, fmt.Errorf("password hashing: unknown algorithm %q: want %s or %s",
			config.Algorithm, Argon2id, PBKDF2SHA512)
	}
	switch {
	case config.Rounds < 1 || config.Rounds > MaxRounds:
		return nil, fmt.Errorf("password hashing: rounds are %d: want 1 to %d", config.Rounds, MaxRounds)
	case config.SaltSize < minSalt || config.SaltSize > maxSalt:
		return nil, fmt.Errorf("password hashing: salt size is %d: want %d to %d bytes", config.SaltSize, minSalt, maxSalt)
	case config.MaxConcurrent < 1:
		return nil, errors.New("password hashing: concurrency must be 1 or more")
	case config.MaxWaiting < 0:
		return nil, errors.New("password hashing: those that wait must be 0 or more")
	}
	if config.MaxWaiting == 0 {
		config.MaxWaiting = 64 * config.MaxConcurrent
	}
	h.turns = make(chan struct{}, config.MaxConcurrent)
	h.places = make(chan struct{}, config.MaxConcurrent+config.MaxWaiting)
	h.note(h.preferred)
	return h, nil
}

// Hash returns the hash string of a password, with a new salt. Its errors are
// ErrTooLong, ErrNUL, ErrBusy and, while it waits for its turn, the context's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := usable(password); err != nil {
		return "", err
	}
	turn, err := h.Enter(ctx)
	if err != nil {
		return "", err
	}
	defer turn.Leave()
	made := hash{parameters: h.preferred, salt: make([]byte, h.saltSize)}
	_, _ = rand.Read(made.salt) // never fails: it ends the process instead
	made.sum = made.compute(password, made.salt, sumSize(made.algorithm))
	return made.String(), nil
}

// Verify reports whether a password is the one of a hash string and, if so,
// whether the hash should be made anew because the configuration asks for
// another algorithm or other parameters. Its errors are ErrHash, ErrBusy and,
// while it waits for its turn, the context's.
//
// A wrong password costs as much as VerifyDummy, whatever algorithm it was
// hashed with, so that time does not tell which users there are.
func (h *Hasher) Verify(ctx context.Context, text, password string) (ok, needsRehash bool, err error) {
	if _, err := parse(text); err != nil {
		return false, false, err
	}
	turn, err := h.Enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer turn.Leave()
	return turn.Verify(text, password)
}

// VerifyDummy takes the time of a wrong password; it is for a user who does
// not exist. Its errors are ErrBusy and, while it waits for its turn, the
// context's.
func (h *Hasher) VerifyDummy(ctx context.Context, password string) error {
	turn, err := h.Enter(ctx)
	if err != nil {
		return err
	}
	defer turn.Leave()
	turn.VerifyDummy(password)
	return nil
}

// Observe tells the hasher that hashes like this one exist, so that from the
// start, not only from the first login with one, every refusal takes the same
// time. Its only error is ErrHash.
func (h *Hasher) Observe(text string) error {
	stored, err := parse(text)
	if err != nil {
		return err
	}
	h.note(stored.parameters)
	return nil
}

// Known returns ErrHash for text that Verify could never say yes to: no hash
// of a known kind, or one beyond the limits.
func Known(text string) error {
	_, err := parse(text)
	return err
}

// note remembers the dearest parameters of each algorithm.
func (h *Hasher) note(seen parameters) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seen.cost() > h.dearest[seen.algorithm].cost() {
		h.dearest[seen.algorithm] = seen
	}
}

// spend computes one hash of each algorithm in use, except for what has been
// spent already. So every refusal costs the sum of all of them.
func (h *Hasher) spend(password string, spent parameters) {
	for _, algorithm := range []Algorithm{Argon2id, PBKDF2SHA512, argon2i, pbkdf2SHA256, bcryptBlowfish, scryptSHA256} {
		h.mu.Lock()
		rest := h.dearest[algorithm]
		h.mu.Unlock()
		if algorithm == spent.algorithm {
			rest = rest.less(spent)
		}
		if rest.passes > 0 {
			rest.waste(password)
		}
	}
}

// Generate returns a new random password: 192 bits in URL-safe base64, 32
// characters.
func Generate() string {
	var bits [24]byte
	_, _ = rand.Read(bits[:]) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(bits[:])
}
