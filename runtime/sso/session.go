package sso

import (
	"encoding/json"
	"time"
)

// Session is an open session as its owner and super-users see it.
type Session struct {
	UST            string // encrypted
	CreationTime   time.Time
	ExpirationTime time.Time
	RemoteAddr     string // several are joined by commas
	UserAgent      string
	AuthType       string // default, basic_auth or jwt
	AuthPrincipal  string // the username

	// ExternalID is the key of a session that another authentication opened;
	// "" for those that login opened.
	ExternalID string

	// StateChanges tells when, and from where, the session was opened and
	// renewed; the newest 100.
	StateChanges []SessionStateChange

	// Attr is the session's attributes. It is there on sessions that a service
	// got through self.SSO, while its call is on.
	Attr AttributeAPI
}

// SessionStateChange is one opening or renewal of a session.
type SessionStateChange struct {
	RemoteAddr string `json:"remote_addr"`
	UserAgent  string `json:"user_agent"`
	Timestamp  string `json:"timestamp_utc"` // ISO 8601, UTC
	Source     string `json:"ctx_source"`    // such as login or renew
	Index      int    `json:"idx"`           // from 1
}

// SessionList says whose sessions are listed: those of the owner of UST, or,
// for the super-user of CurrentUST, those of the owner of TargetUST. What mixes
// the two is E008002.
type SessionList struct {
	UST        string
	CurrentUST string
	TargetUST  string
}

// IsClear reports whether exactly one of the two is asked for, with all that it
// needs.
func (l SessionList) IsClear() bool {
	if l.UST != "" {
		return l.CurrentUST == "" && l.TargetUST == ""
	}
	return l.CurrentUST != "" && l.TargetUST != ""
}

// ToDict returns the session under the names of Zato's SSO, times as text.
func (s Session) ToDict() map[string]any {
	changes := s.StateChanges
	if changes == nil {
		changes = []SessionStateChange{}
	}
	dict := map[string]any{
		"ust": s.UST, "creation_time": FormatTime(s.CreationTime), "expiration_time": FormatTime(s.ExpirationTime),
		"remote_addr": s.RemoteAddr, "user_agent": s.UserAgent, "auth_type": s.AuthType, "auth_principal": s.AuthPrincipal,
		"ext_session_id": nil, "session_state_change_list": changes,
	}
	if s.ExternalID != "" {
		dict["ext_session_id"] = s.ExternalID
	}
	return dict
}

// MarshalJSON writes what ToDict returns.
func (s Session) MarshalJSON() ([]byte, error) { return json.Marshal(s.ToDict()) }
