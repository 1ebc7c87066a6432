package sso

import (
	"errors"
	"strings"
	"time"
)

// Code is a status code of the SSO, such as E005001.
type Code string

// The codes, by the groups of section 3 of the specification.
const (
	UsernameInvalid    Code = "E001001"
	UsernameExists     Code = "E001002"
	UsernameTooLong    Code = "E001003"
	UsernameWhitespace Code = "E001004"
	UserIDInvalid      Code = "E001100"

	EmailInvalid    Code = "E002001"
	EmailExists     Code = "E002002"
	EmailTooLong    Code = "E002003"
	EmailWhitespace Code = "E002004"
	EmailMissing    Code = "E002005"

	PasswordInvalid        Code = "E003001"
	PasswordTooShort       Code = "E003002"
	PasswordTooLong        Code = "E003003"
	PasswordExpired        Code = "E003004"
	PasswordAboutToExpire  Code = "W003005" // a warning: login goes on
	PasswordExpiresRefused Code = "E003006" // about to expire, login refused
	PasswordMustChange     Code = "E003007"
	PasswordNotComplex     Code = "E003008"

	AppInvalid  Code = "E004001"
	AppNoSignup Code = "E004002"

	NotAllowed         Code = "E005001"
	UserLocked         Code = "E005002"
	SignupNotFinal     Code = "E005003"
	NotApproved        Code = "E005004"
	NoSuchSignupToken  Code = "E005006"
	SignupConfirmed    Code = "E005007"
	TOTPCodeMissing    Code = "E005008"
	MetadataNotAllowed Code = "E006001"

	NoSuchSession  Code = "E007001"
	SessionExpired Code = "E007002"

	InvalidOperation Code = "E008001"
	InvalidInput     Code = "E008002"
	MissingInput     Code = "E008003"
	InternalError    Code = "E008004"

	AttributeExists Code = "E009001"
	NoSuchAttribute Code = "E009002"

	PasswordResetFailed Code = "E010001"
)

// ErrUnavailable is matched by errors of calls that failed because the
// database is away or refuses to write; the same call may succeed later.
var ErrUnavailable = errors.New("the database is unavailable")

// ErrBusy is matched by errors of calls that failed because too many passwords
// are being checked already, or the audit is being read by as many as may; the
// same call may succeed in a few seconds.
var ErrBusy = errors.New("too busy")

// ErrTooMany is matched by errors of calls that were refused because there were
// too many of them lately: wrong passwords, or calls beyond the user's rate
// limit. Error.RetryAfter tells when to try again.
var ErrTooMany = errors.New("too many calls")

// ErrEnded is matched by errors of calls made through an API whose service
// call has ended already.
var ErrEnded = errors.New("the call of the service has ended")

// Error is a call that was refused or failed.
type Error struct {
	// Op is the operation, such as user.update_current_user.
	Op string

	// Codes is the sub-status, never empty.
	Codes []Code

	// Detail says what was wrong and where. It names keys, never values.
	Detail string

	// Hidden is set where the configuration does not let a client know the
	// codes: it is told E005001 instead (login, logout, search and sign-up).
	Hidden bool

	// RetryAfter, if above 0, says that there were too many calls, and when
	// the same call may be made again.
	RetryAfter time.Duration

	// Err is the cause. It is for logs, not for clients.
	Err error
}

// Error returns the operation, the codes and the detail.
func (e *Error) Error() string {
	text := e.Op + ": " + joinCodes(e.Codes)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RetrySeconds is RetryAfter in whole seconds, rounded up.
func (e *Error) RetrySeconds() int { return int((e.RetryAfter + time.Second - 1) / time.Second) }

// Is reports whether target is an *Error with the same first code, so that
// errors.Is(err, &sso.Error{Codes: []sso.Code{sso.UserLocked}}) works.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && len(e.Codes) > 0 && len(other.Codes) > 0 && e.Codes[0] == other.Codes[0]
}

// Told returns the codes that a client may be told.
func (e *Error) Told() []Code {
	if e.Hidden {
		return []Code{NotAllowed}
	}
	return e.Codes
}

// HasCode reports whether err is an *Error with the given code in its
// sub-status.
func HasCode(err error, code Code) bool {
	for _, found := range CodesOf(err) {
		if found == code {
			return true
		}
	}
	return false
}

// CodesOf returns the sub-status of err, or nil if err is no *Error.
func CodesOf(err error) []Code {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Codes
	}
	return nil
}

func joinCodes(codes []Code) string {
	texts := make([]string, len(codes))
	for i, code := range codes {
		texts[i] = string(code)
	}
	return strings.Join(texts, ", ")
}
