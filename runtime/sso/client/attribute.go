package client

import (
	"context"
	"encoding/json"
	"time"

	"gatehouse/runtime/sso"
)

// Attributes are the attributes of a user or of a session. Session.Attributes,
// UserAttributes and SessionAttributes return them. A call may name 1000 at most.
type Attributes struct {
	session   *Session
	ops       attributeOperations
	ust       string // name of the element with the token
	owner     elements
	encrypted bool
}

// Attributes returns the attributes of who has logged in.
func (s *Session) Attributes() Attributes { return s.UserAttributes("") }

// UserAttributes returns the attributes of a user, for super-users.
func (s *Session) UserAttributes(userID string) Attributes {
	owner := elements{}
	owner.setText("user_id", userID)
	return Attributes{session: s, ops: userAttributes, ust: "ust", owner: owner}
}

// SessionAttributes returns the attributes of the session of a token: of one's
// own, such as s.SessionAttributes(s.UST()), or for super-users of any.
func (s *Session) SessionAttributes(targetUST string) Attributes {
	return Attributes{session: s, ops: sessionAttributes, ust: "current_ust", owner: elements{"target_ust": targetUST}}
}

// KeepEncrypted returns the attributes with encrypted values read as they are
// stored.
func (a Attributes) KeepEncrypted() Attributes {
	a.encrypted = true
	return a
}

// Attribute is a named value.
type Attribute struct {
	Name           string          `json:"name"`
	Value          json.RawMessage `json:"value"` // see Decode
	CreationTime   time.Time       `json:"creation_time"`
	LastModified   time.Time       `json:"last_modified"`   // zero where it is not known
	ExpirationTime time.Time       `json:"expiration_time"` // zero where it does not expire
	IsEncrypted    bool            `json:"is_encrypted"`    // whether it is stored encrypted
}

// never is the year that attributes expire in which do not.
const never = 9999

// Decode reads the value into what v points to, as json.Unmarshal does.
func (a *Attribute) Decode(v any) error { return json.Unmarshal(a.Value, v) }

// UnmarshalJSON reads an attribute of an answer.
func (a *Attribute) UnmarshalJSON(text []byte) error {
	type plain Attribute
	var read plain
	withTimes := struct {
		*plain
		CreationTime   moment `json:"creation_time"`
		LastModified   moment `json:"last_modified"`
		ExpirationTime moment `json:"expiration_time"`
	}{&read, moment{&read.CreationTime}, moment{&read.LastModified}, moment{&read.ExpirationTime}}
	err := json.Unmarshal(text, &withTimes)
	if read.ExpirationTime.Year() == never {
		read.ExpirationTime = time.Time{}
	}
	*a = Attribute(read)
	return err
}

// Attr is an attribute with a value, which is whatever JSON can hold. What else
// may be changed of one is in sso.AttributeChange.
func Attr(name string, value any) sso.AttributeChange {
	return sso.AttributeChange{Name: name, Value: sso.Some(value)}
}

// Create creates attributes, all or none: sso.AttributeExists where there is one
// already.
func (a Attributes) Create(ctx context.Context, attributes ...sso.AttributeChange) error {
	return a.write(ctx, a.ops.create, attributes)
}

// Set creates or changes attributes, all or none.
func (a Attributes) Set(ctx context.Context, attributes ...sso.AttributeChange) error {
	return a.write(ctx, a.ops.set, attributes)
}

// Update changes attributes, all or none: sso.NoSuchAttribute where there is
// none. What a change does not have stays as it is.
func (a Attributes) Update(ctx context.Context, attributes ...sso.AttributeChange) error {
	return a.write(ctx, a.ops.update, attributes)
}

func (a Attributes) write(ctx context.Context, op operation, attributes []sso.AttributeChange) error {
	data := make([]elements, len(attributes))
	for i, attribute := range attributes {
		if err := refuse(op, attribute.Problem()); err != nil {
			return err
		}
		data[i] = elements{"name": attribute.Name}
		set(data[i], "value", attribute.Value)
		set(data[i], "expiration", attribute.Expiration)
		set(data[i], "encrypt", attribute.Encrypt)
	}
	return a.call(ctx, op, elements{"data": data}, nil)
}

// Get returns an attribute, or nil where there is none.
func (a Attributes) Get(ctx context.Context, name string) (*Attribute, error) {
	found, err := a.GetMany(ctx, name)
	return found[name], err
}

// GetMany returns attributes by their names. Those that there are not are left
// out.
func (a Attributes) GetMany(ctx context.Context, names ...string) (map[string]*Attribute, error) {
	in := elements{"data": list(names)}
	if a.encrypted {
		in["decrypt"] = false
	}
	var out struct{ Result map[string]*Attribute }
	err := a.call(ctx, a.ops.get, in, &out)
	for name, attribute := range out.Result {
		if attribute == nil {
			delete(out.Result, name)
		}
	}
	return out.Result, err
}

// Exists reports whether there is an attribute.
func (a Attributes) Exists(ctx context.Context, name string) (bool, error) {
	exist, err := a.ExistMany(ctx, name)
	return exist[name], err
}

// ExistMany reports of names whether there are such attributes.
func (a Attributes) ExistMany(ctx context.Context, names ...string) (map[string]bool, error) {
	var out struct{ Result map[string]bool }
	err := a.call(ctx, a.ops.exist, elements{"data": list(names)}, &out)
	return out.Result, err
}

// Delete deletes attributes, all or none. One that there is not is no error.
func (a Attributes) Delete(ctx context.Context, names ...string) error {
	return a.call(ctx, a.ops.delete, elements{"data": list(names)}, nil)
}

// Names lists the names of all attributes, sorted.
func (a Attributes) Names(ctx context.Context) ([]string, error) {
	var out struct{ Result []string }
	err := a.call(ctx, a.ops.list, elements{}, &out)
	return out.Result, err
}

func (a Attributes) call(ctx context.Context, op operation, in elements, out any) error {
	for name, value := range a.owner {
		in[name] = value
	}
	return a.session.callAs(ctx, op, a.ust, in, out)
}

// list is names as a list: none is an empty one, rather than null.
func list(names []string) []string { return append([]string{}, names...) }
