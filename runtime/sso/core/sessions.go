package core

import (
	"context"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// VerifySession tells a super-user whether a session may be used at the
// moment: it is there and has not expired, and its owner is approved, not
// locked, confirmed, and has a password that has not expired. From where its
// owner comes is not known here and not asked.
func (c *Core) VerifySession(ctx context.Context, call sso.Call, targetUST string) (bool, error) {
	op, err := c.begin(sso.OpVerifySession, call, true)
	if err != nil {
		return false, op.finish(ctx, err, false)
	}
	found, now, err := op.targetSession(ctx, targetUST)
	if err := op.finish(ctx, err, false); err != nil {
		return false, err
	}
	return c.isUsable(found.TargetSession, found.Target, now), nil
}

// Session returns a session to a super-user. One that has expired, or whose
// owner is not approved, is none.
func (c *Core) Session(ctx context.Context, call sso.Call, targetUST string) (sso.Session, error) {
	op, err := c.begin(sso.OpGetSession, call, true)
	if err != nil {
		return sso.Session{}, op.finish(ctx, err, false)
	}
	found, now, err := op.targetSession(ctx, targetUST)
	if err == nil && !isOpen(found.TargetSession, found.Target, now) {
		err = refuse(sso.NoSuchSession, "there is no such session")
	}
	if err := op.finish(ctx, err, false); err != nil {
		return sso.Session{}, err
	}
	return c.readSession(found.TargetSession), nil
}

// targetSession reads the session of a UST for a super-user.
func (op *operation) targetSession(ctx context.Context, targetUST string) (store.Found, time.Time, error) {
	lookup := store.Lookup{UST: op.ust}
	if clear, err := op.core.openUST(targetUST); err == nil {
		lookup.TargetUST = clear
	}
	return op.readAsSuper(ctx, lookup, "look at the sessions of others")
}

// isOpen reports whether a session is there, has not expired, and is that of
// an approved user.
func isOpen(session *store.Session, owner *store.User, now time.Time) bool {
	return session != nil && owner != nil && session.ExpirationTime.After(now) && owner.ApprovalStatus == sso.ApprovalApproved
}

func (c *Core) isUsable(session *store.Session, owner *store.User, now time.Time) bool {
	return isOpen(session, owner, now) && c.checkState(owner, now) == nil
}

// RenewSession puts the end of the call's session off, as if it had been
// opened now, and returns the new one. A session that a token has opened ends
// with the token all the same.
func (c *Core) RenewSession(ctx context.Context, call sso.Call) (time.Time, error) {
	op, err := c.begin(sso.OpRenewSession, call, true)
	if err != nil {
		return time.Time{}, op.finish(ctx, err, false)
	}
	lifetime, err := op.lifetimeOfCaller(ctx)
	if err != nil {
		return time.Time{}, op.finish(ctx, err, false)
	}
	var expiration time.Time
	err = op.change(ctx, store.Lookup{UST: op.ust, ChangesSession: true}, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.checkSession(found.Session, found.Caller, call, now); err != nil {
			return nil, err
		}
		if isOfToken(found.Session) && found.Session.NotAfter == nil { // from before ends were kept
			return nil, refuse(sso.NoSuchSession, "the session was opened by a token, and nothing is known of when that expires: log in again")
		}
		renewed := *found.Session
		renewed.ExpirationTime = endOf(now, lifetime, renewed.NotAfter)
		renewed.State = stateText(stateChanges(renewed.State), call, now, "renew")
		expiration = renewed.ExpirationTime
		return []store.Change{store.RenewSession{Session: &renewed}}, nil
	})
	return expiration, op.finish(ctx, err, true)
}

// Sessions lists the open sessions of the caller, or, for a super-user, those
// of the owner of another session.
func (c *Core) Sessions(ctx context.Context, call sso.Call, list sso.SessionList) ([]sso.Session, error) {
	op, err := c.begin(sso.OpListSessions, call, true)
	if err == nil && !list.IsClear() {
		err = refuse(sso.InvalidInput, "want a ust, or a current_ust with a target_ust")
	}
	if err != nil {
		return nil, op.finish(ctx, err, false)
	}
	rows, err := op.sessions(ctx, list.TargetUST)
	if err := op.finish(ctx, err, false); err != nil {
		return nil, err
	}
	sessions := make([]sso.Session, len(rows))
	for i, row := range rows {
		sessions[i] = c.readSession(row)
	}
	return sessions, nil
}

func (op *operation) sessions(ctx context.Context, targetUST string) ([]*store.Session, error) {
	c := op.core
	lookup := store.Lookup{UST: op.ust, TargetSelf: true}
	if targetUST != "" {
		lookup = store.Lookup{UST: op.ust}
		if clear, err := c.openUST(targetUST); err == nil {
			lookup.TargetUST = clear
		}
	}
	found, now, err := op.readAllowed(ctx, lookup)
	switch {
	case err != nil:
		return nil, err
	case targetUST != "" && !isSuper(found, op.call):
		return nil, refuse(sso.NotAllowed, "only super-users may list the sessions of others")
	case found.Target == nil, targetUST != "" && !isOpen(found.TargetSession, found.Target, now):
		return nil, refuse(sso.NoSuchSession, "there is no such session")
	}
	return c.store.Sessions(ctx, found.Target.PK, now)
}

// readSession returns a row as its owner and super-users see it.
func (c *Core) readSession(row *store.Session) sso.Session {
	session := sso.Session{
		UST: c.encrypted(row.UST), CreationTime: row.CreationTime, ExpirationTime: row.ExpirationTime,
		RemoteAddr: row.RemoteAddr, UserAgent: row.UserAgent, AuthType: row.AuthType, AuthPrincipal: row.AuthPrincipal,
		StateChanges: stateChanges(row.State),
	}
	if row.ExternalID != nil {
		session.ExternalID = *row.ExternalID
	}
	return session
}

// endOf is when a session ends that is opened or renewed now.
func endOf(now time.Time, lifetime time.Duration, notAfter *time.Time) time.Time {
	end := now.Add(lifetime)
	if notAfter != nil && notAfter.Before(end) {
		return *notAfter
	}
	return end
}

// sessionLifetime is how long a session is good for after login or renewal,
// unless sso.session.expiry_hook says otherwise: see lifetimeFor.
func (c *Core) sessionLifetime() time.Duration {
	return time.Duration(c.cfg.Session.Expiry) * time.Minute
}
