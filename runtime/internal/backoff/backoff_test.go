package backoff_test

import (
	"testing"
	"time"

	"gatehouse/runtime/internal/backoff"
)

func TestTold(t *testing.T) {
	for wait, want := range map[time.Duration]time.Duration{
		1:                        time.Second,
		time.Second - 1:          time.Second,
		time.Second:              time.Second,
		time.Second + 1:          2 * time.Second,
		59*time.Second + 1:       time.Minute,
		time.Minute:              time.Minute,
		90*time.Second + 100_000: 91 * time.Second,
	} {
		if got := backoff.Told(wait); got != want {
			t.Errorf("%s is told as %s, want %s", wait, got, want)
		}
	}
}
