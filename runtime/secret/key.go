// Package secret keeps what must not be readable in the database: Fernet
// tokens (https://github.com/fernet/spec) under the one key of an
// installation, and the file or environment variable that this key lives in.
// The hashing of passwords is in the package password below it.
package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

const keySize = 32

// Key is a Fernet key: 16 bytes that sign, then 16 bytes that encrypt. It
// prints as a placeholder, whatever the verb; Text gives the key itself. The
// zero Key is none: using it panics.
type Key struct {
	// material is a function because fmt prints what unexported fields of other
	// structs hold without asking for a String method: of a function, never
	// more than its address.
	material func() []byte
	derived  func(purpose string) []byte
}

func keyOf(material [keySize]byte) Key {
	var known sync.Map // by purpose, of which there are a few
	return Key{
		material: func() []byte { return material[:] },
		derived: func(purpose string) []byte {
			if derived, ok := known.Load(purpose); ok {
				return derived.([]byte)
			}
			derived, err := hkdf.Key(sha256.New, material[:], nil, "gatehouse "+purpose, sha256.Size)
			if err != nil {
				panic(err) // not for lengths as short as this one
			}
			known.Store(purpose, derived)
			return derived
		},
	}
}

// ErrKey is matched by the errors of text that is no key.
var ErrKey = errors.New("not a secret key: want 32 bytes in URL-safe base64, 44 characters ending in =")

// ParseKey reads a key from its text: 32 bytes in padded URL-safe base64. Space
// around it is ignored. The error never repeats the text.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") { // which the decoder would skip
		return Key{}, ErrKey
	}
	decoded, err := base64.URLEncoding.DecodeString(text)
	if err != nil || len(decoded) != keySize {
		return Key{}, ErrKey
	}
	return keyOf([keySize]byte(decoded)), nil
}

// NewKey makes a random key.
func NewKey() Key {
	var material [keySize]byte
	_, _ = rand.Read(material[:]) // never fails: it ends the process instead
	return keyOf(material)
}

// Equal reports, in constant time, whether two keys are the same.
func (k Key) Equal(other Key) bool {
	return subtle.ConstantTimeCompare(k.material(), other.material()) == 1
}

// Text returns the key as ParseKey reads it. It is a secret.
func (k Key) Text() string { return base64.URLEncoding.EncodeToString(k.material()) }

// Derive returns 32 bytes that depend on the key and on the purpose alone
// (HKDF-SHA256), and that reveal neither the key nor what another purpose
// gets: the key of a look-up digest, for example, or a check that the database
// belongs to this key.
func (k Key) Derive(purpose string) []byte { return slices.Clone(k.derived(purpose)) }

func (k Key) signing() []byte    { return k.material()[:16] }
func (k Key) encryption() []byte { return k.material()[16:] }

const redacted = "[secret key]"

// String returns a placeholder.
func (k Key) String() string { return redacted }

// GoString returns a placeholder.
func (k Key) GoString() string { return redacted }

// Format writes a placeholder.
func (k Key) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue returns a placeholder.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a placeholder, so that no encoder writes the key out.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
