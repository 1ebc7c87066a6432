package core

import (
	"encoding/json"
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
	switch {
	case !c.addresses.allow(user.Username, call.RemoteAddr):
		return refuse(sso.NotAllowed, "the user may not come from this address").hiddenUnless(false)
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
func (c *Core) newSession(user *store.User, ust string, call sso.Call, now time.Time) *store.Session {
	return &store.Session{
		UST:            ust,
		CreationTime:   now,
		ExpirationTime: now.Add(time.Duration(c.cfg.Session.Expiry) * time.Minute),
		RemoteAddr:     tidy(joinAddresses(call.RemoteAddr)),
		UserAgent:      tidy(call.UserAgent),
		AuthType:       "default",
		AuthPrincipal:  user.Username,
		State:          firstState(call, now),
		UserPK:         user.PK,
	}
}

// stateChange is an entry of the list that a session keeps of its renewals, in
// Zato's format.
type stateChange struct {
	RemoteAddr   string `json:"remote_addr"`
	UserAgent    string `json:"user_agent"`
	TimestampUTC string `json:"timestamp_utc"`
	CtxSource    string `json:"ctx_source"`
	Idx          int    `json:"idx"`
}

func firstState(call sso.Call, now time.Time) string {
	state, err := json.Marshal(map[string][]stateChange{"session_state_change_list": {{
		RemoteAddr: tidy(joinAddresses(call.RemoteAddr)), UserAgent: tidy(call.UserAgent),
		TimestampUTC: sso.FormatTime(now), CtxSource: "login", Idx: 1,
	}}})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(state)
}
