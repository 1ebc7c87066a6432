package sso

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// FormatTime returns a time as the SSO's answers have it: ISO 8601 in UTC
// without zone, with six digits of microseconds, or none when they are zero.
func FormatTime(t time.Time) string {
	t = t.UTC().Truncate(time.Microsecond)
	if t.Nanosecond() == 0 {
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format("2006-01-02T15:04:05.000000")
}

var timeLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"2006-01-02",
}

// ParseTime reads an ISO 8601 time as the SSO accepts it and returns it in
// UTC: without zone (which means UTC), with an offset, or a date alone, which
// means its midnight.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			if !inRange(t) {
				break
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an ISO 8601 date-time such as 2026-12-31T23:59:59", text)
}

// inRange reports whether both engines and ISO 8601 can hold t: years 1 to
// 9999.
func inRange(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1 && year <= 9999
}

// moment is a time, or how long ago it was when a call is made.
type moment struct {
	time  time.Time
	ago   time.Duration
	isAgo bool
}

// at returns the time that a moment is for a call that is made now.
func (m moment) at(now time.Time) time.Time {
	if m.isAgo {
		return now.Add(-m.ago)
	}
	return m.time
}

// ParseMoment reads a time as ParseTime does, or a duration back from now, such
// as 30m, 24h, 2d or 1w.
func ParseMoment(text string, now time.Time) (time.Time, error) {
	m, ok := lenientMoment(text)
	if !ok {
		_, err := ParseTime(text)
		return time.Time{}, fmt.Errorf("%w, or a duration such as 24h or 7d", err)
	}
	return m.at(now), nil
}

// spanForm is weeks, days, and the rest.
var spanForm = regexp.MustCompile(`^(?:([0-9]+)w)?(?:([0-9]+)d)?(.*)$`)

// errSpan is the error for what is no span.
var errSpan = errors.New("want a duration such as 30m, 24h, 7d or 2w")

// ParseSpan reads a duration: a number of weeks (w), one of days (d), and what
// time.ParseDuration takes, in this order, such as 2w, 1d12h or 30m.
func ParseSpan(text string) (time.Duration, error) {
	found := spanForm.FindStringSubmatch(text)
	if found == nil || text == "" {
		return 0, errSpan
	}
	total := 0.0
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour} {
		if found[i+1] != "" {
			count, err := strconv.ParseFloat(found[i+1], 64)
			if err != nil {
				return 0, errSpan
			}
			total += count * float64(unit)
		}
	}
	var rest time.Duration
	if found[3] != "" {
		var err error
		if rest, err = time.ParseDuration(found[3]); err != nil || total > 0 && rest < 0 {
			return 0, errSpan
		}
	}
	if total+float64(rest) >= math.MaxInt64 {
		return 0, fmt.Errorf("%w, and no more than 290 years", errSpan)
	}
	return time.Duration(total) + rest, nil
}

// parseAgo reads a span from 0 to a hundred years, with its unit.
func parseAgo(text string) (time.Duration, bool) {
	const most = 36525 * 24 * time.Hour
	ago, err := ParseSpan(text)
	if err != nil || ago < 0 || ago > most || !strings.ContainsAny(text, "wdhms") {
		return 0, false
	}
	return ago, true
}
