package core

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// auditExports is how many exports of the audit a host makes at once.
const auditExports = 4

// errExports is the error of a further one.
var errExports = errors.New("as many exports of the audit as may are being made")

// ListAudit returns a page of the audit to a super-user.
func (c *Core) ListAudit(ctx context.Context, call sso.Call, criteria sso.AuditCriteria) (sso.AuditResult, error) {
	op, err := c.begin(sso.OpListAudit, call, true)
	if err != nil {
		return sso.AuditResult{}, op.finish(ctx, err, false)
	}
	result, err := op.listAudit(ctx, criteria)
	return result, op.finish(ctx, err, false)
}

func (op *operation) listAudit(ctx context.Context, criteria sso.AuditCriteria) (sso.AuditResult, error) {
	reader, err := op.readAudit(ctx, criteria)
	if err != nil {
		return sso.AuditResult{}, err
	}
	reader.pageSize = min(criteria.PageSize, sso.MaxAuditPage)
	if reader.pageSize == 0 {
		reader.pageSize = sso.DefaultAuditPage
	}
	if err := reader.settle(ctx); err != nil {
		return sso.AuditResult{}, err
	}
	entries, err := reader.next(ctx)
	if err != nil {
		return sso.AuditResult{}, err
	}
	result := sso.AuditResult{Entries: entries, PageSize: reader.pageSize, HasNext: reader.hasNext}
	switch {
	case reader.hasNext:
		result.Next = entries[len(entries)-1].ID
	case reader.isAscending:
		result.Next = max(reader.settled, criteria.After)
	}
	return result, nil
}

// ExportAudit gives all entries that are chosen to a super-user.
func (c *Core) ExportAudit(ctx context.Context, call sso.Call, criteria sso.AuditCriteria, page func([]sso.AuditEntry) error) error {
	op, err := c.begin(sso.OpExportAudit, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	if criteria.Order == "" {
		criteria.Order = sso.AuditAscending
	}
	reader, err := op.readAudit(ctx, criteria)
	if err == nil {
		select {
		case c.exports <- struct{}{}:
			defer func() { <-c.exports }()
		default:
			err = errExports
		}
	}
	if err == nil {
		err = reader.settle(ctx)
	}
	var entries []sso.AuditEntry
	if err == nil {
		reader.pageSize = sso.MaxAuditPage
		entries, err = reader.next(ctx)
	}
	if err := op.finish(ctx, err, false); err != nil {
		return err
	}
	for {
		if err := page(entries); err != nil {
			return err
		}
		if !reader.hasNext {
			return nil
		}
		// Who is no super-user any more, or has logged out, gets no more of it.
		if err = op.mayReadAudit(ctx); err == nil {
			entries, err = reader.next(ctx)
		}
		if err != nil {
			failure := op.failure(err)
			c.logger.LogAttrs(ctx, slog.LevelWarn, "an export of the audit ends before it is done", slog.String("cid", op.entry.CID),
				slog.String("actor", op.entry.Actor), slog.Any("error", failure), slog.Any("cause", failure.Err))
			return failure
		}
	}
}

// mayReadAudit refuses who is no super-user.
func (op *operation) mayReadAudit(ctx context.Context) error {
	_, _, err := op.readAsSuper(ctx, store.Lookup{UST: op.ust}, "read the audit")
	return err
}

// auditReader reads the entries that a filter chooses, page by page.
type auditReader struct {
	store       *store.Store
	filter      store.AuditFilter
	isAscending bool
	settled     int64 // the last entry in ascending order
	pageSize    int
	hasNext     bool
}

// readAudit decides whether a caller may read the audit, and what of it.
func (op *operation) readAudit(ctx context.Context, criteria sso.AuditCriteria) (*auditReader, error) {
	if err := op.mayReadAudit(ctx); err != nil {
		return nil, err
	}
	filter, err := op.core.auditFilter(ctx, &criteria, op.core.now())
	if err != nil {
		return nil, err
	}
	op.entry.Keys = strings.Join(criteria.Given(), ",")
	return &auditReader{store: op.core.store, filter: filter, isAscending: criteria.Order == sso.AuditAscending}, nil
}

// settle has an ascending reader end at an entry below which none is to come.
func (r *auditReader) settle(ctx context.Context) (err error) {
	if !r.isAscending {
		return nil
	}
	if r.settled, err = r.store.AuditSettled(ctx); err != nil {
		return err
	}
	if end := r.settled + 1; r.filter.Below == 0 || end < r.filter.Below {
		r.filter.Below = end
	}
	return nil
}

// next returns the next page.
func (r *auditReader) next(ctx context.Context) ([]sso.AuditEntry, error) {
	r.filter.Limit = r.pageSize + 1
	read := r.store.AuditNewest
	if r.isAscending {
		read = r.store.AuditOldest
	}
	rows, err := read(ctx, r.filter)
	if err != nil {
		return nil, err
	}
	if r.hasNext = len(rows) > r.pageSize; r.hasNext {
		rows = rows[:r.pageSize]
		last := rows[len(rows)-1].ID
		if r.isAscending {
			r.filter.Above = last
		} else {
			r.filter.Below = last
		}
	}
	entries := make([]sso.AuditEntry, len(rows))
	for i := range rows {
		entries[i] = readAuditEntry(&rows[i])
	}
	return entries, nil
}

func readAuditEntry(row *store.AuditEntry) sso.AuditEntry {
	return sso.AuditEntry{
		ID: row.ID, Time: row.Time, CID: row.CID, Op: row.Op, Actor: row.Actor, Target: row.Target, App: row.App,
		RemoteAddr: row.RemoteAddr, UserAgent: row.UserAgent, Result: row.Result,
		SubStatus: splitList(row.SubStatus), Keys: splitList(row.Keys), Changes: row.Changes,
	}
}

func splitList(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, ",")
}

// auditFilter makes a filter of criteria.
func (c *Core) auditFilter(ctx context.Context, criteria *sso.AuditCriteria, now time.Time) (store.AuditFilter, error) {
	if err := criteria.Problem(); err != nil {
		return store.AuditFilter{}, refuse(sso.InvalidInput, "%v", err)
	}
	filter := store.AuditFilter{
		CID: criteria.CID, Op: criteria.Op, App: criteria.App, RemoteAddr: joinAddresses(criteria.RemoteAddr), Result: criteria.Result,
		Key: criteria.Key, Above: criteria.After, Below: criteria.Before,
	}
	filter.Since, filter.Until = criteria.Between(now)
	if criteria.SubStatus != "" && !sso.Code(criteria.SubStatus).IsWellFormed() {
		return filter, refuse(sso.InvalidInput, "sub_status must be a code such as %s", sso.NotAllowed)
	}
	filter.ChooseCode(criteria.SubStatus)
	for _, one := range []struct{ name, text string }{
		{"cid", criteria.CID}, {"actor", criteria.Actor}, {"target", criteria.Target}, {"app", criteria.App},
		{"remote_addr", criteria.RemoteAddr}, {"key", criteria.Key},
	} {
		if !isPlainText(one.text) {
			return filter, refuse(sso.InvalidInput, "%s must be valid UTF-8 without NUL", one.name)
		}
	}
	var err error
	if filter.Actor, err = c.auditUser(ctx, criteria.Actor); err == nil {
		filter.Target, err = c.auditUser(ctx, criteria.Target)
	}
	return filter, err
}

// auditUser returns the ID of a user who is named by his ID or his username.
// What has the form of an ID is one, whatever somebody calls himself.
func (c *Core) auditUser(ctx context.Context, user string) (string, error) {
	if user == "" {
		return "", nil
	}
	return c.store.UserID(ctx, user)
}
