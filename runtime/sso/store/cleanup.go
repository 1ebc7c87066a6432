package store

import (
	"context"
	"time"

	"gatehouse/runtime/database"
)

// cleanUpBatch bounds the rows that one transaction deletes: writers do not
// wait for long.
const cleanUpBatch = 1000

// expiring are the tables whose rows expire, and what their rows are known by.
var expiring = []struct{ table, key string }{
	{"zato_sso_session", "id"}, {"zato_sso_attr", "id"}, {"zato_sso_password_reset", "id"}, {"gatehouse_sso_throttle", "digest"},
}

// DeleteExpired deletes what has expired at a time, in small steps, and returns
// how many rows that were.
func (s *Store) DeleteExpired(ctx context.Context, at time.Time) (int64, error) {
	var total int64
	for _, rows := range expiring {
		// Said twice, so that a row that was written anew meanwhile stays.
		sql := "DELETE FROM " + rows.table + " WHERE expiration_time <= $1 AND " + rows.key + " IN (SELECT " + rows.key + " FROM " +
			rows.table + " WHERE expiration_time <= $1 ORDER BY " + rows.key + " LIMIT $2)"
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
