package sso

import (
	"context"
	"time"
)

// SessionAPI is self.SSO.User.Session. Its methods take the arguments of
// Zato's methods of the same names, in the same order; errors are *Error.
type SessionAPI struct{ b *binding }

// Verify tells a super-user whether the session of a UST may be used at the
// moment. One that does not exist may not.
func (s SessionAPI) Verify(cid, targetUST, currentUST, currentApp, remoteAddr, userAgent string) (bool, error) {
	return do(s.b, OpVerifySession, func(ctx context.Context, core Core) (bool, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr, UserAgent: userAgent}
		return core.VerifySession(ctx, call, targetUST)
	})
}

// Get returns the session of a UST to a super-user.
func (s SessionAPI) Get(cid, targetUST, currentUST, currentApp, remoteAddr, userAgent string) (Session, error) {
	return do(s.b, OpGetSession, func(ctx context.Context, core Core) (Session, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr, UserAgent: userAgent}
		session, err := core.Session(ctx, call, targetUST)
		session.Attr = s.b.attributes(call, AttributeOwner{TargetUST: targetUST})
		return session, err
	})
}

// Renew puts the end of a session off, as if it had been opened now, and
// returns the new one.
func (s SessionAPI) Renew(cid, ust, currentApp, remoteAddr, userAgent string) (time.Time, error) {
	return do(s.b, OpRenewSession, func(ctx context.Context, core Core) (time.Time, error) {
		call := Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr, UserAgent: userAgent}
		return core.RenewSession(ctx, call)
	})
}

// GetList lists the open sessions of the owner of ust, or, for the super-user
// of currentUST, those of the owner of targetUST. The other arguments of the
// two are empty.
func (s SessionAPI) GetList(cid, ust, targetUST, currentUST, currentApp, remoteAddr string) ([]Session, error) {
	return do(s.b, OpListSessions, func(ctx context.Context, core Core) ([]Session, error) {
		call := Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr}
		if ust == "" {
			call.UST = currentUST
		}
		sessions, err := core.Sessions(ctx, call, SessionList{UST: ust, TargetUST: targetUST, CurrentUST: currentUST})
		for i := range sessions {
			sessions[i].Attr = s.b.attributes(call, AttributeOwner{TargetUST: sessions[i].UST})
		}
		return sessions, err
	})
}
