package core

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

// CurrentUser returns the owner of the call's UST.
func (c *Core) CurrentUser(ctx context.Context, call sso.Call, allAttributes bool) (sso.User, error) {
	op, err := c.begin(sso.OpGetCurrentUser, call, true)
	if err != nil {
		return sso.User{}, op.finish(ctx, err, false)
	}
	found, now, err := op.read(ctx, store.Lookup{UST: op.ust, TargetSelf: true})
	if err == nil {
		err = c.checkSession(found.Session, found.Caller, call, now)
	}
	if err := op.finish(ctx, err, false); err != nil {
		return sso.User{}, err
	}
	return c.readUser(found.Target, readerFor(found.Caller, allAttributes)), nil
}

// UserByID returns any user to a super-user.
func (c *Core) UserByID(ctx context.Context, call sso.Call, userID string, allAttributes bool) (sso.User, error) {
	op, err := c.begin(sso.OpGetUserByID, call, true)
	if err != nil {
		return sso.User{}, op.finish(ctx, err, false)
	}
	lookup := store.Lookup{UST: op.ust}
	if isPlainText(userID) {
		lookup.UserID = userID
	}
	found, now, err := op.read(ctx, lookup)
	if err == nil {
		err = c.checkSession(found.Session, found.Caller, call, now)
	}
	switch {
	case err != nil:
	case !found.Caller.IsSuperUser:
		err = refuse(sso.NotAllowed, "only super-users may look at users by ID")
	case found.Target == nil:
		err = refuse(sso.NotAllowed, "there is no user with this ID")
	}
	if err := op.finish(ctx, err, false); err != nil {
		return sso.User{}, err
	}
	return c.readUser(found.Target, readerFor(found.Caller, allAttributes)), nil
}

// UserByUsername returns a user to trusted code, or to a super-user, or nil
// where there is none, or where there is one that is not approved and has to be.
func (c *Core) UserByUsername(ctx context.Context, call sso.Call, username string, needsApproved bool) (*sso.User, error) {
	op, err := c.begin(sso.OpGetUserByUsername, call, true)
	if err != nil {
		return nil, op.finish(ctx, err, false)
	}
	lookup := store.Lookup{UST: op.ust}
	if isPlainText(username) {
		lookup.Username = username
	}
	found, _, err := op.readAsSuper(ctx, lookup, "look at users by name")
	if err := op.finish(ctx, err, false); err != nil {
		return nil, err
	}
	if found.Target == nil || needsApproved && found.Target.ApprovalStatus != sso.ApprovalApproved {
		return nil, nil
	}
	user := c.readUser(found.Target, sso.AsSuperUser)
	return &user, nil
}

func readerFor(caller *store.User, allAttributes bool) sso.Reader {
	switch {
	case allAttributes:
		return sso.AsTrusted
	case caller.IsSuperUser:
		return sso.AsSuperUser
	}
	return sso.AsOwner
}

// CreateUser creates a regular user or a super-user (section 2 of the
// specification) and returns it as super-users see it.
func (c *Core) CreateUser(ctx context.Context, call sso.Call, user sso.NewUser) (sso.User, error) {
	name := sso.OpCreateUser
	if user.IsSuperUser {
		name = sso.OpCreateSuperUser
	}
	op, err := c.begin(name, call, true)
	if err != nil {
		return sso.User{}, op.finish(ctx, err, false)
	}
	row, err := op.create(ctx, user)
	if err := op.finish(ctx, err, true); err != nil {
		return sso.User{}, err
	}
	return c.readUser(row, sso.AsSuperUser), nil
}

func (op *operation) create(ctx context.Context, user sso.NewUser) (*store.User, error) {
	c := op.core
	mayCreate := func(found store.Found, now time.Time) error {
		if err := c.authorize(found, op.call, now); err != nil {
			return err
		}
		if !isSuper(found, op.call) {
			return refuse(sso.NotAllowed, "only super-users may create users")
		}
		return nil
	}
	lookup := store.Lookup{UST: op.ust}
	if !op.call.Trusted { // who may not create users is refused before the cost of a hash
		found, now, err := op.read(ctx, lookup)
		if err == nil {
			err = mayCreate(found, now)
		}
		if err != nil {
			return nil, err
		}
	}
	if user.PasswordHash != "" {
		return nil, refuse(sso.InvalidOperation, "only imports take a password_hash")
	}
	if err := c.checkNewUser(&user); err != nil {
		return nil, err
	}
	hash, err := c.hasher.Hash(ctx, user.Password)
	if err != nil {
		return nil, err
	}
	row := c.newRow(&user, hash)
	err = op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := mayCreate(found, now); err != nil {
			return nil, err
		}
		c.stamp(row, authorOf(found), now)
		op.entry.Target = row.UserID
		return []store.Change{store.InsertUser{User: row}}, nil
	})
	return row, err
}

// checkNewUser checks what a user is to be created from, through the rules of
// updates and of passwords, and fills in what was left out.
func (c *Core) checkNewUser(user *sso.NewUser) error {
	if err := c.checkNewValues(user); err != nil {
		return err
	}
	if user.PasswordHash != "" {
		if password.Known(user.PasswordHash) != nil {
			return refuse(sso.PasswordInvalid, "password_hash is %v", password.ErrHash)
		}
		return nil
	}
	if user.Password == "" {
		user.Password = password.Generate()
	}
	return c.checkPassword(user.Password, namesOfNew(user)...)
}

// checkNewValues is checkNewUser without the password.
func (c *Core) checkNewValues(user *sso.NewUser) error {
	if err := user.Problem(); err != nil {
		return refuse(sso.InvalidInput, "%v", err)
	}
	var names []string
	for _, name := range []*sso.Optional[string]{&user.FirstName, &user.MiddleName, &user.LastName, &user.DisplayName} {
		text, ok := name.Get()
		if !ok {
			continue
		}
		text = strings.TrimSpace(text)
		*name = sso.Some(text)
		if name != &user.DisplayName && text != "" {
			names = append(names, text)
		}
	}
	if text, _ := user.DisplayName.Get(); text == "" && len(names) > 0 {
		user.DisplayName = sso.Some(strings.Join(names, " "))
	}
	if user.SignUpStatus == "" {
		user.SignUpStatus = sso.SignUpFinal
	}
	if user.TOTPKey == "" {
		user.TOTPKey = totp.NewKey()
	}
	if err := c.checkValues(&sso.UserPatch{
		Username: sso.Some(user.Username), Email: user.Email,
		DisplayName: user.DisplayName, FirstName: user.FirstName, MiddleName: user.MiddleName, LastName: user.LastName,
		TOTPKey: sso.Some(user.TOTPKey), TOTPLabel: sso.Some(user.TOTPLabel), SignUpStatus: sso.Some(user.SignUpStatus),
	}); err != nil {
		return err
	}
	if limits, ok := user.RateLimitDef.Get(); ok && limits != "" {
		if _, err := parseRates(limits); err != nil {
			return refuse(sso.InvalidInput, "rate_limit_def: %v", err)
		}
	}
	return nil
}

// newRow makes a user's row, without the times and what depends on the caller.
func (c *Core) newRow(user *sso.NewUser, hash string) *store.User {
	row := &store.User{
		UserID:             ident.NewUserID(),
		IsActive:           true,
		IsSuperUser:        user.IsSuperUser,
		IsLocked:           user.IsLocked,
		CreationCtx:        "null",
		ApprovalStatus:     sso.ApprovalApproved,
		Username:           user.Username,
		Password:           c.storedHash(hash),
		PasswordIsSet:      true,
		PasswordMustChange: user.PasswordMustChange,
		SignUpStatus:       user.SignUpStatus,
		SignUpConfirmToken: ident.NewSignupToken(),
		IsTOTPEnabled:      user.IsTOTPEnabled,
	}
	if !user.AutoApprove && c.cfg.Signup.IsApprovalNeeded {
		row.ApprovalStatus = sso.ApprovalBeforeDecision
	}
	setNullable(&row.Email, user.Email, c.storedEmail)
	setNullable(&row.EmailDigest, user.Email, c.emailDigest)
	setNullable(&row.DisplayName, user.DisplayName, asItIs)
	setNullable(&row.FirstName, user.FirstName, asItIs)
	setNullable(&row.MiddleName, user.MiddleName, asItIs)
	setNullable(&row.LastName, user.LastName, asItIs)
	setNullable(&row.TOTPKey, sso.Some(user.TOTPKey), c.encrypted)
	setNullable(&row.TOTPLabel, sso.Some(user.TOTPLabel), c.encrypted)
	setNullable(&row.RateLimitDef, user.RateLimitDef, asItIs)
	if active, ok := user.IsRateLimitActive.Get(); ok {
		row.IsRateLimitActive = &active
	}
	return row
}

// stamp sets a new user's times and who made it.
func (c *Core) stamp(row *store.User, by string, now time.Time) {
	row.ApprovalStatusTime, row.ApprovalStatusBy = now, by
	row.PasswordLastSet = now
	row.PasswordExpiry = now.Add(time.Duration(c.cfg.Password.Expiry) * day)
	row.SignUpTime = now
	if row.IsLocked {
		row.LockedTime, row.LockedBy = &now, &by
	}
}

// CheckKeys tries the keys of the installation on passwords that the database
// holds, so that a database taken over with another key is refused before
// anything is written. It also learns how these passwords are hashed, so that
// from the first login on all refusals cost the same.
func (c *Core) CheckKeys(ctx context.Context) error {
	samples, err := c.store.SamplePasswords(ctx, 100)
	if err != nil {
		return err
	}
	opened := 0
	for _, sample := range samples {
		hash, err := c.keys.DecryptStored(sample)
		if err != nil {
			continue
		}
		opened++
		if err := c.hasher.Observe(hash); err != nil {
			c.logger.Warn("a stored password is a hash of an unknown kind: its user cannot log in", "cause", err)
		}
	}
	if len(samples) > 0 && opened == 0 {
		return fmt.Errorf("none of the passwords in zato_sso_user can be decrypted with this key: give the key of the installation that made them")
	}
	return nil
}
