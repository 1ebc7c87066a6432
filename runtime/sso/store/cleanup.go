package store

import (
	"context"
	"time"

	"gatehouse/runtime/database"
)

// cleanUpBatch bounds the rows that one transaction deletes: writers do not
// wait for long.
const cleanUpBatch = 1000

// expiring are the tables whose rows expire, what their rows are known by, and
// when they have expired. A password reset that was accessed shortly before its
// end is good until its key ends.
var expiring = []struct{ table, key, condition string }{
	{"zato_sso_session", "id", "expiration_time <= $1"},
	{"zato_sso_attr", "id", "expiration_time <= $1"},
	{"zato_sso_password_reset", "id", "expiration_time <= $1 AND reset_key_exp_time <= $1"},
	{"gatehouse_sso_throttle", "digest", "expiration_time <= $1"},
}

// DeleteExpired deletes what has expired at a time, in small steps, and returns
// how many rows that were.
func (s *Store) DeleteExpired(ctx context.Context, at time.Time) (int64, error) {
	var total int64
	for _, e := range expiring {
		// Said twice, so that a row that was written anew meanwhile stays.
		sql := "DELETE FROM " + e.table + " WHERE " + e.condition + " AND " + e.key + " IN (SELECT " + e.key + " FROM " +
			e.table + " WHERE " + e.condition + " ORDER BY " + e.key + " LIMIT $2)"
		for deleted := int64(cleanUpBatch); deleted == cleanUpBatch; total += deleted {
			if err := ctx.Err(); err != nil {
				return total, err
			}
			err := s.db.Change(ctx, nil, func() ([]database.Query, error) {
				return []database.Query{{SQL: sql, Args: []any{at, cleanUpBatch},
					Affected: func(rows int64) error { deleted = rows; return nil }}}, nil
			})
			if database.IsKind(err, database.Conflict) {
				break // somebody else is at work on the same rows
			}
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}
