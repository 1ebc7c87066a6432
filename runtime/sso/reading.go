package sso

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reading says how strictly values from outside become typed ones: scripts
// have Go's types and are held to them, JSON over REST has fewer and Zato was
// generous with them.
type reading struct {
	text    func(any) (string, bool)
	boolean func(any) (bool, bool)
	instant func(any) (time.Time, bool)
	days    func(any) (int, bool)
	seconds func(any) (int, bool)
	moment  func(any) (moment, bool)
	serial  func(any) (int64, bool)
}

var (
	strictReading  = reading{text: strictText, boolean: strictBool, instant: strictTime, days: strictDays, seconds: strictSeconds, moment: strictMoment, serial: strictSerial}
	lenientReading = reading{text: lenientText, boolean: lenientBool, instant: lenientTime, days: lenientDays, seconds: lenientSeconds, moment: lenientMoment, serial: lenientSerial}
)

// assign stores a value, NULL for nil, and reports whether its type fits.
func assign[T any](o *Optional[T], value any, read func(any) (T, bool)) bool {
	if value = dereference(value); value == nil {
		*o = Null[T]()
		return true
	}
	typed, ok := read(value)
	if ok {
		*o = Some(typed)
	}
	return ok
}

// dereference follows pointers; a nil pointer, map or the like is nil.
func dereference(value any) any {
	v := reflect.ValueOf(value)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

func strictText(value any) (string, bool) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		return v.String(), true
	}
	return "", false
}

func strictBool(value any) (bool, bool) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.Bool {
		return v.Bool(), true
	}
	return false, false
}

func strictTime(value any) (time.Time, bool) {
	t, ok := value.(time.Time)
	return t, ok && inRange(t)
}

func lenientText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case float64, int, int64:
		return fmt.Sprint(value), true
	}
	return "", false
}

func lenientBool(value any) (bool, bool) {
	text, isText := lenientText(value)
	if !isText {
		return strictBool(value)
	}
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	}
	return false, false
}

func lenientTime(value any) (time.Time, bool) {
	if text, ok := value.(string); ok {
		t, err := ParseTime(text)
		return t, err == nil
	}
	return strictTime(value)
}

// The most that spans of time may be, so that dates stay within what both
// engines can store.
const (
	MaxDays    = 1_000_000
	MaxSeconds = 9_000_000_000
)

// MaxSerial is the highest ID that a row can have and JSON can tell exactly.
const MaxSerial = 1<<53 - 1

func strictDays(value any) (int, bool)    { return strictCount(value, MaxDays) }
func strictSeconds(value any) (int, bool) { return strictCount(value, MaxSeconds) }

// strictCount takes whole numbers of any type, for JSON inputs hold floats.
func strictCount(value any, most int64) (int, bool) {
	v := reflect.ValueOf(value)
	switch {
	case v.CanInt() && v.Int() >= 0 && v.Int() <= most:
		return int(v.Int()), true
	case v.CanUint() && v.Uint() <= uint64(most):
		return int(v.Uint()), true
	case v.CanFloat() && v.Float() == math.Trunc(v.Float()) && v.Float() >= 0 && v.Float() <= float64(most):
		return int(v.Float()), true
	}
	return 0, false
}

func lenientDays(value any) (int, bool)    { return lenientCount(value, MaxDays) }
func lenientSeconds(value any) (int, bool) { return lenientCount(value, MaxSeconds) }

func lenientCount(value any, most uint64) (int, bool) {
	text, ok := lenientText(value)
	if !ok {
		return 0, false
	}
	count, err := strconv.ParseUint(text, 10, 63)
	return int(count), err == nil && count <= most
}

func strictSerial(value any) (int64, bool) {
	count, ok := strictCount(value, MaxSerial)
	return int64(count), ok
}

func lenientSerial(value any) (int64, bool) {
	count, ok := lenientCount(value, MaxSerial)
	return int64(count), ok
}

func strictMoment(value any) (moment, bool) {
	if t, ok := strictTime(value); ok {
		return moment{time: t}, true
	}
	text, isText := strictText(value)
	if !isText {
		return moment{}, false
	}
	ago, ok := parseAgo(text)
	return moment{ago: ago, isAgo: ok}, ok
}

func lenientMoment(value any) (moment, bool) {
	if t, ok := lenientTime(value); ok {
		return moment{time: t}, true
	}
	return strictMoment(value)
}

// firstProblem returns one of the things that are wrong with data, the same one
// each time, or nil.
func firstProblem(problems []string) error {
	if len(problems) == 0 {
		return nil
	}
	return errors.New(slices.Min(problems))
}
