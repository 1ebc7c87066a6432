package sso

import (
	"fmt"
	"log/slog"
)

// What has passwords, TOTP keys or tokens in it prints as nothing but its type, so
// that a log which has it by mistake does not have them.

// Format hides what is secret from fmt.
func (Signup) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.Signup{…}") }

// LogValue hides what is secret from slog.
func (Signup) LogValue() slog.Value { return slog.StringValue("sso.Signup{…}") }

// Format hides what is secret from fmt.
func (NewUser) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.NewUser{…}") }

// LogValue hides what is secret from slog.
func (NewUser) LogValue() slog.Value { return slog.StringValue("sso.NewUser{…}") }

// Format hides what is secret from fmt.
func (UserPatch) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.UserPatch{…}") }

// LogValue hides what is secret from slog.
func (UserPatch) LogValue() slog.Value { return slog.StringValue("sso.UserPatch{…}") }

// Format hides what is secret from fmt.
func (PasswordChange) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.PasswordChange{…}") }

// LogValue hides what is secret from slog.
func (PasswordChange) LogValue() slog.Value { return slog.StringValue("sso.PasswordChange{…}") }

// Format hides what is secret from fmt.
func (ResetPasswordChange) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.ResetPasswordChange{…}") }

// LogValue hides what is secret from slog.
func (ResetPasswordChange) LogValue() slog.Value {
	return slog.StringValue("sso.ResetPasswordChange{…}")
}

// Format hides what is secret from fmt.
func (LoginRequest) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.LoginRequest{…}") }

// LogValue hides what is secret from slog.
func (LoginRequest) LogValue() slog.Value { return slog.StringValue("sso.LoginRequest{…}") }

// Format hides what is secret from fmt.
func (LoginOptions) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.LoginOptions{…}") }

// LogValue hides what is secret from slog.
func (LoginOptions) LogValue() slog.Value { return slog.StringValue("sso.LoginOptions{…}") }

// What is answered to clients with a UST or a TOTP key in it has them in JSON,
// but not where it is printed or logged.

// mask stands for a secret that is there.
const mask = "…"

func masked(secret string) string {
	if secret == "" {
		return ""
	}
	return mask
}

// These are the types without their methods.
type (
	plainSession     Session
	plainSessionInfo SessionInfo
	plainUser        User
)

// Format hides the UST from fmt.
func (s Session) Format(f fmt.State, verb rune) {
	s.UST, s.Attr = masked(s.UST), AttributeAPI{}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plainSession(s))
}

// LogValue hides the UST from slog.
func (s Session) LogValue() slog.Value {
	s.UST = masked(s.UST)
	return slog.AnyValue(s.ToDict())
}

// Format hides the UST from fmt.
func (s SessionInfo) Format(f fmt.State, verb rune) {
	s.UST = masked(s.UST)
	fmt.Fprintf(f, fmt.FormatString(f, verb), plainSessionInfo(s))
}

// LogValue hides the UST from slog.
func (s SessionInfo) LogValue() slog.Value {
	s.UST = masked(s.UST)
	return slog.AnyValue(s.dict())
}

// Format hides the TOTP key from fmt.
func (u User) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), plainUser(u.masked()))
}

// LogValue hides the TOTP key from slog.
func (u User) LogValue() slog.Value { return slog.AnyValue(u.masked().ToDict()) }

func (u User) masked() User {
	u.Attr = AttributeAPI{}
	if u.TOTPKey != nil {
		key := masked(*u.TOTPKey)
		u.TOTPKey = &key
	}
	return u
}

// Format hides the USTs from fmt.
func (SessionList) Format(f fmt.State, _ rune) { fmt.Fprint(f, "sso.SessionList{…}") }

// LogValue hides the USTs from slog.
func (SessionList) LogValue() slog.Value { return slog.StringValue("sso.SessionList{…}") }
