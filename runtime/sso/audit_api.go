package sso

import "context"

// AuditAPI is self.SSO.Audit. Errors are *Error.
type AuditAPI struct{ b *binding }

// List returns a page of the audit, the newest entries first. criteria is a
// Dict of since and until (time.Time, or how long ago, such as "24h" or "2d"),
// cid, op, actor, target, app, remote_addr, result, sub_status and key, all of
// which must hold; of order ("desc" or "asc"), page_size, and before or after:
// the Next of the page before. The UST must belong to a super-user.
func (a AuditAPI) List(cid string, criteria map[string]any, currentUST, currentApp, remoteAddr string) (AuditResult, error) {
	return do(a.b, OpListAudit, func(ctx context.Context, core Core) (AuditResult, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return core.ListAudit(ctx, call, AuditFromMap(criteria))
	})
}
