package sso

import "context"

// TOTPAPI is self.SSO.TOTP.
type TOTPAPI struct{ b *binding }

// TOTPContext says which call the validation of a code belongs to.
type TOTPContext struct {
	CID        string // correlation ID, as a rule self.CID
	App        string // application that the caller acts for; "" is the default one
	RemoteAddr string // the client's address; several are joined by commas
	UserAgent  string
}

// ValidateCode checks the TOTP code of the owner of a UST, or of the user with a
// username; the other one is empty. It is for services that can be trusted
// with it. A code works as at login: one step either way, and once, so a code
// that is right here does not log its user in afterwards. It may be checked
// before TOTP is enabled, to see that an authenticator app has the key. Errors:
// E005008 no code, E005001 a wrong one, or no such user, E007001 no such session.
func (t TOTPAPI) ValidateCode(ctx TOTPContext, code, ust, username string) error {
	_, err := do(t.b, OpValidateTOTPCode, func(bound context.Context, core Core) (struct{}, error) {
		call := Call{CID: ctx.CID, UST: ust, App: ctx.App, RemoteAddr: ctx.RemoteAddr, UserAgent: ctx.UserAgent}
		if call.App == "" {
			call.App = core.DefaultApp()
		}
		return struct{}{}, core.ValidateTOTPCode(bound, call, code, username)
	})
	return err
}

// URI returns the otpauth:// URI of a TOTP key, as ResetTOTPKey returned it, to
// be shown as a QR code: authenticator apps enrol by it. label names the
// account, such as a username; the issuer is sso.main.site_name.
func (t TOTPAPI) URI(key, label string) (string, error) {
	return do(t.b, OpTOTPURI, func(_ context.Context, core Core) (string, error) {
		return core.TOTPURI(key, label)
	})
}
