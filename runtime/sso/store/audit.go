package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/runtime/database"
)

const auditColumns = "id, time, cid, op, actor, target, app, remote_addr, user_agent, result, sub_status, keys, changes"

// columns returns where the columns of a SELECT of auditColumns go.
func (e *AuditEntry) columns() []any {
	return []any{&e.ID, &e.Time, &e.CID, &e.Op, &e.Actor, &e.Target, &e.App, &e.RemoteAddr,
		&e.UserAgent, &e.Result, &e.SubStatus, &e.Keys, &e.Changes}
}

// Audit calls each with the entries that a filter chooses, oldest first.
// Entries that come in meanwhile may or may not be among them.
func (s *Store) Audit(ctx context.Context, filter AuditFilter, each func(AuditEntry) error) error {
	var conditions []string
	var args []any
	where := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(args))))
	}
	if filter.ID != 0 {
		where("id = ?", filter.ID)
	}
	if filter.CID != "" {
		where("cid = ?", filter.CID)
	}
	if filter.User != "" {
		where("(actor = ? OR target = ?)", filter.User)
	}
	if filter.Op != "" {
		where("op = ?", filter.Op)
	}
	if !filter.Since.IsZero() {
		where("time >= ?", filter.Since)
	}
	sql := "SELECT " + auditColumns + " FROM gatehouse_audit"
	if len(conditions) > 0 {
		sql += " WHERE " + strings.Join(conditions, " AND ")
	}
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

// UserID returns the ID of the user with a username; where there is none, the
// text itself is returned, which may be the ID of a user that is gone.
func (s *Store) UserID(ctx context.Context, usernameOrID string) (string, error) {
	found, err := s.Read(ctx, Lookup{Username: usernameOrID})
	if err != nil || found.Target == nil {
		return usernameOrID, err
	}
	return found.Target.UserID, nil
}
