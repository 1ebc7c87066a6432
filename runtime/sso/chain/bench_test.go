package chain_test

import (
	"path/filepath"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/sso/store"
)

// databases are empty ones, each as durable as in production.
func databases(b *testing.B) map[string]database.DB {
	b.Helper()
	file, err := sqlite.Open(b.Context(), sqlite.Config{Path: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	server, err := postgres.Open(b.Context(), postgres.Config{
		URL: pgtest.New(b, pgtest.Config{Durable: true}).URL(), Prepare: store.Statements(database.PostgreSQL),
	})
	if err != nil {
		b.Fatal(err)
	}
	all := map[string]database.DB{"SQLite": file, "PostgreSQL": server}
	for _, db := range all {
		b.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(b.Context(), store.MigrationOwner, store.Migrations()); err != nil {
			b.Fatal(err)
		}
	}
	return all
}
