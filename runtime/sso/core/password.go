package core

import (
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/sso"
)

// checkPassword checks a new password by the policy (section 5 of the
// specification). Its errors say nothing of the password.
func (c *Core) checkPassword(text string) error {
	policy := &c.cfg.Password
	length := utf8.RuneCountInString(text)
	refused := func(code sso.Code, format string, args ...any) error {
		return refuse(code, format, args...).hiddenUnless(policy.InformIfInvalid)
	}
	switch {
	case !isPlainText(text):
		return refused(sso.PasswordInvalid, "the new password must be valid UTF-8 without NUL")
	case length < policy.MinLength:
		return refused(sso.PasswordTooShort, "the new password has fewer than %d characters", policy.MinLength)
	case length > policy.MaxLength:
		return refused(sso.PasswordTooLong, "the new password has more than %d characters", policy.MaxLength)
	}
	lower := strings.ToLower(text)
	for _, rejected := range policy.RejectList {
		if rejected != "" && strings.Contains(lower, strings.ToLower(rejected)) {
			return refused(sso.PasswordInvalid, "the new password contains what password.reject_list forbids")
		}
	}
	return nil
}
