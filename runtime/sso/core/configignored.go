package core

import "strings"

// Settings of Zato's sso.conf that nothing reads any more are taken as they
// are, whatever their values, so that a configuration can be carried over.

// ignored is the value of a setting that is accepted and has no effect.
type ignored = any

// ignoredSections are the sections that have no effect.
type ignoredSections struct {
	Backend struct {
		Default ignored `yaml:"default,omitempty"`
	} `yaml:"backend,omitempty"`
	SQL struct {
		Name ignored `yaml:"name,omitempty"`
	} `yaml:"sql,omitempty"`
}

// ignoredSignup is what of the section signup has no effect, beside the
// settings of mails, which isIgnoredOfSignup tells.
type ignoredSignup struct {
	EmailRequired            ignored `yaml:"email_required,omitempty"`
	PasswordAllowWhitespace  ignored `yaml:"password_allow_whitespace,omitempty"`
	AlwaysReturnConfirmToken ignored `yaml:"always_return_confirm_token,omitempty"`
}

func isIgnoredOfSignup(setting string) bool {
	return strings.HasPrefix(setting, "email_confirm_") || strings.HasPrefix(setting, "email_welcome_")
}

// HasExtra reports whether a setting is one of mails, which has no effect.
func (*SignupConfig) HasExtra(setting string) bool { return isIgnoredOfSignup(setting) }
