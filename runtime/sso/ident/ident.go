// Package ident makes and recognises the identifiers of the SSO: IDs of users,
// sessions and password resets as Zato writes them (section 11 of the
// specification), tokens and correlation IDs. All of them are random beyond
// guessing.
package ident

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Prefixes of the IDs; a reset token has none.
const (
	userPrefix     = "zusr"
	ustPrefix      = "zust"
	resetKeyPrefix = "zprtrkey"
)

// NewUserID returns the ID of a new user: zusr….
func NewUserID() string { return userPrefix + newUUID() }

// NewUST returns a new user session token in clear: zust…. It is stored so,
// and given out encrypted.
func NewUST() string { return ustPrefix + newUUID() }

// NewResetToken returns a new token of a password reset.
func NewResetToken() string { return newUUID() }

// NewResetKey returns a new key of a password reset: zprtrkey….
func NewResetKey() string { return resetKeyPrefix + newUUID() }

// NewSignupToken returns a new token that confirms a sign-up: 192 bits in
// URL-safe base64, 32 characters.
func NewSignupToken() string {
	var bits [24]byte
	_, _ = rand.Read(bits[:]) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// IsUserID reports whether text has the form of a user's ID.
func IsUserID(text string) bool { return hasForm(text, userPrefix) }

// IsUST reports whether text has the form of a user session token in clear.
func IsUST(text string) bool { return hasForm(text, ustPrefix) }

// IsResetToken reports whether text has the form of a password reset's token.
func IsResetToken(text string) bool { return hasForm(text, "") }

// IsResetKey reports whether text has the form of a password reset's key.
func IsResetKey(text string) bool { return hasForm(text, resetKeyPrefix) }

// alphabet is Crockford's base32 in lower case: no i, l, o, u.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// maxDigits is the length of 128 bits, five to a digit.
const maxDigits = 26

// newUUID returns a random UUID (RFC 9562, version 4) as encode does.
func newUUID() string {
	var uuid [16]byte
	_, _ = rand.Read(uuid[:])     // never fails: it ends the process instead
	uuid[6] = uuid[6]&0x0f | 4<<4 // version
	uuid[8] = uuid[8]&0x3f | 2<<6 // variant
	return encode(uuid)
}

// encode returns 16 bytes, as one big-endian integer, in base32 without
// leading zeros: as Zato has it, so lengths vary.
func encode(bits [16]byte) string {
	high, low := binary.BigEndian.Uint64(bits[:8]), binary.BigEndian.Uint64(bits[8:])
	var digits [maxDigits]byte
	first := maxDigits
	for ok := true; ok; ok = high|low != 0 {
		first--
		digits[first] = alphabet[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return string(digits[first:])
}

// hasForm reports whether text is the prefix and 1 to 26 digits that make no
// more than 128 bits.
func hasForm(text, prefix string) bool {
	digits, ok := strings.CutPrefix(text, prefix)
	if !ok || digits == "" || len(digits) > maxDigits || len(digits) == maxDigits && digits[0] > '7' {
		return false
	}
	for i := range len(digits) {
		if strings.IndexByte(alphabet, digits[i]) < 0 {
			return false
		}
	}
	return true
}
