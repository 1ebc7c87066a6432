package runtime_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"gatehouse/runtime"
	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
)

// TestPeek looks at databases that are there, and makes none.
func TestPeek(t *testing.T) {
	t.Parallel()
	cfg := runtime.DefaultConfig()
	cfg.Data = filepath.Join(t.TempDir(), "data")
	look := func(database.DB) error {
		t.Error("there is nothing to look at")
		return nil
	}
	if err := runtime.Peek(t.Context(), cfg, look); !errors.Is(err, runtime.ErrNoInstallation) {
		t.Errorf("nothing is there: %v", err)
	}
	if _, err := os.Stat(cfg.Data); !os.IsNotExist(err) {
		t.Errorf("the directory was made: %v", err)
	}
	wrong := cfg
	wrong.Database = "mysql://localhost/db"
	if err := runtime.Peek(t.Context(), wrong, look); err == nil {
		t.Error("a URL of another engine is looked at")
	}

	empty := cfg
	empty.Database = pgtest.URL(t)
	made := cfg
	r, err := runtime.Open(t.Context(), openOptions(made))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(made.Data, "secret.key")); err != nil { // it is not needed
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cfg runtime.Config
		sql string
	}{
		"SQLite":               {made, "SELECT count(*) FROM zato_sso_user"},
		"an empty PostgreSQL":  {empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"},
		"the same, once again": {empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"},
	} {
		count := -1
		err := runtime.Peek(t.Context(), c.cfg, func(db database.DB) error {
			return db.Read(t.Context(), database.Query{SQL: c.sql, Row: func(scan func(...any) error) error { return scan(&count) }})
		})
		if err != nil || count != 0 {
			t.Errorf("%s: %d, %v", name, count, err)
		}
	}
	fault := errors.New("seen enough")
	if err := runtime.Peek(t.Context(), made, func(database.DB) error { return fault }); !errors.Is(err, fault) {
		t.Errorf("the error of who looks: %v", err)
	}
	if _, err := os.Stat(filepath.Join(made.Data, "secret.key")); !os.IsNotExist(err) {
		t.Errorf("a key was made: %v", err)
	}
}
