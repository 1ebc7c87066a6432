package store_test

import (
	"os"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/sso/store"
)

// openPostgres opens a fresh database, with a script run in it first.
func openPostgres(t *testing.T, script string) database.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if script != "" {
		err := db.Migrate(t.Context(), "fixture", []database.Migration{{Version: 1, Name: "fixture",
			PostgreSQL: script + "\nSELECT set_config('search_path', 'public', false);"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// shape lists columns, indexes and constraints of the SSO's tables.
func shape(t *testing.T, db database.DB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, sql := range []string{
		`SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(character_maximum_length::text, '')
			|| ' null ' || is_nullable FROM information_schema.columns WHERE table_name LIKE 'zato_sso_%' AND column_name NOT LIKE 'gatehouse_%'`,
		`SELECT 'index ' || indexdef FROM pg_indexes WHERE tablename LIKE 'zato_sso_%' AND indexname NOT LIKE 'gatehouse_%'`,
		`SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text LIKE 'zato_sso_%'`,
		`SELECT 'sequence ' || sequence_name FROM information_schema.sequences WHERE sequence_name LIKE 'zato_sso_%'`,
	} {
		err := db.Stream(t.Context(), database.Query{SQL: sql, Row: func(scan func(...any) error) error {
			var text string
			err := scan(&text)
			all[strings.ReplaceAll(text, "public.", "")] = true
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestSchemaHasTheShapeOfZatos compares a fresh schema with a database that
// Zato made, and one with the same database after our migrations.
func TestSchemaHasTheShapeOfZatos(t *testing.T) {
	fixture, err := os.ReadFile("testdata/zato_odb.sql")
	if err != nil {
		t.Fatal(err)
	}
	fresh, zato := openPostgres(t, ""), openPostgres(t, string(fixture))
	want := shape(t, zato)
	if len(want) < 100 {
		t.Fatalf("the fixture has only %d facts", len(want))
	}
	for _, db := range []database.DB{fresh, zato} {
		if err := db.Migrate(t.Context(), store.MigrationOwner, store.Migrations()); err != nil {
			t.Fatal(err)
		}
		got := shape(t, db)
		for fact := range want {
			if !got[fact] {
				t.Errorf("missing: %s", fact)
			}
		}
		for fact := range got {
			if !want[fact] {
				t.Errorf("Zato has no: %s", fact)
			}
		}
	}
	s := store.New(zato)
	user := newUser()
	if err := s.Write(t.Context(), store.InsertUser{User: user}); err != nil {
		t.Errorf("a user in a database of Zato's: %v", err)
	}
}
