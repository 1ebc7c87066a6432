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
	// DefaultApp is the application that calls act for that name none.
	DefaultApp() string

	CreateUser(ctx context.Context, call Call, user NewUser) (User, error)
	Signup(ctx context.Context, call Call, signup Signup) (token string, err error)
	ConfirmSignup(ctx context.Context, call Call, token string) error
	CurrentUser(ctx context.Context, call Call, allAttributes bool) (User, error)
	UserByUsername(ctx context.Context, call Call, username string, needsApproved bool) (*User, error)
	UserByID(ctx context.Context, call Call, userID string, allAttributes bool) (User, error)
	UpdateCurrentUser(ctx context.Context, call Call, patch UserPatch) error
	UpdateUserByID(ctx context.Context, call Call, userID string, patch UserPatch) error
	Search(ctx context.Context, call Call, criteria SearchCriteria) (SearchResult, error)
	LockUser(ctx context.Context, call Call, userID string) error
	UnlockUser(ctx context.Context, call Call, userID string) error
	ApproveUser(ctx context.Context, call Call, userID string) error
	RejectUser(ctx context.Context, call Call, userID string) error
	DeleteUserByID(ctx context.Context, call Call, userID string) error
	DeleteUserByUsername(ctx context.Context, call Call, username string) error
	ChangePassword(ctx context.Context, call Call, change PasswordChange) error
	SetPassword(ctx context.Context, call Call, change PasswordChange) error
	ResetTOTPKey(ctx context.Context, call Call, userID string, key, label Optional[string]) (string, error)
	Login(ctx context.Context, call Call, login LoginRequest) (SessionInfo, error)
	Logout(ctx context.Context, call Call) error
	CreateResetToken(ctx context.Context, call Call, credential string) error
	AccessResetToken(ctx context.Context, call Call, token string) (resetKey string, err error)
	ChangeResetPassword(ctx context.Context, call Call, change ResetPasswordChange) error
	ValidateTOTPCode(ctx context.Context, call Call, code, username string) error
	TOTPURI(key, label string) (string, error)
	Session(ctx context.Context, call Call, targetUST string) (Session, error)
	VerifySession(ctx context.Context, call Call, targetUST string) (bool, error)
	RenewSession(ctx context.Context, call Call) (time.Time, error)
	WriteAttributes(ctx context.Context, call Call, owner AttributeOwner, how AttributeWrite, changes []AttributeChange) error
	DeleteAttributes(ctx context.Context, call Call, owner AttributeOwner, names []string) error
	Attributes(ctx context.Context, call Call, owner AttributeOwner, query AttributeQuery) ([]Attribute, error)
	Sessions(ctx context.Context, call Call, list SessionList) ([]Session, error)
	UserByLinkedAuth(ctx context.Context, call Call, authType, authUsername string, allAttributes bool) (User, error)
	LinkedAuth(ctx context.Context, call Call, userID string) ([]LinkedAuth, error)
	CreateLinkedAuth(ctx context.Context, call Call, link NewLink) error
	DeleteLinkedAuth(ctx context.Context, call Call, userID, authType, authUsername string) error

	// ListAudit returns a page of the audit, the newest entries first unless
	// the criteria say otherwise. ExportAudit gives all that they choose, page
	// after page and the oldest first, to a function, whose error ends it and
	// comes back as it is; once it has been called the export is allowed and in
	// the audit itself.
	ListAudit(ctx context.Context, call Call, criteria AuditCriteria) (AuditResult, error)
	ExportAudit(ctx context.Context, call Call, criteria AuditCriteria, page func([]AuditEntry) error) error

	// ExternalSession opens or renews the session of the user that a caller's
	// security definition is linked to, and returns its UST; "" where it is
	// linked to none. The call has no UST; without an app it is DefaultApp's.
	ExternalSession(ctx context.Context, call Call, auth ExternalAuth) (ust string, err error)
}

// Call says who calls, and for which application.
type Call struct {
	CID        string // correlation ID, for the audit
	UST        string // encrypted user session token, as login returned it; "" where the call takes none
	App        string // application that the caller acts for, such as CRM
	RemoteAddr string // the client's address; several are joined by commas
	UserAgent  string

	// Trusted has no session asked for, and at login neither a password nor a
	// TOTP code, on the word of the operator of the host or of a service that
	// provisions users. Clients cannot set it.
	Trusted bool
}

// NewUser is what a user is created from. What is absent takes the default
// that section 2 of the specification gives it.
type NewUser struct {
	Username           string
	Password           string // "" makes one of 192 random bits
	PasswordHash       string // of another system, in place of Password: for imports alone
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

// PasswordChange is a new password and what goes with it.
type PasswordChange struct {
	UserID      string // "" is the caller
	OldPassword string // needed by who changes his own
	NewPassword string

	// Expiry is how many days the new password is good for; absent, null or 0 is
	// sso.password.expiry. MustChange has the user choose another one at the next
	// login. Only super-users may give either; null gives nothing.
	Expiry     Optional[int]
	MustChange Optional[bool]

	problems []string // unknown keys and values of a wrong type
}

// LoginRequest is what a user logs in with.
type LoginRequest struct {
	Username    string
	Password    string
	NewPassword string // needed where the password must be changed
	TOTPCode    string // needed where the user has TOTP enabled

	// HasRemoteAddr and HasUserAgent tell that the app sent them itself,
	// which it must be allowed to (sso.apps.login_metadata_allowed).
	HasRemoteAddr bool
	HasUserAgent  bool

	// PeerAddr is where the request came from, if the app sent a RemoteAddr of
	// its own; "" is not known. Wrong guesses are counted for it, unless the
	// app may send addresses.
	PeerAddr string

	// PeerAgent is the User-Agent of the request, if the app sent a UserAgent
	// of its own. Where the app may not, the audit has this one and PeerAddr.
	PeerAgent string
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
