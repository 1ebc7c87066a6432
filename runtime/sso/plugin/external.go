package plugin

import (
	"errors"
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso"
)

// OpenSession opens or renews the session of the user that the caller's
// security definition is linked to, and returns its UST. The definition has let
// the caller in already: a user who may not log in only has no session, as the
// audit tells.
func (p *SSO) OpenSession(r *http.Request, caller security.Principal) (string, error) {
	call := sso.Call{
		CID:        channel.CID(r.Context()),
		App:        r.Header.Get(p.cfg.Apps.HTTPHeader),
		RemoteAddr: channel.RemoteAddr(r),
		UserAgent:  r.UserAgent(),
	}
	ust, err := p.core.ExternalSession(r.Context(), call, sso.ExternalAuth{
		Type: caller.Type, ID: caller.ID, Updated: caller.Updated, Token: caller.Token, Expires: caller.Expires})
	switch {
	case err == nil:
		return ust, nil
	case errors.Is(err, sso.ErrUnavailable):
		return "", &invocation.Error{Status: http.StatusServiceUnavailable,
			Message: "The database is unavailable: try again later", Cause: err}
	case sso.HasCode(err, sso.InternalError):
		return "", err
	}
	return "", nil
}

// EndSessions ends what OpenSession has opened by a definition, in the
// transaction that changes or deletes it.
func (p *SSO) EndSessions(kind string, id int64) (load []database.Query, end func() []database.Query) {
	call := sso.Call{CID: invocation.NewCID(), App: p.DefaultApp(), RemoteAddr: "127.0.0.1", Trusted: true}
	return p.core.EndExternalSessions(call, kind, id)
}
