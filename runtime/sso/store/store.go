// Package store keeps the SSO's users, sessions and audit in the tables of
// Zato 3.2's SSO (section 11 of the specification), on SQLite and PostgreSQL.
//
// It knows rows, not rules: a caller names the rows that it needs with a
// Lookup, decides over them in Go, and answers with Changes, which are
// committed together. On PostgreSQL that is two round trips.
package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gatehouse/runtime/database"
)

// Store is the SSO's part of a database.
type Store struct {
	db  database.DB
	sql statements
}

// New returns the store in a database that Migrations were run on.
func New(db database.DB) *Store {
	return &Store{db: db, sql: newStatements(db.Dialect())}
}

// Lookup names the rows that a call is about.
type Lookup struct {
	// UST, in clear, names the session of the caller and the caller.
	UST string

	// ChangesSession says that the session will be changed or deleted.
	ChangesSession bool

	// TargetSelf makes the owner of the UST the target as well; UserID and
	// Username name another one. With none of them there is no target.
	TargetSelf bool
	UserID     string
	Username   string

	// SignupToken names the user whose sign-up it confirms.
	SignupToken string

	// Taken, if set, asks whether names are taken already.
	Taken *Taken

	// TargetUST, in clear, names a session, whose owner is then the target.
	TargetUST string

	// ResetToken names a password reset, whose user is then the target.
	ResetToken string

	// Candidates, if set, names users that are only read.
	Candidates *CandidateLookup

	// Attributes, if set, names attributes of the target, or, where TargetUST
	// is set, of that session.
	Attributes *AttributeLookup

	// Throttles names up to three rows of failures by their digests. They are
	// read, never locked.
	Throttles []string
	// Links, if set, names links to security definitions.
	Links *LinkLookup

	// Hold, if set, returns a query that goes before all others of a Change, and
	// sets isHeld to what is then found in Found.IsHeld.
	Hold func(isHeld *bool) database.Query
}

// Found holds the rows that a Lookup has found. What was not found is nil.
type Found struct {
	Session *Session
	Caller  *User
	Target  *User

	TargetSession *Session
	Attributes    []*Attribute
	Throttles     []*Throttle

	UsernameTaken, EmailTaken bool // of Lookup.Taken
	Reset                     *PasswordReset
	Candidates                []*User // by the username, then by the e-mail

	Links            []*Link
	ExternalSessions []*Session

	IsHeld bool // as Lookup.Hold says
}

// Read returns the rows of a Lookup, in one round trip and of one moment.
func (s *Store) Read(ctx context.Context, lookup Lookup) (Found, error) {
	var found Found
	queries := s.lookupQueries(lookup, &found, false)
	isBrief := lookup.Attributes == nil || len(lookup.Attributes.Names) > 0 // of all, there are as many as were made
	for i := range queries {
		queries[i].Brief = isBrief
	}
	err := s.db.Read(ctx, queries...)
	return found.complete(lookup), err
}

// conflictRetries bounds how often a change that the database rolled back in
// favour of another one is tried again.
const conflictRetries = 5

// Change locks the rows of a Lookup, calls decide with them, writes the
// changes that it returns and commits. An error of decide writes nothing and
// is returned as it is. decide may be called more than once, when the database
// asks for another try: it must depend on nothing but its argument.
//
// The target is locked before the session, everywhere, so that a call that
// ends the sessions of a user and a call in one of these sessions do not
// deadlock.
func (s *Store) Change(ctx context.Context, lookup Lookup, decide func(Found) ([]Change, error)) error {
	for attempt := 0; ; attempt++ {
		var found Found
		err := s.db.Change(ctx, s.lookupQueries(lookup, &found, true), func() ([]database.Query, error) {
			changes, err := decide(found.complete(lookup))
			if err != nil {
				return nil, err
			}
			return s.queries(changes), nil
		})
		if attempt == conflictRetries || !database.IsKind(err, database.Conflict) {
			return translate(err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(10 * time.Millisecond << attempt)):
		}
	}
}

func (s *Store) queries(changes []Change) []database.Query {
	queries := make([]database.Query, len(changes))
	for i, change := range changes {
		queries[i] = change.query(&s.sql)
	}
	return queries
}

// Write commits changes that depend on no rows, in one transaction.
func (s *Store) Write(ctx context.Context, changes ...Change) error {
	return s.Change(ctx, Lookup{}, func(Found) ([]Change, error) { return changes, nil })
}

func (s *Store) lookupQueries(lookup Lookup, found *Found, lock bool) []database.Query {
	sql := &s.sql.read
	if lock {
		sql = &s.sql.lock
	}
	var queries []database.Query
	if lookup.Hold != nil && lock {
		queries = append(queries, lookup.Hold(&found.IsHeld))
	}
	user := func(statement, arg string, into **User) {
		queries = append(queries, database.Query{SQL: statement, Args: []any{arg},
			Row: func(scan func(...any) error) error {
				*into = new(User)
				return scan((*into).columns()...)
			}})
	}
	withOwner := func(ust string, session **Session, owner **User) {
		queries = append(queries, database.Query{SQL: s.sql.sessionWithOwner, Args: []any{ust},
			Row: func(scan func(...any) error) error {
				*owner, *session = new(User), new(Session)
				return scan(append((*owner).columns(), (*session).columns()...)...)
			}})
	}
	switch {
	case lookup.TargetSelf && !lock: // below, with the session
	case lookup.TargetSelf:
		user(sql.userOfUST, lookup.UST, &found.Target)
	case lookup.UserID != "":
		user(sql.userByID, lookup.UserID, &found.Target)
	case lookup.Username != "":
		user(sql.userByName, lookup.Username, &found.Target)
	case lookup.SignupToken != "":
		user(sql.userByToken, lookup.SignupToken, &found.Target)
	case lookup.TargetUST != "" && !lock:
		withOwner(lookup.TargetUST, &found.TargetSession, &found.Target)
	case lookup.TargetUST != "":
		user(sql.userOfUST, lookup.TargetUST, &found.Target)
		queries = append(queries, database.Query{SQL: sql.session, Args: []any{lookup.TargetUST},
			Row: func(scan func(...any) error) error {
				found.TargetSession = new(Session)
				return scan(found.TargetSession.columns()...)
			}})
	case lookup.Links != nil && lookup.Links.IsTarget:
		queries = append(queries, s.userOfLink(lookup, found, lock))
	}
	queries = append(queries, s.attributeQueries(lookup, found)...)
	queries = append(queries, s.throttleQueries(lookup, found)...)
	queries = append(queries, s.takenQueries(lookup.Taken, found, lock)...)
	queries = append(queries, s.resetQueries(lookup, found, lock)...)
	queries = append(queries, s.linkQueries(lookup, found, lock)...)
	if lookup.UST == "" {
		return queries
	}
	if !lock {
		owner := &found.Caller
		if lookup.TargetSelf {
			owner = &found.Target
		}
		withOwner(lookup.UST, &found.Session, owner)
		return queries
	}
	session := sql.session
	if lookup.ChangesSession {
		session = sql.sessionToChange
	}
	queries = append(queries, database.Query{SQL: session, Args: []any{lookup.UST},
		Row: func(scan func(...any) error) error {
			found.Session = new(Session)
			return scan(found.Session.columns()...)
		}})
	if !lookup.TargetSelf {
		user(s.sql.read.userOfUST, lookup.UST, &found.Caller)
	}
	return queries
}

func (f Found) complete(lookup Lookup) Found {
	if lookup.TargetSelf {
		f.Caller = f.Target
	}
	return f
}

// ErrUsernameTaken is matched by the error of a change that gives a user the
// name of another.
var ErrUsernameTaken = errors.New("the username is taken")

// ErrTOTPCodeUsed is matched by the error of a login with a TOTP code that was
// used already.
var ErrTOTPCodeUsed = errors.New("the TOTP code was used already")

func translate(err error) error {
	var violated *database.Error
	if !errors.As(err, &violated) || violated.Kind != database.Duplicate {
		return err
	}
	switch violated.Constraint {
	case "zato_u_usrn_uq", "zato_sso_user.username":
		return ErrUsernameTaken
	case "gatehouse_sso_totp_used_pkey", "gatehouse_sso_totp_used.user_id,gatehouse_sso_totp_used.step":
		return ErrTOTPCodeUsed
	}
	if isLinkIndex(violated.Constraint) {
		return ErrLinkExists
	}
	return err
}
