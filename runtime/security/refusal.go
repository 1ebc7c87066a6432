package security

import (
	"errors"
	"fmt"
	"time"
)

// ErrTooEarly is matched by the error of a guess that has to wait, for there
// were too many wrong ones. Right credentials that were not verified before are
// such a guess, too.
var ErrTooEarly = errors.New("too many wrong passwords: try again later")

// Reason is why credentials were refused, in words for the log.
type Reason string

// The reasons. None of them is for clients.
const (
	NoCredentials     Reason = "no credentials"
	OtherScheme       Reason = "its header Authorization is neither Basic nor Bearer, or cannot be read"
	NoSuchUsername    Reason = "no Basic Auth definition has this username"
	WrongPassword     Reason = "wrong password"
	PasswordTooLong   Reason = "the password is too long"
	TooEarly          Reason = "too early after wrong passwords: not looked at"
	NotListed         Reason = "the definition is not one of those that may call (http.definitions)"
	SwitchedOff       Reason = "the definition is switched off"
	TokenTooLong      Reason = "the token is too long"
	NotAToken         Reason = "what it sent is no JWT"
	OtherAlgorithm    Reason = "the token is not signed by HS256"
	CriticalHeader    Reason = "the token has critical headers, which are not understood"
	NoSuchSubject     Reason = "no JWT definition has the token's subject for its username"
	WrongSignature    Reason = "the token is signed with another secret"
	NoExpiry          Reason = "the token does not say when it expires"
	ExpiredToken      Reason = "expired token"
	TokenOfFuture     Reason = "the token is not good yet: do the clocks differ?"
	OtherIssuer       Reason = "token of another issuer"
	OtherAudience     Reason = "token for another audience"
	UnreadableSecret  Reason = "the definition's secret cannot be decrypted with the keys of this host"
	UnreadableClaims  Reason = "the token's claims cannot be read"
	UnverifiableToken Reason = "the token cannot be verified"
)

// Refusal is the error of credentials that let nobody in, for the log: clients
// are told only that they are refused. It matches ErrTooEarly where it has a
// Wait, else ErrDenied.
type Refusal struct {
	// Type and Definition are of the definition that the credentials name; ""
	// where they name none. What they say instead may be a secret in the wrong
	// place, and is told nobody.
	Type       string
	Definition string
	Reason     Reason

	// Wait is after how long it may be tried again.
	Wait time.Duration

	// Slowed is set on a wrong guess after which the next one has to wait: how
	// long. It is set once for each guess that is counted.
	Slowed time.Duration
}

// Error returns the reason.
func (r *Refusal) Error() string {
	if r.Definition == "" {
		return string(r.Reason)
	}
	return fmt.Sprintf("%s definition %s: %s", r.Type, r.Definition, r.Reason)
}

// Is tells which of the package's errors it matches.
func (r *Refusal) Is(target error) bool {
	if r.Wait > 0 {
		return target == ErrTooEarly
	}
	return target == ErrDenied
}
