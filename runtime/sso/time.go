package sso

import (
	"fmt"
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
// as 30m, 24h or 2d.
func ParseMoment(text string, now time.Time) (time.Time, error) {
	m, ok := lenientMoment(text)
	if !ok {
		_, err := ParseTime(text)
		return time.Time{}, fmt.Errorf("%w, or a duration such as 24h", err)
	}
	return m.at(now), nil
}

// agoForm is days, then hours and the like: 30m, 24h, 2d, 2d12h, 1.5h.
var agoForm = regexp.MustCompile(`^([0-9]+d)?([0-9]+(\.[0-9]+)?(ms|s|m|h))*$`)

// parseAgo reads a duration from 0 to a hundred years.
func parseAgo(text string) (time.Duration, bool) {
	const day, most = 24 * time.Hour, 36525
	if text == "" || !agoForm.MatchString(text) {
		return 0, false
	}
	var ago time.Duration
	if days, rest, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil || n > most {
			return 0, false
		}
		ago, text = time.Duration(n)*day, rest
	}
	if text == "" {
		return ago, true
	}
	further, err := time.ParseDuration(text)
	if err != nil || further > most*day-ago {
		return 0, false
	}
	return ago + further, true
}
