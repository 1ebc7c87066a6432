package sso

import (
	"fmt"
	"slices"
)

// PasswordChangeFromMap makes a password change of a script's Dict. Unknown
// keys and values of a wrong type are kept, to be refused in their turn.
func PasswordChangeFromMap(data map[string]any) PasswordChange {
	change := passwordChangeFrom(data, strictReading)
	for key := range data {
		if !slices.Contains(passwordChangeKeys, key) {
			change.problems = append(change.problems, fmt.Sprintf("there is no key %q", printable(key)))
		}
	}
	return change
}

// PasswordChangeFromJSON makes a password change of a decoded JSON object, as
// leniently as PatchFromJSON does. As Zato, it does not know password_must_change.
func PasswordChangeFromJSON(data map[string]any) PasswordChange {
	data = withoutKey(data, "password_must_change")
	return passwordChangeFrom(data, lenientReading)
}

var passwordChangeKeys = []string{"user_id", "old_password", "new_password", "password_expiry", "must_change", "password_must_change"}

func passwordChangeFrom(data map[string]any, read reading) PasswordChange {
	var change PasswordChange
	wrong := func(key, want string) {
		change.problems = append(change.problems, fmt.Sprintf("%s must be %s, not %T", key, want, data[key]))
	}
	for key, dst := range map[string]*string{"user_id": &change.UserID, "old_password": &change.OldPassword, "new_password": &change.NewPassword} {
		if !assignOrDefault(dst, data[key], read.text) {
			wrong(key, "text")
		}
	}
	for _, key := range []string{"password_must_change", "must_change"} {
		if value, present := data[key]; present && !assign(&change.MustChange, value, read.boolean) {
			wrong(key, "a boolean")
		}
	}
	if value, present := data["password_expiry"]; present && !assign(&change.Expiry, value, read.days) {
		wrong("password_expiry", "a whole number of days")
	}
	return change
}

// Problem returns one thing that is wrong with the keys or types of the data
// that a password change was made of, or nil.
func (c PasswordChange) Problem() error { return firstProblem(c.problems) }

func withoutKey(data map[string]any, key string) map[string]any {
	kept := make(map[string]any, len(data))
	for name, value := range data {
		if name != key {
			kept[name] = value
		}
	}
	return kept
}

func (c *PasswordChange) setDays(days int) {
	if days < 0 || days > maxDays {
		c.problems = append(c.problems, fmt.Sprintf("password_expiry must be from 0 to %d days", maxDays))
		return
	}
	c.Expiry = Some(days)
}
