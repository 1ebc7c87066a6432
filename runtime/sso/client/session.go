package client

import (
	"context"
	"encoding/json"
	"time"

	"gatehouse/runtime/sso"
)

// Session is who has logged in: its calls are made with the token of the
// session. Client.Login and Client.Session make it.
type Session struct {
	// Warning is what Login warns of: sso.PasswordAboutToExpire, or "".
	Warning sso.Code

	client *Client
	ust    string
}

// UST returns the token. Who has it is logged in: it belongs into no URL, no log
// and no page.
func (s *Session) UST() string { return s.ust }

// call is Client.call with the token, and without a warning, which only Login
// has.
func (s *Session) call(ctx context.Context, op operation, in elements, out any) error {
	return s.callAs(ctx, op, "ust", in, out)
}

// callAs is call where the token has another name: current_ust, beside which a
// target_ust may be.
func (s *Session) callAs(ctx context.Context, op operation, name string, in elements, out any) error {
	in[name] = s.ust
	_, err := s.client.call(ctx, op, in, out)
	return err
}

// Logout ends the session. It is done whether or not it was open still.
func (s *Session) Logout(ctx context.Context) error { return s.call(ctx, opLogout, elements{}, nil) }

// Renew prolongs the session and returns its new end.
func (s *Session) Renew(ctx context.Context) (time.Time, error) {
	var until time.Time
	out := struct {
		ExpirationTime moment `json:"expiration_time"`
	}{moment{&until}}
	err := s.call(ctx, opRenewSession, elements{}, &out)
	return until, err
}

// OpenSession is an open session, as a list of them and SessionOf tell of it.
type OpenSession struct {
	CreationTime   time.Time `json:"creation_time"`
	ExpirationTime time.Time `json:"expiration_time"`
	RemoteAddr     string    `json:"remote_addr"` // several are joined by commas
	UserAgent      string    `json:"user_agent"`

	// What lists have beside.
	UST           string                   `json:"ust"`            // the token, which is secret
	AuthType      string                   `json:"auth_type"`      // default, basic_auth or jwt
	AuthPrincipal string                   `json:"auth_principal"` // the username
	ExternalID    string                   `json:"ext_session_id"` // "" for those that a login opened
	StateChanges  []sso.SessionStateChange `json:"session_state_change_list"`
}

// UnmarshalJSON reads a session of an answer.
func (s *OpenSession) UnmarshalJSON(text []byte) error {
	type plain OpenSession
	var read plain
	withTimes := struct {
		*plain
		CreationTime   moment `json:"creation_time"`
		ExpirationTime moment `json:"expiration_time"`
	}{&read, moment{&read.CreationTime}, moment{&read.ExpirationTime}}
	err := json.Unmarshal(text, &withTimes)
	*s = OpenSession(read)
	return err
}

// Sessions lists the open sessions of who has logged in.
func (s *Session) Sessions(ctx context.Context) ([]OpenSession, error) {
	var out struct{ Result []OpenSession }
	err := s.call(ctx, opListSessions, elements{}, &out)
	return out.Result, err
}

// SessionsOf lists the open sessions of the owner of a token, for super-users.
func (s *Session) SessionsOf(ctx context.Context, targetUST string) ([]OpenSession, error) {
	var out struct{ Result []OpenSession }
	err := s.callAs(ctx, opListSessions, "current_ust", elements{"target_ust": targetUST}, &out)
	return out.Result, err
}

// SessionOf returns the session of a token, for super-users.
func (s *Session) SessionOf(ctx context.Context, targetUST string) (OpenSession, error) {
	var session OpenSession
	err := s.callAs(ctx, opGetSession, "current_ust", elements{"target_ust": targetUST}, &session)
	return session, err
}

// Verify reports whether a token is that of a session which may be used, for
// super-users.
func (s *Session) Verify(ctx context.Context, targetUST string) (bool, error) {
	var out struct {
		IsValid bool `json:"is_valid"`
	}
	err := s.callAs(ctx, opVerifySession, "current_ust", elements{"target_ust": targetUST}, &out)
	return out.IsValid, err
}

// Link is a link of a user to a security definition of the host: who calls a
// service by it is the user.
type Link struct {
	IsActive     bool      `json:"is_active"` // an inactive one opens no sessions
	CreationTime time.Time `json:"creation_time"`
	AuthType     string    `json:"auth_type"`     // sso.AuthBasic or sso.AuthJWT
	AuthUsername *string   `json:"auth_username"` // nil where the definition is none of the host
}

// UnmarshalJSON reads a link of an answer.
func (l *Link) UnmarshalJSON(text []byte) error {
	type plain Link
	var read plain
	withTimes := struct {
		*plain
		CreationTime moment `json:"creation_time"`
	}{&read, moment{&read.CreationTime}}
	err := json.Unmarshal(text, &withTimes)
	*l = Link(read)
	return err
}

// Links lists the links of a user, for super-users, or with "" those of who has
// logged in.
func (s *Session) Links(ctx context.Context, userID string) ([]Link, error) {
	in := elements{}
	in.setText("user_id", userID)
	var out struct{ Result []Link }
	err := s.call(ctx, opListLinks, in, &out)
	return out.Result, err
}

// CreateLink links a user to a security definition, for super-users. A definition
// that there is none of is a 400.
func (s *Session) CreateLink(ctx context.Context, link sso.NewLink) error {
	in := elements{"user_id": link.UserID, "auth_type": link.AuthType, "auth_username": link.AuthUsername, "is_active": link.IsActive}
	return s.call(ctx, opCreateLink, in, nil)
}

// DeleteLink deletes a link, for super-users, and ends the sessions that it has
// opened. authType is sso.AuthBasic or sso.AuthJWT.
func (s *Session) DeleteLink(ctx context.Context, userID, authType, authUsername string) error {
	in := elements{"user_id": userID, "auth_type": authType, "auth_username": authUsername}
	return s.call(ctx, opDeleteLink, in, nil)
}
