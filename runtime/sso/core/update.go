package core

import (
	"context"
	"math"
	"strings"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// UpdateCurrentUser updates the owner of the call's UST (section 1 of the
// specification).
func (c *Core) UpdateCurrentUser(ctx context.Context, call sso.Call, patch sso.UserPatch) error {
	return c.update(ctx, sso.OpUpdateCurrentUser, call, patch, func(ust string) store.Lookup {
		return store.Lookup{UST: ust, TargetSelf: true}
	}, func(store.Found) error { return nil })
}

// UpdateUserByID updates any user, on behalf of a super-user (section 1 of the
// specification).
func (c *Core) UpdateUserByID(ctx context.Context, call sso.Call, userID string, patch sso.UserPatch) error {
	return c.update(ctx, sso.OpUpdateUserByID, call, patch, targetByID(userID), func(found store.Found) error {
		if !isSuper(found, call) && found.Caller.UserID == userID {
			return refuse(sso.NotAllowed, "only super-users may update by ID: update the current user instead")
		}
		return mustBeSuperUser(found, call, sso.InvalidInput, "update others")
	})
}

// targetByID looks for the caller and the user with an ID.
func targetByID(userID string) func(ust string) store.Lookup {
	return func(ust string) store.Lookup {
		if !isPlainText(userID) {
			return store.Lookup{UST: ust} // no user has such an ID
		}
		return store.Lookup{UST: ust, UserID: userID}
	}
}

// mustBeSuperUser refuses, with a code, callers that are not super-users, and
// targets that are not there.
func mustBeSuperUser(found store.Found, call sso.Call, code sso.Code, what string) error {
	switch {
	case !isSuper(found, call):
		return refuse(code, "only super-users may %s", what)
	case found.Target == nil:
		return refuse(sso.UserIDInvalid, "there is no user with this ID")
	}
	return nil
}

// update goes through the checks in their order: app, session, rights,
// emptiness, keys, values.
func (c *Core) update(ctx context.Context, name string, call sso.Call, patch sso.UserPatch,
	lookup func(ust string) store.Lookup, checkRights func(store.Found) error) error {

	op, err := c.begin(name, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	err = op.change(ctx, lookup(op.ust), func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.authorize(found, call, now); err != nil {
			return nil, err
		}
		if err := checkRights(found); err != nil {
			return nil, err
		}
		if patch.IsEmpty() {
			return nil, refuse(sso.MissingInput, "the data is empty: send a key at least")
		}
		if err := patch.CheckKeys(isSuper(found, call)); err != nil {
			return nil, refuse(sso.InvalidInput, "%v", err)
		}
		return op.applied(&patch, found, now)
	})
	return op.finish(ctx, err, true)
}

// applied checks the values of a patch and returns what it changes.
func (op *operation) applied(patch *sso.UserPatch, found store.Found, now time.Time) ([]store.Change, error) {
	c := op.core
	if err := c.checkValues(patch); err != nil {
		return nil, err
	}
	changed, err := c.apply(patch, found, now)
	if err != nil {
		return nil, err
	}
	op.entry.Keys = strings.Join(patch.Keys(), ",")
	op.entry.Changes = c.auditChanges(patch, found.Target)
	changes := []store.Change{store.UpdateUser{User: changed}}
	if old := found.Target.EmailDigest; old != nil && (changed.EmailDigest == nil || *changed.EmailDigest != *old) {
		changes = append(changes, dropResets(changed))
	}
	if changed.IsLocked && patch.IsLocked.IsPresent() {
		changes = append(changes, store.EndSessionsOf{UserPK: changed.PK})
	}
	if key, ok := patch.TOTPKey.Get(); ok && !c.isTOTPKeyOf(found.Target, key) {
		// The codes of another key: none of them was used.
		changes = append(changes, store.ForgetTOTPSteps{UserPK: changed.PK, Before: math.MaxInt64})
	}
	return changes, nil
}

// apply returns the target's row as the patch leaves it.
func (c *Core) apply(patch *sso.UserPatch, found store.Found, now time.Time) (*store.User, error) {
	user := *found.Target
	caller := authorOf(found)

	for _, field := range []struct {
		patch  sso.Optional[string]
		column **string
		store  func(string) string
	}{
		{patch.Email, &user.Email, c.storedEmail},
		{patch.Email, &user.EmailDigest, c.emailDigest},
		{patch.DisplayName, &user.DisplayName, asItIs},
		{patch.FirstName, &user.FirstName, asItIs},
		{patch.MiddleName, &user.MiddleName, asItIs},
		{patch.LastName, &user.LastName, asItIs},
		{patch.TOTPKey, &user.TOTPKey, c.encrypted},
		{patch.TOTPLabel, &user.TOTPLabel, c.encrypted},
	} {
		setNullable(field.column, field.patch, field.store)
	}
	setColumn(&user.Username, patch.Username)
	setColumn(&user.IsTOTPEnabled, patch.IsTOTPEnabled)
	setColumn(&user.PasswordExpiry, patch.PasswordExpiry)
	setColumn(&user.PasswordMustChange, patch.PasswordMustChange)
	setColumn(&user.SignUpStatus, patch.SignUpStatus)

	if patch.ApprovalStatus.IsPresent() {
		setColumn(&user.ApprovalStatus, patch.ApprovalStatus)
		user.ApprovalStatusTime, user.ApprovalStatusBy = now, caller
	}
	if locked, ok := patch.IsLocked.Get(); ok {
		if locked && user.UserID == caller {
			return nil, refuse(sso.InvalidOperation, "nobody locks himself")
		}
		user.IsLocked, user.LockedTime, user.LockedBy = locked, &now, &caller
	}
	touchesTOTP := patch.IsTOTPEnabled.IsPresent() || patch.TOTPKey.IsPresent()
	if touchesTOTP && user.IsTOTPEnabled && (user.TOTPKey == nil || *user.TOTPKey == "") {
		return nil, refuse(sso.InvalidInput, "totp_key: TOTP cannot be enabled without a key")
	}
	return &user, nil
}

func setColumn[T any](column *T, value sso.Optional[T]) {
	if v, ok := value.Get(); ok {
		*column = v
	}
}

func setNullable(column **string, value sso.Optional[string], store func(string) string) {
	if text, ok := value.Get(); ok {
		stored := store(text)
		*column = &stored
	} else if value.IsNull() {
		*column = nil
	}
}

// auditChanges tells the old and new values of the keys that are neither
// personal nor secret, as JSON: {"is_locked": [false, true]}.
func (c *Core) auditChanges(patch *sso.UserPatch, before *store.User) string {
	changes := map[string][2]any{}
	for _, key := range c.auditedKeys {
		if value, present := key.Value(patch); present {
			changes[key.Name] = [2]any{auditValue(auditedColumn(before, key.Name)), auditValue(value)}
		}
	}
	if len(changes) == 0 {
		return ""
	}
	return jsonText(changes)
}

// auditedColumn returns what a row has under a key whose values the audit
// keeps.
func auditedColumn(row *store.User, key string) any {
	switch key {
	case "is_totp_enabled":
		return row.IsTOTPEnabled
	case "is_locked":
		return row.IsLocked
	case "password_expiry":
		return row.PasswordExpiry
	case "password_must_change":
		return row.PasswordMustChange
	case "sign_up_status":
		return row.SignUpStatus
	case "approval_status":
		return row.ApprovalStatus
	}
	return nil
}

func auditValue(value any) any {
	if t, ok := value.(time.Time); ok {
		return sso.FormatTime(t)
	}
	return value
}
