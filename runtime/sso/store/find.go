package store

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/database"
)

// UserFilter chooses users: all conditions must hold. The zero filter chooses
// all users.
type UserFilter struct {
	UserID, Username             string   // "": any
	EmailDigests                 []string // one of them; none: any
	SignUpStatus, ApprovalStatus string

	// Names are conditions on names, joined by AND or by OR.
	Names   []NameFilter
	NamesOr bool

	Offset, Limit int // Limit 0: no limit
}

// NameFilter is a condition on one name, whatever its case.
type NameFilter struct {
	Column   string // such as first_name
	Text     string
	Contains bool // rather than equals
}

// FindUsers returns the users that a filter chooses, by display name, username,
// sign-up time and user ID, and how many there are without its limit.
func (s *Store) FindUsers(ctx context.Context, filter UserFilter) (users []*User, total int, err error) {
	where, args := filter.conditions(s.db.Dialect())
	// As the index gatehouse_sso_user_order has it: SQLite's has no NULLs last,
	// PostgreSQL is to sort as SQLite does.
	order := ` ORDER BY u.display_name IS NULL, u.display_name, u.username, u.sign_up_time, u.user_id`
	if s.db.Dialect() == database.PostgreSQL {
		order = ` ORDER BY u.display_name COLLATE "C", u.username COLLATE "C", u.sign_up_time, u.user_id COLLATE "C"`
	}
	list := "SELECT " + userColumns + " FROM zato_sso_user u" + where + order
	if filter.Limit > 0 {
		list += fmt.Sprintf(" LIMIT %d OFFSET %d", filter.Limit, filter.Offset)
	}
	err = s.db.Read(ctx,
		database.Query{SQL: "SELECT count(*) FROM zato_sso_user u" + where, Args: args,
			Row: func(scan func(...any) error) error { return scan(&total) }},
		database.Query{SQL: list, Args: args, Row: func(scan func(...any) error) error {
			user := new(User)
			users = append(users, user)
			return scan(user.columns()...)
		}})
	return users, total, err
}

// Texts returns all texts that the filter compares with columns.
func (f *UserFilter) Texts() []string {
	texts := []string{f.UserID, f.Username, f.SignUpStatus, f.ApprovalStatus}
	for _, name := range f.Names {
		texts = append(texts, name.Text)
	}
	return texts
}

func (f *UserFilter) conditions(dialect database.Dialect) (where string, args []any) {
	var all []string
	arg := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	for _, exact := range []struct{ column, value string }{
		{"user_id", f.UserID}, {"username", f.Username},
		{"sign_up_status", f.SignUpStatus}, {"approval_status", f.ApprovalStatus},
	} {
		if exact.value != "" {
			all = append(all, "u."+exact.column+" = "+arg(exact.value))
		}
	}
	if len(f.EmailDigests) > 0 {
		var digests []string
		for _, digest := range f.EmailDigests {
			digests = append(digests, arg(digest))
		}
		all = append(all, "u.gatehouse_email_digest IN ("+strings.Join(digests, ", ")+")")
	}
	var names []string
	for _, name := range f.Names {
		upper := *searchText(&name.Text)
		if !name.Contains {
			names = append(names, "u."+name.Column+"_upper = "+arg(upper))
			continue
		}
		contains := "u." + name.Column + "_upper LIKE " + arg("%"+escapeLike.Replace(upper)+"%") + ` ESCAPE '!'`
		if dialect == database.SQLite && utf8.RuneCountInString(upper) >= trigram {
			phrase := name.Column + `_upper : "` + strings.ReplaceAll(upper, `"`, `""`) + `"`
			contains = "(" + contains + " AND u.id IN (SELECT rowid FROM gatehouse_sso_user_names WHERE gatehouse_sso_user_names MATCH " + arg(phrase) + "))"
		}
		names = append(names, contains)
	}
	operator := " AND "
	if f.NamesOr {
		operator = " OR "
	}
	if len(names) > 0 {
		all = append(all, "("+strings.Join(names, operator)+")")
	}
	if len(all) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}

// trigram is how many characters a text must have to be found through an index
// of trigrams.
const trigram = 3

var escapeLike = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Incomplete returns up to limit users above a primary key, in its order, whose
// e-mail has no digest, or whose names have no search columns: those of a
// database that Zato made.
func (s *Store) Incomplete(ctx context.Context, above int64, limit int) ([]*User, error) {
	var users []*User
	err := s.db.Read(ctx, database.Query{
		SQL: "SELECT " + userColumns + ` FROM zato_sso_user u WHERE u.id > $1 AND (
			u.email IS NOT NULL AND u.gatehouse_email_digest IS NULL
			OR u.display_name IS NOT NULL AND u.display_name_upper IS NULL OR u.first_name IS NOT NULL AND u.first_name_upper IS NULL
			OR u.middle_name IS NOT NULL AND u.middle_name_upper IS NULL OR u.last_name IS NOT NULL AND u.last_name_upper IS NULL)
			ORDER BY u.id ` + fmt.Sprintf("LIMIT %d", limit),
		Args: []any{above},
		Row: func(scan func(...any) error) error {
			user := new(User)
			users = append(users, user)
			return scan(user.columns()...)
		}})
	return users, err
}

// CompleteUser writes what Incomplete found missing, unless the user has
// changed since.
type CompleteUser struct{ User *User }

func (c CompleteUser) query(sql *statements) database.Query {
	u := c.User
	return database.Query{SQL: sql.completeUser, Args: []any{u.PK, u.EmailDigest, u.Email,
		searchText(u.DisplayName), searchText(u.FirstName), searchText(u.MiddleName), searchText(u.LastName),
		u.DisplayName, u.FirstName, u.MiddleName, u.LastName}}
}
