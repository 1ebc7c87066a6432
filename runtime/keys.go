package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/secret"
)

// KeyState is what the database tells of the keys of its installation.
type KeyState struct {
	// Newest is the ID of the key that everything is encrypted with, or is
	// being encrypted with; "" before the first rotation.
	Newest string `json:"newest"`

	// Needed are the IDs of keys that something may still be encrypted with,
	// for the rotation has not come to its end.
	Needed []string `json:"needed"`

	// Rotated is when the rotation to Newest came to its end; zero while it
	// has not.
	Rotated time.Time `json:"rotated"`
}

// Keys returns the keys of the installation.
func (r *Runtime) Keys() *secret.Keyring { return r.keys }

// ErrKeysInEnvironment is the error of changing keys that are not in a file.
var ErrKeysInEnvironment = fmt.Errorf("the keys come from the environment variable %s, which no command can change: change it where it is set, and start the hosts anew", secret.KeyVariable)

// KeyPath returns the file that the keys come from, or ErrKeysInEnvironment.
func (c *Config) KeyPath() (string, error) {
	if c.KeyFile != "" {
		return c.KeyFile, nil
	}
	if _, ok := os.LookupEnv(secret.KeyVariable); ok {
		return "", ErrKeysInEnvironment
	}
	return c.defaultKeyFile(), nil
}

const selectKeyState = "SELECT value FROM gatehouse_installation WHERE name = 'keys'"

func (r *Runtime) keyState(ctx context.Context) (state KeyState, err error) {
	var stored string
	err = r.db.Read(ctx, database.Query{SQL: selectKeyState,
		Row: func(scan func(...any) error) error { return scan(&stored) }})
	if err == nil && stored != "" {
		if err = json.Unmarshal([]byte(stored), &state); err != nil {
			err = fmt.Errorf("the state of the keys in gatehouse_installation cannot be read: %w", err)
		}
	}
	return state, err
}

// check refuses keys that the database cannot be used with.
func (s *KeyState) check(keys *secret.Keyring) error {
	var missing []string
	for _, id := range append([]string{s.Newest}, s.Needed...) {
		if _, ok := keys.ByID(id); !ok && id != "" {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the keys of this database were rotated, and this host does not have the key %s: copy the key file of a host that has it",
		strings.Join(missing, " nor "))
}

// keysReady reports a database that this host has lost the keys of, or that is
// away.
func (r *Runtime) keysReady(ctx context.Context) error {
	state, err := r.keyState(ctx)
	if err != nil {
		return err
	}
	return state.check(r.keys)
}

// writeKeyState records a state, and with it a check of the key that a keyring
// encrypts with.
func (r *Runtime) writeKeyState(ctx context.Context, state KeyState, keys *secret.Keyring) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	const put = "INSERT INTO gatehouse_installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
	return r.db.Change(ctx, nil, func() ([]database.Query, error) {
		return []database.Query{
			{SQL: put, Args: []any{"key_check", keys.Encrypt([]byte(keyCheckText))}},
			{SQL: put, Args: []any{"keys", string(text)}},
		}, nil
	})
}

// KeyUsage looks through all that is encrypted.
func (r *Runtime) KeyUsage(ctx context.Context, progress func(secret.Progress)) (secret.Usage, error) {
	return r.reencrypt(ctx, r.keys.Frozen(), false, progress)
}

func (r *Runtime) reencrypt(ctx context.Context, keys *secret.Keyring, write bool, progress func(secret.Progress)) (secret.Usage, error) {
	usage, err := r.security.Reencrypt(ctx, keys, write, progress)
	if err != nil {
		return usage, err
	}
	for _, plugin := range r.started {
		if encrypter, ok := plugin.(Encrypter); ok {
			found, err := encrypter.Reencrypt(ctx, keys, write, progress)
			usage.Add(found)
			if err != nil {
				return usage, fmt.Errorf("%s: %w", plugin.Name(), err)
			}
		}
	}
	return usage, nil
}

const (
	// maxPasses bounds how often a rotation goes through everything, for what
	// was changed meanwhile.
	maxPasses = 20

	// followPause is how long hosts that share the key file may take to know
	// of a new key, and to end what they are about to write with another.
	followPause = 2 * secret.RereadEvery
)

// ErrNotRotated is the error of a rotation that others kept from coming to its
// end.
var ErrNotRotated = errors.New("something is still written with an older key: a host is at work that does not have the newest one; give it the key file, and rotate again")

// RotateKeys encrypts all that the database holds with the newest key, while
// hosts go on. It may be ended at any time and begun again.
func (r *Runtime) RotateKeys(ctx context.Context, progress func(secret.Progress)) (secret.Usage, error) {
	keys := r.keys.Frozen()
	newest := keys.Newest().ID()
	state, err := r.keyState(ctx)
	if err != nil {
		return secret.Usage{}, err
	}
	// From here on no host starts that lacks one of the keys.
	begun := KeyState{Newest: newest}
	for _, key := range keys.Keys()[1:] {
		begun.Needed = append(begun.Needed, key.ID())
	}
	if state.Newest == newest {
		begun.Rotated = state.Rotated
	}
	if err := r.writeKeyState(ctx, begun, keys); err != nil {
		return secret.Usage{}, err
	}
	select {
	case <-ctx.Done():
		return secret.Usage{}, ctx.Err()
	case <-time.After(followPause):
	}
	var total secret.Usage
	for range maxPasses {
		pass, err := r.reencrypt(ctx, keys, true, progress)
		total.Changed += pass.Changed
		total.Missed = pass.Missed
		total.ByKey, total.Unreadable = pass.ByKey, pass.Unreadable
		if err != nil {
			return total, err
		}
		if pass.Others(newest) == 0 {
			done := KeyState{Newest: newest, Rotated: begun.Rotated}
			if done.Rotated.IsZero() || pass.Changed > 0 || total.Changed > 0 {
				done.Rotated = database.Timestamp(time.Now())
			}
			return total, r.writeKeyState(ctx, done, keys)
		}
	}
	return total, ErrNotRotated
}

// MayRemoveKey returns why a key must stay, or nil.
func (r *Runtime) MayRemoveKey(ctx context.Context, id string) error {
	keys := r.keys.Keys()
	at := slices.IndexFunc(keys, func(key secret.Key) bool { return key.ID() == id })
	switch {
	case at < 0:
		return fmt.Errorf("%w: %s; \"gatehouse keys list\" lists them", secret.ErrNoSuchKey, id)
	case at == 0:
		return fmt.Errorf("the key %s is the newest one, which encrypts", id)
	}
	state, err := r.keyState(ctx)
	if err != nil {
		return err
	}
	if state.Newest != keys[0].ID() || state.Rotated.IsZero() {
		return fmt.Errorf("the key %s may still be needed: run \"gatehouse keys rotate\" first", id)
	}
	usage, err := r.KeyUsage(ctx, nil)
	if err != nil {
		return err
	}
	if n := usage.ByKey[id]; n > 0 {
		return fmt.Errorf("the key %s still encrypts %s: run \"gatehouse keys rotate\" again", id, words.Counted(n, "value", "values"))
	}
	return nil
}

// HeldByClients counts what clients hold that may have been encrypted with an
// older key than the newest, and tells when the last of it ends.
func (r *Runtime) HeldByClients(ctx context.Context) (held int64, until time.Time, err error) {
	state, err := r.keyState(ctx)
	if err != nil {
		return 0, until, err
	}
	for _, plugin := range r.started {
		encrypter, ok := plugin.(Encrypter)
		if !ok {
			continue
		}
		n, end, err := encrypter.Held(ctx, state.Rotated)
		if err != nil {
			return held, until, err
		}
		held += n
		if end.After(until) {
			until = end
		}
	}
	return held, until, nil
}
