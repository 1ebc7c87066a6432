package core_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"reflect"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

type zatoAttribute struct {
	Value       any
	IsEncrypted bool `json:"is_encrypted"`
	Expiration  *int
}

// TestUsersOfZato logs the users of a database that Zato made in, with their
// passwords and TOTP keys, and uses the sessions and attributes that they had
// there.
func TestUsersOfZato(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../store/testdata/zato_odb.sql")
	if err != nil {
		t.Fatal(err)
	}
	facts, err := os.ReadFile("../store/testdata/zato_odb.json")
	if err != nil {
		t.Fatal(err)
	}
	var zato struct {
		FernetKey string `json:"fernet_key"`
		Users     map[string]struct {
			UserID        string  `json:"user_id"`
			Username      string  `json:"username"`
			Password      string  `json:"password"`
			Email         *string `json:"email"`
			DisplayName   *string `json:"display_name"`
			IsTOTPEnabled bool    `json:"is_totp_enabled"`
			TOTPKey       string  `json:"totp_key"`
			TOTPLabel     string  `json:"totp_label"`
			UST           string  `json:"ust"`
			Attrs         map[string]zatoAttribute
			SessionAttrs  map[string]zatoAttribute `json:"session_attrs"`
		} `json:"users"`
		PasswordReset struct {
			UserID   string `json:"user_id"`
			Token    string `json:"token"`
			ResetKey string `json:"reset_key"`
		} `json:"password_reset"`
	}
	if err := json.Unmarshal(facts, &zato); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fixture := database.Migration{Version: 1, Name: "fixture", PostgreSQL: string(script) + "\nSELECT set_config('search_path', 'public', false);"}
	if err := db.Migrate(t.Context(), "fixture", []database.Migration{fixture}); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		t.Fatal(err)
	}
	open := func(key secret.Key) *core.Core {
		made, err := core.New(t.Context(), core.Options{Config: core.DefaultConfig(), Store: store.New(db), Keys: secret.NewKeyring(key), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { made.Close(t.Context()) })
		return made
	}
	if open(secret.NewKey()).CheckKeys(t.Context()) == nil {
		t.Error("a key that is not the database's was accepted")
	}
	key, err := secret.ParseKey(zato.FernetKey)
	if err != nil {
		t.Fatal(err)
	}
	c := open(key)
	if err := c.CheckKeys(t.Context()); err != nil {
		t.Error(err)
	}
	for name, user := range zato.Users {
		login := sso.LoginRequest{Username: user.Username, Password: user.Password}
		if user.IsTOTPEnabled {
			if login.TOTPCode, err = totp.Code(user.TOTPKey, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		info, err := c.Login(t.Context(), ssotest.Call(""), login)
		if err != nil {
			t.Errorf("%s: login: %v", name, err)
			continue
		}
		for what, ust := range map[string]string{"new": info.UST, "old": user.UST} {
			got, err := c.CurrentUser(t.Context(), ssotest.Call(ust), true)
			if err != nil {
				t.Errorf("%s: %s session: %v", name, what, err)
				continue
			}
			same := func(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
			if got.UserID != user.UserID || !same(got.Email, user.Email) || !same(got.DisplayName, user.DisplayName) ||
				got.TOTPKey == nil || *got.TOTPKey != user.TOTPKey {
				t.Errorf("%s: got %+v", name, got.ToDict())
			}
			label := ""
			if got.TOTPLabel != nil {
				label = *got.TOTPLabel
			}
			if label != user.TOTPLabel {
				t.Errorf("%s: TOTP label %q, want %q", name, label, user.TOTPLabel)
			}
		}
		call := ssotest.Call(user.UST)
		for what, owner := range map[*map[string]zatoAttribute]sso.AttributeOwner{&user.Attrs: {}, &user.SessionAttrs: {TargetUST: user.UST}} {
			got, err := c.Attributes(t.Context(), call, owner, sso.AttributeQuery{Decrypt: true})
			if err != nil || len(got) != len(*what) {
				t.Errorf("%s: attributes %+v, %v, want %v", name, got, err, *what)
			}
			for _, attribute := range got {
				want := (*what)[attribute.Name]
				if !reflect.DeepEqual(attribute.Value, want.Value) || attribute.IsEncrypted != want.IsEncrypted ||
					owner.TargetUST == "" && attribute.ExpirationTime.IsZero() != (want.Expiration == nil) {
					t.Errorf("%s: attribute %+v, want %+v", name, attribute, want)
				}
			}
		}
		if _, err := c.RenewSession(t.Context(), call); err != nil {
			t.Errorf("%s: renewing the old session: %v", name, err)
		}
	}

	reset := zato.PasswordReset
	resetKey, err := c.AccessResetToken(t.Context(), ssotest.Call(""), reset.Token)
	if err != nil {
		t.Fatalf("accessing the token: %v", err)
	}
	if clear, err := secret.NewKeyring(key).Decrypt(resetKey); err != nil || string(clear) != reset.ResetKey {
		t.Errorf("reset key %s, %v", clear, err)
	}
	change := sso.ResetPasswordChange{Token: reset.Token, ResetKey: resetKey, NewPassword: "Another-Horse-8-Stable"}
	if err := c.ChangeResetPassword(t.Context(), ssotest.Call(""), change); err != nil {
		t.Errorf("resetting the password: %v", err)
	}
	found, err := store.New(db).Read(t.Context(), store.Lookup{ResetToken: reset.Token})
	if err != nil || found.Reset == nil || !found.Reset.IsDone || found.Target == nil || found.Target.UserID != reset.UserID {
		t.Errorf("after the reset: %+v, %v", found.Reset, err)
	}
	_, err = c.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: found.Target.Username, Password: change.NewPassword})
	if err != nil && !sso.HasCode(err, sso.TOTPCodeMissing) { // which is asked of who has the right password
		t.Errorf("login with the new password: %v", err)
	}
}
