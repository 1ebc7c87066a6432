package takeover

import (
	"context"

	"gatehouse/runtime/database"
)

// sequences give the primary keys of tables their values.
var sequences = []struct{ name, table string }{
	{"zato_sso_user_id_seq", userTable},
	{"zato_sso_sid_seq", "zato_sso_session"},
	{"zato_sso_attr_seq", "zato_sso_attr"},
	{"zato_sso_linked_auth_seq", "zato_sso_linked_auth"},
	{"zato_sso_flow_prt_seq", "zato_sso_password_reset"},
	{"zato_sso_group_id_seq", "zato_sso_group"},
	{"zato_sso_ug_seq", "zato_sso_user_group"},
}

// behind lists sequences whose next value is taken already, as where rows were
// copied without them: what is inserted would meet what is there.
func behind(ctx context.Context, db database.DB, columns map[string][]string) ([]string, error) {
	found := []string{}
	var queries []database.Query
	for _, sequence := range sequences {
		if len(columns[sequence.table]) == 0 {
			continue
		}
		queries = append(queries, database.Query{
			SQL:  "SELECT sequencename::text FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = $1 AND coalesce(last_value, 0) < (SELECT coalesce(max(id), 0) FROM " + sequence.table + ")",
			Args: []any{sequence.name},
			Row: func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				found = append(found, name)
				return err
			}})
	}
	return found, db.Read(ctx, queries...)
}

// RaiseSequences brings the sequences that a report found behind up to the
// rows that there are.
func RaiseSequences(ctx context.Context, db database.DB, report *Report) error {
	var raise []database.Query
	for _, name := range report.SequencesBehind {
		for _, sequence := range sequences {
			if sequence.name == name {
				raise = append(raise, database.Query{SQL: "SELECT setval('" + name + "', (SELECT max(id) FROM " + sequence.table + "))"})
			}
		}
	}
	return db.Change(ctx, nil, func() ([]database.Query, error) { return raise, nil })
}
