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
