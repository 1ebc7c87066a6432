package core_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/store"
)

// FuzzUST sends any text for a UST, and any text that is encrypted with the
// right key: neither is a session, and neither ends in anything but E007001.
func FuzzUST(f *testing.F) {
	db, err := sqlite.Open(f.Context(), sqlite.Config{Path: filepath.Join(f.TempDir(), "test.db")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	if err := db.Migrate(f.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		f.Fatal(err)
	}
	keys := secret.NewKeyring(secret.NewKey())
	cfg := core.DefaultConfig()
	made, err := core.New(f.Context(), core.Options{Config: cfg, Store: store.New(db), Keys: keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { made.Close(context.Background()) })
	call := sso.Call{CID: "fuzz", App: "CRM", RemoteAddr: "127.0.0.1", Trusted: true}
	if _, err := made.CreateUser(f.Context(), call, sso.NewUser{Username: "admin", IsSuperUser: true, AutoApprove: true}); err != nil {
		f.Fatal(err)
	}
	info, err := made.Login(f.Context(), call, sso.LoginRequest{Username: "admin"})
	if err != nil {
		f.Fatal(err)
	}
	call.Trusted = false
	for _, seed := range []string{"", "zust4q51jwtsdh9s298315h4at6t1n", "gAAAAAB", "\x00", "' OR 1=1 --", "zust%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, ust := range []string{text, keys.Encrypt([]byte(text))} {
			if ust == info.UST {
				return
			}
			call := call
			call.UST = ust
			if _, err := made.CurrentUser(t.Context(), call, false); codeOf(err) != "E007001" {
				t.Errorf("UST %q: %v", ust, err)
			}
			call.UST = info.UST
			if isValid, err := made.VerifySession(t.Context(), call, ust); isValid || err != nil && codeOf(err) != "E007001" {
				t.Errorf("verifying UST %q: %v, %v", ust, isValid, err)
			}
		}
	})
}
