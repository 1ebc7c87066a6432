package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// The first and the last time that both engines can hold.
var (
	firstInstant = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastInstant  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
)

// withinYears returns a time of a database in UTC and within the years that
// both engines can hold: others may have written 'infinity' or worse, and one
// such row must not make all others unreadable.
func withinYears(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Before(firstInstant):
		return firstInstant
	case t.After(lastInstant):
		return lastInstant
	}
	return t
}

// scanInfinite scans an infinite time as the last or the first one, and
// reports whether that is what the value is.
func scanInfinite(types *pgtype.Map, field pgconn.FieldDescription, value []byte, dest any) bool {
	var read pgtype.Timestamp // which the format of timestamptz fits as well
	if field.DataTypeOID != pgtype.TimestampOID && field.DataTypeOID != pgtype.TimestamptzOID {
		return false
	}
	if types.Scan(pgtype.TimestampOID, field.Format, value, &read) != nil || read.InfinityModifier == pgtype.Finite {
		return false
	}
	instant := lastInstant
	if read.InfinityModifier == pgtype.NegativeInfinity {
		instant = firstInstant
	}
	switch d := dest.(type) {
	case *time.Time:
		*d = instant
	case **time.Time:
		*d = &instant
	default:
		return false
	}
	return true
}
