package preview_test

import (
	"fmt"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/preview"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAdditions(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	there := []database.Migration{{Version: 1, PostgreSQL: "CREATE SEQUENCE s; CREATE TABLE a (id integer PRIMARY KEY, x text); INSERT INTO a VALUES (1, 'kept')"}}
	if err := db.Migrate(t.Context(), "there", there); err != nil {
		t.Fatal(err)
	}
	migrations := []database.Migration{
		{Version: 1, PostgreSQL: `CREATE SEQUENCE IF NOT EXISTS s; CREATE SEQUENCE r;
			CREATE TABLE IF NOT EXISTS a (id integer DEFAULT nextval('s') PRIMARY KEY, x text);
			ALTER TABLE a ALTER COLUMN id SET DEFAULT nextval('s');
			CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a integer REFERENCES a (id));
			CREATE INDEX b_a ON b (a)`},
		{Version: 2, PostgreSQL: `ALTER TABLE a ADD COLUMN y text DEFAULT '$gatehouse$'; CREATE INDEX a_y ON a (y);
			CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
			CREATE TRIGGER g BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f(); UPDATE a SET y = 'changed'`},
		{Version: 3, SQLite: "nothing here", PostgreSQL: "CREATE EXTENSION IF NOT EXISTS pg_trgm"},
	}
	want := "[table     b column    a.y default   a.id default   a.y sequence  r index     a.a_y trigger   a.g function  f extension pg_trgm]"
	for range 2 { // gatehouse_migration is there: "there" was migrated
		additions, err := preview.Additions(t.Context(), db, migrations)
		if got := fmt.Sprint(additions); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
	var kept string
	err = db.Read(t.Context(), database.Query{SQL: "SELECT x || (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'gatehouse%') FROM a",
		Row: func(scan func(...any) error) error { return scan(&kept) }})
	if err != nil || kept != "kept0" {
		t.Errorf("the database holds %q, %v", kept, err)
	}
	if err := db.Migrate(t.Context(), "later", migrations); err != nil {
		t.Fatalf("the migrations themselves: %v", err)
	}
	if additions, err := preview.Additions(t.Context(), db, migrations); err != nil || len(additions) != 0 {
		t.Errorf("when all is there: %v, %v", additions, err)
	}
	if _, err := preview.Additions(t.Context(), db, []database.Migration{{Version: 1, PostgreSQL: "CREATE nonsense"}}); err == nil {
		t.Error("nonsense was previewed")
	}
}
