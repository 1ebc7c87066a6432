package sso

import (
	"encoding/json"
	"time"
)

// Attribute is a named value that a user or a session has.
type Attribute struct {
	Name string

	// Value is as JSON has it: string, float64, bool, nil, []any,
	// map[string]any; and json.Number for integers that a float64 would round
	// (above 2⁵³) and numbers beyond it.
	Value any

	CreationTime   time.Time
	LastModified   time.Time
	ExpirationTime time.Time // zero where it does not expire

	// IsEncrypted tells that the value is stored encrypted. Where it was not
	// asked to be decrypted, Value is the token.
	IsEncrypted bool
}

// ToDict returns the attribute under the names of Zato's SSO, times as text.
func (a Attribute) ToDict() map[string]any {
	dict := map[string]any{
		"name": a.Name, "value": a.Value, "creation_time": FormatTime(a.CreationTime), "last_modified": nil,
		"expiration_time": "9999-12-31T00:00:00", "is_encrypted": a.IsEncrypted,
	}
	if !a.LastModified.IsZero() {
		dict["last_modified"] = FormatTime(a.LastModified)
	}
	if !a.ExpirationTime.IsZero() {
		dict["expiration_time"] = FormatTime(a.ExpirationTime)
	}
	return dict
}

// MarshalJSON writes what ToDict returns.
func (a Attribute) MarshalJSON() ([]byte, error) { return json.Marshal(a.ToDict()) }

// AttributeOwner names whose attributes a call is about: with TargetUST those
// of a session, else those of the user with UserID, or of the caller where
// that is empty.
type AttributeOwner struct {
	UserID    string
	TargetUST string // encrypted

	// OfSession has an empty TargetUST be that of no session, rather than stand
	// for the caller's own attributes.
	OfSession bool
}

// AttributeQuery says which attributes to read, and how.
type AttributeQuery struct {
	Names   []string // none are all
	Decrypt bool

	problems []string // values of a wrong type
}

// AttributeQueryFromJSON reads decrypt of a decoded JSON object, which is true
// where it is missing or null. The names are for the caller to fill in.
func AttributeQueryFromJSON(data map[string]any) AttributeQuery {
	query := AttributeQuery{Decrypt: true}
	query.problems = fill(query.fields(), data, lenientReading, noBoolean)
	return query
}

// KeysOfAttributeQuery lists the keys that AttributeQueryFromJSON reads.
func KeysOfAttributeQuery() []Key { return keysOf(new(AttributeQuery).fields()) }

func (q *AttributeQuery) fields() []field {
	return []field{booleanField("decrypt", &q.Decrypt).orElse(true)}
}

// Problem returns what is wrong with the data that the query was made of, or nil.
func (q AttributeQuery) Problem() error { return firstProblem(q.problems) }

// AttributeChange is what is to become of one attribute.
type AttributeChange struct {
	Name string

	// Value is anything that JSON can hold; absent leaves it as it is, in an
	// update, and is null where the attribute is created.
	Value Optional[any]

	// Expiration is in seconds from now; null and 0 are never. Absent leaves
	// it as it is, in an update.
	Expiration Optional[int]

	// Encrypt says how the value is stored; absent leaves that as it is, in
	// an update, and is false where the attribute is created.
	Encrypt Optional[bool]

	problems []string // unknown keys and values of a wrong type
}

// Problem returns one thing that is wrong with the data that the change was
// made of, or nil.
func (c AttributeChange) Problem() error { return firstProblem(c.problems) }

// AttributeWrite is how a call writes attributes.
type AttributeWrite int

// The ways to write attributes. An attribute that has expired is none.
const (
	CreateAttribute AttributeWrite = iota // E009001 where there is one
	SetAttribute                          // whether or not there is one
	UpdateAttribute                       // E009002 where there is none
)

// Op returns the operation of the way.
func (w AttributeWrite) Op() string {
	return [...]string{OpCreateAttribute, OpSetAttribute, OpUpdateAttribute}[w]
}
