package core

import (
	"context"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// UserList says which users ListUsers goes through: all conditions must hold.
type UserList struct {
	UserID         string // "": any
	Text           string // a part of the username or of a name, or the whole e-mail; "": any
	ApprovalStatus string // "": any
	IsLocked       bool   // only these
	IsSuperUser    bool   // only these
	Limit          int    // the most users; 0 is all
}

// usersAtOnce is how many users ListUsers reads at once.
const usersAtOnce = 500

// ListUsers calls each with the users that are asked for, as super-users see
// them, in the order in which they were created, holding few of them in memory.
// Users that come or go meanwhile may or may not be among them. It is audited as
// one search, and is for the operator of the host, or a super-user.
func (c *Core) ListUsers(ctx context.Context, call sso.Call, list UserList, each func(sso.User) error) error {
	op, err := c.begin(sso.OpSearch, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	stopped := false
	err = op.listUsers(ctx, list, func(user sso.User) error {
		err := each(user)
		stopped = err != nil
		return err
	})
	if stopped { // by who reads, which is no failure of the search
		if fault := op.finish(ctx, nil, false); fault != nil {
			return fault
		}
		return err
	}
	return op.finish(ctx, err, false)
}

func (op *operation) listUsers(ctx context.Context, list UserList, each func(sso.User) error) error {
	c := op.core
	if _, _, err := op.readAsSuper(ctx, store.Lookup{UST: op.ust}, "search"); err != nil {
		return err
	}
	filter := store.UserFilter{UserID: list.UserID, Text: list.Text, ApprovalStatus: list.ApprovalStatus,
		IsLocked: list.IsLocked, IsSuperUser: list.IsSuperUser}
	for _, text := range filter.Texts() {
		if !isPlainText(text) {
			return refuse(sso.InvalidInput, "what is searched for must be valid UTF-8 without NUL")
		}
	}
	if list.Text != "" {
		filter.TextDigests = c.emailDigests(list.Text)
	}
	for left, above := list.Limit, int64(0); ; {
		limit := usersAtOnce
		if list.Limit > 0 {
			limit = min(limit, left)
		}
		rows, err := c.store.ScanUsers(ctx, filter, above, limit)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := each(c.readUser(row, sso.AsSuperUser)); err != nil {
				return err
			}
			above = row.PK
		}
		left -= len(rows)
		if len(rows) < limit || list.Limit > 0 && left == 0 {
			return nil
		}
	}
}

// UserSessions returns the sessions of a user that have not expired, the oldest
// first, without their USTs. It is for the operator of the host, or a super-user.
func (c *Core) UserSessions(ctx context.Context, call sso.Call, userID string) ([]sso.Session, error) {
	op, err := c.begin(sso.OpListSessions, call, true)
	if err != nil {
		return nil, op.finish(ctx, err, false)
	}
	rows, err := op.userSessions(ctx, userID)
	if err := op.finish(ctx, err, false); err != nil {
		return nil, err
	}
	sessions := make([]sso.Session, len(rows))
	for i, row := range rows {
		sessions[i] = c.readSession(row)
		sessions[i].UST = ""
	}
	return sessions, nil
}

func (op *operation) userSessions(ctx context.Context, userID string) ([]*store.Session, error) {
	found, now, err := op.readAsSuper(ctx, targetByID(userID)(op.ust), "list the sessions of others")
	switch {
	case err != nil:
		return nil, err
	case found.Target == nil:
		return nil, refuse(sso.UserIDInvalid, "there is no user with this ID")
	}
	return op.core.store.Sessions(ctx, found.Target.PK, now)
}
