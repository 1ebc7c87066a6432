package store

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"gatehouse/runtime/database"
)

// Link is a row of zato_sso_linked_auth: who authenticates by a security
// definition is a user. A nil pointer is NULL.
type Link struct {
	PK           int64 // the column id
	UserID       string
	IsActive     bool
	CreationTime time.Time
	AuthType     string // such as zato.basic_auth
	AuthID       *int64 // number of the security definition
}

// LinkLookup names links: all of the target's, or, with AuthType, those of one
// definition, whoever's, the oldest first.
type LinkLookup struct {
	AuthType string
	AuthID   int64

	// IsTarget makes the user of the definition's oldest active link the
	// target.
	IsTarget bool

	// ExternalID names sessions that were opened by the definition. In a
	// Change they are locked, to be changed.
	ExternalID string
}

const linkColumns = `l.id, l.user_id, l.is_active, l.creation_time, l.auth_type, l.auth_id`

// linkStatements read links and what belongs to them.
type linkStatements struct {
	ofUserID, ofUST, ofDefinition string
	user, lockUser                string // of the oldest active link
	sessions, lockSessions        string // by their external ID
	lockOwners                    string // of sessions by their external ID
	claim                         string // "" on SQLite, whose one writer is alone
}

func newLinkStatements(dialect database.Dialect, lockUser, lockSession string) linkStatements {
	links := `SELECT ` + linkColumns + ` FROM zato_sso_linked_auth l WHERE `
	user := `SELECT ` + userColumns + ` FROM zato_sso_user u WHERE u.user_id = (SELECT l.user_id FROM zato_sso_linked_auth l
		WHERE l.auth_type = $1 AND l.auth_id = $2 AND l.is_active ORDER BY l.id LIMIT 1)`
	sessions := `SELECT ` + sessionColumns + ` FROM zato_sso_session s WHERE s.ext_session_id = $1 ORDER BY s.id`
	claim := ""
	if dialect == database.PostgreSQL {
		claim = `SELECT pg_advisory_xact_lock($1, $2)`
	}
	return linkStatements{
		claim:    claim,
		ofUserID: links + `l.user_id = $1 ORDER BY l.id`,
		ofUST: links + `l.user_id = (SELECT u.user_id FROM zato_sso_session s JOIN zato_sso_user u ON u.id = s.user_id WHERE s.ust = $1)
			ORDER BY l.id`,
		ofDefinition: links + `l.auth_type = $1 AND l.auth_id = $2 ORDER BY l.id`,
		user:         user, lockUser: user + lockUser,
		sessions: sessions, lockSessions: sessions + lockSession,
		lockOwners: `SELECT u.id, u.user_id FROM zato_sso_user u WHERE u.id IN (SELECT s.user_id FROM zato_sso_session s
			WHERE ` + openedBy("$1", "$2") + `) ORDER BY u.id` + lockUser,
	}
}

// openedBy is the condition for sessions that a definition has opened: those
// whose external ID is a key, or begins as a pattern for LIKE says.
func openedBy(key, pattern string) string {
	return "(ext_session_id = " + key + " OR ext_session_id LIKE " + pattern + " ESCAPE '!')"
}

// patternOf is the pattern of openedBy for a key.
func patternOf(key string) string { return escapeLike.Replace(key) + ".%" }

func (s *linkStatements) all() []string {
	all := []string{s.ofUserID, s.ofUST, s.ofDefinition, s.user, s.lockUser, s.sessions, s.lockSessions}
	if s.claim != "" {
		all = append(all, s.claim)
	}
	return all
}

// linkLocks is the class of the advisory locks on definitions.
const linkLocks = 0x67686c6b

// claimDefinition lets one Change at a time decide on the links of a
// definition: those of two users have no row in common to lock.
func (s *Store) claimDefinition(links *LinkLookup) database.Query {
	sum := fnv.New32a()
	_, _ = fmt.Fprint(sum, links.AuthType, ".", links.AuthID) // never fails
	return database.Query{SQL: s.sql.links.claim, Args: []any{linkLocks, int32(sum.Sum32())}}
}

// userOfLink reads the target that a lookup finds by a link.
func (s *Store) userOfLink(lookup Lookup, found *Found, lock bool) database.Query {
	sql := s.sql.links.user
	if lock {
		sql = s.sql.links.lockUser
	}
	return database.Query{SQL: sql, Args: []any{lookup.Links.AuthType, lookup.Links.AuthID},
		Row: func(scan func(...any) error) error {
			found.Target = new(User)
			return scan(found.Target.columns()...)
		}}
}

// linkQueries reads the links that a lookup names, and the sessions that were
// opened by them.
func (s *Store) linkQueries(lookup Lookup, found *Found, lock bool) []database.Query {
	if lookup.Links == nil {
		return nil
	}
	links := database.Query{Row: func(scan func(...any) error) error {
		link := new(Link)
		found.Links = append(found.Links, link)
		return scan(&link.PK, &link.UserID, &link.IsActive, &link.CreationTime, &link.AuthType, &link.AuthID)
	}}
	switch {
	case lookup.Links.AuthType != "":
		links.SQL, links.Args = s.sql.links.ofDefinition, []any{lookup.Links.AuthType, lookup.Links.AuthID}
	case lookup.TargetSelf:
		links.SQL, links.Args = s.sql.links.ofUST, []any{lookup.UST}
	default:
		links.SQL, links.Args = s.sql.links.ofUserID, []any{lookup.UserID}
	}
	queries := []database.Query{links}
	if lock && s.sql.links.claim != "" && lookup.Links.AuthType != "" && !lookup.Links.IsTarget {
		queries = []database.Query{s.claimDefinition(lookup.Links), links}
	}
	if lookup.Links.ExternalID != "" {
		sql := s.sql.links.sessions
		if lock {
			sql = s.sql.links.lockSessions
		}
		queries = append(queries, database.Query{SQL: sql, Args: []any{lookup.Links.ExternalID},
			Row: func(scan func(...any) error) error {
				session := new(Session)
				found.ExternalSessions = append(found.ExternalSessions, session)
				return scan(session.columns()...)
			}})
	}
	return queries
}

// ErrLinkExists is matched by the error of a second link of a user to one
// definition.
var ErrLinkExists = errors.New("the user is linked to this definition already")

// InsertLink links a user to a definition.
type InsertLink struct{ Link *Link }

// DeleteLink deletes a link.
type DeleteLink struct{ PK int64 }

// EndExternalSessions deletes the sessions of a user that were opened by a
// definition: those whose external ID is the key, or begins with it and a dot.
type EndExternalSessions struct {
	UserPK int64
	Key    string
}

func (c InsertLink) query(sql *statements) database.Query {
	l := c.Link
	return database.Query{SQL: sql.insertLink, Args: []any{l.IsActive, l.CreationTime, l.AuthType, l.AuthID, l.UserID}}
}

func (c DeleteLink) query(sql *statements) database.Query {
	return database.Query{SQL: sql.deleteLink, Args: []any{c.PK}}
}

func (c EndExternalSessions) query(sql *statements) database.Query {
	return database.Query{SQL: sql.endExternalSessions, Args: []any{c.UserPK, c.Key, patternOf(c.Key)}}
}

// EndOpened returns what ends, in a transaction of somebody else, the sessions
// that a definition has opened: those of a key, as EndExternalSessions has it.
// Whether they have expired is not asked: of two hosts, clocks differ. load locks their owners and end, called
// afterwards, returns the writes; entry makes the audit entry for each owner.
func (s *Store) EndOpened(key string, entry func(userID string) *AuditEntry) (load []database.Query, end func() []database.Query) {
	type owner struct {
		pk     int64
		userID string
	}
	var owners []owner
	load = []database.Query{{SQL: s.sql.links.lockOwners, Args: []any{key, patternOf(key)},
		Row: func(scan func(...any) error) error {
			var one owner
			err := scan(&one.pk, &one.userID)
			owners = append(owners, one)
			return err
		}}}
	return load, func() []database.Query {
		var changes []Change
		for _, owner := range owners {
			changes = append(changes, EndExternalSessions{UserPK: owner.pk, Key: key}, AddAudit{Entry: entry(owner.userID)})
		}
		return s.queries(changes)
	}
}

// isLinkIndex reports whether a constraint is that of a second link, as either
// engine names it.
func isLinkIndex(constraint string) bool {
	return constraint == "auth_idx" || strings.HasPrefix(constraint, "zato_sso_linked_auth.auth_type,")
}
