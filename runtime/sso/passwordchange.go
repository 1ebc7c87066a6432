package sso

import "fmt"

// PasswordChangeFromMap makes a password change of a script's Dict. Unknown
// keys and values of a wrong type are kept, to be refused in their turn.
func PasswordChangeFromMap(data map[string]any) PasswordChange {
	var change PasswordChange
	fields := append(change.fields(), change.mustChange("password_must_change"))
	change.read(data, fields, strictReading)
	change.problems = append(change.problems, unknownKeys(fields, data)...)
	return change
}

// PasswordChangeFromJSON makes a password change of a decoded JSON object, as
// leniently as PatchFromJSON does. As Zato, it does not know password_must_change.
func PasswordChangeFromJSON(data map[string]any) PasswordChange {
	var change PasswordChange
	change.read(data, change.fields(), lenientReading)
	return change
}

// KeysOfPasswordChange lists the keys that PasswordChangeFromJSON reads.
func KeysOfPasswordChange() []Key { return keysOf(new(PasswordChange).fields()) }

func (c *PasswordChange) fields() []field {
	return []field{
		textField("user_id", &c.UserID),
		textField("old_password", &c.OldPassword),
		textField("new_password", &c.NewPassword).needed(),
		{Key{Name: "password_expiry", Kind: Days, Nullable: true}, func(value any, read reading) bool {
			return assign(&c.Expiry, value, read.days)
		}},
		c.mustChange("must_change"),
	}
}

func (c *PasswordChange) mustChange(name string) field {
	return field{Key{Name: name, Kind: Boolean, Nullable: true}, func(value any, read reading) bool {
		return assign(&c.MustChange, value, read.boolean)
	}}
}

func (c *PasswordChange) read(data map[string]any, fields []field, read reading) {
	want := map[Kind]string{Text: "text", Boolean: "a boolean", Days: "a whole number of days"}
	c.problems = fill(fields, data, read, func(f field, value any) string {
		return fmt.Sprintf("%s must be %s, not %T", f.Name, want[f.Kind], value)
	})
}

// Problem returns one thing that is wrong with the keys or types of the data
// that a password change was made of, or nil.
func (c PasswordChange) Problem() error { return firstProblem(c.problems) }

func (c *PasswordChange) setDays(days int) {
	if days < 0 || days > MaxDays {
		c.problems = append(c.problems, fmt.Sprintf("password_expiry must be from 0 to %d days", MaxDays))
		return
	}
	c.Expiry = Some(days)
}
