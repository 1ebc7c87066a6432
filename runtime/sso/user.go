package sso

import (
	"encoding/json"
	"slices"
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

// UserField is one field of a user as answers have it.
type UserField struct {
	Key
	Reader Reader // who sees it, and those above

	value func(*User) any
}

// UserFields returns the fields that answers have of a user.
func UserFields() []UserField { return slices.Clone(userFields) }

var userFields = []UserField{
	{Key{Name: "user_id"}, AsOwner, func(u *User) any { return u.UserID }},
	{Key{Name: "username"}, AsOwner, func(u *User) any { return u.Username }},
	{Key{Name: "email", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.Email) }},
	{Key{Name: "display_name", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.DisplayName) }},
	{Key{Name: "first_name", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.FirstName) }},
	{Key{Name: "middle_name", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.MiddleName) }},
	{Key{Name: "last_name", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.LastName) }},
	{Key{Name: "is_totp_enabled", Kind: Boolean}, AsOwner, func(u *User) any { return u.IsTOTPEnabled }},
	{Key{Name: "totp_label", Nullable: true}, AsOwner, func(u *User) any { return orNull(u.TOTPLabel) }},

	{Key{Name: "is_active", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.IsActive }},
	{Key{Name: "is_approval_needed", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.IsApprovalNeeded }},
	{Key{Name: "is_internal", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.IsInternal }},
	{Key{Name: "is_super_user", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.IsSuperUser }},
	{Key{Name: "is_locked", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.IsLocked }},
	{Key{Name: "locked_time", Kind: Instant, Nullable: true}, AsSuperUser, func(u *User) any { return timeOrNull(u.LockedTime) }},
	{Key{Name: "locked_by", Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.LockedBy) }},
	{Key{Name: "creation_ctx", Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.CreationCtx) }},
	{Key{Name: "approval_status"}, AsSuperUser, func(u *User) any { return u.ApprovalStatus }},
	{Key{Name: "approval_status_mod_time", Kind: Instant}, AsSuperUser, func(u *User) any { return FormatTime(u.ApprovalStatusModTime) }},
	{Key{Name: "approval_status_mod_by"}, AsSuperUser, func(u *User) any { return u.ApprovalStatusModBy }},
	{Key{Name: "password_expiry", Kind: Instant}, AsSuperUser, func(u *User) any { return FormatTime(u.PasswordExpiry) }},
	{Key{Name: "password_is_set", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.PasswordIsSet }},
	{Key{Name: "password_must_change", Kind: Boolean}, AsSuperUser, func(u *User) any { return u.PasswordMustChange }},
	{Key{Name: "password_last_set", Kind: Instant}, AsSuperUser, func(u *User) any { return FormatTime(u.PasswordLastSet) }},
	{Key{Name: "sign_up_status"}, AsSuperUser, func(u *User) any { return u.SignUpStatus }},
	{Key{Name: "sign_up_time", Kind: Instant}, AsSuperUser, func(u *User) any { return FormatTime(u.SignUpTime) }},
	{Key{Name: "is_rate_limit_active", Kind: Boolean, Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.IsRateLimitActive) }},
	{Key{Name: "rate_limit_type", Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.RateLimitType) }},
	{Key{Name: "rate_limit_def", Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.RateLimitDef) }},
	{Key{Name: "rate_limit_check_parent_def", Kind: Boolean, Nullable: true}, AsSuperUser, func(u *User) any { return orNull(u.RateLimitCheckParentDef) }},

	{Key{Name: "totp_key", Nullable: true}, AsTrusted, func(u *User) any { return orNull(u.TOTPKey) }},
}

// ToDict returns what the reader may see under the names of Zato's SSO, NULL
// as nil and times as text.
func (u User) ToDict() map[string]any {
	dict := make(map[string]any, len(userFields))
	for i := range userFields {
		if field := &userFields[i]; field.Reader <= u.reader {
			dict[field.Name] = field.value(&u)
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
func (s SessionInfo) MarshalJSON() ([]byte, error) { return json.Marshal(s.dict()) }

func (s SessionInfo) dict() map[string]any {
	return map[string]any{
		"ust":                s.UST,
		"user_id":            s.UserID,
		"username":           s.Username,
		"creation_time":      FormatTime(s.CreationTime),
		"expiration_time":    FormatTime(s.ExpirationTime),
		"has_w_about_to_exp": s.HasWAboutToExp,
	}
}
