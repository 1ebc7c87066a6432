package core

import (
	"errors"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
)

// openUST decrypts a UST as clients hold it. Its errors name no part of it.
func (c *Core) openUST(encrypted string) (string, error) {
	if encrypted == "" {
		return "", errors.New("the UST is empty")
	}
	clear, err := c.keys.Decrypt(encrypted)
	if err != nil || !ident.IsUST(string(clear)) {
		return "", errors.New("the UST is not one that this installation has given out")
	}
	return string(clear), nil
}

// authorize checks the session of a call, unless the call is trusted.
func (c *Core) authorize(found store.Found, call sso.Call, now time.Time) error {
	if call.Trusted {
		return nil
	}
	return c.checkSession(found.Session, found.Caller, call, now)
}

// isSuper reports whether a call may do what super-users may.
func isSuper(found store.Found, call sso.Call) bool {
	return call.Trusted || found.Caller.IsSuperUser
}

// authorOf names who makes a change: a user ID, or auto for a trusted call.
func authorOf(found store.Found) string {
	if found.Caller == nil {
		return "auto"
	}
	return found.Caller.UserID
}

// checkSession decides whether a session may be used for a call (section 4 of
// the specification, "Using a UST").
func (c *Core) checkSession(session *store.Session, owner *store.User, call sso.Call, now time.Time) error {
	switch {
	case session == nil || owner == nil:
		return refuse(sso.NoSuchSession, "there is no such session: log in again")
	case !session.ExpirationTime.After(now):
		return refuse(sso.NoSuchSession, "the session has expired: log in again")
	case owner.ApprovalStatus != sso.ApprovalApproved:
		return refuse(sso.NoSuchSession, "the owner of the session is not approved")
	}
	return c.checkAccount(owner, call, now)
}

// checkAccount is what login and the use of a session check alike, from the
// client's address to the password's expiry.
func (c *Core) checkAccount(user *store.User, call sso.Call, now time.Time) error {
	if !c.addresses.allow(user.Username, call.RemoteAddr) {
		return refuse(sso.NotAllowed, "the user may not come from this address").hiddenUnless(false)
	}
	return c.checkState(user, now)
}

// checkState is the part of checkAccount that does not depend on the call.
func (c *Core) checkState(user *store.User, now time.Time) error {
	switch {
	case user.IsLocked:
		return refuse(sso.UserLocked, "the user is locked").hiddenUnless(c.cfg.Login.InformIfLocked)
	case user.SignUpStatus != sso.SignUpFinal:
		return refuse(sso.SignupNotFinal, "the sign-up is not confirmed").hiddenUnless(c.cfg.Login.InformIfNotConfirmed)
	case !user.PasswordExpiry.After(now):
		return refuse(sso.PasswordExpired, "the password has expired").hiddenUnless(c.cfg.Password.InformIfExpired)
	}
	return nil
}

// newSession makes the row of a session that login opens.
func newSession(user *store.User, ust string, call sso.Call, now time.Time, lifetime time.Duration) *store.Session {
	return &store.Session{
		UST:            ust,
		CreationTime:   now,
		ExpirationTime: now.Add(lifetime),
		RemoteAddr:     tidy(joinAddresses(call.RemoteAddr)),
		UserAgent:      tidy(call.UserAgent),
		AuthType:       "default",
		AuthPrincipal:  user.Username,
		State:          stateText(nil, call, now, "login"),
		UserPK:         user.PK,
	}
}
