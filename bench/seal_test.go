package bench

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/runtime/database/open"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/store"
)

// BenchmarkUpdateSealed holds updates while the audit is sealed behind them,
// fifty times as often as by default so that each round has its share of it,
// against updates of a core that seals nothing.
func BenchmarkUpdateSealed(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			b.Run("clients=8", func(b *testing.B) {
				const clients = 8
				compare(b, clients, []contestant{
					sealing(b, "sealed", engine.url(b), clients, 20*time.Millisecond),
					sealing(b, "unsealed", engine.url(b), clients, -1),
				}, ratio{"sealed", "unsealed"})
			})
		})
	}
}

// sealing returns updates of users, one for each client, by a core of its own
// on a database of its own.
func sealing(b *testing.B, name, url string, clients int, every time.Duration) contestant {
	b.Helper()
	if url == "" {
		url = filepath.Join(b.TempDir(), "bench.db")
	}
	db, err := open.Database(b.Context(), url, store.Statements(open.DialectOf(url)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(b.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		b.Fatal(err)
	}
	made, err := core.New(b.Context(), core.Options{Config: core.DefaultConfig(), Store: store.New(db), Keys: secret.NewKeyring(secret.NewKey()),
		Logger: slog.New(slog.DiscardHandler), SealEvery: every})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = made.Close(context.Background()) })
	calls := make([]sso.Call, clients)
	for i := range calls {
		calls[i] = sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1", Trusted: true}
		user := sso.NewUser{Username: fmt.Sprintf("user-%d", i), Password: userPassword, AutoApprove: true}
		if _, err := made.CreateUser(b.Context(), calls[i], user); err != nil {
			b.Fatal(err)
		}
		session, err := made.Login(b.Context(), calls[i], sso.LoginRequest{Username: user.Username})
		if err != nil {
			b.Fatal(err)
		}
		calls[i].UST, calls[i].Trusted = session.UST, false
	}
	return contestant{name, func(client int) error {
		return made.UpdateCurrentUser(b.Context(), calls[client], sso.UserPatch{
			DisplayName: sso.Some(fmt.Sprint("Name ", time.Now().UnixNano())),
		})
	}}
}
