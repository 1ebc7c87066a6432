package core

import (
	"context"
	"time"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/totp"
)

// ValidateTOTPCode checks, on the word of trusted code, a TOTP code of the owner
// of the call's UST or of the user with a username, exactly one of which is
// given. The code works once, as at login.
func (c *Core) ValidateTOTPCode(ctx context.Context, call sso.Call, code, username string) error {
	op, err := c.begin(sso.OpValidateTOTPCode, call, username == "")
	if err == nil && username != "" && call.UST != "" {
		err = refuse(sso.InvalidInput, "want a ust or a username, not both")
	}
	if err == nil && code == "" {
		err = refuse(sso.TOTPCodeMissing, "a TOTP code is needed")
	}
	if err != nil {
		return op.finish(ctx, err, false)
	}
	guess := c.throttle.guess(codeOfOwner, op.ust, call.RemoteAddr)
	lookup := store.Lookup{UST: op.ust, TargetSelf: true}
	if username != "" {
		guess = c.throttle.guess(codeOf, username, call.RemoteAddr)
		lookup = store.Lookup{}
		if isPlainText(username) {
			lookup.Username = username
		}
	}
	lookup.Throttles = guess.digests()
	decide := func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.throttle.check(&guess, found.Throttles, now); err != nil {
			return nil, err
		}
		if err := c.mayValidateCode(found, call, username, now); err != nil {
			return nil, err
		}
		step, ok := c.matchTOTP(found.Target, code, now)
		if !ok {
			return nil, refuse(sso.NotAllowed, "the TOTP code is wrong")
		}
		changes := guess.right(now)
		if c.cfg.Login.TOTPSingleUse {
			changes = append(changes, useCode(found.Target, step)...)
		}
		return changes, nil
	}
	err = op.try(ctx, &guess, func(*password.Turn) error { return op.change(ctx, lookup, decide) })
	return op.finish(ctx, err, true)
}

// mayValidateCode checks the session that names the user, or that there is an
// approved user of the name who is not locked.
func (c *Core) mayValidateCode(found store.Found, call sso.Call, username string, now time.Time) error {
	switch {
	case username == "":
		return c.checkSession(found.Session, found.Caller, call, now)
	case found.Target == nil || found.Target.ApprovalStatus != sso.ApprovalApproved:
		return refuse(sso.NotAllowed, "there is no such user, or he is not approved")
	case found.Target.IsLocked:
		return refuse(sso.NotAllowed, "the user is locked")
	}
	return nil
}

// useCode records that the code of a step was used.
func useCode(user *store.User, step int64) []store.Change {
	return []store.Change{
		store.ForgetTOTPSteps{UserPK: user.PK, Before: step - usedStepsKept},
		store.UseTOTPStep{UserPK: user.PK, Step: step},
	}
}

// TOTPURI returns the otpauth:// URI that authenticator apps enrol a key by.
func (c *Core) TOTPURI(key, label string) (string, error) {
	uri, err := totp.URI(key, c.cfg.Main.SiteName, label)
	switch {
	case err != nil:
		return "", &sso.Error{Op: sso.OpTOTPURI, Codes: []sso.Code{sso.InvalidInput}, Detail: err.Error()}
	case !isPlainText(label):
		return "", &sso.Error{Op: sso.OpTOTPURI, Codes: []sso.Code{sso.InvalidInput}, Detail: "the label must be valid UTF-8 without NUL"}
	}
	return uri, nil
}
