package client

import (
	"fmt"
	"log/slog"
)

// What has passwords, TOTP keys or tokens in it does not print them, so that a log
// which has it by mistake does not have them. JSON of NewUser and OpenSession has
// them still.

// Format hides what is secret from fmt.
func (Credentials) Format(f fmt.State, _ rune) { fmt.Fprint(f, "client.Credentials{…}") }

// LogValue hides what is secret from slog.
func (Credentials) LogValue() slog.Value { return slog.StringValue("client.Credentials{…}") }

// Format hides what is secret from fmt.
func (Session) Format(f fmt.State, _ rune) { fmt.Fprint(f, "client.Session{…}") }

// LogValue hides what is secret from slog.
func (Session) LogValue() slog.Value { return slog.StringValue("client.Session{…}") }

// Format hides what is secret from fmt.
func (NewUser) Format(f fmt.State, _ rune) { fmt.Fprint(f, "client.NewUser{…}") }

// LogValue hides what is secret from slog.
func (NewUser) LogValue() slog.Value { return slog.StringValue("client.NewUser{…}") }

// Format hides what is secret from fmt.
func (TOTPKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "client.TOTPKey{…}") }

// LogValue hides what is secret from slog.
func (TOTPKey) LogValue() slog.Value { return slog.StringValue("client.TOTPKey{…}") }

// plainSession is OpenSession without its methods.
type plainSession OpenSession

// masked returns the session without its token.
func (s OpenSession) masked() plainSession {
	if s.UST != "" {
		s.UST = "…"
	}
	return plainSession(s)
}

// Format hides the token from fmt.
func (s OpenSession) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), s.masked())
}

// LogValue hides the token from slog.
func (s OpenSession) LogValue() slog.Value { return slog.AnyValue(s.masked()) }
