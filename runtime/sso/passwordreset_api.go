package sso

import "context"

// PasswordResetAPI is self.SSO.PasswordReset: three steps for a user who cannot
// log in. Its methods take the arguments of Zato's methods of the same names,
// in the same order; errors are *Error. What cannot be accessed is E010001.
type PasswordResetAPI struct{ b *binding }

// CreateToken mails a token to an approved user, chosen by what
// sso.password_reset.user_search_by says: username, e-mail, or either. Neither its
// answer nor its time tells whether there is such a user.
func (r PasswordResetAPI) CreateToken(cid, credential, currentApp, remoteAddr, userAgent string) error {
	_, err := do(r.b, OpCreateResetToken, func(ctx context.Context, core Core) (struct{}, error) {
		return struct{}{}, core.CreateResetToken(ctx, resetCall(cid, currentApp, remoteAddr, userAgent), credential)
	})
	return err
}

// AccessToken exchanges a token, once, for a reset key, which is encrypted.
func (r PasswordResetAPI) AccessToken(cid, token, currentApp, remoteAddr, userAgent string) (string, error) {
	return do(r.b, OpAccessResetToken, func(ctx context.Context, core Core) (string, error) {
		return core.AccessResetToken(ctx, resetCall(cid, currentApp, remoteAddr, userAgent), token)
	})
}

// ChangePassword sets the password of the user of a token, once, with the reset
// key that AccessToken has returned. A password that is refused (E003…) leaves
// the token and the key as they are.
func (r PasswordResetAPI) ChangePassword(cid, newPassword, token, resetKey, currentApp, remoteAddr, userAgent string) error {
	_, err := do(r.b, OpChangeResetPassword, func(ctx context.Context, core Core) (struct{}, error) {
		change := ResetPasswordChange{Token: token, ResetKey: resetKey, NewPassword: newPassword}
		return struct{}{}, core.ChangeResetPassword(ctx, resetCall(cid, currentApp, remoteAddr, userAgent), change)
	})
	return err
}

func resetCall(cid, app, remoteAddr, userAgent string) Call {
	return Call{CID: cid, App: app, RemoteAddr: remoteAddr, UserAgent: userAgent}
}

// ResetPasswordChange is the last step of a password reset.
type ResetPasswordChange struct {
	Token       string
	ResetKey    string // encrypted, as accessing the token returned it
	NewPassword string
}
