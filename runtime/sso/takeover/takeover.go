// Package takeover looks at a database that the SSO of Zato 3.2 made (section
// 11 of the specification): what is in it, what cannot be read, and whether a
// key is its own. All but RaiseSequences only reads.
package takeover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
)

// Report is what a look has found.
type Report struct {
	Users          int `json:"users"`
	SuperUsers     int `json:"super_users"`
	Sessions       int `json:"sessions"`
	LiveSessions   int `json:"live_sessions"` // those that have not expired
	Attributes     int `json:"attributes"`
	Links          int `json:"links"`
	PasswordResets int `json:"password_resets"`

	// SearchColumns and EmailDigests are how many users lack what they are
	// found by. The digests are an addition of Gatehouse's.
	SearchColumns int `json:"search_columns"`
	EmailDigests  int `json:"email_digests"`

	// SequencesBehind are sequences of primary keys that would give out what
	// is taken.
	SequencesBehind []string `json:"sequences_behind"`

	Unreadable []Fault `json:"unreadable"`
}

// Fault is a value that cannot be read. What it is stays where it is.
type Fault struct {
	Table   string `json:"table"`
	Row     int64  `json:"row"` // the column id
	Column  string `json:"column"`
	Problem string `json:"problem"`
}

// String returns it in words.
func (f Fault) String() string {
	return fmt.Sprintf("%s, id %d, %s: %s", f.Table, f.Row, f.Column, f.Problem)
}

// Errors of Inspect.
var (
	// ErrNothing is the error for a database without tables of the SSO.
	ErrNothing = errors.New("the database has no tables of Zato's SSO: there is nothing to take over")

	// ErrKey is the error for a key that opens nothing of what is encrypted.
	ErrKey = errors.New("nothing of what is encrypted in this database can be decrypted with this secret key: give the key of the Zato installation with --key-file FILE or GATEHOUSE_SECRET_KEY")

	// ErrSchema is matched by the error for tables that are not those of
	// Zato 3.2.
	ErrSchema = errors.New("these are not the tables of Zato 3.2's SSO")
)

// Inspect looks at a whole database.
func Inspect(ctx context.Context, db database.DB, keys *secret.Keyring) (*Report, error) {
	columns, err := existingColumns(ctx, db)
	if err != nil {
		return nil, err
	}
	if len(columns[userTable]) == 0 {
		return nil, ErrNothing
	}
	if err := checkShape(columns); err != nil {
		return nil, err
	}
	report := &Report{Unreadable: []Fault{}}
	if err := report.count(ctx, db, columns); err != nil {
		return nil, err
	}
	look := reader{keys: keys}
	for _, table := range tables {
		if len(columns[table.name]) == 0 {
			continue
		}
		if err := look.read(ctx, db, table); err != nil {
			return nil, fmt.Errorf("reading %s: %w", table.name, err)
		}
	}
	if look.tokens > 0 && look.opened == 0 {
		return nil, ErrKey
	}
	report.Unreadable = append(report.Unreadable, look.faults...)
	report.SequencesBehind, err = behind(ctx, db, columns)
	return report, err
}

// existingColumns lists the columns of the SSO's tables, by table.
func existingColumns(ctx context.Context, db database.DB) (map[string][]string, error) {
	columns := map[string][]string{}
	err := db.Read(ctx, database.Query{
		SQL: `SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname LIKE 'zato\_sso\_%' AND a.attnum > 0 AND NOT a.attisdropped`,
		Row: func(scan func(...any) error) error {
			var table, column string
			err := scan(&table, &column)
			columns[table] = append(columns[table], column)
			return err
		}})
	return columns, err
}

func checkShape(existing map[string][]string) error {
	var missing []string
	for _, table := range tables {
		for _, column := range table.columns {
			if len(existing[table.name]) > 0 && !slices.Contains(existing[table.name], column.name) {
				missing = append(missing, table.name+"."+column.name)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: there is no column %s", ErrSchema, strings.Join(missing, ", "))
	}
	return nil
}

func (r *Report) count(ctx context.Context, db database.DB, columns map[string][]string) error {
	var queries []database.Query
	count := func(into *int, table, where string, args ...any) {
		if len(columns[table]) == 0 {
			return
		}
		queries = append(queries, database.Query{SQL: "SELECT count(*) FROM " + table + " WHERE " + where, Args: args,
			Row: func(scan func(...any) error) error { return scan(into) }})
	}
	count(&r.Users, userTable, "true")
	count(&r.SuperUsers, userTable, "is_super_user")
	count(&r.Sessions, "zato_sso_session", "true")
	count(&r.LiveSessions, "zato_sso_session", "expiration_time > $1", time.Now())
	count(&r.Attributes, "zato_sso_attr", "true")
	count(&r.Links, "zato_sso_linked_auth", "true")
	count(&r.PasswordResets, "zato_sso_password_reset", "true")
	var lacking []string
	for _, name := range []string{"display_name", "first_name", "middle_name", "last_name"} {
		lacking = append(lacking, fmt.Sprintf("%[1]s IS NOT NULL AND %[1]s_upper IS NULL", name))
	}
	count(&r.SearchColumns, userTable, strings.Join(lacking, " OR "))
	digests := "email IS NOT NULL"
	if slices.Contains(columns[userTable], "gatehouse_email_digest") {
		digests += " AND gatehouse_email_digest IS NULL"
	}
	count(&r.EmailDigests, userTable, digests)
	return db.Read(ctx, queries...)
}
