package databasetest

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/runtime/database"
)

var migrateTests = []test{
	{"AppliesWhatIsMissing", migratesMissing},
	{"ManyAtOnce", migratesAtOnce},
	{"RefusesANewerSchema", migrateRefusesNewer},
	{"AFailureLeavesNothing", migrationFails},
	{"RefusesGaps", migrateRefusesGaps},
	{"OpenStatementsFollow", statementsFollow},
}

func both(version int, name, sql string) database.Migration {
	return database.Migration{Version: version, Name: name, SQLite: sql, PostgreSQL: sql}
}

// steps would fail if one of them ran twice.
var steps = []database.Migration{
	both(1, "table", "CREATE TABLE step (id integer PRIMARY KEY); INSERT INTO step (id) VALUES (1);"),
	both(2, "column", "ALTER TABLE step ADD COLUMN note varchar(20); -- a comment; with a semicolon\nINSERT INTO step (id, note) VALUES (2, 'a;b')"),
	both(3, "row", "INSERT INTO step (id) VALUES (3)"),
}

func stepCount(t *testing.T, db database.DB) (n int) {
	t.Helper()
	read(t, db, []any{&n}, "SELECT count(*) FROM step")
	return n
}

func migratesMissing(t *testing.T, db database.DB) {
	for _, upTo := range []int{0, 1, 1, 3, 3} {
		if err := db.Migrate(background(t), "steps", steps[:upTo]); err != nil {
			t.Fatal(err)
		}
		if upTo > 0 {
			if n := stepCount(t, db); n != upTo {
				t.Errorf("%d steps ran, want %d", n, upTo)
			}
		}
	}
	// Another owner counts for itself.
	other := []database.Migration{both(1, "other", "CREATE TABLE other (id integer)")}
	if err := db.Migrate(background(t), "other", other); err != nil {
		t.Fatal(err)
	}
	var records int
	read(t, db, []any{&records}, "SELECT count(*) FROM gatehouse_migration WHERE applied_at IS NOT NULL AND name <> ''")
	if records != 4 {
		t.Errorf("%d migrations are recorded, want 4", records)
	}
}

func migratesAtOnce(t *testing.T, db database.DB) {
	for _, err := range together(func(int) error { return db.Migrate(background(t), "steps", steps) }) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := stepCount(t, db); n != len(steps) {
		t.Errorf("%d steps ran, want %d", n, len(steps))
	}
}

func migrateRefusesNewer(t *testing.T, db database.DB) {
	if err := db.Migrate(background(t), "steps", steps); err != nil {
		t.Fatal(err)
	}
	err := db.Migrate(background(t), "steps", steps[:2])
	if !errors.Is(err, database.ErrNewerSchema) {
		t.Fatalf("error %v, want ErrNewerSchema", err)
	}
	if text := err.Error(); !strings.Contains(text, "steps") || !strings.Contains(text, "version 3") {
		t.Errorf("the error does not tell the owner and the version: %s", text)
	}
}

func migrationFails(t *testing.T, db database.DB) {
	failing := []database.Migration{
		steps[0],
		both(2, "the wrong one", "CREATE TABLE left_over (id integer); INSERT INTO absent (id) VALUES (1)"),
	}
	for range 2 {
		err := db.Migrate(background(t), "steps", failing)
		if err == nil {
			t.Fatal("no error")
		}
		if text := err.Error(); !strings.Contains(text, "the wrong one") || !strings.Contains(text, "2") {
			t.Errorf("the error does not tell version and name: %s", text)
		}
		wantKind(t, err, database.Internal)
		wantKind(t, db.Read(background(t), database.Query{SQL: "SELECT * FROM left_over"}), database.Internal)
	}
	// What came before it stays, and a corrected program goes on from there.
	if err := db.Migrate(background(t), "steps", steps); err != nil {
		t.Fatal(err)
	}
	if n := stepCount(t, db); n != 3 {
		t.Errorf("%d steps ran, want 3", n)
	}
}

func migrateRefusesGaps(t *testing.T, db database.DB) {
	for _, wrong := range [][]database.Migration{{steps[1]}, {steps[0], steps[2]}, {steps[0], steps[0]}} {
		wantKind(t, db.Migrate(background(t), "steps", wrong), database.Internal)
	}
	wantKind(t, db.Read(background(t), database.Query{SQL: "SELECT * FROM step"}), database.Internal)
}

// statementsFollow changes tables under statements that have been prepared.
func statementsFollow(t *testing.T, db database.DB) {
	if err := db.Migrate(background(t), "steps", steps[:1]); err != nil {
		t.Fatal(err)
	}
	columns := func() (n int, err error) {
		err = db.Read(background(t), database.Query{SQL: "SELECT * FROM step WHERE id = 1", Row: func(scan func(...any) error) error {
			var id int
			var note *string
			n = 1
			if scan(&id) != nil {
				n = 2
				return scan(&id, &note)
			}
			return nil
		}})
		return n, err
	}
	if n, err := columns(); n != 1 || err != nil {
		t.Fatalf("%d columns, %v", n, err)
	}
	if err := db.Migrate(background(t), "steps", steps); err != nil {
		t.Fatal(err)
	}
	if n, err := columns(); n != 2 || err != nil {
		t.Fatalf("%d columns, %v", n, err)
	}
}
