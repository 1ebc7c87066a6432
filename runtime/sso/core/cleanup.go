package core

import (
	"context"
	"time"
)

// cleanUpEvery is how often what has expired is deleted.
const cleanUpEvery = time.Minute

// CleanUp deletes sessions, attributes, reset tokens and counts of wrong guesses
// that have expired, and returns how many. Several hosts may do so at once.
func (c *Core) CleanUp(ctx context.Context) (int64, error) {
	now := c.now()
	c.rates.forget(now)
	c.throttle.waits.forget(now)
	return c.store.DeleteExpired(ctx, now)
}

// cleanUpLoop cleans up until the core is closed. A failure is logged, and made
// good by the next time.
func (c *Core) cleanUpLoop() {
	defer close(c.cleaned)
	c.completeLoop()
	tick := time.NewTicker(cleanUpEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.closing.Done():
			return
		case <-tick.C:
		}
		if _, err := c.CleanUp(c.closing); err != nil && c.closing.Err() == nil {
			c.logger.Warn("what has expired could not be deleted; it will be tried again", "cause", err)
		}
		if _, err := c.RemoveOldAudit(c.closing); err != nil && c.closing.Err() == nil {
			c.logger.Error("audit entries that have reached their age could not be removed; it will be tried again", "cause", err)
		}
	}
}
