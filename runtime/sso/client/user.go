package client

import (
	"context"
	"encoding/json"
	"time"

	"gatehouse/runtime/sso"
)

// User is a user as its reader may see it: what the reader may not see is left
// at its zero value. A nil pointer is NULL.
type User struct {
	// What its owner sees.
	UserID        string  `json:"user_id"`
	Username      string  `json:"username"`
	Email         *string `json:"email"`
	DisplayName   *string `json:"display_name"`
	FirstName     *string `json:"first_name"`
	MiddleName    *string `json:"middle_name"`
	LastName      *string `json:"last_name"`
	IsTOTPEnabled bool    `json:"is_totp_enabled"`
	TOTPLabel     *string `json:"totp_label"`

	// What super-users see beside.
	IsActive              bool       `json:"is_active"`
	IsApprovalNeeded      bool       `json:"is_approval_needed"`
	IsInternal            bool       `json:"is_internal"`
	IsSuperUser           bool       `json:"is_super_user"`
	IsLocked              bool       `json:"is_locked"`
	LockedTime            *time.Time `json:"locked_time"`
	LockedBy              *string    `json:"locked_by"`
	CreationCtx           *string    `json:"creation_ctx"`
	ApprovalStatus        string     `json:"approval_status"`
	ApprovalStatusModTime time.Time  `json:"approval_status_mod_time"`
	ApprovalStatusModBy   string     `json:"approval_status_mod_by"`
	PasswordExpiry        time.Time  `json:"password_expiry"`
	PasswordIsSet         bool       `json:"password_is_set"`
	PasswordMustChange    bool       `json:"password_must_change"`
	PasswordLastSet       time.Time  `json:"password_last_set"`
	SignUpStatus          string     `json:"sign_up_status"`
	SignUpTime            time.Time  `json:"sign_up_time"`

	// What super-users see in searches alone.
	IsRateLimitActive       *bool   `json:"is_rate_limit_active"`
	RateLimitType           *string `json:"rate_limit_type"`
	RateLimitDef            *string `json:"rate_limit_def"`
	RateLimitCheckParentDef *bool   `json:"rate_limit_check_parent_def"`
}

// UnmarshalJSON reads a user of an answer.
func (u *User) UnmarshalJSON(text []byte) error {
	type plain User
	var read plain
	withTimes := struct {
		*plain
		LockedTime            momentOrNull `json:"locked_time"`
		ApprovalStatusModTime moment       `json:"approval_status_mod_time"`
		PasswordExpiry        moment       `json:"password_expiry"`
		PasswordLastSet       moment       `json:"password_last_set"`
		SignUpTime            moment       `json:"sign_up_time"`
	}{
		&read, momentOrNull{&read.LockedTime}, moment{&read.ApprovalStatusModTime}, moment{&read.PasswordExpiry},
		moment{&read.PasswordLastSet}, moment{&read.SignUpTime},
	}
	err := json.Unmarshal(text, &withTimes)
	*u = User(read)
	return err
}

// User returns who has logged in.
func (s *Session) User(ctx context.Context) (User, error) { return s.UserByID(ctx, "") }

// UserByID returns a user, for super-users.
func (s *Session) UserByID(ctx context.Context, userID string) (User, error) {
	in := elements{}
	in.setText("user_id", userID)
	var user User
	err := s.call(ctx, opGetUser, in, &user)
	return user, err
}

// Update changes who has logged in: what the patch has as null becomes NULL,
// what it does not have stays as it is.
func (s *Session) Update(ctx context.Context, patch sso.UserPatch) error {
	return s.UpdateByID(ctx, "", patch)
}

// UpdateByID changes a user as Update does, for super-users.
func (s *Session) UpdateByID(ctx context.Context, userID string, patch sso.UserPatch) error {
	if err := refuse(opUpdateUser, patch.CheckKeys(true)); err != nil { // who may send what is for the host to say
		return err
	}
	in := elements{}
	for _, key := range sso.UserKeys() {
		value, isPresent := key.Value(&patch)
		if !isPresent {
			continue
		}
		if at, isTime := value.(time.Time); isTime {
			value = sso.FormatTime(at)
		}
		in[key.Name] = value
	}
	in.setText("user_id", userID)
	return s.call(ctx, opUpdateUser, in, nil)
}

// NewUser is what a user is created from. What is left at its zero value takes
// its default.
type NewUser struct {
	Username           string `json:"username"`
	Password           string `json:"password,omitempty"` // made, and told to nobody, where it is left out
	PasswordMustChange bool   `json:"password_must_change,omitempty"`
	Email              string `json:"email,omitempty"`
	DisplayName        string `json:"display_name,omitempty"` // the other names, joined
	FirstName          string `json:"first_name,omitempty"`
	MiddleName         string `json:"middle_name,omitempty"`
	LastName           string `json:"last_name,omitempty"`
	IsLocked           bool   `json:"is_locked,omitempty"`
	SignUpStatus       string `json:"sign_up_status,omitempty"` // final
	IsTOTPEnabled      bool   `json:"is_totp_enabled,omitempty"`
	TOTPKey            string `json:"totp_key,omitempty"` // made
	TOTPLabel          string `json:"totp_label,omitempty"`
	IsRateLimitActive  bool   `json:"is_rate_limit_active,omitempty"`
	RateLimitDef       string `json:"rate_limit_def,omitempty"`

	// AutoApprove approves the user at once.
	AutoApprove bool `json:"auto_approve,omitempty"`
}

// CreateUser creates a regular user, for super-users, and returns it.
func (s *Session) CreateUser(ctx context.Context, user NewUser) (User, error) {
	text, err := json.Marshal(user)
	if err != nil {
		return User{}, err
	}
	in := elements{}
	if err := json.Unmarshal(text, &in); err != nil {
		return User{}, err
	}
	var created User
	err = s.call(ctx, opCreateUser, in, &created)
	return created, err
}

// DeleteUser deletes a user, for super-users; nobody deletes himself.
func (s *Session) DeleteUser(ctx context.Context, userID string) error {
	return s.onUser(ctx, opDeleteUser, userID)
}

// ApproveUser approves a user, for super-users.
func (s *Session) ApproveUser(ctx context.Context, userID string) error {
	return s.onUser(ctx, opApproveUser, userID)
}

// RejectUser rejects a user, for super-users.
func (s *Session) RejectUser(ctx context.Context, userID string) error {
	return s.onUser(ctx, opRejectUser, userID)
}

// LockUser locks a user, for super-users, and ends its sessions; nobody locks
// himself.
func (s *Session) LockUser(ctx context.Context, userID string) error {
	return s.onUser(ctx, opLockUser, userID)
}

// UnlockUser lets a locked user log in again, for super-users.
func (s *Session) UnlockUser(ctx context.Context, userID string) error {
	return s.onUser(ctx, opUnlockUser, userID)
}

func (s *Session) onUser(ctx context.Context, op operation, userID string) error {
	return s.call(ctx, op, elements{"user_id": userID}, nil)
}

// ChangePassword changes the password of who has logged in, who gives the old
// one, or for super-users that of a user. Other sessions of that user end, unless
// the host is configured otherwise.
func (s *Session) ChangePassword(ctx context.Context, change sso.PasswordChange) error {
	if err := refuse(opChangePassword, change.Problem()); err != nil {
		return err
	}
	in := elements{"new_password": change.NewPassword}
	in.setText("user_id", change.UserID)
	in.setText("old_password", change.OldPassword)
	set(in, "password_expiry", change.Expiry)
	set(in, "must_change", change.MustChange)
	return s.call(ctx, opChangePassword, in, nil)
}

// TOTPKey is a key of TOTP codes that a user is to have.
type TOTPKey struct {
	UserID string // "" is who has logged in, others are for super-users
	Key    string // in Base32; "" has one made
	Label  string
}

// ResetTOTPKey gives a user a TOTP key and returns it. Whether login asks for
// codes is another thing: see sso.UserPatch.IsTOTPEnabled.
func (s *Session) ResetTOTPKey(ctx context.Context, key TOTPKey) (string, error) {
	in := elements{"totp_key": key.Key, "totp_label": key.Label}
	in.setText("user_id", key.UserID)
	var out struct {
		TOTPKey string `json:"totp_key"`
	}
	err := s.call(ctx, opResetTOTPKey, in, &out)
	return out.TOTPKey, err
}
