package core

import (
	"context"
	"time"

	"gatehouse/runtime/sso/store"
)

// completeBatch is how many users are completed at once.
const completeBatch = 500

// Complete gives users that Zato made what makes them findable: search columns
// that are missing, and digests of their e-mails. It returns how many it has
// completed. E-mails that cannot be decrypted are named in the log.
func (c *Core) Complete(ctx context.Context) (completed int, err error) {
	for above := int64(0); ; {
		users, err := c.store.Incomplete(ctx, above, completeBatch)
		if err != nil || len(users) == 0 {
			return completed, err
		}
		var changes []store.Change
		for _, user := range users {
			above = user.PK
			if user.Email != nil {
				clear, err := c.keys.DecryptStored(*user.Email)
				if err != nil {
					c.logger.Error("a column cannot be decrypted with the keys of this installation",
						"table", "zato_sso_user", "column", "email", "user_id", user.UserID)
				} else {
					digest := c.emailDigest(clear)
					user.EmailDigest = &digest
				}
			}
			changes = append(changes, store.CompleteUser{User: user})
		}
		if err := c.store.Write(ctx, changes...); err != nil {
			return completed, err
		}
		completed += len(users)
	}
}

// Completed returns when the users that were there at the start are findable, or
// the core is closed.
func (c *Core) Completed() { <-c.completed }

// completeLoop completes users once, however often that takes.
func (c *Core) completeLoop() {
	defer close(c.completed)
	for {
		completed, err := c.Complete(c.closing)
		if err == nil || c.closing.Err() != nil {
			if completed > 0 {
				c.logger.Info("users were made findable", "users", completed)
			}
			return
		}
		c.logger.Warn("users could not be made findable; it will be tried again", "cause", err)
		select {
		case <-c.closing.Done():
			return
		case <-time.After(cleanUpEvery):
		}
	}
}
