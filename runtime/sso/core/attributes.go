package core

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// never is when an attribute expires that does not.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// maxAttributeName is the width of the column, in characters.
const maxAttributeName = 191

// maxAttributesAtOnce bounds the attributes that one call names: each is a query.
const maxAttributesAtOnce = 1000

// WriteAttributes creates, sets or updates attributes, all of them or none.
func (c *Core) WriteAttributes(ctx context.Context, call sso.Call, owner sso.AttributeOwner, how sso.AttributeWrite, changes []sso.AttributeChange) error {
	names := make([]string, len(changes))
	for i, change := range changes {
		names[i] = change.Name
	}
	return c.changeAttributes(ctx, how.Op(), call, owner, names, func(found store.Found, now time.Time) ([]store.Change, error) {
		var all []store.Change
		for _, change := range changes {
			written, err := c.writeAttribute(found, how, change, now)
			if err != nil {
				return nil, err
			}
			all = append(all, written)
		}
		return all, nil
	})
}

// writeAttribute decides what becomes of one attribute.
func (c *Core) writeAttribute(found store.Found, how sso.AttributeWrite, change sso.AttributeChange, now time.Time) (store.Change, error) {
	if err := change.Problem(); err != nil {
		return nil, refuse(sso.InvalidInput, "%v", err)
	}
	row := attributeNamed(found.Attributes, change.Name)
	exists := row != nil && isAlive(row, now)
	switch {
	case exists && how == sso.CreateAttribute:
		return nil, refuse(sso.AttributeExists, "there is an attribute of this name already")
	case !exists && how == sso.UpdateAttribute:
		return nil, refuse(sso.NoSuchAttribute, "there is no attribute of this name")
	}
	isNew := row == nil
	if !exists {
		fresh := &store.Attribute{
			Name: change.Name, UserID: found.Target.UserID, CreationTime: now,
			ExpirationTime: &never, IsSession: found.TargetSession != nil,
		}
		if found.TargetSession != nil {
			fresh.UST = &found.TargetSession.UST
		}
		if row != nil { // an expired one makes room
			fresh.PK = row.PK
		}
		row = fresh
	}
	written := *row
	written.LastModified = &now
	if err := c.setAttributeValue(&written, change, exists); err != nil {
		return nil, err
	}
	if change.Expiration.IsPresent() {
		expiration := never
		if seconds, ok := change.Expiration.Get(); ok && seconds != 0 {
			if seconds < 0 || seconds > maxExpiration {
				return nil, refuse(sso.InvalidInput, "expiration must be from 0 to %d seconds", maxExpiration)
			}
			expiration = now.Add(time.Duration(seconds) * time.Second)
		}
		written.ExpirationTime = &expiration
	}
	if isNew {
		return store.InsertAttribute{Attribute: &written}, nil
	}
	return store.UpdateAttribute{Attribute: &written}, nil
}

// maxExpiration is about 290 years, in seconds: what a time.Duration holds.
const maxExpiration = 9_000_000_000

// setAttributeValue stores a value and its encryption. A value that stays is
// stored anew where its encryption changes.
func (c *Core) setAttributeValue(row *store.Attribute, change sso.AttributeChange, exists bool) error {
	encrypt, asked := change.Encrypt.Get()
	if !asked {
		encrypt = exists && row.IsEncrypted
	}
	value, given := change.Value.Get()
	switch {
	case given, change.Value.IsNull(), !exists:
	case encrypt == row.IsEncrypted:
		return nil
	default:
		var err error
		if value, err = c.attributeValue(row, true); err != nil {
			return err
		}
	}
	text, err := c.storedValue(value, encrypt)
	if err != nil {
		return err
	}
	row.Value, row.IsEncrypted = &text, encrypt
	return nil
}

// storedValue returns a value as the column holds it: JSON, or the JSON string
// of a token. The token is that of the bare text; of what is not text, or could
// be taken for that, of its JSON after a mark that no text of Zato's begins with.
func (c *Core) storedValue(value any, encrypt bool) (string, error) {
	encoded, err := encodeJSON(value)
	if err != nil {
		return "", refuse(sso.InvalidInput, "the value of an attribute must be what JSON can hold: %v", err)
	}
	if !encrypt {
		return encoded, nil
	}
	text, isText := value.(string)
	if !isText || strings.HasPrefix(text, jsonMark) {
		text = jsonMark + encoded
	}
	return encodeJSON(c.encrypted(text))
}

// jsonMark begins the clear text of encrypted values that are JSON.
const jsonMark = "\x00json:"

func encodeJSON(value any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

// decodeJSON reads what encodeJSON has written, numbers as float64 unless that
// could not hold them.
func decodeJSON(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return withFloats(value), nil
}

// withFloats turns numbers into float64, in place, but for integers that it
// would round and for what is beyond it.
func withFloats(value any) any {
	const exact = 1 << 53
	switch value := value.(type) {
	case json.Number:
		if number, err := value.Int64(); err == nil && -exact <= number && number <= exact {
			return float64(number)
		}
		if number, err := value.Float64(); err == nil && strings.ContainsAny(value.String(), ".eE") {
			return number
		}
	case []any:
		for i := range value {
			value[i] = withFloats(value[i])
		}
	case map[string]any:
		for key := range value {
			value[key] = withFloats(value[key])
		}
	}
	return value
}

// jsonText is encodeJSON of values that always have one.
func jsonText(value any) string {
	text, err := encodeJSON(value)
	if err != nil {
		panic(err)
	}
	return text
}

// attributeValue reads a value. One that cannot be decrypted is an error that
// names the attribute.
func (c *Core) attributeValue(row *store.Attribute, decrypt bool) (any, error) {
	if row.Value == nil {
		return nil, nil
	}
	value, err := decodeJSON(*row.Value)
	if err != nil {
		return nil, refuse(sso.InternalError, "attribute %q holds no JSON", printable(row.Name))
	}
	token, isText := value.(string)
	if !row.IsEncrypted || !decrypt || !isText {
		return value, nil
	}
	clear, err := c.keys.DecryptStored(token)
	if err != nil {
		return nil, refuse(sso.InternalError, "attribute %q cannot be decrypted with the keys of this installation", printable(row.Name))
	}
	encoded, isJSON := strings.CutPrefix(clear, jsonMark)
	if !isJSON {
		return clear, nil
	}
	return decodeJSON(encoded)
}

// DeleteAttributes deletes attributes; those that are not there are no error.
func (c *Core) DeleteAttributes(ctx context.Context, call sso.Call, owner sso.AttributeOwner, names []string) error {
	return c.changeAttributes(ctx, sso.OpDeleteAttribute, call, owner, names, func(found store.Found, _ time.Time) ([]store.Change, error) {
		var changes []store.Change
		for _, row := range found.Attributes {
			changes = append(changes, store.DeleteAttribute{PK: row.PK})
		}
		return changes, nil
	})
}

// changeAttributes runs a decision over the attributes of given names.
func (c *Core) changeAttributes(ctx context.Context, name string, call sso.Call, owner sso.AttributeOwner, names []string,
	decide func(store.Found, time.Time) ([]store.Change, error)) error {

	op, err := c.begin(name, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	misnamed := checkAttributeNames(names)
	if misnamed != nil {
		names = nil
	}
	err = op.change(ctx, op.attributeLookup(owner, names), func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.mayUseAttributes(found, call, owner, now); err != nil {
			return nil, err
		}
		if misnamed != nil {
			return nil, misnamed
		}
		op.entry.Keys = strings.Join(names, ",")
		return decide(found, now)
	})
	return op.finish(ctx, err, true)
}

func checkAttributeNames(names []string) error {
	if len(names) == 0 {
		return refuse(sso.InvalidInput, "name at least one attribute")
	}
	if len(names) > maxAttributesAtOnce {
		return refuse(sso.InvalidInput, "name at most %d attributes", maxAttributesAtOnce)
	}
	for i, name := range names {
		switch {
		case name == "":
			return refuse(sso.InvalidInput, "the name of an attribute is empty")
		case !isPlainText(name):
			return refuse(sso.InvalidInput, "the name of an attribute must be valid UTF-8 without NUL")
		case utf8.RuneCountInString(name) > maxAttributeName:
			return refuse(sso.InvalidInput, "the name of an attribute is longer than %d characters", maxAttributeName)
		case slices.Contains(names[:i], name):
			return refuse(sso.InvalidInput, "an attribute is named twice")
		}
	}
	return nil
}

// attributeLookup finds the caller, the owner and attributes of the owner.
func (op *operation) attributeLookup(owner sso.AttributeOwner, names []string) store.Lookup {
	attributes := &store.AttributeLookup{Names: names}
	if owner.OfSession || owner.TargetUST != "" {
		lookup := store.Lookup{UST: op.ust}
		if clear, err := op.core.openUST(owner.TargetUST); err == nil {
			lookup.TargetUST, lookup.Attributes = clear, attributes
		}
		return lookup
	}
	lookup := op.targetOrSelf(owner.UserID)
	if lookup.TargetSelf || lookup.UserID != "" {
		lookup.Attributes = attributes
	}
	return lookup
}

// mayUseAttributes decides whose attributes a caller may read and write: his
// own, and for super-users those of all.
func (c *Core) mayUseAttributes(found store.Found, call sso.Call, owner sso.AttributeOwner, now time.Time) error {
	if err := c.authorize(found, call, now); err != nil {
		return err
	}
	switch {
	case owner.OfSession && owner.TargetUST == "":
		return refuse(sso.NoSuchSession, "it is not said whose session it is about: want a target_ust")
	case !isOwn(found) && !isSuper(found, call):
		return refuse(sso.NotAllowed, "only super-users may use the attributes of others")
	case owner.TargetUST != "" && (found.TargetSession == nil || !found.TargetSession.ExpirationTime.After(now)):
		return refuse(sso.NoSuchSession, "there is no such session")
	case found.Target == nil:
		return refuse(sso.UserIDInvalid, "there is no user with this ID")
	}
	return nil
}

// Attributes reads attributes. What has expired is not there.
func (c *Core) Attributes(ctx context.Context, call sso.Call, owner sso.AttributeOwner, query sso.AttributeQuery) ([]sso.Attribute, error) {
	op, err := c.begin(sso.OpGetAttribute, call, true)
	if err != nil {
		return nil, op.finish(ctx, err, false)
	}
	attributes, err := op.attributes(ctx, owner, query)
	return attributes, op.finish(ctx, err, false)
}

func (op *operation) attributes(ctx context.Context, owner sso.AttributeOwner, query sso.AttributeQuery) ([]sso.Attribute, error) {
	var misnamed error
	names := query.Names
	if len(names) > 0 {
		misnamed = checkAttributeNames(names)
	}
	if misnamed != nil {
		names = nil
	}
	found, now, err := op.read(ctx, op.attributeLookup(owner, names))
	if err == nil {
		err = op.core.mayUseAttributes(found, op.call, owner, now)
	}
	if err == nil {
		err = misnamed
	}
	if err != nil {
		return nil, err
	}
	if err := query.Problem(); err != nil {
		return nil, refuse(sso.InvalidInput, "%v", err)
	}
	attributes := []sso.Attribute{}
	for _, row := range found.Attributes {
		if !isAlive(row, now) {
			continue
		}
		value, err := op.core.attributeValue(row, query.Decrypt)
		if err != nil {
			return nil, err
		}
		attribute := sso.Attribute{Name: row.Name, Value: value, CreationTime: row.CreationTime, IsEncrypted: row.IsEncrypted}
		if row.LastModified != nil {
			attribute.LastModified = *row.LastModified
		}
		if row.ExpirationTime != nil && !row.ExpirationTime.Equal(never) {
			attribute.ExpirationTime = *row.ExpirationTime
		}
		attributes = append(attributes, attribute)
	}
	return attributes, nil
}

func attributeNamed(rows []*store.Attribute, name string) *store.Attribute {
	for _, row := range rows {
		if row.Name == name {
			return row
		}
	}
	return nil
}

func isAlive(row *store.Attribute, now time.Time) bool {
	return row.ExpirationTime == nil || row.ExpirationTime.After(database.Timestamp(now))
}
