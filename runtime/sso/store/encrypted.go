package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/runtime/database"
)

// EncryptedTable is a table some columns of which may be encrypted.
type EncryptedTable struct {
	Name    string
	Columns []string

	key   string // its primary key
	where string // "" is all rows
}

// The tables with columns that may be encrypted.
var (
	EncryptedUsers = EncryptedTable{Name: "zato_sso_user", key: "id",
		Columns: []string{"password", "email", "totp_key", "totp_label", "gatehouse_email_digest"}}
	EncryptedAttributes = EncryptedTable{Name: "zato_sso_attr", key: "id", where: "is_encrypted", Columns: []string{"value"}}
	EncryptedResets     = EncryptedTable{Name: "zato_sso_password_reset", key: "id", Columns: []string{"reset_key"}}
	EncryptedSealKeys   = EncryptedTable{Name: "gatehouse_audit_key", key: "key_id", Columns: []string{"token"}}
	EncryptedSecrets    = EncryptedTable{Name: "gatehouse_sso_secret", key: "name", Columns: []string{"token"}}
)

// EncryptedRow is the columns of a row as they are stored.
type EncryptedRow struct {
	Key    string // the primary key, as text
	Values []*string
}

// EncryptedRows returns up to limit rows behind a primary key, "" for the
// first, in their order.
func (s *Store) EncryptedRows(ctx context.Context, table EncryptedTable, above string, limit int) ([]EncryptedRow, error) {
	conditions := []string{}
	var args []any
	if above != "" {
		args = append(args, above)
		conditions = append(conditions, table.key+" > "+table.keyParameter(1))
	}
	if table.where != "" {
		conditions = append(conditions, table.where)
	}
	// The text has a name of its own: PostgreSQL would take the key in ORDER BY for
	// it, and "10" goes before "9".
	sql := "SELECT CAST(" + table.key + " AS text) AS key_text, " + strings.Join(table.Columns, ", ") + " FROM " + table.Name
	if len(conditions) > 0 {
		sql += " WHERE " + strings.Join(conditions, " AND ")
	}
	var rows []EncryptedRow
	err := s.db.Read(ctx, database.Query{SQL: fmt.Sprintf("%s ORDER BY %s LIMIT %d", sql, table.key, limit), Args: args,
		Row: func(scan func(...any) error) error {
			row := EncryptedRow{Values: make([]*string, len(table.Columns))}
			dest := []any{&row.Key}
			for i := range row.Values {
				dest = append(dest, &row.Values[i])
			}
			if err := scan(dest...); err != nil {
				return err
			}
			rows = append(rows, row)
			return nil
		}})
	return rows, err
}

// keyParameter is a parameter that holds the primary key as text.
func (t EncryptedTable) keyParameter(n int) string {
	if t.key == "id" {
		return fmt.Sprintf("CAST($%d AS integer)", n)
	}
	return fmt.Sprintf("$%d", n)
}

// Reencryption is new values for the columns of a row.
type Reencryption struct {
	Old EncryptedRow
	New []*string
}

// Reencrypt writes new values of rows, in one transaction, and returns how many
// it has written: rows that have changed since they were read stay as they are.
func (s *Store) Reencrypt(ctx context.Context, table EncryptedTable, rows []Reencryption) (written int64, err error) {
	var set, unchanged []string
	for i, column := range table.Columns {
		set = append(set, fmt.Sprintf("%s = $%d", column, i+2))
		unchanged = append(unchanged, fmt.Sprintf("%s IS NOT DISTINCT FROM $%d", column, i+2+len(table.Columns)))
	}
	sql := "UPDATE " + table.Name + " SET " + strings.Join(set, ", ") + " WHERE " + table.key + " = " + table.keyParameter(1) +
		" AND " + strings.Join(unchanged, " AND ")
	changes := make([]Change, len(rows))
	for i, row := range rows {
		args := []any{row.Old.Key}
		for _, value := range row.New {
			args = append(args, value)
		}
		for _, value := range row.Old.Values {
			args = append(args, value)
		}
		changes[i] = rawChange{sql, args, func(n int64) error { written += n; return nil }}
	}
	err = s.Change(ctx, Lookup{}, func(Found) ([]Change, error) {
		written = 0 // it may be another try
		return changes, nil
	})
	return written, err
}

// rawChange is a change that is no business of any call.
type rawChange struct {
	sql      string
	args     []any
	affected func(int64) error
}

func (c rawChange) query(*statements) database.Query {
	return database.Query{SQL: c.sql, Args: c.args, Affected: c.affected}
}

// Held counts sessions that began before a time, and reset keys that were given
// out, as far as they live at another, and tells when the last of them ends.
func (s *Store) Held(ctx context.Context, before, at time.Time) (held int64, until time.Time, err error) {
	row := func(scan func(...any) error) error {
		var n int64
		var end *time.Time
		if err := scan(&n, &end); err != nil {
			return err
		}
		held += n
		if end != nil && end.After(until) {
			until = *end
		}
		return nil
	}
	err = s.db.Read(ctx,
		database.Query{SQL: "SELECT count(*), max(expiration_time) FROM zato_sso_session WHERE creation_time < $1 AND expiration_time > $2",
			Args: []any{before, at}, Row: row},
		database.Query{SQL: `SELECT count(*), max(reset_key_exp_time) FROM zato_sso_password_reset
			WHERE has_been_accessed AND NOT is_password_reset AND access_time < $1 AND reset_key_exp_time > $2`,
			Args: []any{before, at}, Row: row})
	return held, until, err
}
