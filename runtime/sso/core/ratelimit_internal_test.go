package core

import (
	"strings"
	"testing"
	"time"
)

func TestParseRates(t *testing.T) {
	t.Parallel()
	rates, err := parseRates("\n *=1000/d\r\n10.0.0.0/8 = 100 / m\n\n10.1.2.3=5/s\n2001:db8::/32=7/h\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rate := range rates {
		from := "*"
		if rate.from.IsValid() {
			from = rate.from.String()
		}
		got = append(got, from, strings.Repeat("x", rate.calls%11), rate.unit.String())
	}
	// The narrowest first.
	want := "10.1.2.3/32 xxxxx 1s 2001:db8::/32 xxxxxxx 1h0m0s 10.0.0.0/8 x 1m0s * xxxxxxxxxx 24h0m0s"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	for text, want := range map[string]string{
		"":                               "is empty",
		" \n\n":                          "is empty",
		"*=1/s\nx":                       "line 2: want from=calls/unit",
		"*=1":                            "line 1: want from=calls/unit",
		"*/1=5":                          "line 1: want from=calls/unit",
		"nowhere=1/s":                    "line 1: before the =",
		"=1/s":                           "line 1: before the =",
		"10.0.0.0/99=1/s":                "line 1: before the =",
		"*=1/w":                          "line 1: the unit",
		"*=1/S":                          "line 1: the unit",
		"*=1/":                           "line 1: the unit",
		"*=0/s":                          "line 1: calls",
		"*=-1/s":                         "line 1: calls",
		"*=1.5/s":                        "line 1: calls",
		"*=1000000001/s":                 "line 1: calls",
		"*=9999999999999999999999/s":     "line 1: calls",
		"*=1/s\n*=100/d":                 "line 2: an earlier line",
		"10.1.0.0/8=1/s\n10.0.0.0/8=2/s": "line 2: an earlier line",
		strings.Repeat("x", 10_001):      "is longer",
		"*=\x00/s":                       "line 1: calls",
	} {
		if rates, err := parseRates(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, rates, err, want)
		}
	}
	var many strings.Builder
	for i := range 101 {
		many.WriteString("10.0.0." + string(rune('0'+i%10)) + string(rune('0'+i/10%10)) + "=1/s\n")
	}
	if _, err := parseRates(many.String()); err == nil {
		t.Error("101 lines are accepted")
	}
}

// FuzzParseRates looks for definitions that are accepted though they limit
// nothing, or that end the host.
func FuzzParseRates(f *testing.F) {
	for _, seed := range []string{"*=1000/d", "10.0.0.0/8=100/m\n*=1/s", "::1=1/h", "=", "*=/", "10.0.0.1%eth0=1/s", "fe80::1%0=1/s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rates, err := parseRates(text)
		if err != nil {
			return
		}
		for _, rate := range rates {
			if rate.calls < 1 || rate.calls > maxRate || rate.unit < time.Second || rate.unit > day {
				t.Errorf("%q: %+v", text, rate)
			}
		}
	})
}

// TestRateLimitsForget has counts dropped that do not matter any more.
func TestRateLimitsForget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	rates, err := parseRates("*=1/m")
	if err != nil {
		t.Fatal(err)
	}
	limits := rateLimits{users: map[int64]*userRates{
		1: {rates: rates, windows: []rateWindow{{begin: now, calls: 1}}},
		2: {rates: rates, windows: []rateWindow{{begin: now.Add(-time.Minute), calls: 1}}},
		3: {fault: errUnreadablePassword},
	}}
	limits.forget(now.Add(59 * time.Second))
	if len(limits.users) != 1 || limits.users[1] == nil {
		t.Errorf("left: %v", limits.users)
	}
	limits.forget(now.Add(time.Minute))
	if len(limits.users) != 0 {
		t.Errorf("left: %v", limits.users)
	}
}
