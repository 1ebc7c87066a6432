package store

import (
	"hash/fnv"
	"time"

	"gatehouse/runtime/database"
)

// Taken are names of a user who signs up. Only usernames are unique in the
// database: so that of two sign-ups at once with one e-mail the second sees
// the first, a Change lets one of them in at a time.
type Taken struct {
	Username string

	// Email, in clear, is looked up beside its digests, one for each key, for
	// users whose e-mails are not encrypted and have no digest yet; "" asks for
	// none.
	Email        string
	EmailDigests []string
}

// ConfirmSignup makes the sign-up of a user final.
type ConfirmSignup struct {
	PK   int64
	Time time.Time
}

func (c ConfirmSignup) query(sql *statements) database.Query {
	return database.Query{SQL: sql.signup.confirm, Args: []any{c.PK, c.Time}}
}

type signupStatements struct {
	usernameTaken string
	emailTaken    string
	claimEmail    string // "" on SQLite, whose one writer is alone
	confirm       string
}

func newSignupStatements(dialect database.Dialect) signupStatements {
	sql := signupStatements{
		usernameTaken: `SELECT EXISTS (SELECT 1 FROM zato_sso_user WHERE username = $1)`,
		emailTaken:    `SELECT EXISTS (SELECT 1 FROM zato_sso_user WHERE gatehouse_email_digest = $1 OR email = $2)`,
		confirm:       `UPDATE zato_sso_user SET sign_up_status = 'final', sign_up_confirm_time = $2 WHERE id = $1`,
	}
	if dialect == database.PostgreSQL {
		sql.claimEmail = `SELECT pg_advisory_xact_lock($1, $2)`
	}
	return sql
}

func (s signupStatements) all() []string {
	all := []string{s.usernameTaken, s.emailTaken, s.confirm}
	if s.claimEmail != "" {
		all = append(all, s.claimEmail)
	}
	return all
}

// emailLocks is the class of the advisory locks on e-mails.
const emailLocks = 0x6768656d

func (s *Store) takenQueries(taken *Taken, found *Found, lock bool) []database.Query {
	if taken == nil {
		return nil
	}
	into := func(dst *bool) func(func(...any) error) error {
		return func(scan func(...any) error) error {
			var isTaken bool
			err := scan(&isTaken)
			*dst = *dst || isTaken
			return err
		}
	}
	username := database.Query{SQL: s.sql.signup.usernameTaken, Args: []any{taken.Username}, Row: into(&found.UsernameTaken)}
	if taken.Email == "" {
		return []database.Query{username}
	}
	queries := []database.Query{username}
	for _, digest := range taken.EmailDigests {
		queries = append(queries, database.Query{SQL: s.sql.signup.emailTaken, Args: []any{digest, taken.Email}, Row: into(&found.EmailTaken)})
	}
	if !lock || s.sql.signup.claimEmail == "" {
		return queries
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(taken.Email)) // never fails
	claim := database.Query{SQL: s.sql.signup.claimEmail, Args: []any{emailLocks, int32(sum.Sum32())}}
	return append([]database.Query{claim}, queries...)
}
