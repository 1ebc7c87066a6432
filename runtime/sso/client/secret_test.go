package client_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/client"
)

// TestSecretsDoNotPrint has what has secrets in it printed and logged, as it is
// and by a pointer.
func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	const secret = "secret-1"
	some := sso.Some(secret)
	credentials := client.Credentials{Username: "jane", Password: secret, TOTPCode: secret, NewPassword: secret}
	session := newClient(t, "https://sso.example.com").Session(secret)
	open := client.OpenSession{UST: secret, UserAgent: "phone"}
	user := client.NewUser{Username: "jane", Password: secret, TOTPKey: secret}
	key := client.TOTPKey{Key: secret}
	signup := sso.Signup{Username: "jane", Password: secret}
	newUser := sso.NewUser{Username: "jane", Password: secret, PasswordHash: secret, TOTPKey: secret}
	patch := sso.UserPatch{TOTPKey: some}
	change := sso.PasswordChange{OldPassword: secret, NewPassword: secret}
	reset := sso.ResetPasswordChange{Token: secret, ResetKey: secret, NewPassword: secret}
	login := sso.LoginRequest{Username: "jane", Password: secret, NewPassword: secret, TOTPCode: secret}
	options := sso.LoginOptions{NewPassword: secret, TOTPCode: secret}
	for _, shown := range []any{
		credentials, &credentials, *session, session, open, &open, user, &user, key, &key, signup, &signup, newUser, &newUser,
		patch, &patch, change, &change, reset, &reset, login, &login, options, &options,
	} {
		var out strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			fmt.Fprintf(&out, verb+"\n", shown)
			fmt.Fprintf(&out, verb+"\n", []any{shown})
		}
		for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			slog.New(handler).Info("x", "shown", shown)
		}
		if strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) {
			t.Errorf("%T: %s", shown, out.String())
		}
	}
	if text := fmt.Sprintf("%+v", open); !strings.Contains(text, "UserAgent:phone") {
		t.Errorf("what is not secret of a session is hidden, too: %s", text)
	}
}
