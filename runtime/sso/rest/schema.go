package rest

import (
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

// property is an element as the document has it.
func (e *element) property() openapi.Property {
	schema := e.schema
	if schema == nil {
		schema = taken(e.Kind, e.Values)
	}
	if e.Nullable {
		schema = schema.Nullable()
	}
	if e.Default != nil {
		withDefault := *schema
		withDefault.Default = e.Default
		schema = &withDefault
	}
	property := named(e.Name, schema)
	if e.about != "" {
		property.Description = e.about
	}
	property.Required = e.isRequired || e.Needed
	if e.isRequired && e.Nullable && property.Description != "" {
		property.Description += " It may be null or empty, but not missing."
	}
	if e.Kind == sso.Instant {
		property.Example = exampleTime
	}
	return property
}

// named is a property that the glossary describes.
func named(name string, schema *openapi.Schema) openapi.Property {
	return openapi.Property{Name: name, Schema: schema, Description: glossary[name].about, Example: glossary[name].example}
}

func types(names ...string) *openapi.Schema { return &openapi.Schema{Types: names} }

// taken is the schema of elements of a kind: a number may stand for a text, and
// a text for a boolean or a number.
func taken(kind sso.Kind, values []string) *openapi.Schema {
	if values != nil {
		return oneOf(values)
	}
	switch kind {
	case sso.Boolean:
		return &openapi.Schema{Types: []string{openapi.Boolean, openapi.String, openapi.Integer},
			Description: "A boolean, or one of true, false, yes, no, 1 and 0 as text.",
			Pattern:     "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[01])$",
			Minimum:     openapi.Int(0), Maximum: openapi.Int(1)}
	case sso.Instant:
		return takenTimeSchema
	case sso.Days, sso.Count:
		return count(sso.MaxDays)
	case sso.Seconds:
		return count(sso.MaxSeconds)
	case sso.TextList:
		return &openapi.Schema{Types: []string{openapi.Array, openapi.String, openapi.Number}, Items: types(openapi.String, openapi.Number)}
	case sso.Anything:
		return &openapi.Schema{}
	}
	return types(openapi.String, openapi.Number)
}

func oneOf(values []string) *openapi.Schema {
	schema := types(openapi.String)
	for _, value := range values {
		schema.Enum = append(schema.Enum, value)
	}
	return schema
}

func count(most int64) *openapi.Schema {
	return &openapi.Schema{Types: []string{openapi.Integer, openapi.String}, Pattern: "^[0-9]+$", Minimum: openapi.Int(0), Maximum: openapi.Int(most)}
}

const exampleTime = "2345-12-27T11:22:33"

var (
	takenTimeSchema = &openapi.Schema{
		Name: "TakenTime", Types: []string{openapi.String},
		Description: "A time in ISO 8601: without zone, which is UTC, with an offset, or a date alone, which is its midnight. Years are from 1 to 9999.",
		Pattern:     `^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$`,
		Examples:    []any{exampleTime, "2345-12-27", "2345-12-27T11:22:33+02:00"},
	}
	timeSchema = &openapi.Schema{
		Name: "Time", Types: []string{openapi.String},
		Description: "A time in ISO 8601, in UTC but without saying so, with six digits of microseconds, or none where they are zero. (It is not a date-time of RFC 3339, which needs a zone.)",
		Pattern:     `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?$`,
		Examples:    []any{exampleTime, "2026-07-01T12:00:00.123456"},
	}
)

// told is the schema of a key of answers.
func told(key sso.Key) *openapi.Schema {
	schema := types(openapi.String)
	switch key.Kind {
	case sso.Boolean:
		schema = types(openapi.Boolean)
	case sso.Instant:
		schema = timeSchema
	case sso.Count:
		schema = &openapi.Schema{Types: []string{openapi.Integer}, Minimum: openapi.Int(0)}
	case sso.Anything:
		return &openapi.Schema{}
	}
	if key.Nullable {
		return schema.Nullable()
	}
	return schema
}

// always declares a key that an answer has, orNull one that may be null.
func always(name string, kind sso.Kind) openapi.Property {
	property := named(name, told(sso.Key{Kind: kind}))
	property.Required = true
	return property
}

func orNull(name string, kind sso.Kind) openapi.Property {
	property := named(name, told(sso.Key{Kind: kind, Nullable: true}))
	property.Required = true
	return property
}

// property declares a key that an answer has, with a schema of its own.
func property(name string, schema *openapi.Schema) openapi.Property {
	key := named(name, schema)
	key.Required = true
	return key
}

// describe has a key mean something else than the glossary says.
func describe(key openapi.Property, about string) openapi.Property {
	key.Description = about
	return key
}

// result declares the key that lists and the like are in.
func result(about string, schema *openapi.Schema) openapi.Property {
	return openapi.Property{Name: "result", Required: true, Description: about, Schema: schema}
}

func listOf(items *openapi.Schema) *openapi.Schema {
	return &openapi.Schema{Types: []string{openapi.Array}, Items: items}
}

// object is a schema of its own: of an object that has no other keys.
func object(name, about string, properties ...openapi.Property) *openapi.Schema {
	return &openapi.Schema{Name: name, Description: about, Types: []string{openapi.Object}, Properties: properties, Closed: true}
}

// userKeys are the keys of a user whom its reader may see, all of them or those
// that GET has.
func userKeys(isAll bool) []openapi.Property {
	var keys []openapi.Property
	for _, field := range sso.UserFields() {
		if field.Reader > sso.AsSuperUser || !isAll && isHidden(field.Name) {
			continue
		}
		key := named(field.Name, told(field.Key))
		key.Required = isAll || field.Reader == sso.AsOwner
		if field.Reader > sso.AsOwner {
			key.Description += " For super-users."
		}
		keys = append(keys, key)
	}
	return keys
}

// codeSchema is a code of the SSO.
var codeSchema = func() *openapi.Schema {
	schema := &openapi.Schema{Name: "Code", Description: "A code that says why a call was refused (E) or what it warns of (W).",
		Examples: []any{sso.NotAllowed}}
	for _, code := range sso.Codes() {
		schema.OneOf = append(schema.OneOf, &openapi.Schema{Const: code.Code, Description: code.Meaning})
	}
	return schema
}()

func cid() openapi.Property {
	return openapi.Property{Name: "cid", Required: true, Schema: channel.CIDSchema}
}

func status(value *openapi.Schema, codes *openapi.Schema) []openapi.Property {
	return []openapi.Property{
		cid(),
		{Name: "status", Required: true, Schema: value},
		{Name: "sub_status", Required: true, Schema: codes},
	}
}

// outcome is what answers have to calls that were done, maybe with a warning.
func outcome(warning sso.Code) []openapi.Property {
	none := &openapi.Schema{Types: []string{openapi.Array}, MaxItems: openapi.Int(0)}
	if warning == "" {
		return status(&openapi.Schema{Const: "ok"}, none)
	}
	properties := status(&openapi.Schema{Types: []string{openapi.String}, Enum: []any{"ok", "warning"}},
		&openapi.Schema{Types: []string{openapi.Array}, Items: &openapi.Schema{Const: warning}, MaxItems: openapi.Int(1)})
	properties[2].Description, properties[2].Example = "Empty, or what the warning is.", []string{}
	return properties
}

var doneSchema = object("Done", "A call that was done.", outcome("")...)

func codes(one *openapi.Schema) *openapi.Schema {
	return &openapi.Schema{Types: []string{openapi.Array}, Items: one, MinItems: openapi.Int(1), Description: "Why."}
}

var isError = &openapi.Schema{Const: "error"}

var (
	refusedSchema          = object("Refused", "A call that was refused.", status(isError, codes(codeSchema))...)
	refusedByServiceSchema = object("RefusedByService", "A call that was refused, maybe by a service with codes of its own.",
		status(isError, codes(&openapi.Schema{AnyOf: []*openapi.Schema{codeSchema, {Types: []string{openapi.String}, Pattern: "^[EW][0-9]{6}$"}}}))...)
	refusedAppSchema = object("RefusedApp", "A call for an application that is unknown (sso.compatibility.status_200_on_app_error).",
		status(isError, &openapi.Schema{Types: []string{openapi.Array}, Items: &openapi.Schema{Const: sso.AppInvalid}, MinItems: openapi.Int(1), MaxItems: openapi.Int(1)})...)
)

var (
	refusedAnswer          = openapi.Answer{Status: "403", Name: "Refused", Description: "Refused. The codes say why, as far as the host is configured to tell.", Schema: refusedSchema}
	refusedByServiceAnswer = openapi.Answer{Status: "403", Name: "RefusedByService", Description: "Refused. The codes say why, as far as the host is configured to tell; services that validate sign-ups may have codes of their own.", Schema: refusedByServiceSchema}

	tooManyAnswer = openapi.Answer{Status: "429", Name: "TooMany", Description: "Refused, for now: too many wrong passwords, or calls beyond the user's rate limit.",
		Schema: refusedSchema, Headers: []openapi.Header{channel.RetryAfterHeader}}

	badRequestAnswer = func() openapi.Answer {
		bad := channel.ErrorAnswers(http.StatusBadRequest)[0]
		bad.Name, bad.Description = "BadElements", "A required element is missing or is no text, or the body is not JSON. The log says which."
		bad.Example = badRequestExample
		return bad
	}()
	badRequestExample = map[string]any{"result": "Error", "cid": channel.CIDSchema.Examples[0], "details": badRequestMessage}
)

// The tags of the operations.
var (
	sessionsTag          = openapi.Tag{Name: "Sessions", Description: "Logging in and out, and the sessions that are open."}
	usersTag             = openapi.Tag{Name: "Users"}
	signupTag            = openapi.Tag{Name: "Sign-up", Description: "How people make themselves users."}
	passwordsTag         = openapi.Tag{Name: "Passwords", Description: "Passwords, TOTP keys, and passwords that were forgotten."}
	linksTag             = openapi.Tag{Name: "Links", Description: "Links of users to security definitions: who calls a service by one is the user."}
	userAttributesTag    = openapi.Tag{Name: "Attributes of users", Description: "Named values that users have."}
	sessionAttributesTag = openapi.Tag{Name: "Attributes of sessions", Description: "Named values that sessions have."}
)
