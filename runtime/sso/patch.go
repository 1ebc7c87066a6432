package sso

import (
	"fmt"
	"slices"
	"time"
)

// UserPatch is an update of a user: each field is absent, null or set. Its
// rules are the `validate` tags; core adds the tags that depend on the
// configuration.
type UserPatch struct {
	Email              Optional[string]    `validate:"omitnil,plaintext,email_length,nowhitespace"`
	DisplayName        Optional[string]    `validate:"omitnil,plaintext,max=191"`
	FirstName          Optional[string]    `validate:"omitnil,plaintext,max=191"`
	MiddleName         Optional[string]    `validate:"omitnil,plaintext,max=191"`
	LastName           Optional[string]    `validate:"omitnil,plaintext,max=191"`
	IsTOTPEnabled      Optional[bool]      `validate:"-"`
	TOTPKey            Optional[string]    `validate:"omitnil,totp_key"`
	TOTPLabel          Optional[string]    `validate:"omitnil,plaintext"`
	Username           Optional[string]    `validate:"omitnil,notempty,plaintext,username_length,nowhitespace,not_user_id"`
	IsLocked           Optional[bool]      `validate:"-"`
	PasswordExpiry     Optional[time.Time] `validate:"-"`
	PasswordMustChange Optional[bool]      `validate:"-"`
	SignUpStatus       Optional[string]    `validate:"omitnil,oneof=before_confirmation final"`
	ApprovalStatus     Optional[string]    `validate:"omitnil,oneof=before_decision approved rejected"`

	unknown []string // keys that no user has
	misfits []misfit // values of a wrong type
}

// misfit is a value of a wrong type.
type misfit struct{ key, want, got string }

// PatchFromMap makes a patch of a script's Dict. Unknown keys and values of a
// wrong type stay in the patch, to be refused in their turn.
func PatchFromMap(data map[string]any) UserPatch {
	patch := patchFrom(data, strictReading)
	for key := range data {
		if !slices.ContainsFunc(userKeys, func(k UserKey) bool { return k.Name == key }) {
			patch.unknown = append(patch.unknown, key)
		}
	}
	slices.Sort(patch.unknown)
	return patch
}

// PatchFromJSON makes a patch of a decoded JSON object: unknown keys are
// dropped, booleans may be the strings true/false, yes/no and 1/0, numbers may
// stand for text, and date-times are ISO 8601.
func PatchFromJSON(data map[string]any) UserPatch {
	return patchFrom(data, lenientReading)
}

func patchFrom(data map[string]any, read reading) UserPatch {
	var patch UserPatch
	for _, key := range userKeys {
		value, present := data[key.Name]
		if present && !key.set(&patch, value, read) {
			patch.misfits = append(patch.misfits, misfit{key.Name, key.Type(), fmt.Sprintf("%T", value)})
		}
	}
	return patch
}

// IsEmpty reports whether the patch has no key at all, known or not.
func (p *UserPatch) IsEmpty() bool {
	return len(p.unknown) == 0 && len(p.misfits) == 0 && len(p.Keys()) == 0
}

// Keys returns the names of the keys that are present with a value of the
// right type, or with NULL.
func (p *UserPatch) Keys() []string {
	var names []string
	for _, key := range userKeys {
		if _, present := key.Value(p); present {
			names = append(names, key.Name)
		}
	}
	return names
}

// CheckKeys checks everything about the keys but the values' own rules: that
// each is known, that the caller may send it, that its type fits and that it
// takes NULL where NULL is given. The error says which key is wrong and how.
func (p *UserPatch) CheckKeys(isSuperUser bool) error {
	if len(p.unknown) > 0 {
		return fmt.Errorf("there is no key %q", printable(p.unknown[0]))
	}
	for _, key := range userKeys {
		at := slices.IndexFunc(p.misfits, func(m misfit) bool { return m.key == key.Name })
		value, present := key.Value(p)
		if !present && at < 0 {
			continue
		}
		if key.SuperUserOnly && !isSuperUser {
			return fmt.Errorf("%s is for super-users", key.Name)
		}
		if at >= 0 {
			hint := ""
			if key.instant != nil {
				hint = ", years 1 to 9999 (sso.ParseTime reads ISO 8601)"
			}
			return fmt.Errorf("%s takes a %s%s, not a %s", key.Name, p.misfits[at].want, hint, p.misfits[at].got)
		}
		if value == nil && !key.Nullable {
			return fmt.Errorf("%s does not take NULL", key.Name)
		}
	}
	return nil
}

// printable shortens a key that came from outside so that it can stand in an
// error.
func printable(key string) string {
	const most = 64
	if len(key) > most {
		return key[:most] + "…"
	}
	return key
}
