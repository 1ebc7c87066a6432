package sso

import "context"

// UserAPI is self.SSO.User. Its methods take the arguments of Zato's methods
// of the same names, in the same order; errors are *Error.
type UserAPI struct {
	// Session manages sessions.
	Session SessionAPI

	b *binding
}

// UpdateCurrentUser updates the owner of the current UST. data is a Dict of
// the values to set: a key with nil sets its column to NULL, a key left out
// leaves its column alone. See UserKeys for the keys that regular users and
// super-users may send.
func (u UserAPI) UpdateCurrentUser(cid string, data map[string]any, currentUST, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpUpdateCurrentUser, func(ctx context.Context, core Core) (struct{}, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return struct{}{}, core.UpdateCurrentUser(ctx, call, PatchFromMap(data))
	})
	return err
}

// UpdateUserByID updates a user, another person or oneself. The UST must
// belong to a super-user. data is as in UpdateCurrentUser.
func (u UserAPI) UpdateUserByID(cid, userID string, data map[string]any, currentUST, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpUpdateUserByID, func(ctx context.Context, core Core) (struct{}, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return struct{}{}, core.UpdateUserByID(ctx, call, userID, PatchFromMap(data))
	})
	return err
}

// GetCurrentUser returns the owner of the current UST. With returnAllAttrs
// true the answer has every attribute, the TOTP key included, whoever asks.
func (u UserAPI) GetCurrentUser(cid, currentUST, currentApp, remoteAddr string, returnAllAttrs ...bool) (User, error) {
	return do(u.b, OpGetCurrentUser, func(ctx context.Context, core Core) (User, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		user, err := core.CurrentUser(ctx, call, isTrue(returnAllAttrs))
		user.Attr = u.b.attributes(call, AttributeOwner{})
		return user, err
	})
}

// GetUserByID returns a user by ID. The UST must belong to a super-user.
// With returnAllAttrs true the answer has every attribute, the TOTP key
// included.
func (u UserAPI) GetUserByID(cid, userID, currentUST, currentApp, remoteAddr string, returnAllAttrs ...bool) (User, error) {
	return do(u.b, OpGetUserByID, func(ctx context.Context, core Core) (User, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		user, err := core.UserByID(ctx, call, userID, isTrue(returnAllAttrs))
		user.Attr = u.b.attributes(call, AttributeOwner{UserID: userID})
		return user, err
	})
}

// GetUserByUsername returns a user as super-users see it, or nil where there is
// none: for trusted code, since it asks for no session. Users who are not
// approved are none, unless needsApproved is given as false.
func (u UserAPI) GetUserByUsername(cid, username string, needsApproved ...bool) (*User, error) {
	return do(u.b, OpGetUserByUsername, func(ctx context.Context, core Core) (*User, error) {
		call := Call{CID: cid, App: core.DefaultApp(), Trusted: true}
		user, err := core.UserByUsername(ctx, call, username, len(needsApproved) == 0 || needsApproved[0])
		if user != nil {
			user.Attr = u.b.attributes(call, AttributeOwner{UserID: user.UserID})
		}
		return user, err
	})
}

// CreateUserOptions are the optional arguments of CreateUser and
// CreateSuperUser.
type CreateUserOptions struct {
	// AutoApprove approves the user at once.
	AutoApprove bool

	// NoSuperUserRequired creates the user without a session: for trusted
	// code, such as a service that provisions users.
	NoSuperUserRequired bool
}

// CreateUser creates a regular user from data and returns it. The UST must
// belong to a super-user, unless the options say otherwise.
func (u UserAPI) CreateUser(cid string, data map[string]any, currentUST, currentApp, remoteAddr string, options ...CreateUserOptions) (User, error) {
	return u.create(OpCreateUser, false, cid, data, currentUST, currentApp, remoteAddr, options)
}

// CreateSuperUser creates a super-user from data and returns it. The UST must
// belong to a super-user, unless the options say otherwise.
func (u UserAPI) CreateSuperUser(cid string, data map[string]any, currentUST, currentApp, remoteAddr string, options ...CreateUserOptions) (User, error) {
	return u.create(OpCreateSuperUser, true, cid, data, currentUST, currentApp, remoteAddr, options)
}

func (u UserAPI) create(op string, isSuperUser bool, cid string, data map[string]any,
	currentUST, currentApp, remoteAddr string, options []CreateUserOptions) (User, error) {

	return do(u.b, op, func(ctx context.Context, core Core) (User, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		user := NewUserFromMap(data)
		user.IsSuperUser = isSuperUser
		for _, option := range options {
			user.AutoApprove = user.AutoApprove || option.AutoApprove
			call.Trusted = call.Trusted || option.NoSuperUserRequired
		}
		return core.CreateUser(ctx, call, user)
	})
}

// LoginOptions are the optional arguments of Login.
type LoginOptions struct {
	// NewPassword is set where the password must be changed.
	NewPassword string

	// TOTPCode is needed where the user has TOTP enabled.
	TOTPCode string

	// HasRemoteAddr and HasUserAgent tell that the application sent these
	// itself; sso.apps.login_metadata_allowed lists those that may.
	HasRemoteAddr bool
	HasUserAgent  bool
}

// Login opens a session for a user and returns it, its UST encrypted.
func (u UserAPI) Login(cid, username, password, currentApp, remoteAddr, userAgent string, options ...LoginOptions) (SessionInfo, error) {
	return do(u.b, OpLogin, func(ctx context.Context, core Core) (SessionInfo, error) {
		call := Call{CID: cid, App: currentApp, RemoteAddr: remoteAddr, UserAgent: userAgent}
		login := LoginRequest{Username: username, Password: password}
		for _, option := range options {
			login.NewPassword = option.NewPassword
			login.TOTPCode = option.TOTPCode
			login.HasRemoteAddr = option.HasRemoteAddr
			login.HasUserAgent = option.HasUserAgent
		}
		return core.Login(ctx, call, login)
	})
}

// Search finds users. criteria is a Dict of user_id, else username, else
// display_name, first_name, middle_name and last_name (joined by name_op: and,
// or; exact unless is_name_exact is false), email, sign_up_status and
// approval_status; with paginate, cur_page (from 1) and page_size. The UST must
// belong to a super-user.
func (u UserAPI) Search(cid string, criteria map[string]any, currentUST, currentApp, remoteAddr string) (SearchResult, error) {
	return do(u.b, OpSearch, func(ctx context.Context, core Core) (SearchResult, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		result, err := core.Search(ctx, call, SearchFromMap(criteria))
		for i := range result.Users {
			result.Users[i].Attr = u.b.attributes(call, AttributeOwner{UserID: result.Users[i].UserID})
		}
		return result, err
	})
}

// LockUser locks a user and ends its sessions. The UST must belong to a
// super-user, here and in the calls that follow.
func (u UserAPI) LockUser(cid, userID, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpLockUser, Core.LockUser, cid, userID, currentUST, currentApp, remoteAddr)
}

// UnlockUser lets a locked user log in again.
func (u UserAPI) UnlockUser(cid, userID, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpUnlockUser, Core.UnlockUser, cid, userID, currentUST, currentApp, remoteAddr)
}

// ApproveUser approves a user.
func (u UserAPI) ApproveUser(cid, userID, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpApproveUser, Core.ApproveUser, cid, userID, currentUST, currentApp, remoteAddr)
}

// RejectUser rejects a user.
func (u UserAPI) RejectUser(cid, userID, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpRejectUser, Core.RejectUser, cid, userID, currentUST, currentApp, remoteAddr)
}

// DeleteUserByID deletes a user; nobody deletes himself.
func (u UserAPI) DeleteUserByID(cid, userID, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpDeleteUserByID, Core.DeleteUserByID, cid, userID, currentUST, currentApp, remoteAddr)
}

// DeleteUserByUsername deletes a user; nobody deletes himself.
func (u UserAPI) DeleteUserByUsername(cid, username, currentUST, currentApp, remoteAddr string) error {
	return u.onUser(OpDeleteUserByUsername, Core.DeleteUserByUsername, cid, username, currentUST, currentApp, remoteAddr)
}

func (u UserAPI) onUser(op string, method func(Core, context.Context, Call, string) error, cid, user, currentUST, currentApp, remoteAddr string) error {
	_, err := do(u.b, op, func(ctx context.Context, core Core) (struct{}, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return struct{}{}, method(core, ctx, call, user)
	})
	return err
}

// ChangePassword changes the password of the owner of the UST, who gives
// old_password and new_password in data, or, for a super-user, that of
// user_id without the old one. Super-users may also give password_expiry
// (days, 0 means sso.password.expiry) and must_change.
func (u UserAPI) ChangePassword(cid string, data map[string]any, currentUST, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpChangePassword, func(ctx context.Context, core Core) (struct{}, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return struct{}{}, core.ChangePassword(ctx, call, PasswordChangeFromMap(data))
	})
	return err
}

// SetPassword sets the password of a user without a session: for trusted
// code. passwordExpiry is in days, 0 means sso.password.expiry.
func (u UserAPI) SetPassword(cid, userID, password string, mustChange bool, passwordExpiry int, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpSetPassword, func(ctx context.Context, core Core) (struct{}, error) {
		change := PasswordChange{UserID: userID, NewPassword: password, MustChange: Some(mustChange)}
		if passwordExpiry != 0 {
			change.setDays(passwordExpiry)
		}
		return struct{}{}, core.SetPassword(ctx, Call{CID: cid, App: currentApp, RemoteAddr: remoteAddr}, change)
	})
	return err
}

// ResetTOTPKey gives a user a new TOTP key and returns it; an empty key has
// one made. An empty userID is the owner of the UST; those of others are reset
// by super-users.
func (u UserAPI) ResetTOTPKey(cid, ust, userID, key, keyLabel, currentApp, remoteAddr string) (string, error) {
	return do(u.b, OpResetTOTPKey, func(ctx context.Context, core Core) (string, error) {
		call := Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr}
		label := Some(keyLabel)
		if keyLabel == "" {
			label = Null[string]()
		}
		return core.ResetTOTPKey(ctx, call, userID, Some(key), label)
	})
}

// Logout ends the session of a UST.
func (u UserAPI) Logout(cid, ust, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpLogout, func(ctx context.Context, core Core) (struct{}, error) {
		return struct{}{}, core.Logout(ctx, Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr})
	})
	return err
}

func isTrue(options []bool) bool { return len(options) > 0 && options[0] }
