// Package backoff is how long wrong guesses are held up, whoever counts them.
package backoff

import "time"

// Delays begin with First after so many wrong Attempts, double with each further
// one, and end at Longest: they make guessing slow. Who comes when a wait ends is
// heard; but where two share a count, one of them who always comes first can have
// the other wait again. Window after the first of them, all are forgotten.
type Delays struct {
	Attempts               int
	First, Longest, Window time.Duration
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
