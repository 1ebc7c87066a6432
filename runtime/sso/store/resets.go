package store

import (
	"time"

	"gatehouse/runtime/database"
)

// PasswordReset is a row of zato_sso_password_reset. A nil pointer is NULL.
type PasswordReset struct {
	PK             int64 // the column id
	CreationTime   time.Time
	ExpirationTime time.Time // of the token, while nobody has accessed it
	CreationCtx    string    // JSON, as Zato has it
	Token          string
	Key            string    // the column reset_key, in clear
	KeyExpiration  time.Time // the column reset_key_exp_time
	IsAccessed     bool      // the column has_been_accessed
	AccessTime     *time.Time
	AccessCtx      *string
	IsDone         bool       // the column is_password_reset
	DoneTime       *time.Time // the column password_reset_time
	DoneCtx        *string
	UserID         string
}

// CandidateLookup names users by what somebody says who cannot log in. Nobody
// has an empty username or digest.
type CandidateLookup struct {
	Username     string
	EmailDigests []string // of one e-mail, by each key
}

// maxCandidates bounds how many approved users of one e-mail a CandidateLookup
// finds, the oldest first: nobody is crowded out by users who come later.
const maxCandidates = 10

// InsertReset adds a password reset. Where there is no user with its user ID,
// it adds nothing, at the same cost.
type InsertReset struct{ Reset *PasswordReset }

// UpdateReset writes what has become of a password reset. The row must come
// from the Lookup of the same Change.
type UpdateReset struct{ Reset *PasswordReset }

// DropOtherResets deletes the password resets of a user that were not carried
// out, but for one.
type DropOtherResets struct {
	UserID string
	KeepPK int64
}

// resetType is what the column type_ has for tokens of password resets.
const resetType = "prt"

// resetStatements are the SQL of password resets.
type resetStatements struct {
	candidateByName, candidatesByEmail string
	readUser, lockUser                 string
	read, lock                         string
	insert, update, dropOthers         string
}

func newResetStatements(lockUser, lockReset string) resetStatements {
	users := "SELECT " + userColumns + " FROM zato_sso_user u WHERE "
	userOfToken := users + "u.user_id = (SELECT r.user_id FROM zato_sso_password_reset r WHERE r.token = $1 AND r.type_ = '" + resetType + "')"
	reset := `SELECT r.id, r.creation_time, r.expiration_time, r.creation_ctx, r.token, r.reset_key, r.reset_key_exp_time,
		r.has_been_accessed, r.access_time, r.access_ctx, r.is_password_reset, r.password_reset_time, r.password_reset_ctx, r.user_id
		FROM zato_sso_password_reset r WHERE r.token = $1 AND r.type_ = '` + resetType + `'`
	return resetStatements{
		candidateByName:   users + "u.username = $1",
		candidatesByEmail: users + "u.gatehouse_email_digest = $1 AND u.approval_status = 'approved' ORDER BY u.id LIMIT $2",
		readUser:          userOfToken,
		lockUser:          userOfToken + lockUser,
		read:              reset,
		lock:              reset + lockReset,
		insert: `INSERT INTO zato_sso_password_reset (creation_time, expiration_time, creation_ctx, token, type_, reset_key,
			reset_key_exp_time, has_been_accessed, is_password_reset, opaque1, user_id)
			SELECT $1, $2, $3, $4, '` + resetType + `', $5, $6, $7, $8, '"null"', u.user_id FROM zato_sso_user u WHERE u.user_id = $9`,
		update: `UPDATE zato_sso_password_reset SET reset_key_exp_time = $2, has_been_accessed = $3, access_time = $4, access_ctx = $5,
			is_password_reset = $6, password_reset_time = $7, password_reset_ctx = $8 WHERE id = $1`,
		dropOthers: `DELETE FROM zato_sso_password_reset WHERE user_id = $1 AND id <> $2 AND NOT is_password_reset`,
	}
}

func (s resetStatements) all() []string {
	return []string{s.candidateByName, s.candidatesByEmail, s.readUser, s.lockUser, s.read, s.lock, s.insert, s.update, s.dropOthers}
}

func (r *PasswordReset) columns() []any {
	return []any{
		&r.PK, &r.CreationTime, &r.ExpirationTime, &r.CreationCtx, &r.Token, &r.Key, &r.KeyExpiration,
		&r.IsAccessed, &r.AccessTime, &r.AccessCtx, &r.IsDone, &r.DoneTime, &r.DoneCtx, &r.UserID,
	}
}

// resetQueries reads, or locks, the user of a token and then the reset itself,
// and reads candidates.
func (s *Store) resetQueries(lookup Lookup, found *Found, lock bool) []database.Query {
	sql := &s.sql.resets
	var queries []database.Query
	if lookup.ResetToken != "" {
		user, reset := sql.readUser, sql.read
		if lock {
			user, reset = sql.lockUser, sql.lock
		}
		queries = append(queries, database.Query{SQL: user, Args: []any{lookup.ResetToken},
			Row: func(scan func(...any) error) error {
				found.Target = new(User)
				return scan(found.Target.columns()...)
			}}, database.Query{SQL: reset, Args: []any{lookup.ResetToken},
			Row: func(scan func(...any) error) error {
				found.Reset = new(PasswordReset)
				return scan(found.Reset.columns()...)
			}})
	}
	if lookup.Candidates == nil {
		return queries
	}
	candidate := func(scan func(...any) error) error {
		user := new(User)
		found.Candidates = append(found.Candidates, user)
		return scan(user.columns()...)
	}
	queries = append(queries, database.Query{SQL: sql.candidateByName, Args: []any{lookup.Candidates.Username}, Row: candidate})
	digests := lookup.Candidates.EmailDigests
	if len(digests) == 0 {
		digests = []string{""} // nobody's, at the same cost
	}
	for _, digest := range digests {
		queries = append(queries, database.Query{SQL: sql.candidatesByEmail, Args: []any{digest, maxCandidates}, Row: candidate})
	}
	return queries
}

func (c InsertReset) query(sql *statements) database.Query {
	r := c.Reset
	return database.Query{SQL: sql.resets.insert, Args: []any{
		r.CreationTime, r.ExpirationTime, r.CreationCtx, r.Token, r.Key, r.KeyExpiration, r.IsAccessed, r.IsDone, r.UserID,
	}}
}

func (c UpdateReset) query(sql *statements) database.Query {
	r := c.Reset
	return database.Query{SQL: sql.resets.update, Args: []any{
		r.PK, r.KeyExpiration, r.IsAccessed, r.AccessTime, r.AccessCtx, r.IsDone, r.DoneTime, r.DoneCtx,
	}}
}

func (c DropOtherResets) query(sql *statements) database.Query {
	return database.Query{SQL: sql.resets.dropOthers, Args: []any{c.UserID, c.KeepPK}}
}
