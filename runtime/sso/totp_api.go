package sso

import "context"

// TOTPAPI is self.SSO.TOTP.
type TOTPAPI struct{ b *binding }

// ValidateCode checks the TOTP code of the owner of a UST, or of the user with a
// username; the other one is empty. It is for services that can be trusted
// with it. A code works as at login: one step either way, and once, so a code
// that is right here does not log its user in afterwards. It may be checked
// before TOTP is enabled, to see that an authenticator app has the key. ctx says
// which call it belongs to; no App is the default one. Errors: E005008 no code,
// E005001 a wrong one, or no such user, E007001 no such session.
func (t TOTPAPI) ValidateCode(ctx Call, code, ust, username string) error {
	_, err := do(t.b, OpValidateTOTPCode, func(bound context.Context, core Core) (struct{}, error) {
		ctx.UST, ctx.Trusted = ust, false
		if ctx.App == "" {
			ctx.App = core.DefaultApp()
		}
		return struct{}{}, core.ValidateTOTPCode(bound, ctx, code, username)
	})
	return err
}

// URI returns the otpauth:// URI of a TOTP key, as ResetTOTPKey returned it, to
// be shown as a QR code: authenticator apps enrol by it. label names the
// account, such as a username; the issuer is main.site_name.
func (t TOTPAPI) URI(key, label string) (string, error) {
	return do(t.b, OpTOTPURI, func(_ context.Context, core Core) (string, error) {
		return core.TOTPURI(key, label)
	})
}
