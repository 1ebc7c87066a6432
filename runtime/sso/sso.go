// Package sso is the contract of single sign-on: its types, status codes and
// errors, the one table of the keys of a user, the interface that the rules
// implement (Core), and the API that service scripts see as self.SSO, in the
// names and argument order of Zato's SSO.
//
// It knows nothing of HTTP, SQL or the interpreter. The rules are in core, the
// tables in store, the REST paths in rest, and plugin ties them to the runtime.
package sso

import (
	"context"
	"time"
)

// Core is the rules of the SSO. Every method checks that the app of the call
// is known, then the session where the call has a UST, and leaves an audit
// entry. Errors are *Error.
type Core interface {
	CreateUser(ctx context.Context, call Call, user NewUser) (User, error)
	CurrentUser(ctx context.Context, call Call, allAttributes bool) (User, error)
	UserByID(ctx context.Context, call Call, userID string, allAttributes bool) (User, error)
	UpdateCurrentUser(ctx context.Context, call Call, patch UserPatch) error
	UpdateUserByID(ctx context.Context, call Call, userID string, patch UserPatch) error
	Login(ctx context.Context, call Call, login LoginRequest) (SessionInfo, error)
	Logout(ctx context.Context, call Call) error
}

// Call says who calls, and for which application.
type Call struct {
	CID        string // correlation ID, for the audit
	UST        string // encrypted user session token, as login returned it; "" where the call takes none
	App        string // application that the caller acts for, such as CRM
	RemoteAddr string // the client's address; several are joined by commas
	UserAgent  string
}

// NewUser is what a user is created from. What is absent takes the default
// that section 2 of the specification gives it.
type NewUser struct {
	Username           string
	Password           string // "" makes one of 192 random bits
	PasswordMustChange bool
	Email              Optional[string]
	DisplayName        Optional[string]
	FirstName          Optional[string]
	MiddleName         Optional[string]
	LastName           Optional[string]
	IsLocked           bool
	SignUpStatus       string // "" means final
	IsTOTPEnabled      bool
	TOTPKey            string // "" makes one
	TOTPLabel          string
	IsRateLimitActive  Optional[bool]
	RateLimitDef       Optional[string]

	IsSuperUser bool
	AutoApprove bool

	// Trusted creates the user without asking for a super-user's session.
	Trusted bool

	problems []string // unknown keys and values of a wrong type
}

// Sign-up statuses.
const (
	SignUpBeforeConfirmation = "before_confirmation"
	SignUpFinal              = "final"
)

// Approval statuses.
const (
	ApprovalBeforeDecision = "before_decision"
	ApprovalApproved       = "approved"
	ApprovalRejected       = "rejected"
)

// LoginRequest is what a user logs in with.
type LoginRequest struct {
	Username    string
	Password    string
	NewPassword string // needed where the password must be changed
	TOTPCode    string // needed where the user has TOTP enabled

	// HasRemoteAddr and HasUserAgent tell that the app sent them itself,
	// which it must be allowed to (apps.login_metadata_allowed).
	HasRemoteAddr bool
	HasUserAgent  bool

	// Trusted opens the session without asking for the password or a TOTP
	// code, on the word of the operator of the host. Scripts and clients
	// cannot set it.
	Trusted bool
}

// SessionInfo is a session that login has opened.
type SessionInfo struct {
	UST            string    `json:"ust"` // encrypted
	UserID         string    `json:"user_id"`
	Username       string    `json:"username"`
	CreationTime   time.Time `json:"creation_time"`
	ExpirationTime time.Time `json:"expiration_time"`

	// HasWAboutToExp warns that the password is about to expire (W003005).
	HasWAboutToExp bool `json:"has_w_about_to_exp"`
}
