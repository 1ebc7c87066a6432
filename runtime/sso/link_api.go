package sso

import "context"

// GetUserByLinkedAuth returns the user that a security definition is linked to,
// by the definition's type, basic_auth or jwt, and username. The UST must
// belong to that user or to a super-user. With returnAllAttrs true the answer
// has every attribute, the TOTP key included.
func (u UserAPI) GetUserByLinkedAuth(cid, secType, secUsername, currentUST, currentApp, remoteAddr string, returnAllAttrs ...bool) (User, error) {
	return do(u.b, OpGetUserByLinkedAuth, func(ctx context.Context, core Core) (User, error) {
		call := Call{CID: cid, UST: currentUST, App: currentApp, RemoteAddr: remoteAddr}
		user, err := core.UserByLinkedAuth(ctx, call, secType, secUsername, isTrue(returnAllAttrs))
		user.Attr = u.b.attributes(call, AttributeOwner{UserID: user.UserID})
		return user, err
	})
}

// GetLinkedAuthList lists the links of a user to security definitions. An empty
// userID is the owner of the UST; those of others are for super-users.
func (u UserAPI) GetLinkedAuthList(cid, ust, currentApp, remoteAddr, userID string) ([]LinkedAuth, error) {
	return do(u.b, OpGetLinkedAuthList, func(ctx context.Context, core Core) ([]LinkedAuth, error) {
		return core.LinkedAuth(ctx, Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr}, userID)
	})
}

// CreateLinkedAuth links a user to a security definition, by its type,
// basic_auth or jwt, and its username. The UST must belong to a super-user.
func (u UserAPI) CreateLinkedAuth(cid, ust, userID, authType, authUsername string, isActive bool, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpCreateLinkedAuth, func(ctx context.Context, core Core) (struct{}, error) {
		link := NewLink{UserID: userID, AuthType: authType, AuthUsername: authUsername, IsActive: isActive}
		return struct{}{}, core.CreateLinkedAuth(ctx, Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr}, link)
	})
	return err
}

// DeleteLinkedAuth deletes a link and ends the sessions that it has opened. The
// UST must belong to a super-user.
func (u UserAPI) DeleteLinkedAuth(cid, ust, userID, authType, authUsername, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpDeleteLinkedAuth, func(ctx context.Context, core Core) (struct{}, error) {
		call := Call{CID: cid, UST: ust, App: currentApp, RemoteAddr: remoteAddr}
		return struct{}{}, core.DeleteLinkedAuth(ctx, call, userID, authType, authUsername)
	})
	return err
}
