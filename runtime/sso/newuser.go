package sso

import (
	"fmt"
	"slices"
)

// Validate tags of NewUser's fields are those of UserPatch: core checks a new
// user through the same rules.

// NewUserFromMap makes a new user of a script's Dict. Unknown keys and values
// of a wrong type are kept, to be refused in their turn.
func NewUserFromMap(data map[string]any) NewUser {
	var user NewUser
	fields := user.fields()
	user.read(data, fields, strictReading)
	user.problems = append(user.problems, unknownKeys(fields, data)...)
	slices.Sort(user.problems)
	return user
}

// NewUserFromJSON makes a new user of a decoded JSON object, as leniently as
// PatchFromJSON does.
func NewUserFromJSON(data map[string]any) NewUser {
	var user NewUser
	user.read(data, user.jsonFields(), lenientReading)
	return user
}

// KeysOfNewUserJSON lists the keys that NewUserFromJSON reads: those that a user
// is created from and auto_approve, which scripts have an argument for.
func KeysOfNewUserJSON() []Key { return keysOf(new(NewUser).jsonFields()) }

func (u *NewUser) jsonFields() []field {
	return append(u.fields(), booleanField("auto_approve", &u.AutoApprove))
}

// ImportKeys lists the keys that an imported user is made from.
func ImportKeys() []string {
	var names []string
	for _, key := range KeysOfNewUser() {
		names = append(names, key.Name)
	}
	return append(names, passwordHashKey)
}

// KeysOfNewUser lists the keys that a user is created from.
func KeysOfNewUser() []Key { return keysOf(new(NewUser).fields()) }

// passwordHashKey is the key of imports alone.
const passwordHashKey = "password_hash"

// NewUserFromImport makes a new user of a record of an import: values are read
// as leniently as JSON's, but unknown keys are refused in their turn. A record
// may have a password_hash in place of a password.
func NewUserFromImport(data map[string]any) NewUser {
	var user NewUser
	fields := append(user.fields(), textField(passwordHashKey, &user.PasswordHash))
	user.read(data, fields, lenientReading)
	user.problems = append(user.problems, unknownKeys(fields, data)...)
	if user.Password != "" && user.PasswordHash != "" {
		user.problems = append(user.problems, "either password or password_hash, not both")
	}
	slices.Sort(user.problems)
	return user
}

// fields lists the keys that a user is created from. NULL stands for the
// default wherever a field has no NULL of its own.
func (u *NewUser) fields() []field {
	return []field{
		textField("username", &u.Username).needed(),
		textField("password", &u.Password),
		booleanField("password_must_change", &u.PasswordMustChange),
		nullableField("email", &u.Email),
		nullableField("display_name", &u.DisplayName),
		nullableField("first_name", &u.FirstName),
		nullableField("middle_name", &u.MiddleName),
		nullableField("last_name", &u.LastName),
		booleanField("is_locked", &u.IsLocked),
		textField("sign_up_status", &u.SignUpStatus),
		booleanField("is_totp_enabled", &u.IsTOTPEnabled),
		textField("totp_key", &u.TOTPKey),
		textField("totp_label", &u.TOTPLabel),
		{Key{Name: "is_rate_limit_active", Kind: Boolean, Nullable: true}, func(value any, read reading) bool {
			return assign(&u.IsRateLimitActive, value, read.boolean)
		}},
		nullableField("rate_limit_def", &u.RateLimitDef),
	}
}

// read fills the fields.
func (u *NewUser) read(data map[string]any, fields []field, read reading) {
	_, generous := read.boolean("true")
	u.problems = fill(fields, data, read, func(f field, value any) string {
		if _, isText := value.(string); isText && generous {
			return noBoolean(f, value)
		}
		return wrongType(f, value)
	})
}

// Problem returns the first thing that is wrong with the keys or types of the
// data that the user was made from, or nil.
func (u *NewUser) Problem() error {
	if len(u.problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s", u.problems[0])
}

func assignOrDefault[T any](dst *T, value any, read func(any) (T, bool)) bool {
	if value = dereference(value); value == nil {
		return true
	}
	typed, ok := read(value)
	if ok {
		*dst = typed
	}
	return ok
}
