package sqlite_test

import (
	"path/filepath"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/databasetest"
	"gatehouse/runtime/database/sqlite"
)

func TestConformance(t *testing.T) {
	databasetest.Run(t, func(t *testing.T) database.DB {
		return open(t, filepath.Join(t.TempDir(), "test.db"))
	})
}

func open(t testing.TB, path string) database.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
