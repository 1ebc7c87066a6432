package sqlite

import (
	"database/sql/driver"
	"fmt"
	"time"

	"gatehouse/runtime/database"
)

// timeLayout is how times are stored: UTC, of fixed width, so that text sorts
// as time does.
const timeLayout = "2006-01-02 15:04:05.000000"

// scan puts the values of a row where dest points.
func scan(values []driver.Value, dest []any) error {
	if len(dest) != len(values) {
		return wrongScan("the query has %d columns, its Row function scans %d", len(values), len(dest))
	}
	for i := range dest {
		if err := assign(dest[i], values[i]); err != nil {
			return wrongScan("column %d: %v", i+1, err)
		}
	}
	return nil
}

func wrongScan(format string, args ...any) error {
	return &database.Error{Kind: database.Internal, Err: fmt.Errorf(format, args...)}
}

func assign(dest, value any) error {
	switch d := dest.(type) {
	case *string:
		return assignString(d, value)
	case *bool:
		switch v := value.(type) {
		case bool:
			*d = v
			return nil
		case int64:
			if v == 0 || v == 1 {
				*d = v == 1
				return nil
			}
		}
	case *int64:
		if v, ok := value.(int64); ok {
			*d = v
			return nil
		}
	case *int:
		if v, ok := value.(int64); ok && int64(int(v)) == v {
			*d = int(v)
			return nil
		}
	case *[]byte:
		return assignBytes(d, value)
	case *time.Time:
		return assignTime(d, value)
	case **string:
		return assignNullable(d, value)
	case **bool:
		return assignNullable(d, value)
	case **int64:
		return assignNullable(d, value)
	case **int:
		return assignNullable(d, value)
	case **[]byte:
		return assignNullable(d, value)
	case **time.Time:
		return assignNullable(d, value)
	}
	return mismatch(dest, value)
}

func assignNullable[T any](dest **T, value any) error {
	if value == nil {
		*dest = nil
		return nil
	}
	filled := new(T)
	if err := assign(filled, value); err != nil {
		return err
	}
	*dest = filled
	return nil
}

func assignString(dest *string, value any) error {
	switch v := value.(type) {
	case string:
		*dest = v
	case []byte:
		*dest = string(v)
	case time.Time: // the driver parses columns declared as TIMESTAMP
		*dest = v.UTC().Format(timeLayout)
	default:
		return mismatch(dest, value)
	}
	return nil
}

func assignBytes(dest *[]byte, value any) error {
	switch v := value.(type) {
	case nil:
		*dest = nil
	case []byte:
		*dest = v
		if v == nil { // the driver's empty value: not NULL
			*dest = []byte{}
		}
	case string:
		*dest = []byte(v)
	default:
		return mismatch(dest, value)
	}
	return nil
}

func assignTime(dest *time.Time, value any) error {
	switch v := value.(type) {
	case time.Time:
		*dest = v.UTC()
		return nil
	case string:
		// A fraction in the text is accepted though the layout has none.
		for _, layout := range []string{time.DateTime, time.RFC3339} {
			if t, err := time.Parse(layout, v); err == nil {
				*dest = t.UTC()
				return nil
			}
		}
		return fmt.Errorf("a text is not a time such as %s", timeLayout)
	}
	return mismatch(dest, value)
}

func mismatch(dest, value any) error {
	if value == nil {
		return fmt.Errorf("is NULL, which %T cannot take: scan into a pointer to a pointer", dest)
	}
	return fmt.Errorf("is a %T, which %T cannot take", value, dest)
}
