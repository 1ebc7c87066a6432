package open_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestDatabase(t *testing.T) {
	for want, location := range map[database.Dialect]string{
		database.SQLite:     filepath.Join(t.TempDir(), "postgres.db"),
		database.PostgreSQL: pgtest.URL(t),
	} {
		db, err := open.Database(t.Context(), location, []string{"SELECT 1"})
		if err != nil {
			t.Fatal(err)
		}
		if db.Dialect() != want {
			t.Errorf("%s was opened as %s", location, db.Dialect())
		}
		name := db.Name()
		if cut, _, _ := strings.Cut(location, "?"); name == "" || db.Dialect() == database.SQLite && name != location ||
			db.Dialect() == database.PostgreSQL && (strings.Contains(name, "@") || path.Base(name) != path.Base(cut)) {
			t.Errorf("%s is named %q", location, name)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
