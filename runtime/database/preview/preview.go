// Package preview tells what migrations would add to a PostgreSQL database.
package preview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/runtime/database"
)

// Addition is something that a database does not have yet.
type Addition struct {
	Kind  string `json:"kind"`            // extension, table, column, default, index, sequence, trigger or function
	Table string `json:"table,omitempty"` // of a column, a default, an index or a trigger
	Name  string `json:"name"`
}

// String returns it in words.
func (a Addition) String() string {
	if a.Table == "" {
		return fmt.Sprintf("%-9s %s", a.Kind, a.Name)
	}
	return fmt.Sprintf("%-9s %s.%s", a.Kind, a.Table, a.Name)
}

// schema is where the migrations are tried, and is never seen by anybody else.
const schema = "gatehouse_preview"

// ErrPostgreSQL is the error for a database that is no PostgreSQL.
var ErrPostgreSQL = errors.New("only PostgreSQL databases can be looked at before they are migrated")

// Additions returns what the migrations would add. They run in an empty schema
// of a transaction that is rolled back, so that no table that is there is
// locked or changed; the role must be allowed to create a schema.
func Additions(ctx context.Context, db database.DB, migrations []database.Migration) ([]Addition, error) {
	if db.Dialect() != database.PostgreSQL {
		return nil, ErrPostgreSQL
	}
	var current string
	err := db.Read(ctx, database.Query{SQL: "SELECT coalesce(current_schema(), '')",
		Row: func(scan func(...any) error) error { return scan(&current) }})
	if err != nil {
		return nil, err
	}
	load := []database.Query{
		{SQL: "CREATE SCHEMA " + schema},
		{SQL: "SET LOCAL search_path TO " + schema},
		{SQL: "SET LOCAL client_min_messages TO error"},
	}
	for _, migration := range migrations {
		if migration.PostgreSQL != "" {
			load = append(load, database.Query{SQL: asOne(migration.PostgreSQL)})
		}
	}
	var after []Addition
	before := map[Addition]bool{}
	load = append(load,
		facts(schema, func(fact Addition) { after = append(after, fact) }),
		facts(current, func(fact Addition) { before[fact] = true }))
	if err := db.Change(ctx, load, nil); err != nil { // no decision: rolled back
		return nil, fmt.Errorf("trying the migrations out, in a schema that the role must be allowed to create and that is rolled back: %w", err)
	}
	after = append([]Addition{{Kind: "table", Name: "gatehouse_migration"}}, after...) // which Migrate makes itself
	missing := map[string]bool{}                                                       // tables
	for _, fact := range after {
		if fact.Kind == "table" && !before[fact] {
			missing[fact.Name] = true
		}
	}
	// Never nil, for JSON.
	additions := slices.DeleteFunc(after, func(fact Addition) bool { return before[fact] || missing[fact.Table] })
	return additions, nil
}

// asOne makes one statement of a script.
func asOne(script string) string {
	tag := "$gatehouse$"
	for strings.Contains(script, tag) {
		tag = tag[:len(tag)-1] + "_$"
	}
	return "DO $do" + tag[1:] + " BEGIN EXECUTE " + tag + script + tag + "; END $do" + tag[1:]
}

// facts reads what a schema has. Sequences and indexes that come with a column
// or a primary key are left out, and so are the functions of extensions.
func facts(schema string, each func(Addition)) database.Query {
	return database.Query{Args: []any{schema}, SQL: `
		WITH named AS (SELECT c.oid, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1),
		tables AS (SELECT oid, relname FROM named WHERE relkind IN ('r', 'p'))
		SELECT 1, 'table', '', relname::text FROM tables
		UNION ALL
		SELECT 2, 'column', t.relname::text, a.attname::text FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid
			WHERE a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT 3, 'default', t.relname::text, a.attname::text FROM tables t JOIN pg_attrdef d ON d.adrelid = t.oid
			JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.adnum
		UNION ALL
		SELECT 4, 'sequence', '', relname::text FROM named s WHERE relkind = 'S'
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = s.oid AND d.deptype IN ('i', 'a'))
		UNION ALL
		SELECT 5, 'index', t.relname::text, i.relname::text FROM named i JOIN pg_index x ON x.indexrelid = i.oid JOIN tables t ON t.oid = x.indrelid
			WHERE NOT x.indisprimary
		UNION ALL
		SELECT 6, 'trigger', t.relname::text, g.tgname::text FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
		UNION ALL
		SELECT 7, 'function', '', p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
		UNION ALL
		SELECT 8, 'extension', '', e.extname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = $1
		ORDER BY 1, 3, 4`,
		Row: func(scan func(...any) error) error {
			var order int
			var fact Addition
			err := scan(&order, &fact.Kind, &fact.Table, &fact.Name)
			each(fact)
			return err
		}}
}
