package postgres_test

import (
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/databasetest"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestConformance(t *testing.T) {
	databasetest.Run(t, func(t *testing.T) database.DB {
		return open(t, postgres.Config{URL: pgtest.URL(t)})
	})
}

func open(t testing.TB, cfg postgres.Config) database.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
