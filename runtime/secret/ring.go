package secret

import (
	"encoding/hex"
	"slices"
)

// idSize is how many bytes of a digest name a key.
const idSize = 6

// ID returns a short name of the key that reveals nothing of it.
func (k Key) ID() string { return hex.EncodeToString(k.Derive("key ID")[:idSize]) }

// For returns a key of its own for a purpose. What is encrypted with it cannot
// be passed off as what the key itself has encrypted, nor the other way round.
func (k Key) For(purpose string) Key {
	return keyOf([keySize]byte(k.Derive("key for " + purpose)))
}

// Keys returns all keys, the newest first.
func (r *Keyring) Keys() []Key { return slices.Clone(r.all()) }

// ByID returns the key with an ID.
func (r *Keyring) ByID(id string) (Key, bool) {
	for _, key := range r.all() {
		if key.ID() == id {
			return key, true
		}
	}
	return Key{}, false
}

// For returns the keyring of the keys for a purpose, as they are now.
func (r *Keyring) For(purpose string) *Keyring {
	keys := r.Keys()
	for i := range keys {
		keys[i] = keys[i].For(purpose)
	}
	return NewKeyring(keys[0], keys[1:]...)
}

func (r *Keyring) all() []Key { return r.keys }
