package core

import (
	"context"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// LockUser locks a user and ends its sessions; one who is locked already may
// be locked again.
func (c *Core) LockUser(ctx context.Context, call sso.Call, userID string) error {
	return c.administer(ctx, sso.OpLockUser, call, userID, sso.NotAllowed, "lock users", sso.UserPatch{IsLocked: sso.Some(true)})
}

// UnlockUser lets a user log in again. Sessions that locking ended stay ended.
func (c *Core) UnlockUser(ctx context.Context, call sso.Call, userID string) error {
	return c.administer(ctx, sso.OpUnlockUser, call, userID, sso.NotAllowed, "unlock users", sso.UserPatch{IsLocked: sso.Some(false)})
}

// ApproveUser approves a user, whatever was decided before.
func (c *Core) ApproveUser(ctx context.Context, call sso.Call, userID string) error {
	return c.administer(ctx, sso.OpApproveUser, call, userID, sso.InvalidInput, "approve users",
		sso.UserPatch{ApprovalStatus: sso.Some(sso.ApprovalApproved)})
}

// RejectUser rejects a user, whatever was decided before: no session of the
// user can be used any more.
func (c *Core) RejectUser(ctx context.Context, call sso.Call, userID string) error {
	return c.administer(ctx, sso.OpRejectUser, call, userID, sso.InvalidInput, "reject users",
		sso.UserPatch{ApprovalStatus: sso.Some(sso.ApprovalRejected)})
}

// errNoUser refuses a call that names nobody.
var errNoUser = refuse(sso.InvalidInput, "which user: the call names none")

// administer is an update that only super-users make.
func (c *Core) administer(ctx context.Context, name string, call sso.Call, userID string, denied sso.Code, what string, patch sso.UserPatch) error {
	return c.update(ctx, name, call, patch, targetByID(userID), func(found store.Found) error {
		err := mustBeSuperUser(found, call, denied, what)
		if err != nil && userID == "" && isSuper(found, call) {
			return errNoUser
		}
		return err
	})
}

// DeleteUserByID deletes a user, its sessions, attributes and links. The audit
// keeps what it has of it.
func (c *Core) DeleteUserByID(ctx context.Context, call sso.Call, userID string) error {
	return c.deleteUser(ctx, sso.OpDeleteUserByID, call, userID, targetByID(userID))
}

// DeleteUserByUsername is DeleteUserByID for a username.
func (c *Core) DeleteUserByUsername(ctx context.Context, call sso.Call, username string) error {
	return c.deleteUser(ctx, sso.OpDeleteUserByUsername, call, username, func(ust string) store.Lookup {
		if !isPlainText(username) {
			return store.Lookup{UST: ust} // no user has such a name
		}
		return store.Lookup{UST: ust, Username: username}
	})
}

func (c *Core) deleteUser(ctx context.Context, name string, call sso.Call, user string, lookup func(ust string) store.Lookup) error {
	op, err := c.begin(name, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	err = op.change(ctx, lookup(op.ust), func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.authorize(found, call, now); err != nil {
			return nil, err
		}
		switch {
		case !isSuper(found, call):
			return nil, refuse(sso.NotAllowed, "only super-users may delete users")
		case user == "":
			return nil, errNoUser
		case found.Target == nil:
			return nil, refuse(sso.InvalidOperation, "there is no such user")
		case found.Caller != nil && found.Caller.PK == found.Target.PK:
			return nil, refuse(sso.InvalidOperation, "nobody deletes himself")
		}
		return []store.Change{store.DeleteUser{PK: found.Target.PK}}, nil
	})
	return op.finish(ctx, err, true)
}
