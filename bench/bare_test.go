package bench

import (
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// updateStatements are the statements of an update, as the store has them.
type updateStatements struct {
	user, session, update, audit string

	sessionWithOwner string // that reads use
}

func newUpdateStatements(b *testing.B, dialect database.Dialect) updateStatements {
	b.Helper()
	lockUser, lockSession := "", ""
	if dialect == database.PostgreSQL {
		lockUser, lockSession = " FOR NO KEY UPDATE", " FOR KEY SHARE"
	}
	find := func(begins, ends string) string {
		for _, sql := range store.Statements(dialect) {
			if strings.HasPrefix(sql, begins) && strings.HasSuffix(sql, ends) {
				return sql
			}
		}
		b.Fatalf("the store has no statement %s … %s", begins, ends)
		return ""
	}
	return updateStatements{
		user:    find("SELECT u.id", "WHERE s.ust = $1)"+lockUser),
		session: find("SELECT s.id", "WHERE s.ust = $1"+lockSession),
		update:  find("UPDATE zato_sso_user SET\n", "WHERE id = $1"),
		audit:   find("INSERT INTO gatehouse_audit (", ""),

		sessionWithOwner: find("SELECT u.id", "u.id = s.user_id WHERE s.ust = $1"),
	}
}

// searchColumn stands for the upper case of a name, which is not among the
// columns that are read.
const searchColumn = -1

// written tells, for each parameter of the UPDATE, the column of the SELECT
// that goes back into it.
var written = []int{
	0, 12, 13, 14, 15, 16, 17, 5, 6, 8, 9, 10, 11, 18, 20, 21, 22, 23, 24,
	searchColumn, searchColumn, searchColumn, searchColumn, 29, 30, 31, 32,
}

const (
	columnUserID      = 1
	columnEmail       = 20
	columnDisplayName = 21
	searchDisplayName = 19 // of the parameters
)

// changed returns the parameters of the UPDATE of a row, with the values of
// the example.
func changed[T any](row []T, text func(string) T) []T {
	row[columnDisplayName] = text("New Display Name")
	row[columnEmail] = text("myuser@example.com")
	args := make([]T, len(written))
	for i, column := range written {
		if column != searchColumn {
			args[i] = row[column]
		}
	}
	args[searchDisplayName] = text("NEW DISPLAY NAME")
	return args
}

// auditEntry returns the parameters of the INSERT, but for the time.
func auditEntry[T any](userID T, text func(string) T) []T {
	return []T{
		text(invocation.NewCID()), text(sso.OpUpdateCurrentUser), userID, userID, text("CRM"), text("127.0.0.1"), text(""),
		text(store.ResultOK), text(""), text("email,display_name"), text(""),
	}
}

func now() time.Time { return database.Timestamp(time.Now()) }
