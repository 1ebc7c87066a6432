package core

import (
	"context"
	"time"
)

// HoldHashing takes all turns to hash until release is called.
func (c *Core) HoldHashing(ctx context.Context, turns int) (release func(), err error) {
	var leave []func()
	release = func() {
		for _, leave := range leave {
			leave()
		}
	}
	for range turns {
		turn, err := c.hasher.Enter(ctx)
		if err != nil {
			release()
			return nil, err
		}
		leave = append(leave, turn.Leave)
	}
	return release, nil
}

// CountWrong counts a wrong guess at a password.
func (c *Core) CountWrong(ctx context.Context, username, address string) error {
	guess := c.throttle.guess(passwordOf, username, address)
	return c.count(ctx, &guess)
}

// LookAtOnce has an import look so many times, without pauses, what became of
// a commit.
func (i *Import) LookAtOnce(times int) { i.pauses = make([]time.Duration, times) }
