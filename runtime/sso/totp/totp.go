// Package totp makes and checks time-based one-time codes (RFC 6238) as
// authenticator apps have them: SHA-1, six digits, steps of 30 seconds.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // what RFC 6238 and the apps use; HMAC-SHA-1 is not broken
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	digits     = 6
	modulus    = 1_000_000
	period     = 30 // seconds
	minKeySize = 16 // characters
	maxKeySize = 256

	// window is how many steps a code may be off, either way.
	window = 1
)

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// ErrKey is the error of text that is no TOTP key.
var ErrKey = errors.New("not a TOTP key: want base32 (letters, and digits from 2 to 7), 16 to 256 characters")

// NewKey returns a random key: 160 bits in base32, 32 characters.
func NewKey() string {
	var bits [20]byte
	_, _ = rand.Read(bits[:]) // never fails: it ends the process instead
	return encoding.EncodeToString(bits[:])
}

// NormalKey returns a key as NewKey writes it. Authenticator apps and web
// pages show keys in lower case, in groups with spaces or dashes between, or
// padded with =: all that is understood. Anything else is ErrKey.
func NormalKey(key string) (string, error) {
	if len(key) > 2*maxKeySize {
		return "", ErrKey
	}
	key = strings.NewReplacer(" ", "", "-", "").Replace(key)
	key = strings.ToUpper(strings.TrimRight(key, "="))
	if len(key) < minKeySize || len(key) > maxKeySize || strings.ContainsAny(key, "\r\n") {
		return "", ErrKey
	}
	switch len(key) % 8 {
	case 1, 3, 6: // lengths that no bytes have, which the decoder lets pass
		return "", ErrKey
	}
	if _, err := encoding.DecodeString(key); err != nil {
		return "", ErrKey
	}
	return key, nil
}

// ValidKey reports whether NormalKey understands a key.
func ValidKey(key string) bool {
	_, err := NormalKey(key)
	return err == nil
}

// Code returns the code of a key at a time.
func Code(key string, at time.Time) (string, error) {
	secret, err := decode(key)
	if err != nil {
		return "", err
	}
	return code(secret, step(at)), nil
}

// Match reports whether a code is the key's at a time, or one step before or
// after it, and which step (of 30 seconds since 1970) it belongs to: who
// remembers the last step that was used, and takes only later ones, has codes
// that work once. Spaces in the code are ignored; a wrong key matches nothing.
// All steps are compared, in constant time.
func Match(key, given string, at time.Time) (matched int64, ok bool) {
	secret, err := decode(key)
	if err != nil {
		return 0, false
	}
	given = strings.ReplaceAll(given, " ", "")
	now := step(at)
	for candidate := now - window; candidate <= now+window; candidate++ {
		if subtle.ConstantTimeCompare([]byte(code(secret, candidate)), []byte(given)) == 1 {
			matched, ok = candidate, true
		}
	}
	return matched, ok
}

func step(at time.Time) int64 { return at.Unix() / period }

func decode(key string) ([]byte, error) {
	normal, err := NormalKey(key)
	if err != nil {
		return nil, err
	}
	return encoding.DecodeString(normal)
}

// code is HOTP (RFC 4226, section 5.3) with the step as its counter.
func code(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes all
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fff_ffff
	return fmt.Sprintf("%0*d", digits, number%modulus)
}
