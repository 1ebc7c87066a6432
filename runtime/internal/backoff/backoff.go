// Package backoff is how long wrong guesses are held up, whoever counts them.
package backoff

import (
	"time"

	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/settings"
)

// Settings are those that every section about guesses has, in their units.
type Settings struct {
	AddressAttempts                  int
	FirstDelay, LongestDelay, Window int // seconds
	SharedAddresses, ExemptAddresses []string
}

// Check tells what is wrong, each setting by its name.
func (s Settings) Check(fault settings.Fault) {
	fault.Between("address_attempts", s.AddressAttempts, 0, 1_000_000)
	fault.Between("longest_delay", s.LongestDelay, 1, 86_400)
	fault.Between("first_delay", s.FirstDelay, 1, max(1, s.LongestDelay))
	fault.Between("window", s.Window, max(1, s.LongestDelay), 30*86_400)
	for _, list := range []struct {
		name     string
		networks []string
	}{{"shared_addresses", s.SharedAddresses}, {"exempt_addresses", s.ExemptAddresses}} {
		if _, err := network.ParseList(list.networks); err != nil {
			fault(list.name, "%v", err)
		}
	}
}

// Delays are those that the settings ask for, but for the attempts before them.
func (s Settings) Delays() Delays {
	return Delays{
		First:   time.Duration(s.FirstDelay) * time.Second,
		Longest: time.Duration(s.LongestDelay) * time.Second,
		Window:  time.Duration(s.Window) * time.Second,
	}
}

// Delays begin with First after so many wrong Attempts, double with each further
// one, and end at Longest: they make guessing slow. Who comes when a wait ends is
// heard; but where two share a count, one of them who always comes first can have
// the other wait again. Window after the first of them, all are forgotten.
type Delays struct {
	Attempts               int
	First, Longest, Window time.Duration
}

// After returns the delays after so many attempts.
func (d Delays) After(attempts int) Delays {
	d.Attempts = attempts
	return d
}

// Wait is how long the next guess has to wait after so many wrong ones, by when
// the first and the last of them were made; 0 or less is not at all.
func (d Delays) Wait(failures int, first, last, now time.Time) time.Duration {
	if failures < d.Attempts || !first.Add(d.Window).After(now) {
		return 0
	}
	delay := d.Longest
	if doubled := failures - d.Attempts; doubled < 20 {
		delay = min(d.Longest, d.First<<doubled)
	}
	// A clock that is ahead, on another host, prolongs nothing.
	return min(last.Add(delay).Sub(now), delay)
}

// Told is a wait as clients are told it, in whole seconds, at least one: never too
// short, and no longer than it has to be, for who waits longer than another who
// shares the count leaves him the next guess.
func Told(wait time.Duration) time.Duration {
	return max(time.Second, (wait + time.Second - 1).Truncate(time.Second))
}
