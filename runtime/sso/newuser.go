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
	user := newUserFrom(data, strictReading)
	for key := range data {
		if !slices.Contains(newUserKeys(), key) {
			user.problems = append(user.problems, fmt.Sprintf("there is no key %q", printable(key)))
		}
	}
	slices.Sort(user.problems)
	return user
}

// NewUserFromJSON makes a new user of a decoded JSON object, as leniently as
// PatchFromJSON does.
func NewUserFromJSON(data map[string]any) NewUser {
	return newUserFrom(data, lenientReading)
}

// ImportKeys lists the keys that an imported user is made from.
func ImportKeys() []string { return append(newUserKeys(), passwordHashKey) }

// passwordHashKey is the key of imports alone.
const passwordHashKey = "password_hash"

// NewUserFromImport makes a new user of a record of an import: values are read
// as leniently as JSON's, but unknown keys are refused in their turn. A record
// may have a password_hash in place of a password.
func NewUserFromImport(data map[string]any) NewUser {
	user := newUserFrom(data, lenientReading)
	if !assignOrDefault(&user.PasswordHash, data[passwordHashKey], lenientText) {
		user.problems = append(user.problems, fmt.Sprintf("%s does not take a %T", passwordHashKey, data[passwordHashKey]))
	}
	for key := range data {
		if !slices.Contains(ImportKeys(), key) {
			user.problems = append(user.problems, fmt.Sprintf("there is no key %q", printable(key)))
		}
	}
	if user.Password != "" && user.PasswordHash != "" {
		user.problems = append(user.problems, "either password or password_hash, not both")
	}
	slices.Sort(user.problems)
	return user
}

// newUserField ties a key to the field that it fills.
type newUserField struct {
	name string
	set  func(value any, read reading) bool
}

// fields lists the keys that a user is created from. NULL stands for the
// default wherever a field has no NULL of its own.
func (u *NewUser) fields() []newUserField {
	text := func(name string, dst *string) newUserField {
		return newUserField{name, func(value any, read reading) bool { return assignOrDefault(dst, value, read.text) }}
	}
	boolean := func(name string, dst *bool) newUserField {
		return newUserField{name, func(value any, read reading) bool { return assignOrDefault(dst, value, read.boolean) }}
	}
	nullable := func(name string, dst *Optional[string]) newUserField {
		return newUserField{name, func(value any, read reading) bool { return assign(dst, value, read.text) }}
	}
	return []newUserField{
		text("username", &u.Username),
		text("password", &u.Password),
		boolean("password_must_change", &u.PasswordMustChange),
		nullable("email", &u.Email),
		nullable("display_name", &u.DisplayName),
		nullable("first_name", &u.FirstName),
		nullable("middle_name", &u.MiddleName),
		nullable("last_name", &u.LastName),
		boolean("is_locked", &u.IsLocked),
		text("sign_up_status", &u.SignUpStatus),
		boolean("is_totp_enabled", &u.IsTOTPEnabled),
		text("totp_key", &u.TOTPKey),
		text("totp_label", &u.TOTPLabel),
		{"is_rate_limit_active", func(value any, read reading) bool {
			return assign(&u.IsRateLimitActive, value, read.boolean)
		}},
		nullable("rate_limit_def", &u.RateLimitDef),
	}
}

func newUserKeys() []string {
	var names []string
	for _, field := range new(NewUser).fields() {
		names = append(names, field.name)
	}
	return names
}

func newUserFrom(data map[string]any, read reading) NewUser {
	var user NewUser
	for _, field := range user.fields() {
		value, present := data[field.name]
		if present && !field.set(value, read) {
			user.problems = append(user.problems, doesNotTake(field.name, value, read))
		}
	}
	return user
}

// doesNotTake says why a value was refused, without its text: where texts may
// stand for booleans, it is of no use to hear that this one is a text.
func doesNotTake(name string, value any, read reading) string {
	_, isText := value.(string)
	if _, generous := read.boolean("true"); isText && generous {
		return name + " takes true or false, yes or no, 1 or 0"
	}
	return fmt.Sprintf("%s does not take a %T", name, value)
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
