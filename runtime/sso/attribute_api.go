package sso

import (
	"context"
	"slices"
)

// AttributeAPI is the attributes of a user or a session that was fetched
// through self.SSO, under the names of Zato's methods. It acts for whoever
// fetched it, under the same correlation ID. Owners use their own attributes,
// super-users those of all.
type AttributeAPI struct {
	*attributeCall // a pointer, so that printing a user prints no token
}

// attributeCall is who uses whose attributes, in which call of a service. It is
// nil for a user that did not come through self.SSO.
type attributeCall struct {
	b     *binding
	call  Call
	owner AttributeOwner
}

func (b *binding) attributes(call Call, owner AttributeOwner) AttributeAPI {
	return AttributeAPI{&attributeCall{b, call, owner}}
}

// use runs a method of the core on attributes.
func use[T any](a AttributeAPI, op string, o AttributeOptions, method func(context.Context, Core, Call, AttributeOwner) (T, error)) (T, error) {
	if a.attributeCall == nil {
		a.attributeCall = &attributeCall{} // whose call has ended
	}
	owner := a.owner
	if o.UserID != "" {
		owner = AttributeOwner{UserID: o.UserID}
	}
	return do(a.b, op, func(ctx context.Context, core Core) (T, error) { return method(ctx, core, a.call, owner) })
}

// AttributeOptions are the optional arguments of calls of attributes.
type AttributeOptions struct {
	// Expiration is in seconds from now; 0 is never for a new attribute, and
	// leaves that of an attribute that is updated as it is.
	Expiration   int
	NeverExpires bool // in an update

	// Encrypt has the value stored encrypted. An update leaves that as it is
	// unless it says Encrypt or InClear.
	Encrypt bool
	InClear bool

	// UserID names another user, for super-users.
	UserID string

	// KeepEncrypted has encrypted values read as they are stored.
	KeepEncrypted bool
}

func (o AttributeOptions) change(name string) AttributeChange {
	change := AttributeChange{Name: name}
	switch {
	case o.NeverExpires:
		change.Expiration = Null[int]()
	case o.Expiration != 0:
		change.Expiration = Some(o.Expiration)
	}
	if o.Encrypt || o.InClear {
		change.Encrypt = Some(o.Encrypt)
	}
	return change
}

func optionsOf(options []AttributeOptions) AttributeOptions {
	if len(options) == 0 {
		return AttributeOptions{}
	}
	return options[0]
}

func (a AttributeAPI) write(how AttributeWrite, o AttributeOptions, changes ...AttributeChange) error {
	_, err := use(a, how.Op(), o, func(ctx context.Context, core Core, call Call, owner AttributeOwner) (struct{}, error) {
		return struct{}{}, core.WriteAttributes(ctx, call, owner, how, changes)
	})
	return err
}

func (a AttributeAPI) writeOne(how AttributeWrite, name string, value any, options []AttributeOptions) error {
	o := optionsOf(options)
	change := o.change(name)
	change.Value = someOrNull(value)
	return a.write(how, o, change)
}

func someOrNull(value any) Optional[any] {
	if value == nil {
		return Null[any]()
	}
	return Some(value)
}

// Create adds an attribute; one that is there already is E009001.
func (a AttributeAPI) Create(name string, value any, options ...AttributeOptions) error {
	return a.writeOne(CreateAttribute, name, value, options)
}

// Set adds an attribute or changes it.
func (a AttributeAPI) Set(name string, value any, options ...AttributeOptions) error {
	return a.writeOne(SetAttribute, name, value, options)
}

// Update changes an attribute; one that is not there is E009002.
func (a AttributeAPI) Update(name string, value any, options ...AttributeOptions) error {
	return a.writeOne(UpdateAttribute, name, value, options)
}

// SetExpiry has an attribute expire in so many seconds, 0 is never, and leaves
// its value as it is.
func (a AttributeAPI) SetExpiry(name string, expiration int, options ...AttributeOptions) error {
	return a.SetExpiryMany([]string{name}, expiration, options...)
}

// SetExpiryMany is SetExpiry for several attributes, or none of them.
func (a AttributeAPI) SetExpiryMany(names []string, expiration int, options ...AttributeOptions) error {
	changes := make([]AttributeChange, len(names))
	for i, name := range names {
		changes[i] = AttributeChange{Name: name, Expiration: Some(expiration)}
	}
	return a.write(UpdateAttribute, optionsOf(options), changes...)
}

// CreateMany adds several attributes, or none of them. Each is a Dict with the
// keys name, value, expiration (seconds) and encrypt; what one leaves out is
// as the options have it.
func (a AttributeAPI) CreateMany(data []map[string]any, options ...AttributeOptions) error {
	return a.writeMany(CreateAttribute, data, options)
}

// SetMany adds or changes several attributes, or none of them: see CreateMany.
func (a AttributeAPI) SetMany(data []map[string]any, options ...AttributeOptions) error {
	return a.writeMany(SetAttribute, data, options)
}

// UpdateMany changes several attributes, or none of them: see CreateMany.
func (a AttributeAPI) UpdateMany(data []map[string]any, options ...AttributeOptions) error {
	return a.writeMany(UpdateAttribute, data, options)
}

func (a AttributeAPI) writeMany(how AttributeWrite, data []map[string]any, options []AttributeOptions) error {
	o := optionsOf(options)
	changes := make([]AttributeChange, len(data))
	for i, item := range data {
		changes[i] = attributeFrom(item, strictReading, o.change(""))
	}
	return a.write(how, o, changes...)
}

// attributeFrom makes a change of a Dict, over what it leaves out. What is
// wrong with the Dict is kept, to be refused in its turn.
func attributeFrom(item map[string]any, read reading, change AttributeChange) AttributeChange {
	fields := change.fields()
	for key, value := range item {
		at := slices.IndexFunc(fields, func(f field) bool { return f.Name == key })
		switch {
		case at < 0:
			change.problems = append(change.problems, unknownKey(key))
		case !fields[at].set(value, read):
			change.problems = append(change.problems, wrongType(fields[at], value))
		}
	}
	return change
}

func (c *AttributeChange) fields() []field {
	return []field{
		textField("name", &c.Name).needed(),
		{Key{Name: "value", Kind: Anything, Nullable: true}, func(value any, _ reading) bool {
			c.Value = someOrNull(value)
			return true
		}},
		{Key{Name: "expiration", Kind: Seconds, Nullable: true}, func(value any, read reading) bool {
			return assign(&c.Expiration, value, read.seconds)
		}},
		{Key{Name: "encrypt", Kind: Boolean, Nullable: true}, func(value any, read reading) bool {
			return assign(&c.Encrypt, value, read.boolean)
		}},
	}
}

var attributeKeys = keysOf(new(AttributeChange).fields())

// KeysOfAttribute lists the keys that one attribute is written by.
func KeysOfAttribute() []Key { return slices.Clone(attributeKeys) }

// AttributesFromJSON makes changes of a decoded JSON object, which has one
// attribute, or several in data, as leniently as PatchFromJSON does.
func AttributesFromJSON(elements map[string]any) []AttributeChange {
	data, isList := elements["data"].([]any)
	if !isList {
		data = []any{elements}
	}
	changes := make([]AttributeChange, len(data))
	for i, item := range data {
		object, ok := item.(map[string]any)
		if !ok {
			changes[i].problems = []string{"data must be a list of objects"}
			continue
		}
		known := map[string]any{}
		for _, key := range attributeKeys {
			if value, given := object[key.Name]; given {
				known[key.Name] = value
			}
		}
		changes[i] = attributeFrom(known, lenientReading, AttributeChange{})
	}
	return changes
}

// Delete deletes an attribute; one that is not there is no error.
func (a AttributeAPI) Delete(name string, options ...AttributeOptions) error {
	return a.DeleteMany([]string{name}, options...)
}

// DeleteMany deletes several attributes, or none of them.
func (a AttributeAPI) DeleteMany(names []string, options ...AttributeOptions) error {
	_, err := use(a, OpDeleteAttribute, optionsOf(options), func(ctx context.Context, core Core, call Call, owner AttributeOwner) (struct{}, error) {
		return struct{}{}, core.DeleteAttributes(ctx, call, owner, names)
	})
	return err
}

func (a AttributeAPI) read(names []string, o AttributeOptions) ([]Attribute, error) {
	return use(a, OpGetAttribute, o, func(ctx context.Context, core Core, call Call, owner AttributeOwner) ([]Attribute, error) {
		return core.Attributes(ctx, call, owner, AttributeQuery{Names: names, Decrypt: !o.KeepEncrypted})
	})
}

// Get returns an attribute, or nil where there is none.
func (a AttributeAPI) Get(name string, options ...AttributeOptions) (*Attribute, error) {
	found, err := a.GetMany([]string{name}, options...)
	return found[name], err
}

// GetMany returns attributes by their names; those that are not there are nil.
func (a AttributeAPI) GetMany(names []string, options ...AttributeOptions) (map[string]*Attribute, error) {
	byName := make(map[string]*Attribute, len(names))
	if len(names) == 0 {
		return byName, nil // none, rather than all
	}
	found, err := a.read(names, optionsOf(options))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		byName[name] = nil
	}
	for _, attribute := range found {
		byName[attribute.Name] = &attribute
	}
	return byName, nil
}

// Exists reports whether there is an attribute.
func (a AttributeAPI) Exists(name string, options ...AttributeOptions) (bool, error) {
	found, err := a.ExistsMany([]string{name}, options...)
	return found[name], err
}

// ExistsMany reports of each name whether there is such an attribute.
func (a AttributeAPI) ExistsMany(names []string, options ...AttributeOptions) (map[string]bool, error) {
	o := optionsOf(options)
	o.KeepEncrypted = true
	found, err := a.GetMany(names, o)
	if err != nil {
		return nil, err
	}
	exists := make(map[string]bool, len(found))
	for name, attribute := range found {
		exists[name] = attribute != nil
	}
	return exists, nil
}

// Names returns the names of all attributes, sorted.
func (a AttributeAPI) Names(options ...AttributeOptions) ([]string, error) {
	o := optionsOf(options)
	o.KeepEncrypted = true
	found, err := a.read(nil, o)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(found))
	for i, attribute := range found {
		names[i] = attribute.Name
	}
	slices.Sort(names)
	return names, nil
}

// ToMap returns the values of all attributes by their names.
func (a AttributeAPI) ToMap(options ...AttributeOptions) (map[string]any, error) {
	found, err := a.read(nil, optionsOf(options))
	if err != nil {
		return nil, err
	}
	values := make(map[string]any, len(found))
	for _, attribute := range found {
		values[attribute.Name] = attribute.Value
	}
	return values, nil
}
