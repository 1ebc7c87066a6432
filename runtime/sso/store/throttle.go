package store

import (
	"time"

	"gatehouse/runtime/database"
)

// Throttle is a row of gatehouse_sso_throttle: how often somebody failed to
// guess a secret lately. Who that is, is a digest, so that names which do not
// exist can be counted like those that do.
type Throttle struct {
	Digest       string
	Failures     int
	FirstFailure time.Time // of those that count
	LastFailure  time.Time
	KnownUntil   *time.Time // set where a guess was right: until when that is remembered
}

const throttleColumns = `t.digest, t.failures, t.first_failure, t.last_failure, t.known_until`

// maxThrottles is how many digests a Lookup may name.
const maxThrottles = 3

// throttleQueries reads the rows of the digests that a lookup names.
func (s *Store) throttleQueries(lookup Lookup, found *Found) []database.Query {
	if len(lookup.Throttles) == 0 {
		return nil
	}
	args := make([]any, maxThrottles)
	for i := range args {
		args[i] = ""
		if i < len(lookup.Throttles) {
			args[i] = lookup.Throttles[i]
		}
	}
	return []database.Query{{SQL: s.sql.throttles, Args: args, Row: func(scan func(...any) error) error {
		row := new(Throttle)
		found.Throttles = append(found.Throttles, row)
		return scan(&row.Digest, &row.Failures, &row.FirstFailure, &row.LastFailure, &row.KnownUntil)
	}}}
}

// CountFailure counts a wrong guess. Failures that began before Since do not
// count any more; the row may be deleted after Expiration.
type CountFailure struct {
	Digest     string
	At         time.Time
	Since      time.Time
	Expiration time.Time
}

// ForgetFailures deletes what was counted.
type ForgetFailures struct{ Digest string }

// RememberSuccess notes that a guess was right, and forgets what was counted.
type RememberSuccess struct {
	Digest     string
	At         time.Time
	KnownUntil time.Time
}

func (c CountFailure) query(sql *statements) database.Query {
	return database.Query{SQL: sql.countFailure, Args: []any{c.Digest, c.At, c.Since, c.Expiration}}
}

func (c ForgetFailures) query(sql *statements) database.Query {
	return database.Query{SQL: sql.forgetFailures, Args: []any{c.Digest}}
}

func (c RememberSuccess) query(sql *statements) database.Query {
	return database.Query{SQL: sql.rememberSuccess, Args: []any{c.Digest, c.At, c.KnownUntil}}
}

// The statements of throttling. Counting is one statement, so that failures
// that are counted at the same time, by whatever host, are all counted.
const (
	readThrottles = `SELECT ` + throttleColumns + ` FROM gatehouse_sso_throttle t WHERE t.digest IN ($1, $2, $3)`

	countFailure = `INSERT INTO gatehouse_sso_throttle AS t (digest, failures, first_failure, last_failure, expiration_time)
		VALUES ($1, 1, $2, $2, $4) ON CONFLICT (digest) DO UPDATE SET
		failures = CASE WHEN t.failures > 0 AND t.first_failure > $3 THEN t.failures + 1 ELSE 1 END,
		first_failure = CASE WHEN t.failures > 0 AND t.first_failure > $3 THEN t.first_failure ELSE excluded.first_failure END,
		last_failure = excluded.last_failure,
		expiration_time = CASE WHEN t.expiration_time > excluded.expiration_time THEN t.expiration_time ELSE excluded.expiration_time END`

	forgetFailures = `DELETE FROM gatehouse_sso_throttle WHERE digest = $1`

	rememberSuccess = `INSERT INTO gatehouse_sso_throttle (digest, failures, first_failure, last_failure, known_until, expiration_time)
		VALUES ($1, 0, $2, $2, $3, $3) ON CONFLICT (digest) DO UPDATE SET
		failures = 0, known_until = excluded.known_until, expiration_time = excluded.expiration_time`
)
