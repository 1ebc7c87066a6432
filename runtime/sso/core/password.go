package core

import (
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/sso"
)

// checkPassword checks a new password by the policy (section 5 of the
// specification). Its errors say nothing of the password. names are those of
// the user, which the password should not be made of.
func (c *Core) checkPassword(text string, names ...string) error {
	policy := &c.cfg.Password
	length := utf8.RuneCountInString(text)
	refused := func(code sso.Code, format string, args ...any) error {
		return refuse(code, format, args...).hiddenUnless(policy.InformIfInvalid)
	}
	switch {
	case !isPlainText(text):
		return refused(sso.PasswordInvalid, "the new password must be valid UTF-8 without NUL")
	case length < policy.MinLength:
		return refused(sso.PasswordTooShort, "the new password has fewer than %s", words.Counted(policy.MinLength, "character", "characters"))
	case length > policy.MaxLength:
		return refused(sso.PasswordTooLong, "the new password has more than %s", words.Counted(policy.MaxLength, "character", "characters"))
	}
	lower := strings.ToLower(text)
	for _, rejected := range policy.RejectList {
		if rejected != "" && strings.Contains(lower, strings.ToLower(rejected)) {
			return refused(sso.PasswordInvalid, "the new password contains what sso.password.reject_list forbids")
		}
	}
	if least := policy.MinComplexity; least > 0 && complexity(text, names) < least {
		return refused(sso.PasswordNotComplex, "the new password is too easy to guess: sso.password.min_complexity is %d", least)
	}
	return nil
}
