package sso

import (
	"encoding/json"
	"errors"
	"time"
)

// Types of security definitions that users can be linked to.
const (
	AuthBasic = "basic_auth"
	AuthJWT   = "jwt"
)

// ErrNoSuchDefinition is matched by errors of calls that name a security
// definition that there is none of: of an unknown type, or an unknown username.
var ErrNoSuchDefinition = errors.New("there is no such security definition")

// LinkedAuth is a link of a user to a security definition: who authenticates by
// it is the user.
type LinkedAuth struct {
	IsActive     bool
	CreationTime time.Time
	AuthType     string // basic_auth or jwt

	// AuthUsername is the username of the definition; nil where it is not one
	// of this installation, or not any more.
	AuthUsername *string
}

// ToDict returns the link under the names of Zato's SSO, times as text.
func (l LinkedAuth) ToDict() map[string]any {
	dict := map[string]any{
		"is_active": l.IsActive, "creation_time": FormatTime(l.CreationTime), "auth_type": l.AuthType, "auth_username": nil,
	}
	if l.AuthUsername != nil {
		dict["auth_username"] = *l.AuthUsername
	}
	return dict
}

// MarshalJSON writes what ToDict returns.
func (l LinkedAuth) MarshalJSON() ([]byte, error) { return json.Marshal(l.ToDict()) }

// NewLink is what a link is created from.
type NewLink struct {
	UserID       string
	AuthType     string // basic_auth or jwt
	AuthUsername string // of the definition
	IsActive     bool   // an inactive link opens no sessions

	problems []string // values of a wrong type
}

// NewLinkFromJSON reads is_active of a decoded JSON object, which is true where it
// is missing or null. The names are for the caller to fill in.
func NewLinkFromJSON(data map[string]any) NewLink {
	link := NewLink{IsActive: true}
	link.problems = fill(link.fields(), data, lenientReading, noBoolean)
	return link
}

// KeysOfNewLink lists the keys that NewLinkFromJSON reads.
func KeysOfNewLink() []Key { return keysOf(new(NewLink).fields()) }

func (l *NewLink) fields() []field {
	return []field{booleanField("is_active", &l.IsActive).orElse(true)}
}

// Problem returns what is wrong with the data that the link was made of, or nil.
func (l NewLink) Problem() error { return firstProblem(l.problems) }

// ExternalAuth is how a caller of a service has authenticated: by a security
// definition rather than by a login.
type ExternalAuth struct {
	Type string // basic_auth or jwt
	ID   int64  // number of the definition

	// Updated is when the definition was changed last: a session is opened only
	// if it has not been changed again since it let the caller in.
	Updated time.Time

	// Token tells the tokens of a JWT definition apart, without being one, and
	// Expires is when it expires: no session by it lives longer. Both are zero
	// for Basic Auth.
	Token   string
	Expires time.Time
}
