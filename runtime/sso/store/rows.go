package store

import "time"

// User is a row of zato_sso_user as it is stored: encrypted columns hold what
// the database holds. A nil pointer is NULL.
type User struct {
	PK                   int64 // the column id
	UserID               string
	IsActive             bool
	IsInternal           bool
	IsSuperUser          bool
	IsLocked             bool
	LockedTime           *time.Time
	CreationCtx          string
	LockedBy             *string
	ApprovalStatus       string
	ApprovalStatusTime   time.Time
	ApprovalStatusBy     string
	Username             string
	Password             string // a hash, encrypted if sso.main.encrypt_password
	PasswordIsSet        bool
	PasswordMustChange   bool
	PasswordLastSet      time.Time
	PasswordExpiry       time.Time
	SignUpStatus         string
	SignUpTime           time.Time
	SignUpConfirmToken   string // written only
	Email                *string
	EmailDigest          *string // of the e-mail in clear, to look it up by
	DisplayName          *string
	FirstName            *string
	MiddleName           *string
	LastName             *string
	IsRateLimitActive    *bool
	RateLimitType        *string
	RateLimitDef         *string
	RateLimitCheckParent *bool
	IsTOTPEnabled        bool
	TOTPKey              *string
	TOTPLabel            *string
}

// Session is a row of zato_sso_session.
type Session struct {
	PK             int64 // the column id
	UST            string
	CreationTime   time.Time
	ExpirationTime time.Time
	RemoteAddr     string
	UserAgent      string
	AuthType       string
	AuthPrincipal  string
	ExternalID     *string // the column ext_session_id
	State          string  // the column opaque1: the list of state changes, JSON
	UserPK         int64   // User.PK of its owner

	// NotAfter is when it ends at the latest, however often it is renewed; nil
	// where nothing but its renewals decides.
	NotAfter *time.Time
}

// AuditEntry is one call as the audit keeps it (section 7 of the
// specification).
type AuditEntry struct {
	ID         int64     `json:"id"`
	Time       time.Time `json:"time"`
	CID        string    `json:"cid"`
	Op         string    `json:"op"`
	Actor      string    `json:"actor"`  // user ID of the caller, "" if unknown
	Target     string    `json:"target"` // user ID of the user that the call is about
	App        string    `json:"app"`
	RemoteAddr string    `json:"remote_addr"`
	UserAgent  string    `json:"user_agent"`
	Result     string    `json:"result"`     // ok, warning or error
	SubStatus  string    `json:"sub_status"` // codes, joined by commas
	Keys       string    `json:"keys"`       // names of the keys that a write set, joined by commas
	Changes    string    `json:"changes"`    // JSON: key → [old, new], of what is neither personal nor secret
}

// Results of audit entries.
const (
	ResultOK      = "ok"
	ResultWarning = "warning"
	ResultError   = "error"
)
