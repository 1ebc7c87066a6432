package sso

import (
	"regexp"
	"slices"
)

// CodeMeaning is a code and what it means to whoever is told it.
type CodeMeaning struct {
	Code    Code
	Meaning string
}

// Codes lists the codes that there are. Services that validate sign-ups may
// refuse with others.
func Codes() []CodeMeaning { return slices.Clone(codes) }

var anyCode = regexp.MustCompile(`^[EW][0-9]{6}$`)

// IsWellFormed reports whether this looks like a code, be it one of Codes or a
// service's own.
func (c Code) IsWellFormed() bool { return anyCode.MatchString(string(c)) }

var codes = []CodeMeaning{
	{UsernameInvalid, "the username is missing or invalid"},
	{UsernameExists, "the username is taken"},
	{UsernameTooLong, "the username is too long"},
	{UsernameWhitespace, "the username has whitespace, or characters that show nothing"},
	{UserIDInvalid, "no user has this ID"},
	{EmailInvalid, "the e-mail is invalid"},
	{EmailExists, "the e-mail is taken"},
	{EmailTooLong, "the e-mail is too long"},
	{EmailWhitespace, "the e-mail has whitespace, or characters that show nothing"},
	{EmailMissing, "the e-mail is missing"},
	{PasswordInvalid, "the new password is not allowed"},
	{PasswordTooShort, "the new password is too short"},
	{PasswordTooLong, "the new password is too long"},
	{PasswordExpired, "the password has expired"},
	{PasswordAboutToExpire, "the password is about to expire: a warning"},
	{PasswordExpiresRefused, "the password is about to expire: refused"},
	{PasswordMustChange, "a new password must be sent along"},
	{PasswordNotComplex, "the new password is not complex enough"},
	{AppInvalid, "the application is unknown, or nobody may log in to it"},
	{AppNoSignup, "the application takes no sign-ups"},
	{NotAllowed, "not allowed, wrong username or password: what is behind it is not told"},
	{UserLocked, "the user is locked"},
	{SignupNotFinal, "the sign-up is not final"},
	{NotApproved, "the user is not approved"},
	{NoSuchSignupToken, "there is no such sign-up token"},
	{SignupConfirmed, "the sign-up was confirmed already"},
	{TOTPCodeMissing, "a TOTP code must be sent along"},
	{MetadataNotAllowed, "the application may not send this metadata"},
	{NoSuchSession, "there is no such session"},
	{SessionExpired, "the session has expired"},
	{InvalidOperation, "this cannot be done"},
	{InvalidInput, "the input is invalid"},
	{MissingInput, "the input is missing"},
	{InternalError, "a failure that is not the caller's"},
	{AttributeExists, "there is such an attribute already"},
	{NoSuchAttribute, "there is no such attribute"},
	{PasswordResetFailed, "the password reset could not be accessed"},
}
