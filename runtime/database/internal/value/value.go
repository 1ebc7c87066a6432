// Package value holds what both engines do alike with the values of a query
// and with the functions of a caller, so that neither differs from the other.
package value

import (
	"fmt"
	"math"
	"reflect"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/runtime/database"
)

// Arg returns an argument of a query as nil, bool, int64, string, []byte or
// time.Time (in UTC, to the microsecond), following pointers. An error is a
// *database.Error: Invalid for a value that one of the engines cannot hold,
// Internal for a type that the contract does not name.
func Arg(arg any) (any, error) {
	switch v := arg.(type) {
	case nil:
		return nil, nil
	case string:
		return text(v)
	case *string:
		if v == nil {
			return nil, nil
		}
		return text(*v)
	case bool, int64:
		return v, nil
	case int:
		return int64(v), nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case time.Time:
		return instant(v)
	case *time.Time:
		if v == nil {
			return nil, nil
		}
		return instant(*v)
	}
	return reflected(arg)
}

// reflected takes the rarer types: other integers, pointers, and types that
// are defined as one of those that the contract names.
func reflected(arg any) (any, error) {
	v := reflect.ValueOf(arg)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return Arg(v.Elem().Interface())
	case reflect.String:
		return text(v.String())
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, invalid("an integer is larger than a database can hold")
		}
		return int64(v.Uint()), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.IsNil() {
				return nil, nil
			}
			return v.Bytes(), nil
		}
	}
	return nil, &database.Error{
		Kind: database.Internal,
		Err:  fmt.Errorf("an argument has type %T, which a query cannot take", arg),
	}
}

// text refuses what PostgreSQL cannot hold and SQLite would cut or garble.
func text(s string) (any, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, invalid("a text holds a NUL character")
	}
	if !utf8.ValidString(s) {
		return nil, invalid("a text is not valid UTF-8")
	}
	return s, nil
}

// instant refuses years that the fixed-width text of SQLite cannot hold.
func instant(t time.Time) (any, error) {
	t = database.Timestamp(t)
	if year := t.Year(); year < 1 || year > 9999 {
		return nil, invalid("a time lies outside of the years 1 to 9999")
	}
	return t, nil
}

func invalid(reason string) error {
	return &database.Error{Kind: database.Invalid, Reason: reason}
}

// Panic returns the error for a panic in a function of the caller's: decide,
// Row or Affected. The stack is in Err, for the log.
func Panic(fault any) error {
	return &database.Error{
		Kind:   database.Internal,
		Reason: "a function given to the database panicked; nothing was changed",
		Err:    fmt.Errorf("panic: %v\n%s", fault, debug.Stack()),
	}
}
