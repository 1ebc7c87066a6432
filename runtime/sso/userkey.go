package sso

import (
	"slices"
	"time"
)

// UserKey is one key of a user that an update may carry. The table of them is
// the one source of the permission check, the SQL, the documentation and the
// tests (section 1 of the specification).
type UserKey struct {
	// Name is the key in the data, and the column.
	Name string

	// SuperUserOnly keeps the key from regular users.
	SuperUserOnly bool

	// Nullable lets NULL clear the column. (totp_key has a further condition:
	// TOTP must not stay enabled without a key.)
	Nullable bool

	// Encryption says how the column is stored.
	Encryption Encryption

	// HasSearchColumn has the upper-cased column Name_upper follow.
	HasSearchColumn bool

	// IsPrivate keeps the old and new values out of the audit: they are
	// personal or secret.
	IsPrivate bool

	values []string // all that a text may be; nil is any

	text    func(*UserPatch) *Optional[string]
	boolean func(*UserPatch) *Optional[bool]
	instant func(*UserPatch) *Optional[time.Time]
}

// Encryption says how a column is stored.
type Encryption int

// The ways to store a column.
const (
	Clear           Encryption = iota // as it is
	Encrypted                         // as a Fernet token
	EncryptedIfTold                   // as a Fernet token if sso.main.encrypt_email is on
)

var userKeys = []UserKey{
	{Name: "email", Nullable: true, Encryption: EncryptedIfTold, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.Email }},
	{Name: "display_name", Nullable: true, HasSearchColumn: true, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.DisplayName }},
	{Name: "first_name", Nullable: true, HasSearchColumn: true, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.FirstName }},
	{Name: "middle_name", Nullable: true, HasSearchColumn: true, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.MiddleName }},
	{Name: "last_name", Nullable: true, HasSearchColumn: true, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.LastName }},
	{Name: "is_totp_enabled",
		boolean: func(p *UserPatch) *Optional[bool] { return &p.IsTOTPEnabled }},
	{Name: "totp_key", Nullable: true, Encryption: Encrypted, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.TOTPKey }},
	{Name: "totp_label", Nullable: true, Encryption: Encrypted, IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.TOTPLabel }},
	{Name: "username", IsPrivate: true,
		text: func(p *UserPatch) *Optional[string] { return &p.Username }},
	{Name: "is_locked", SuperUserOnly: true,
		boolean: func(p *UserPatch) *Optional[bool] { return &p.IsLocked }},
	{Name: "password_expiry", SuperUserOnly: true,
		instant: func(p *UserPatch) *Optional[time.Time] { return &p.PasswordExpiry }},
	{Name: "password_must_change", SuperUserOnly: true,
		boolean: func(p *UserPatch) *Optional[bool] { return &p.PasswordMustChange }},
	{Name: "sign_up_status", SuperUserOnly: true, values: []string{SignUpBeforeConfirmation, SignUpFinal},
		text: func(p *UserPatch) *Optional[string] { return &p.SignUpStatus }},
	{Name: "approval_status", SuperUserOnly: true, values: []string{ApprovalBeforeDecision, ApprovalApproved, ApprovalRejected},
		text: func(p *UserPatch) *Optional[string] { return &p.ApprovalStatus }},
}

// UserKeys returns the keys that an update may carry.
func UserKeys() []UserKey { return slices.Clone(userKeys) }

// KeysOfUpdate lists the same keys as data of a call.
func KeysOfUpdate() []Key {
	keys := make([]Key, len(userKeys))
	for i, key := range userKeys {
		keys[i] = Key{Name: key.Name, Kind: key.kind(), Nullable: key.Nullable, Values: slices.Clone(key.values)}
	}
	return keys
}

func (k UserKey) kind() Kind {
	switch {
	case k.boolean != nil:
		return Boolean
	case k.instant != nil:
		return Instant
	}
	return Text
}

// Type names the type of the key's value in a Go service: string, bool or
// time.Time.
func (k UserKey) Type() string {
	return map[Kind]string{Boolean: "bool", Instant: "time.Time", Text: "string"}[k.kind()]
}

// Value returns what a patch says of the key: a string, a bool, a time.Time or
// nil for NULL, and whether the key is present at all.
func (k UserKey) Value(p *UserPatch) (value any, present bool) {
	switch {
	case k.boolean != nil:
		return valueOf(*k.boolean(p))
	case k.instant != nil:
		return valueOf(*k.instant(p))
	}
	return valueOf(*k.text(p))
}

func valueOf[T any](o Optional[T]) (any, bool) {
	if value, ok := o.Get(); ok {
		return value, true
	}
	return nil, o.IsPresent()
}

// set puts a value from data into the patch and reports whether its type fits.
func (k UserKey) set(p *UserPatch, value any, read reading) bool {
	switch {
	case k.boolean != nil:
		return assign(k.boolean(p), value, read.boolean)
	case k.instant != nil:
		return assign(k.instant(p), value, read.instant)
	}
	return assign(k.text(p), value, read.text)
}
