package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
)

const (
	// externalAge is how old what is known of a link, its user and its session
	// may be. It decides on the header of an answer alone: whoever uses the UST
	// is checked anew.
	externalAge = time.Second

	// externalRenewal is how often a session is renewed that is in use all the
	// time: each renewal is a write.
	externalRenewal = time.Minute

	// externalsKept bounds the callers that are remembered.
	externalsKept = 4096
)

// external is what is known of a caller by a security definition.
type external struct {
	user    *store.User    // that it is linked to, or nil
	session *store.Session // that it has, or nil
	ust     string         // of the session, encrypted
	due     time.Time      // when the session is to be renewed
	read    time.Time
}

// isDue reports whether the session is to be opened or renewed. One that lives
// as long as it may has nothing to gain.
func (e *external) isDue(now time.Time, notAfter *time.Time) bool {
	switch {
	case e.session == nil || !e.session.ExpirationTime.After(now):
		return true
	case notAfter != nil && e.session.ExpirationTime.Equal(*notAfter):
		return false
	}
	return !now.Before(e.due)
}

// notAfterOf returns when a session by a definition ends at the latest.
func notAfterOf(auth sso.ExternalAuth) *time.Time {
	if auth.Expires.IsZero() || !auth.Expires.Before(never) { // which no database could hold
		return nil
	}
	end := database.Timestamp(auth.Expires)
	return &end
}

// externalKey is a caller: the external ID of his session, and the state of the
// definition that let him in.
type externalKey struct {
	id      string
	updated int64
}

// externalCache remembers callers.
type externalCache struct {
	mu    sync.Mutex
	known map[externalKey]external
}

func (e *externalCache) get(id externalKey, now time.Time) (external, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, ok := e.known[id]
	age := now.Sub(found.read)
	return found, ok && age >= 0 && age < externalAge
}

func (e *externalCache) put(id externalKey, seen external) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil || len(e.known) >= externalsKept {
		e.known = map[externalKey]external{} // at most a second's worth is lost
	}
	e.known[id] = seen
}

func (e *externalCache) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known = nil
}

// externalID is the key of the session that a caller has by a definition.
func externalID(auth sso.ExternalAuth) string {
	id := fmt.Sprintf("%s.%d", auth.Type, auth.ID)
	if auth.Token != "" {
		id += "." + auth.Token
	}
	return id
}

// isOfToken reports whether a token has opened a session.
func isOfToken(session *store.Session) bool {
	return session.ExternalID != nil && strings.HasPrefix(*session.ExternalID, sso.AuthJWT+".")
}

// ExternalSession opens the session of the user that a caller's definition is
// linked to, renews it about once a minute, and returns its UST; "" where the
// definition is linked to none. The user must be one who could log in. A session
// by a token ends when the token expires, if not before.
//
// Openings, renewals and refusals are audited; what neither asks nor changes
// anything is not.
func (c *Core) ExternalSession(ctx context.Context, call sso.Call, auth sso.ExternalAuth) (string, error) {
	if call.App == "" {
		call.App = c.cfg.Apps.Default
	}
	op := &operation{core: c, name: sso.OpExternalSession, call: call, entry: newEntry(sso.OpExternalSession, call)}
	authType, known := authTypes[auth.Type]
	if !known {
		return "", op.finish(ctx, refuse(sso.InvalidInput, "unknown type of a security definition"), false)
	}
	id := externalID(auth)
	lookup := store.Lookup{Links: &store.LinkLookup{AuthType: authType, AuthID: auth.ID, IsTarget: true, ExternalID: id}}
	if c.definitions != nil {
		lookup.Hold = func(isHeld *bool) database.Query {
			return c.definitions.Hold(auth.Type, auth.ID, auth.Updated, isHeld)
		}
	}
	now := c.now()
	remembered := externalKey{id, auth.Updated.UnixMicro()}
	seen, fresh := c.externals.get(remembered, now)
	if !fresh {
		found, err := c.store.Read(ctx, lookup)
		if err != nil {
			return "", op.finish(ctx, err, false)
		}
		seen = c.seeExternal(found, now)
		c.externals.put(remembered, seen)
	}
	if seen.user == nil {
		return "", nil
	}
	op.know(store.Found{Caller: seen.user, Target: seen.user})
	if err := c.checkExternal(seen.user, call, auth, now); err != nil {
		return "", op.finish(ctx, err, false)
	}
	if !seen.isDue(now, notAfterOf(auth)) {
		return seen.ust, nil
	}
	seen, err := op.openExternal(ctx, lookup, auth, op.lifetimeFor(ctx, seen.user.Username))
	if !errors.Is(err, errUpToDate) {
		if err := op.finish(ctx, err, true); err != nil {
			return "", err
		}
	}
	c.externals.put(remembered, seen)
	return seen.ust, nil
}

// errUpToDate ends a change that another call has made already.
var errUpToDate = errors.New("there is nothing to change")

// openExternal opens or renews the session of a caller. Calls of one caller
// wait for one another at the user's row, so that one of them opens it. The
// definition is locked before that row, as by who changes it and ends sessions.
func (op *operation) openExternal(ctx context.Context, lookup store.Lookup, auth sso.ExternalAuth, lifetime time.Duration) (external, error) {
	c, id, notAfter := op.core, lookup.Links.ExternalID, notAfterOf(auth)
	var seen external
	err := op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		seen = c.seeExternal(found, now)
		if seen.user == nil {
			return nil, errUpToDate
		}
		op.entry.Actor, op.entry.Keys = seen.user.UserID, ""
		if lookup.Hold != nil && !found.IsHeld {
			return nil, refuse(sso.NotAllowed, "the security definition was changed or deleted since it let the caller in")
		}
		if err := c.checkExternal(seen.user, op.call, auth, now); err != nil {
			return nil, err
		}
		if !seen.isDue(now, notAfter) {
			return nil, errUpToDate
		}
		if seen.session != nil {
			renewed := *seen.session
			renewed.ExpirationTime, renewed.NotAfter = endOf(now, lifetime, notAfter), notAfter
			renewed.State = stateText(stateChanges(renewed.State), op.call, now, "renew")
			seen.session, seen.due = &renewed, renewalOf(&renewed)
			op.entry.Keys = "expiration_time"
			return []store.Change{store.RenewSession{Session: &renewed}}, nil
		}
		var changes []store.Change
		for _, old := range found.ExternalSessions {
			if old.UserPK == seen.user.PK {
				changes = append(changes, store.EndSession{PK: old.PK}) // it has expired
			}
		}
		opened := newSession(seen.user, ident.NewUST(), op.call, now, lifetime)
		opened.AuthType, opened.ExternalID, opened.NotAfter = auth.Type, &id, notAfter
		opened.ExpirationTime = endOf(now, lifetime, notAfter)
		opened.State = stateText(nil, op.call, now, "external_auth")
		seen.session, seen.ust, seen.due = opened, c.encrypted(opened.UST), renewalOf(opened)
		return append(changes, store.InsertSession{Session: opened}), nil
	})
	return seen, err
}

// seeExternal takes what a lookup has found. The target is locked before the
// links are read: a link that has just gone counts no more.
func (c *Core) seeExternal(found store.Found, now time.Time) external {
	seen := external{read: now}
	active := slices.IndexFunc(found.Links, func(link *store.Link) bool { return link.IsActive })
	if found.Target == nil || active < 0 || found.Links[active].UserID != found.Target.UserID {
		return seen
	}
	seen.user = found.Target
	for _, session := range found.ExternalSessions {
		if session.UserPK == seen.user.PK && session.ExpirationTime.After(now) {
			seen.session, seen.ust, seen.due = session, c.encrypted(session.UST), renewalOf(session)
		}
	}
	return seen
}

// checkExternal decides whether a user may have a session by a definition: who
// may log in may. A TOTP code, which no request carries, is not asked for with
// Basic Auth; with a JWT, a user who has to give one has no session.
func (c *Core) checkExternal(user *store.User, call sso.Call, auth sso.ExternalAuth, now time.Time) error {
	if err := c.checkApp(call); err != nil {
		return err
	}
	if user.ApprovalStatus != sso.ApprovalApproved {
		return refuse(sso.NotApproved, "the user is not approved")
	}
	if notAfter := notAfterOf(auth); notAfter != nil && !notAfter.After(now) {
		return refuse(sso.SessionExpired, "the token has expired, if by no more than clocks may differ")
	}
	if user.IsTOTPEnabled && auth.Type != sso.AuthBasic {
		return refuse(sso.TOTPCodeMissing, "the user has TOTP enabled, and a token brings no code")
	}
	withoutTOTP := *user
	withoutTOTP.IsTOTPEnabled = false
	_, err := c.checkLogin(&withoutTOTP, call, sso.LoginRequest{}, now)
	return err
}

// renewalOf tells when a session is to be renewed: some time after it was opened
// or renewed last.
func renewalOf(session *store.Session) time.Time {
	changes := stateChanges(session.State)
	if len(changes) == 0 {
		return time.Time{}
	}
	last, err := sso.ParseTime(changes[len(changes)-1].Timestamp)
	if err != nil {
		return time.Time{}
	}
	return last.Add(min(externalRenewal, session.ExpirationTime.Sub(last)/2))
}
