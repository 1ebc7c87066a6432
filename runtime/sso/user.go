package sso

import (
	"encoding/json"
	"time"
)

// User is a user as its reader may see it: what the reader may not see is
// left at its zero value, and left out of ToDict and JSON. A nil pointer is
// NULL.
type User struct {
	// What its owner sees.
	UserID        string
	Username      string
	Email         *string
	DisplayName   *string
	FirstName     *string
	MiddleName    *string
	LastName      *string
	IsTOTPEnabled bool
	TOTPLabel     *string

	// What super-users see beside.
	IsActive                bool
	IsApprovalNeeded        bool
	IsInternal              bool
	IsSuperUser             bool
	IsLocked                bool
	LockedTime              *time.Time
	LockedBy                *string
	CreationCtx             *string
	ApprovalStatus          string
	ApprovalStatusModTime   time.Time
	ApprovalStatusModBy     string
	PasswordExpiry          time.Time
	PasswordIsSet           bool
	PasswordMustChange      bool
	PasswordLastSet         time.Time
	SignUpStatus            string
	SignUpTime              time.Time
	IsRateLimitActive       *bool
	RateLimitType           *string
	RateLimitDef            *string
	RateLimitCheckParentDef *bool

	// What is there only when all attributes were asked for.
	TOTPKey *string

	// Attr is the user's attributes. It is there on users that a service got
	// through self.SSO, while its call is on.
	Attr AttributeAPI

	reader Reader
}

// Reader says how much of a user its reader may see.
type Reader int

// The readers.
const (
	AsOwner Reader = iota
	AsSuperUser
	AsTrusted // all attributes, the TOTP key included
)

type userField struct {
	name   string
	reader Reader
	value  func(*User) any
}

var userFields = []userField{
	{"user_id", AsOwner, func(u *User) any { return u.UserID }},
	{"username", AsOwner, func(u *User) any { return u.Username }},
	{"email", AsOwner, func(u *User) any { return orNull(u.Email) }},
	{"display_name", AsOwner, func(u *User) any { return orNull(u.DisplayName) }},
	{"first_name", AsOwner, func(u *User) any { return orNull(u.FirstName) }},
	{"middle_name", AsOwner, func(u *User) any { return orNull(u.MiddleName) }},
	{"last_name", AsOwner, func(u *User) any { return orNull(u.LastName) }},
	{"is_totp_enabled", AsOwner, func(u *User) any { return u.IsTOTPEnabled }},
	{"totp_label", AsOwner, func(u *User) any { return orNull(u.TOTPLabel) }},

	{"is_active", AsSuperUser, func(u *User) any { return u.IsActive }},
	{"is_approval_needed", AsSuperUser, func(u *User) any { return u.IsApprovalNeeded }},
	{"is_internal", AsSuperUser, func(u *User) any { return u.IsInternal }},
	{"is_super_user", AsSuperUser, func(u *User) any { return u.IsSuperUser }},
	{"is_locked", AsSuperUser, func(u *User) any { return u.IsLocked }},
	{"locked_time", AsSuperUser, func(u *User) any { return timeOrNull(u.LockedTime) }},
	{"locked_by", AsSuperUser, func(u *User) any { return orNull(u.LockedBy) }},
	{"creation_ctx", AsSuperUser, func(u *User) any { return orNull(u.CreationCtx) }},
	{"approval_status", AsSuperUser, func(u *User) any { return u.ApprovalStatus }},
	{"approval_status_mod_time", AsSuperUser, func(u *User) any { return FormatTime(u.ApprovalStatusModTime) }},
	{"approval_status_mod_by", AsSuperUser, func(u *User) any { return u.ApprovalStatusModBy }},
	{"password_expiry", AsSuperUser, func(u *User) any { return FormatTime(u.PasswordExpiry) }},
	{"password_is_set", AsSuperUser, func(u *User) any { return u.PasswordIsSet }},
	{"password_must_change", AsSuperUser, func(u *User) any { return u.PasswordMustChange }},
	{"password_last_set", AsSuperUser, func(u *User) any { return FormatTime(u.PasswordLastSet) }},
	{"sign_up_status", AsSuperUser, func(u *User) any { return u.SignUpStatus }},
	{"sign_up_time", AsSuperUser, func(u *User) any { return FormatTime(u.SignUpTime) }},
	{"is_rate_limit_active", AsSuperUser, func(u *User) any { return orNull(u.IsRateLimitActive) }},
	{"rate_limit_type", AsSuperUser, func(u *User) any { return orNull(u.RateLimitType) }},
	{"rate_limit_def", AsSuperUser, func(u *User) any { return orNull(u.RateLimitDef) }},
	{"rate_limit_check_parent_def", AsSuperUser, func(u *User) any { return orNull(u.RateLimitCheckParentDef) }},

	{"totp_key", AsTrusted, func(u *User) any { return orNull(u.TOTPKey) }},
}

// ToDict returns what the reader may see under the names of Zato's SSO, NULL
// as nil and times as text.
func (u User) ToDict() map[string]any {
	dict := make(map[string]any, len(userFields))
	for _, field := range userFields {
		if field.reader <= u.reader {
			dict[field.name] = field.value(&u)
		}
	}
	return dict
}

// MarshalJSON writes what ToDict returns.
func (u User) MarshalJSON() ([]byte, error) { return json.Marshal(u.ToDict()) }

// SeenBy returns the user as a reader may see it. It is for the host: scripts
// cannot name it.
func SeenBy(u User, reader Reader) User {
	seen := u
	seen.reader = reader
	if reader < AsTrusted {
		seen.TOTPKey = nil
	}
	if reader < AsSuperUser {
		seen = User{
			UserID: u.UserID, Username: u.Username, Email: u.Email,
			DisplayName: u.DisplayName, FirstName: u.FirstName, MiddleName: u.MiddleName, LastName: u.LastName,
			IsTOTPEnabled: u.IsTOTPEnabled, TOTPLabel: u.TOTPLabel, reader: reader,
		}
	}
	return seen
}

func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func timeOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return FormatTime(*t)
}

// MarshalJSON writes the times as the SSO's answers have them.
func (s SessionInfo) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"ust":                s.UST,
		"user_id":            s.UserID,
		"username":           s.Username,
		"creation_time":      FormatTime(s.CreationTime),
		"expiration_time":    FormatTime(s.ExpirationTime),
		"has_w_about_to_exp": s.HasWAboutToExp,
	})
}
