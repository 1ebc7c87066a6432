package sso

import "context"

// UserAPI is self.SSO.User. Its methods take the arguments of Zato's methods
// of the same names, in the same order; errors are *Error.
type UserAPI struct{ b *binding }

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
		return core.CurrentUser(ctx, call, isTrue(returnAllAttrs))
	})
}

// GetUserByID returns a user by ID. The UST must belong to a super-user.
// With returnAllAttrs true the answer has every attribute, the TOTP key
// included.
func (u UserAPI) GetUserByID(cid, userID, currentUST, currentApp, remoteAddr string, returnAllAttrs ...bool) (User, error) {
	return do(u.b, OpGetUserByID, func(ctx context.Context, core Core) (User, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		return core.UserByID(ctx, call, userID, isTrue(returnAllAttrs))
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
			user.Trusted = user.Trusted || option.NoSuperUserRequired
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
	// itself; apps.login_metadata_allowed lists those that may.
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

// Logout ends the session of a UST.
func (u UserAPI) Logout(cid, ust, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpLogout, func(ctx context.Context, core Core) (struct{}, error) {
		return struct{}{}, core.Logout(ctx, Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr})
	})
	return err
}

func isTrue(options []bool) bool { return len(options) > 0 && options[0] }
