package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ident"
)

const auditColumns = "id, time, cid, op, actor, target, app, remote_addr, user_agent, result, sub_status, keys, changes"

// columns returns where the columns of a SELECT of auditColumns go.
func (e *AuditEntry) columns() []any {
	return []any{&e.ID, &e.Time, &e.CID, &e.Op, &e.Actor, &e.Target, &e.App, &e.RemoteAddr,
		&e.UserAgent, &e.Result, &e.SubStatus, &e.Keys, &e.Changes}
}

// AuditFilter chooses entries of the audit; an empty field chooses all.
type AuditFilter struct {
	ID    int64 // of the one entry; 0 is any
	CID   string
	User  string // user ID, of the caller or of the target
	Op    string
	Since time.Time
	Limit int // the newest so many; 0 is all

	Until      time.Time // itself not included
	Actor      string    // user ID
	Target     string    // user ID
	App        string
	RemoteAddr string
	Result     string
	SubStatus  string // a code that is among those of the entry; only errors have one that begins with E
	Key        string // a key that is among those of the entry

	Above, Below int64 // IDs, themselves not included; 0 is any
}

// conditions returns the WHERE clause of a filter, "" for all entries.
func (f *AuditFilter) conditions(dialect database.Dialect) (where string, args []any) {
	var all []string
	add := func(condition string, values ...any) {
		for _, value := range values {
			args = append(args, value)
			condition = strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(args)))
		}
		all = append(all, condition)
	}
	if f.ID != 0 {
		add("id = ?", f.ID)
	}
	if f.Above > 0 {
		add("id > ?", f.Above)
	}
	if f.Below > 0 {
		add("id < ?", f.Below)
	}
	result := f.Result
	if result == "" && strings.HasPrefix(f.SubStatus, "E") {
		result = ResultError // which there is an index of
	}
	for _, exact := range []struct{ column, value string }{
		{"cid", f.CID}, {"op", f.Op}, {"actor", f.Actor}, {"target", f.Target}, {"app", f.App},
		{"remote_addr", f.RemoteAddr}, {"result", result},
	} {
		if exact.value != "" {
			add(exact.column+" = ?", exact.value)
		}
	}
	if f.User != "" {
		add("(actor = ? OR target = ?)", f.User)
	}
	if !f.Since.IsZero() {
		add("time >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		add("time < ?", f.Until)
	}
	if f.Op != "" && !strings.Contains(isSeldom, "'"+f.Op+"'") {
		all = append(all, isSeldom)
	}
	if f.SubStatus != "" || f.Result != "" && f.Result != ResultOK {
		all = append(all, isRefused)
	}
	among := "instr(',' || %s || ',', ',' || ? || ',') > 0"
	if dialect == database.PostgreSQL {
		among = strings.Replace(among, "instr", "strpos", 1)
	}
	if f.SubStatus != "" {
		add(fmt.Sprintf(among, "sub_status"), f.SubStatus)
	}
	if f.Key != "" {
		add(fmt.Sprintf(among, "keys"), f.Key)
	}
	if len(all) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}

// What the indexes gatehouse_audit_refused and gatehouse_audit_seldom are of, as
// it is written there: the databases use them for what says the same.
const (
	isRefused = "result <> 'ok'"
	isSeldom  = "op NOT IN ('user.login', 'user.logout', 'user.get_current_user', 'user.get_user_by_id', 'user.get_user_by_username', " +
		"'user.get_user_by_linked_auth', 'user.update_current_user', 'user.search', 'session.get', 'session.verify', 'session.renew', " +
		"'session.get_list', 'session.external_auth', 'attr.create', 'attr.set', 'attr.update', 'attr.delete', 'attr.get')"
)

// Audit calls each with the entries that a filter chooses, oldest first.
// Entries that come in meanwhile may or may not be among them.
func (s *Store) Audit(ctx context.Context, filter AuditFilter, each func(AuditEntry) error) error {
	where, args := filter.conditions(s.db.Dialect())
	sql := "SELECT " + auditColumns + " FROM gatehouse_audit" + where
	if filter.Limit > 0 {
		sql = fmt.Sprintf("SELECT * FROM (%s ORDER BY id DESC LIMIT %d) newest", sql, filter.Limit)
	}
	// By time: what was batched was written after what was not.
	return s.db.Stream(ctx, database.Query{SQL: sql + " ORDER BY time, id", Args: args,
		Row: func(scan func(...any) error) error {
			var e AuditEntry
			if err := scan(e.columns()...); err != nil {
				return err
			}
			return each(e)
		}})
}

// AuditNewest returns up to Limit of the entries that a filter chooses, by ID,
// the newest first.
func (s *Store) AuditNewest(ctx context.Context, filter AuditFilter) ([]AuditEntry, error) {
	return s.auditPage(ctx, filter, "DESC")
}

// AuditOldest is AuditNewest the other way round. Who wants to go on above the
// last entry and miss none chooses from those that AuditSettled says are there.
func (s *Store) AuditOldest(ctx context.Context, filter AuditFilter) ([]AuditEntry, error) {
	return s.auditPage(ctx, filter, "ASC")
}

func (s *Store) auditPage(ctx context.Context, filter AuditFilter, order string) ([]AuditEntry, error) {
	where, args := filter.conditions(s.db.Dialect())
	few, err := s.auditIsFew(ctx, &filter)
	if err != nil {
		return nil, err
	}
	from, by, plan := "", "id", s.auditPlan(few)
	switch {
	case few && plan == nil:
		from = auditByTime
	case few:
		by = "id + 0" // not by the index of IDs
	}
	args = append(args, filter.Limit)
	sql := fmt.Sprintf("SELECT %s FROM gatehouse_audit%s%s ORDER BY %s %s LIMIT $%d", auditColumns, from, where, by, order, len(args))
	var entries []AuditEntry
	err = s.db.Read(ctx, append(plan, entriesQuery(sql, &entries, args...))...)
	return entries, err
}

// How entries are found by their time where the database would rather go through
// all of them by their IDs.
const (
	auditFewEntries = 10_000 // so many are sorted rather
	auditByTime     = " INDEXED BY gatehouse_audit_time"
)

// auditIsFew reports whether there are few entries between the times of a
// filter, which neither database knows: SQLite has no statistics, and those of
// PostgreSQL do not tell that times go with IDs.
func (s *Store) auditIsFew(ctx context.Context, filter *AuditFilter) (bool, error) {
	if filter.Since.IsZero() && filter.Until.IsZero() || filter.CID != "" || filter.Actor != "" || filter.Target != "" {
		return false, nil
	}
	where, args := (&AuditFilter{Since: filter.Since, Until: filter.Until}).conditions(s.db.Dialect())
	from, plan := "", s.auditPlan(true)
	if plan == nil {
		from = auditByTime
	}
	entries := 0
	err := s.db.Read(ctx, append(plan, database.Query{
		SQL:  fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM gatehouse_audit%s%s LIMIT %d) few", from, where, auditFewEntries+1),
		Args: args,
		Row:  func(scan func(...any) error) error { return scan(&entries) }})...)
	return entries <= auditFewEntries, err
}

// auditPlan has PostgreSQL plan what is read next for the values that it is
// given, and by its indexes alone if it is to be by time. On SQLite it is nil.
func (s *Store) auditPlan(byTime bool) []database.Query {
	if s.db.Dialect() != database.PostgreSQL {
		return nil
	}
	plan := []database.Query{{SQL: "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"}}
	if byTime {
		plan = append(plan, database.Query{SQL: "SELECT set_config('enable_seqscan', 'off', true)"})
	}
	return plan
}

// ErrAuditUnsettled is the error of AuditSettled where a transaction goes on
// for longer than it waits.
var ErrAuditUnsettled = errors.New("a transaction that may write to the audit is still open")

const (
	settleFor   = 2 * time.Second
	settleEvery = 5 * time.Millisecond
)

// AuditSettled returns the highest ID of which it is certain that no entry at
// or below it is yet to appear. On SQLite that is the highest there is. On
// PostgreSQL IDs are given out before transactions commit, so an entry may
// appear below one that can be seen; it is waited until those transactions have
// ended that may have such an ID: each holds a lock on the table from before it
// got the ID to after its entry can be seen.
func (s *Store) AuditSettled(ctx context.Context) (id int64, err error) {
	highest := database.Query{SQL: "SELECT COALESCE(max(id), 0) FROM gatehouse_audit",
		Row: func(scan func(...any) error) error { return scan(&id) }}
	if s.db.Dialect() != database.PostgreSQL {
		err = s.db.Read(ctx, highest)
		return id, err
	}
	// The locks are looked at after the ID, though both are read at once: they
	// are not part of the snapshot.
	open, err := s.auditWriters(ctx, highest)
	for deadline := time.Now().Add(settleFor); err == nil && len(open) > 0; {
		if time.Now().After(deadline) {
			return 0, ErrAuditUnsettled
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(settleEvery):
		}
		var now map[string]bool
		now, err = s.auditWriters(ctx)
		maps.DeleteFunc(open, func(transaction string, _ bool) bool { return !now[transaction] })
	}
	return id, err
}

// auditWriters returns the transactions that may have written to the audit and
// have not ended, after it has run other queries.
func (s *Store) auditWriters(ctx context.Context, before ...database.Query) (map[string]bool, error) {
	writers := map[string]bool{}
	err := s.db.Read(ctx, append(before, database.Query{
		SQL: `SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'gatehouse_audit'::regclass
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'RowExclusiveLock' AND granted`,
		Row: func(scan func(...any) error) error {
			var transaction string
			err := scan(&transaction)
			writers[transaction] = true
			return err
		}})...)
	return writers, err
}

// Sessions returns the sessions of a user that have not expired at a time,
// the oldest first.
func (s *Store) Sessions(ctx context.Context, userPK int64, at time.Time) ([]*Session, error) {
	var sessions []*Session
	err := s.db.Read(ctx, database.Query{SQL: s.sql.listSessions, Args: []any{userPK, at},
		Row: func(scan func(...any) error) error {
			session := new(Session)
			sessions = append(sessions, session)
			return scan(session.columns()...)
		}})
	return sessions, err
}

// HasUsers reports whether there are users at all, and whether there is a
// super-user.
func (s *Store) HasUsers(ctx context.Context) (users, superUsers bool, err error) {
	one := func(found *bool) func(func(...any) error) error {
		return func(scan func(...any) error) error { return scan(found) }
	}
	err = s.db.Read(ctx,
		database.Query{SQL: "SELECT EXISTS (SELECT 1 FROM zato_sso_user)", Row: one(&users)},
		database.Query{SQL: "SELECT EXISTS (SELECT 1 FROM zato_sso_user WHERE is_super_user)", Row: one(&superUsers)})
	return users, superUsers, err
}

// SamplePasswords returns up to n stored passwords of users, to try a key on.
func (s *Store) SamplePasswords(ctx context.Context, n int) ([]string, error) {
	var samples []string
	err := s.db.Read(ctx, database.Query{
		SQL: fmt.Sprintf("SELECT password FROM zato_sso_user ORDER BY id DESC LIMIT %d", n),
		Row: func(scan func(...any) error) error {
			var password string
			if err := scan(&password); err != nil {
				return err
			}
			samples = append(samples, password)
			return nil
		}})
	return samples, err
}

// UserID returns the ID of the user with a username. What has the form of an ID is
// one, whatever somebody calls himself; where there is no user, the text itself is
// returned.
func (s *Store) UserID(ctx context.Context, usernameOrID string) (string, error) {
	if ident.IsUserID(usernameOrID) {
		return usernameOrID, nil
	}
	found, err := s.Read(ctx, Lookup{Username: usernameOrID})
	if err != nil || found.Target == nil {
		return usernameOrID, err
	}
	return found.Target.UserID, nil
}
