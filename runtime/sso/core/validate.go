package core

import (
	"errors"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/totp"
)

// newValidator knows the tags of sso.UserPatch, with the limits of the
// configuration.
func newValidator(cfg *Config) *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterCustomTypeFunc(func(field reflect.Value) any {
		switch optional := field.Interface().(type) {
		case sso.Optional[string]:
			if value, ok := optional.Get(); ok {
				return &value
			}
		case sso.Optional[time.Time]:
			if value, ok := optional.Get(); ok {
				return &value
			}
		}
		return (*string)(nil)
	}, sso.Optional[string]{}, sso.Optional[time.Time]{})

	onText := func(tag string, ok func(text string) bool) {
		err := v.RegisterValidation(tag, func(field validator.FieldLevel) bool { return ok(field.Field().String()) })
		if err != nil {
			panic(err) // only for an empty tag
		}
	}
	onText("notempty", func(text string) bool { return text != "" })
	onText("plaintext", isPlainText)
	onText("nowhitespace", func(text string) bool { return !strings.ContainsFunc(text, isBlank) })
	onText("not_user_id", func(text string) bool { return !ident.IsUserID(text) })
	onText("totp_key", totp.ValidKey)
	onText("username_length", func(text string) bool { return utf8.RuneCountInString(text) <= cfg.Signup.MaxLengthUsername })
	onText("email_length", func(text string) bool { return utf8.RuneCountInString(text) <= cfg.Signup.MaxLengthEmail })
	return v
}

// isPlainText reports whether both engines can hold the text.
func isPlainText(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// isBlank reports whether a character shows nothing: whitespace, and what would
// let two names look alike that differ (controls, zero-width characters,
// fillers).
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// valueCodes are the codes of values, by field and tag; all others are
// E008002 (section 1 of the specification).
var valueCodes = map[string]sso.Code{
	"Email.email_length":       sso.EmailTooLong,
	"Email.nowhitespace":       sso.EmailWhitespace,
	"Username.notempty":        sso.UsernameInvalid,
	"Username.not_user_id":     sso.UsernameInvalid,
	"Username.username_length": sso.UsernameTooLong,
	"Username.nowhitespace":    sso.UsernameWhitespace,
}

var ruleTexts = map[string]string{
	"plaintext":       "must be valid UTF-8 without NUL",
	"nowhitespace":    "must not contain whitespace or characters that show nothing",
	"not_user_id":     "must not have the form of a user ID, which it could be taken for",
	"totp_key":        "must be base32, 16 characters or more",
	"username_length": "is longer than sso.signup.max_length_username",
	"email_length":    "is longer than sso.signup.max_length_email",
	"max":             "is longer than 191 characters",
	"notempty":        "must not be empty",
	"oneof":           "is none of",
}

// fieldKeys tells the key of each field of sso.UserPatch.
var fieldKeys = map[string]string{
	"Email": "email", "DisplayName": "display_name", "FirstName": "first_name", "MiddleName": "middle_name",
	"LastName": "last_name", "TOTPKey": "totp_key", "TOTPLabel": "totp_label", "Username": "username",
	"SignUpStatus": "sign_up_status", "ApprovalStatus": "approval_status",
}

// checkValues checks the values of a patch by their own rules.
func (c *Core) checkValues(patch *sso.UserPatch) error {
	err := c.validate.Struct(patch)
	if err == nil {
		return nil
	}
	var found validator.ValidationErrors
	if !errors.As(err, &found) {
		return err
	}
	first := found[0]
	code, special := valueCodes[first.StructField()+"."+first.Tag()]
	if !special {
		code = sso.InvalidInput
	}
	detail := fieldKeys[first.StructField()] + " " + ruleTexts[first.Tag()]
	if first.Tag() == "oneof" {
		detail += " " + strings.Join(strings.Fields(first.Param()), ", ")
	}
	return refuse(code, "%s", detail)
}
