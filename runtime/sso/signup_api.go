package sso

import "context"

// Signup signs a user up with the username, password, email and app_list of
// data, and returns the token that confirms it. Until then, and until it is
// approved where that is needed, the user cannot log in.
func (u UserAPI) Signup(cid string, data map[string]any, currentApp, remoteAddr string) (string, error) {
	return do(u.b, OpSignup, func(ctx context.Context, core Core) (string, error) {
		return core.Signup(ctx, Call{CID: cid, App: currentApp, RemoteAddr: remoteAddr}, SignupFromMap(data))
	})
}

// ConfirmSignup confirms the sign-up that a token came from.
func (u UserAPI) ConfirmSignup(cid, token, currentApp, remoteAddr string) error {
	_, err := do(u.b, OpConfirmSignup, func(ctx context.Context, core Core) (struct{}, error) {
		return struct{}{}, core.ConfirmSignup(ctx, Call{CID: cid, App: currentApp, RemoteAddr: remoteAddr}, token)
	})
	return err
}
