package core

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
)

// resetAnswerTime is how long asking for a reset takes at least. The same
// statements run whether or not there is such a user; the little that remains
// between inserting a row and inserting none is hidden behind it.
const resetAnswerTime = 50 * time.Millisecond

// CreateResetToken stores a token for the approved users that a credential
// names, and has it mailed in the background. Neither the answer nor its time
// tells whether there is one, nor whether it was asked for too often.
func (c *Core) CreateResetToken(ctx context.Context, call sso.Call, credential string) error {
	op, err := c.begin(sso.OpCreateResetToken, call, false)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	answerAt := time.After(resetAnswerTime)
	mails, err := op.createResetToken(ctx, credential)
	for _, mail := range mails {
		c.mails.send(mail)
	}
	err = op.finish(ctx, err, true)
	select {
	case <-answerAt:
	case <-ctx.Done(): // it is done all the same
	}
	return err
}

func (op *operation) createResetToken(ctx context.Context, credential string) (mails []resetMail, err error) {
	c := op.core
	validFor := time.Duration(c.cfg.PasswordReset.ValidFor) * time.Minute
	asked := c.throttle.guess(resetOf, credential, op.call.RemoteAddr)
	lookup := store.Lookup{Candidates: c.resetCandidates(credential), Throttles: asked.digests()}
	err = op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		mails, op.entry.Target, op.detail = nil, "", ""
		op.entry.Result, op.entry.SubStatus = store.ResultError, string(sso.PasswordResetFailed)
		users := c.usersToReset(found.Candidates)
		switch {
		case credential == "":
			op.detail = "credential is missing"
		case !isPlainText(credential):
			op.detail = "credential must be valid UTF-8 without NUL"
		case len(users) == 0:
			op.detail = "credential is that of no user who is approved"
		}
		if asked.isSpent(found.Throttles, now) {
			users = nil // nobody's mailbox is filled; tokens that were mailed are good all the same
			op.detail = "asked for too often: no mail is sent for now"
		}
		changes := asked.counted(now)
		for i, user := range users {
			reset := &store.PasswordReset{
				CreationTime: now, ExpirationTime: now.Add(validFor), KeyExpiration: now.Add(validFor),
				CreationCtx: resetCtx(op.call), Token: ident.NewResetToken(), Key: ident.NewResetKey(), UserID: user.UserID,
			}
			changes = append(changes, store.InsertReset{Reset: reset})
			mails = append(mails, resetMail{cid: op.entry.CID, userID: user.UserID, username: user.Username, email: user.Email, token: reset.Token})
			op.entry.Result, op.entry.SubStatus, op.entry.Target = store.ResultOK, "", user.UserID
			if i < len(users)-1 {
				entry := op.entry
				entry.Time = now
				changes = append(changes, store.AddAudit{Entry: &entry})
			}
		}
		if len(users) == 0 {
			changes = append(changes, store.InsertReset{Reset: &store.PasswordReset{ // of nobody: nothing is inserted
				CreationTime: now, ExpirationTime: now.Add(validFor), KeyExpiration: now.Add(validFor),
				CreationCtx: resetCtx(op.call), Token: ident.NewResetToken(), Key: ident.NewResetKey(),
			}})
		}
		return changes, nil
	})
	if err != nil {
		return nil, err
	}
	return mails, nil
}

// resetCandidates names the users that a credential may mean.
func (c *Core) resetCandidates(credential string) *store.CandidateLookup {
	candidates := new(store.CandidateLookup)
	if credential == "" || !isPlainText(credential) {
		return candidates
	}
	if c.cfg.PasswordReset.UserSearchBy != SearchByEmail {
		candidates.Username = credential
	}
	if c.cfg.PasswordReset.UserSearchBy != SearchByUsername {
		candidates.EmailDigests = c.emailDigests(credential)
	}
	return candidates
}

// usersToReset are those of the candidates that are approved, each once:
// several users of one e-mail get a token each.
func (c *Core) usersToReset(candidates []*store.User) []*store.User {
	var users []*store.User
	for _, user := range candidates {
		isThere := len(users) > 0 && users[0].PK == user.PK // by name and by e-mail
		if user.ApprovalStatus == sso.ApprovalApproved && !isThere {
			users = append(users, user)
		}
	}
	return users
}

// resetCtx tells who asks, in the shape and encoding that Zato has: JSON in a
// JSON string.
func resetCtx(call sso.Call) string {
	return jsonText(jsonText(struct {
		RemoteAddr    []string `json:"remote_addr"`
		UserAgent     string   `json:"user_agent"`
		HasRemoteAddr bool     `json:"has_remote_addr"`
		HasUserAgent  bool     `json:"has_user_agent"`
	}{RemoteAddr: strings.Split(tidy(joinAddresses(call.RemoteAddr)), ", "), UserAgent: tidy(call.UserAgent)}))
}

// AccessResetToken exchanges a token, once, for a key that the password can be
// changed with, for a while.
func (c *Core) AccessResetToken(ctx context.Context, call sso.Call, token string) (string, error) {
	op, err := c.begin(sso.OpAccessResetToken, call, false)
	if err != nil {
		return "", op.finish(ctx, err, false)
	}
	var key string
	err = op.change(ctx, resetLookup(token), func(found store.Found, now time.Time) ([]store.Change, error) {
		switch {
		case !isResetOfApproved(found):
			return nil, refuse(sso.PasswordResetFailed, "there is no such token")
		case found.Reset.IsAccessed || found.Reset.IsDone:
			return nil, refuse(sso.PasswordResetFailed, "the token was used already")
		case !found.Reset.ExpirationTime.After(now) || !found.Reset.KeyExpiration.After(now):
			return nil, refuse(sso.PasswordResetFailed, "the token has expired")
		}
		reset, who := *found.Reset, resetCtx(call)
		reset.IsAccessed, reset.AccessTime, reset.AccessCtx = true, &now, &who
		reset.KeyExpiration = now.Add(time.Duration(c.cfg.PasswordReset.PasswordChangeSessionDuration) * time.Second)
		key = reset.Key
		return []store.Change{store.UpdateReset{Reset: &reset}}, nil
	})
	if err := op.finish(ctx, err, true); err != nil {
		return "", err
	}
	return c.encrypted(key), nil
}

// resetLookup finds a reset and its user by a token.
func resetLookup(token string) store.Lookup {
	if !isPlainText(token) {
		return store.Lookup{} // there is no such token
	}
	return store.Lookup{ResetToken: token}
}

func isResetOfApproved(found store.Found) bool {
	return found.Reset != nil && found.Target != nil && found.Target.ApprovalStatus == sso.ApprovalApproved
}

// ChangeResetPassword sets a new password for the user of a token that was
// accessed, once. A password that is refused uses nothing up.
func (c *Core) ChangeResetPassword(ctx context.Context, call sso.Call, change sso.ResetPasswordChange) error {
	op, err := c.begin(sso.OpChangeResetPassword, call, false)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	return op.finish(ctx, op.changeResetPassword(ctx, change), true)
}

// changeResetPassword hashes before any row is locked, and decides again once
// they are.
func (op *operation) changeResetPassword(ctx context.Context, change sso.ResetPasswordChange) error {
	c := op.core
	lookup, key := resetLookup(change.Token), c.openResetKey(change.ResetKey)
	found, now, err := op.read(ctx, lookup)
	if err == nil {
		err = mayFinishReset(found, key, now)
	}
	if err == nil {
		err = c.checkPassword(change.NewPassword, c.namesOf(found.Target)...)
	}
	if err != nil {
		return err
	}
	hash, err := c.hasher.Hash(ctx, change.NewPassword)
	if err != nil {
		return err
	}
	return op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := mayFinishReset(found, key, now); err != nil {
			return nil, err
		}
		reset, who := *found.Reset, resetCtx(op.call)
		reset.IsDone, reset.DoneTime, reset.DoneCtx = true, &now, &who
		user := *found.Target
		user.Password, user.PasswordIsSet, user.PasswordMustChange = c.storedHash(hash), true, false
		user.PasswordLastSet, user.PasswordExpiry = now, now.Add(time.Duration(c.cfg.Password.Expiry)*day)
		op.entry.Keys = "new_password"
		changes := []store.Change{
			store.UpdateUser{User: &user}, store.UpdateReset{Reset: &reset},
			store.DropOtherResets{UserID: user.UserID, KeepPK: reset.PK},
		}
		if c.cfg.PasswordReset.EndSessions {
			changes = append(changes, store.EndSessionsOf{UserPK: user.PK})
		}
		return changes, nil
	})
}

// openResetKey decrypts a reset key; "" is one that matches nothing.
func (c *Core) openResetKey(encrypted string) string {
	clear, err := c.keys.Decrypt(encrypted)
	if err != nil || !ident.IsResetKey(string(clear)) {
		return ""
	}
	return string(clear)
}

// mayFinishReset decides whether a key may set the password of a reset.
func mayFinishReset(found store.Found, key string, now time.Time) error {
	switch {
	case !isResetOfApproved(found):
		return refuse(sso.PasswordResetFailed, "there is no such token")
	case key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(found.Reset.Key)) != 1:
		return refuse(sso.PasswordResetFailed, "the reset key is not that of the token")
	case !found.Reset.IsAccessed:
		return refuse(sso.PasswordResetFailed, "the token was not accessed yet")
	case found.Reset.IsDone:
		return refuse(sso.PasswordResetFailed, "the password was reset already")
	case !found.Reset.KeyExpiration.After(now):
		return refuse(sso.PasswordResetFailed, "the reset key has expired")
	}
	return nil
}
