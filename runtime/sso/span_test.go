package sso_test

import (
	"testing"
	"time"

	"gatehouse/runtime/sso"
)

func TestParseSpan(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "1d": day, "2w": 14 * day, "1w2d3h4m": 9*day + 3*time.Hour + 4*time.Minute, "0": 0, "0d": 0,
		"1.5h": 90 * time.Minute, "-1h": -time.Hour, "15000w": 15000 * 7 * day,
	} {
		if got, err := sso.ParseSpan(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "1", "1x", "1d2w", "-1d", "1d-2h", "1d 2h", "d1", "20000w", "200000d", "99999999999999999999d", "15250w2000h", "１d"} {
		if got, err := sso.ParseSpan(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}
