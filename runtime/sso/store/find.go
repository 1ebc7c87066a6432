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

	// Text is to be a part of the username or of a name, whatever their case,
	// or the e-mail with one of TextDigests. "": any.
	Text        string
	TextDigests []string

	IsLocked, IsSuperUser bool // true: only these

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

// ScanUsers returns up to limit users that a filter chooses, above a primary key
// and in its order: for who goes through all of them, page by page. The filter's
// own Offset and Limit do not count.
func (s *Store) ScanUsers(ctx context.Context, filter UserFilter, above int64, limit int) (users []*User, err error) {
	where, args := filter.conditions(s.db.Dialect())
	if where == "" {
		where = " WHERE"
	} else {
		where += " AND"
	}
	args = append(args, above)
	err = s.db.Read(ctx, database.Query{
		SQL:  fmt.Sprintf("SELECT %s FROM zato_sso_user u%s u.id > $%d ORDER BY u.id LIMIT %d", userColumns, where, len(args), limit),
		Args: args,
		Row: func(scan func(...any) error) error {
			user := new(User)
			users = append(users, user)
			return scan(user.columns()...)
		}})
	return users, err
}

// UsernamesFrom returns up to limit usernames that begin with a text, in their
// order.
func UsernamesFrom(ctx context.Context, db database.DB, prefix string, limit int) (usernames []string, err error) {
	column := "username"
	if db.Dialect() == database.PostgreSQL {
		column = `username COLLATE "C"`
	}
	err = db.Read(ctx, database.Query{
		SQL:  fmt.Sprintf("SELECT username FROM zato_sso_user WHERE %s >= $1 AND %s < $2 ORDER BY %s LIMIT %d", column, column, column, limit),
		Args: []any{prefix, prefix + string(utf8.MaxRune)},
		Row: func(scan func(...any) error) error {
			var username string
			err := scan(&username)
			usernames = append(usernames, username)
			return err
		}})
	return usernames, err
}

// Texts returns all texts that the filter compares with columns.
func (f *UserFilter) Texts() []string {
	texts := []string{f.UserID, f.Username, f.SignUpStatus, f.ApprovalStatus, f.Text}
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
	emailIn := func(digests []string) string {
		var list []string
		for _, digest := range digests {
			list = append(list, arg(digest))
		}
		return "u.gatehouse_email_digest IN (" + strings.Join(list, ", ") + ")"
	}
	contains := func(column, text string) string {
		return column + " LIKE " + arg("%"+escapeLike.Replace(text)+"%") + ` ESCAPE '!'`
	}
	if len(f.EmailDigests) > 0 {
		all = append(all, emailIn(f.EmailDigests))
	}
	if f.IsLocked {
		all = append(all, "u.is_locked")
	}
	if f.IsSuperUser {
		all = append(all, "u.is_super_user")
	}
	if f.Text != "" {
		username := "lower(u.username)" // whose other letters both engines leave alone like this
		if dialect == database.PostgreSQL {
			username = `lower(u.username COLLATE "C")`
		}
		parts := []string{contains(username, asciiLower(f.Text))}
		for _, name := range []string{"display_name", "first_name", "middle_name", "last_name"} {
			parts = append(parts, contains("u."+name+"_upper", *searchText(&f.Text)))
		}
		if len(f.TextDigests) > 0 {
			parts = append(parts, emailIn(f.TextDigests))
		}
		all = append(all, "("+strings.Join(parts, " OR ")+")")
	}
	var names []string
	for _, name := range f.Names {
		upper := *searchText(&name.Text)
		if !name.Contains {
			names = append(names, "u."+name.Column+"_upper = "+arg(upper))
			continue
		}
		contains := contains("u."+name.Column+"_upper", upper)
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

// asciiLower is the lower case of ASCII letters alone.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, text)
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
