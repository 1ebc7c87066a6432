package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

// Login opens a session (section 4 of the specification). Passwords are
// hashed before any row is locked; everything is decided again once the
// user's row is.
func (c *Core) Login(ctx context.Context, call sso.Call, login sso.LoginRequest) (sso.SessionInfo, error) {
	op, err := c.begin(sso.OpLogin, call, false)
	if !slices.Contains(c.cfg.Apps.LoginMetadataAllowed, call.App) { // the audit has what is known, not what is said
		if login.PeerAddr != "" {
			op.entry.RemoteAddr = tidy(joinAddresses(login.PeerAddr))
		}
		if login.HasUserAgent {
			op.entry.UserAgent = tidy(login.PeerAgent)
		}
	}
	if err != nil {
		return sso.SessionInfo{}, op.finish(ctx, hideApp(err, c.cfg.Apps.InformIfAppInvalid), false)
	}
	info, err := op.login(ctx, login)
	return info, op.finish(ctx, err, true)
}

func (op *operation) login(ctx context.Context, login sso.LoginRequest) (sso.SessionInfo, error) {
	c := op.core
	guess := op.guessOf(login)
	verified, err := op.verifyPassword(ctx, &guess, login)
	if err != nil {
		return sso.SessionInfo{}, err
	}
	newHash, err := op.newHash(ctx, verified, login)
	if err != nil {
		return sso.SessionInfo{}, err
	}

	lifetime := op.lifetimeFor(ctx, verified.user.Username)

	var info sso.SessionInfo
	err = op.change(ctx, store.Lookup{Username: verified.user.Username}, func(found store.Found, now time.Time) ([]store.Change, error) {
		user := found.Target
		if user == nil || user.PK != verified.user.PK || user.ApprovalStatus != sso.ApprovalApproved ||
			!c.sameStored(user.Password, verified.user.Password) {
			refused := unknownUser()
			refused.logged = "the user was changed while the password was verified"
			return nil, refused
		}
		warn, err := c.checkLogin(user, op.call, login, now)
		if err != nil {
			return nil, err
		}
		op.entry.Actor = user.UserID
		op.entry.Result, op.entry.SubStatus = store.ResultOK, ""
		if warn {
			op.entry.Result, op.entry.SubStatus = store.ResultWarning, string(sso.PasswordAboutToExpire)
		}
		var changes []store.Change
		if user.IsTOTPEnabled && !op.call.Trusted && c.cfg.Login.TOTPSingleUse {
			step, _ := c.matchTOTP(user, login.TOTPCode, now)
			changes = append(changes, useCode(user, step)...)
		}
		if newHash != "" {
			changes = append(changes, c.setPassword(user, newHash, now)...)
		}
		ust := ident.NewUST()
		session := newSession(user, ust, op.call, now, lifetime)
		info = sso.SessionInfo{
			UST:            c.encrypted(ust),
			UserID:         user.UserID,
			Username:       user.Username,
			CreationTime:   session.CreationTime,
			ExpirationTime: session.ExpirationTime,
			HasWAboutToExp: warn,
		}
		changes = append(changes, guess.right(now)...)
		return append(changes, store.InsertSession{Session: session}), nil
	})
	if err != nil {
		return sso.SessionInfo{}, err
	}
	return info, nil
}

// verifiedUser is a user whose password was right.
type verifiedUser struct {
	user   *store.User
	rehash bool // the hash is not what hash_secret asks for any more
}

// guessOf is what a login guesses, and from where.
func (op *operation) guessOf(login sso.LoginRequest) guess {
	if op.call.Trusted {
		return guess{}
	}
	from, throttle := op.call.RemoteAddr, op.core.throttle
	// Anybody can say which app he is: nobody exempts himself by an address
	// that he sends.
	if login.PeerAddr != "" && (!slices.Contains(op.core.cfg.Apps.LoginMetadataAllowed, op.call.App) ||
		throttle.isExempt(from) && !throttle.isExempt(login.PeerAddr)) {
		from = login.PeerAddr
	}
	return throttle.guess(passwordOf, login.Username, from)
}

// verifyPassword finds the user, checks the password and whether the user may
// log in, before the cost of hashing a new password. It costs the same whether
// or not there is such a user.
func (op *operation) verifyPassword(ctx context.Context, g *guess, login sso.LoginRequest) (verifiedUser, error) {
	c := op.core
	target, err := c.throttle.waits.check(g, c.now())
	if err != nil {
		op.entry.Target = target
		return verifiedUser{}, err
	}
	if c.hasher.IsBusy() && !op.call.Trusted {
		return verifiedUser{}, password.ErrBusy // without asking the database, which others need
	}
	lookup := store.Lookup{Throttles: g.digests()}
	if isPlainText(login.Username) {
		lookup.Username = login.Username
	}
	found, now, err := op.read(ctx, lookup)
	if err != nil {
		return verifiedUser{}, err
	}
	if err := c.throttle.check(g, found.Throttles, now); err != nil {
		c.throttle.waits.note(g, found.Target)
		return verifiedUser{}, err
	}
	user, unknown := found.Target, unknownUser()
	if user != nil && user.ApprovalStatus != sso.ApprovalApproved {
		user, unknown = nil, unapproved(user)
	}
	if user != nil && op.call.Trusted {
		_, err := c.checkLogin(user, op.call, login, now)
		return verifiedUser{user: user}, err
	}
	verified := verifiedUser{user: user}
	err = op.try(ctx, g, func(turn *password.Turn) error {
		if user == nil {
			turn.VerifyDummy(login.Password)
			return unknown
		}
		hash, err := c.keys.DecryptStored(user.Password)
		if err != nil {
			return errUnreadablePassword
		}
		right, rehash, err := turn.Verify(hash, login.Password)
		if err != nil {
			return err
		}
		if !right {
			return unknownUser()
		}
		verified.rehash = rehash
		_, err = c.checkLogin(user, op.call, login, c.now())
		return err
	})
	return verified, err
}

// unknownUser is the one answer to a wrong username and a wrong password.
func unknownUser() *refusal {
	return refuse(sso.NotAllowed, "there is no such user, or the password is wrong")
}

// unapproved is the same, for a user who is not approved; the log tells.
func unapproved(user *store.User) *refusal {
	refused := unknownUser()
	refused.logged = fmt.Sprintf("the user is not approved: approval_status is %s", user.ApprovalStatus)
	return refused
}

// checkLogin decides, in the order of section 4, whether a user whose password
// was right may log in, and whether to warn that the password will expire.
func (c *Core) checkLogin(user *store.User, call sso.Call, login sso.LoginRequest, now time.Time) (warn bool, err error) {
	if user.IsTOTPEnabled && !call.Trusted {
		if login.TOTPCode == "" {
			return false, refuse(sso.TOTPCodeMissing, "a TOTP code is needed").hiddenUnless(c.cfg.Login.InformIfTOTPMissing)
		}
		if _, ok := c.matchTOTP(user, login.TOTPCode, now); !ok {
			return false, refuse(sso.NotAllowed, "the TOTP code is wrong")
		}
	}
	if !slices.Contains(c.cfg.Apps.LoginAllowed, call.App) {
		return false, refuse(sso.AppInvalid, "sso.apps.login_allowed does not list %q", printable(call.App)).
			hiddenUnless(c.cfg.Apps.InformIfAppInvalid)
	}
	if err := c.checkAccount(user, call, now); err != nil {
		return false, err
	}
	if (login.HasRemoteAddr || login.HasUserAgent) && !slices.Contains(c.cfg.Apps.LoginMetadataAllowed, call.App) {
		return false, refuse(sso.MetadataNotAllowed,
			"sso.apps.login_metadata_allowed does not list %q: it may not send remote_addr or user_agent", printable(call.App))
	}
	threshold := time.Duration(c.cfg.Password.AboutToExpireThreshold) * day
	if user.PasswordExpiry.Sub(now) < threshold {
		if !c.cfg.Password.InformIfAboutToExpire {
			return false, refuse(sso.PasswordExpiresRefused, "the password is about to expire").hiddenUnless(false)
		}
		warn = true
	}
	if user.PasswordMustChange && !call.Trusted {
		if login.NewPassword == "" {
			return false, refuse(sso.PasswordMustChange, "the password must be changed: send a new one along").
				hiddenUnless(c.cfg.Password.InformIfMustBeChanged)
		}
		if err := c.checkPassword(login.NewPassword, c.namesOf(user)...); err != nil {
			return false, err
		}
		if login.NewPassword == login.Password { // which was right
			return false, refuse(sso.PasswordInvalid, "the new password is the old one").
				hiddenUnless(c.cfg.Password.InformIfInvalid)
		}
		warn = false // the new one is fresh
	}
	return warn, nil
}

const day = 24 * time.Hour

// usedStepsKept is how many TOTP time steps back a use is remembered: more
// than the steps that a code may be off.
const usedStepsKept = 5

// newHash returns the hash that the login has to store: of a new password
// where it must change, of the same where its hash is out of date, or "".
func (op *operation) newHash(ctx context.Context, verified verifiedUser, login sso.LoginRequest) (string, error) {
	switch {
	case op.call.Trusted:
		return "", nil
	case verified.user.PasswordMustChange:
		return op.core.hasher.Hash(ctx, login.NewPassword)
	case verified.rehash:
		return op.core.hasher.Hash(ctx, login.Password)
	}
	return "", nil
}

// setPassword stores the hash that newHash has made. A password that was
// changed, rather than hashed anew, starts a new life and ends other sessions.
func (c *Core) setPassword(user *store.User, hash string, now time.Time) []store.Change {
	changed := *user
	changed.Password = c.storedHash(hash)
	if !user.PasswordMustChange {
		return []store.Change{store.UpdateUser{User: &changed}}
	}
	changed.PasswordMustChange = false
	changed.PasswordIsSet = true
	changed.PasswordLastSet = now
	changed.PasswordExpiry = now.Add(time.Duration(c.cfg.Password.Expiry) * day)
	changes := []store.Change{store.UpdateUser{User: &changed}, dropResets(user)}
	if c.cfg.Password.EndSessions {
		changes = append(changes, store.EndSessionsOf{UserPK: user.PK})
	}
	return changes
}

// matchTOTP reports the time step that a code belongs to, if it is right.
func (c *Core) matchTOTP(user *store.User, code string, now time.Time) (step int64, ok bool) {
	if user.TOTPKey == nil {
		return 0, false
	}
	key, err := c.keys.DecryptStored(*user.TOTPKey)
	if err != nil {
		return 0, false
	}
	return totp.Match(key, code, now)
}

// isTOTPKeyOf reports whether a key is the one that a user has.
func (c *Core) isTOTPKeyOf(user *store.User, key string) bool {
	if user.TOTPKey == nil {
		return false
	}
	stored, err := c.keys.DecryptStored(*user.TOTPKey)
	return err == nil && stored == key
}

// Logout ends the session of the call's UST.
func (c *Core) Logout(ctx context.Context, call sso.Call) error {
	op, err := c.begin(sso.OpLogout, call, true)
	if err != nil {
		return op.finish(ctx, hideApp(err, c.cfg.Apps.InformIfAppInvalid), false)
	}
	err = op.change(ctx, store.Lookup{UST: op.ust, ChangesSession: true}, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.checkSession(found.Session, found.Caller, call, now); err != nil {
			return nil, err
		}
		return []store.Change{store.EndSession{PK: found.Session.PK}}, nil
	})
	return op.finish(ctx, err, true)
}

// hideApp keeps E004001 from clients of login, logout and search where the
// configuration says so.
func hideApp(err error, inform bool) error {
	var refused *refusal
	if errors.As(err, &refused) && slices.Contains(refused.codes, sso.AppInvalid) {
		return refused.hiddenUnless(inform)
	}
	return err
}
