package core

import (
	"context"
	"errors"
	"strings"
	"time"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

// ChangePassword changes the caller's password, who must know the old one, or,
// for a super-user, that of another.
func (c *Core) ChangePassword(ctx context.Context, call sso.Call, change sso.PasswordChange) error {
	return c.changePassword(ctx, sso.OpChangePassword, call, change)
}

// SetPassword sets the password of a user on the word of trusted code.
func (c *Core) SetPassword(ctx context.Context, call sso.Call, change sso.PasswordChange) error {
	call.Trusted = true
	return c.changePassword(ctx, sso.OpSetPassword, call, change)
}

// changePassword verifies and hashes before any row is locked, and decides
// again once they are.
func (c *Core) changePassword(ctx context.Context, name string, call sso.Call, change sso.PasswordChange) error {
	op, err := c.begin(name, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	return op.finish(ctx, op.changePassword(ctx, change), true)
}

func (op *operation) changePassword(ctx context.Context, change sso.PasswordChange) error {
	c := op.core
	lookup := op.targetOrSelf(change.UserID)
	withCounters := lookup
	var guess guess
	if !op.call.Trusted {
		// By session: who has somebody's session gets no other one by guessing.
		guess = c.throttle.guess(oldPasswordOf, op.ust, op.call.RemoteAddr)
		withCounters.Throttles = guess.digests()
	}
	found, now, err := op.read(ctx, withCounters)
	if err == nil {
		err = c.mayChangePassword(found, op.call, change, now)
	}
	if err != nil {
		return err
	}
	verified := found.Target.Password
	if isOwn(found) {
		if err := c.throttle.check(&guess, found.Throttles, now); err != nil {
			return err
		}
		if err := op.verifyOldPassword(ctx, &guess, found.Target, change.OldPassword); err != nil {
			return err
		}
	}
	if err := c.checkPassword(change.NewPassword, c.namesOf(found.Target)...); err != nil {
		return err
	}
	hash, err := c.hasher.Hash(ctx, change.NewPassword)
	if err != nil {
		return err
	}
	return op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.mayChangePassword(found, op.call, change, now); err != nil {
			return nil, err
		}
		if isOwn(found) && !c.sameStored(found.Target.Password, verified) {
			return nil, refuse(sso.NotAllowed, "the old password is wrong") // it was changed meanwhile
		}
		user := *found.Target
		days, _ := change.Expiry.Get()
		if days == 0 {
			days = c.cfg.Password.Expiry
		}
		user.PasswordMustChange, _ = change.MustChange.Get()
		user.Password, user.PasswordIsSet = c.storedHash(hash), true
		user.PasswordLastSet, user.PasswordExpiry = now, now.Add(time.Duration(days)*day)
		op.entry.Keys = passwordKeys(change)
		changes := []store.Change{store.UpdateUser{User: &user}, dropResets(&user)}
		if isOwn(found) {
			changes = append(changes, guess.right(now)...)
		}
		return append(changes, c.endSessions(found)...), nil
	})
}

// dropResets takes back the tokens that were mailed to a user: whoever has
// changed his password, or where he gets mail, may have done so for want of
// trust in who reads it.
func dropResets(user *store.User) store.Change { return store.DropOtherResets{UserID: user.UserID} }

// targetOrSelf finds the caller and the user with an ID, which is the caller
// where it is empty.
func (op *operation) targetOrSelf(userID string) store.Lookup {
	if userID == "" && !op.call.Trusted {
		return store.Lookup{UST: op.ust, TargetSelf: true}
	}
	return targetByID(userID)(op.ust)
}

// mayChangePassword decides who may change whose password, and how.
func (c *Core) mayChangePassword(found store.Found, call sso.Call, change sso.PasswordChange, now time.Time) error {
	if err := c.authorize(found, call, now); err != nil {
		return err
	}
	if !isOwn(found) {
		if err := mustBeSuperUser(found, call, sso.InvalidInput, "change the passwords of others"); err != nil {
			return err
		}
	}
	if err := change.Problem(); err != nil {
		return refuse(sso.InvalidInput, "%v", err)
	}
	_, givesExpiry := change.Expiry.Get()
	_, givesMustChange := change.MustChange.Get()
	if !isSuper(found, call) && (givesExpiry || givesMustChange) {
		return refuse(sso.InvalidInput, "only super-users may give password_expiry or must_change")
	}
	return nil
}

// isOwn reports whether the target of a call is its caller.
func isOwn(found store.Found) bool {
	return found.Caller != nil && found.Target != nil && found.Caller.PK == found.Target.PK
}

func (op *operation) verifyOldPassword(ctx context.Context, g *guess, user *store.User, old string) error {
	hash, err := op.core.keys.DecryptStored(user.Password)
	if err != nil {
		return errUnreadablePassword
	}
	return op.try(ctx, g, func(turn *password.Turn) error {
		right, _, err := turn.Verify(hash, old)
		if err == nil && !right && old == "" {
			return refuse(sso.NotAllowed, "old_password is missing: who changes his own password needs it")
		}
		if err == nil && !right {
			err = refuse(sso.NotAllowed, "the old password is wrong")
		}
		return err
	})
}

// errUnreadablePassword is the cause of a failure that only the operator can
// mend.
var errUnreadablePassword = errors.New("the stored password cannot be decrypted with the keys of this installation")

// endSessions ends the target's sessions after a change of the password, but
// for the one that the call is made in.
func (c *Core) endSessions(found store.Found) []store.Change {
	switch {
	case !c.cfg.Password.EndSessions:
		return nil
	case isOwn(found):
		return []store.Change{store.EndOtherSessionsOf{UserPK: found.Target.PK, KeepPK: found.Session.PK}}
	}
	return []store.Change{store.EndSessionsOf{UserPK: found.Target.PK}}
}

func passwordKeys(change sso.PasswordChange) string {
	keys := []string{"new_password"}
	if change.Expiry.IsPresent() {
		keys = append(keys, "password_expiry")
	}
	if change.MustChange.IsPresent() {
		keys = append(keys, "must_change")
	}
	return strings.Join(keys, ",")
}

// ResetTOTPKey gives a user a new TOTP key, one that is made here if none is
// given, and returns it. Codes of the new key have not been used.
func (c *Core) ResetTOTPKey(ctx context.Context, call sso.Call, userID string, key, label sso.Optional[string]) (string, error) {
	op, err := c.begin(sso.OpResetTOTPKey, call, true)
	if err != nil {
		return "", op.finish(ctx, err, false)
	}
	text, _ := key.Get()
	if text == "" {
		text = totp.NewKey()
	}
	patch := sso.UserPatch{TOTPKey: sso.Some(text), TOTPLabel: label}
	err = op.change(ctx, op.targetOrSelf(userID), func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.authorize(found, call, now); err != nil {
			return nil, err
		}
		if !isOwn(found) {
			if err := mustBeSuperUser(found, call, sso.InvalidInput, "reset the TOTP keys of others"); err != nil {
				return nil, err
			}
		}
		return op.applied(&patch, found, now)
	})
	if err := op.finish(ctx, err, true); err != nil {
		return "", err
	}
	return text, nil
}
