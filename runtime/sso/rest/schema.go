package rest

import (
	"net/http"
	"slices"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

// property is an element as the document has it.
func (e *element) property() openapi.Property {
	schema := e.schema
	switch {
	case schema != nil && e.Nullable:
		schema = schema.Nullable()
	case schema != nil:
	case e.Values != nil && e.Nullable:
		schema = oneOf(e.Values).Nullable()
	case e.Values != nil:
		schema = oneOf(e.Values)
	case e.Nullable:
		schema = taken[e.Kind].orNull
	default:
		schema = taken[e.Kind].schema
	}
	property := named(e.Name, schema)
	property.Required, property.Needed, property.Default = e.isRequired, e.Needed && !e.isRequired, e.Default
	if e.about != "" {
		property.Description = e.about
	}
	property.Variable = variables[e.Name]
	if e.isRequired && e.Nullable {
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

// takenSchemas are those of an element of a kind, and of one that may be null.
type takenSchemas struct{ schema, orNull *openapi.Schema }

func take(schema openapi.Schema) takenSchemas {
	orNull := schema
	orNull.Name, orNull.Description = "Nullable"+schema.Name, schema.Description+" Or null."
	orNull.Types = append(slices.Clip(schema.Types), openapi.Null)
	return takenSchemas{&schema, &orNull}
}

// taken are the schemas of elements, by their kinds: a number may stand for a
// text, and a text for a boolean or a number.
var taken = map[sso.Kind]takenSchemas{
	sso.Text: take(openapi.Schema{Name: "Text", Description: "A text. A number is taken as its digits.",
		Types: []string{openapi.String, openapi.Number}}),
	sso.Boolean: take(openapi.Schema{Name: "Flag", Description: "A boolean, or 1 or 0, or one of true, false, yes, no, 1 and 0 as text.",
		Types: []string{openapi.Boolean, openapi.String, openapi.Integer}, Minimum: openapi.Int(0), Maximum: openapi.Int(1),
		Pattern: "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[01])$"}),
	sso.Instant: take(openapi.Schema{Name: "TakenTime",
		Description: "A time in ISO 8601: without zone, which is UTC, with an offset, or a date alone, which is its midnight. Years are from 1 to 9999.",
		Types:       []string{openapi.String},
		Pattern:     "^" + takenTime + "$",
		Examples:    []any{exampleTime, "2345-12-27", "2345-12-27T11:22:33+02:00"}}),
	sso.Moment: take(openapi.Schema{Name: "TakenMoment",
		Description: "A time as TakenTime, or how long ago it was: days, hours, minutes and seconds, up to a hundred years.",
		Types:       []string{openapi.String},
		Pattern:     "^(" + takenTime + `|[0-9]+d|([0-9]+d)?([0-9]+(\.[0-9]+)?(ms|s|m|h))+)$`,
		Examples:    []any{"24h", "2d", "1h30m", exampleTime}}),
	sso.Days:    takeCount("Days", "A number of days, which may be a text.", sso.MaxDays),
	sso.Seconds: takeCount("Seconds", "A number of seconds, which may be a text.", sso.MaxSeconds),
	sso.Count:   takeCount("Count", "A whole number, which may be a text.", sso.MaxDays),
	sso.Serial:  takeCount("Serial", "The ID of a row, which may be a text.", sso.MaxSerial),
	sso.TextList: take(openapi.Schema{Name: "TextList", Description: "A list of texts, or one alone.",
		Types: []string{openapi.Array, openapi.String, openapi.Number}, Items: types(openapi.String, openapi.Number)}),
	sso.Anything: {&openapi.Schema{}, &openapi.Schema{}},
}

func takeCount(name, description string, most int64) takenSchemas {
	return take(openapi.Schema{Name: name, Description: description, Types: []string{openapi.Integer, openapi.String},
		Pattern: "^[0-9]+$", Minimum: openapi.Int(0), Maximum: openapi.Int(most)})
}

func oneOf(values []string) *openapi.Schema {
	schema := types(openapi.String)
	for _, value := range values {
		schema.Enum = append(schema.Enum, value)
	}
	return schema
}

// takenTime is a regular expression for the times that sso.ParseTime reads.
const takenTime = `[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?`

const exampleTime = "2345-12-27T11:22:33"

var timeSchema = &openapi.Schema{
	Name: "Time", Types: []string{openapi.String},
	Description: "A time in ISO 8601, in UTC but without saying so, with six digits of microseconds, or none where they are zero. (It is not a date-time of RFC 3339, which needs a zone.)",
	Pattern:     `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?$`,
	Examples:    []any{exampleTime, "2026-07-01T12:00:00.123456"},
}

// told is the schema of a key of answers.
func told(key sso.Key) *openapi.Schema {
	schema := types(openapi.String)
	switch key.Kind {
	case sso.Boolean:
		schema = types(openapi.Boolean)
	case sso.Instant:
		schema = timeSchema
	case sso.Count, sso.Serial:
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
	return property(name, told(sso.Key{Kind: kind}))
}

func orNull(name string, kind sso.Kind) openapi.Property {
	return property(name, told(sso.Key{Kind: kind, Nullable: true}))
}

// property declares a key that an answer has, with a schema of its own.
func property(name string, schema *openapi.Schema) openapi.Property {
	key := named(name, schema)
	key.Required = true
	if example := toldExamples[name]; example != nil {
		key.Example = example
	}
	return key
}

// such gives a key another example.
func such(key openapi.Property, example any) openapi.Property {
	key.Example = example
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
		key := property(field.Name, told(field.Key))
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
		Types: []string{openapi.String}, Examples: []any{sso.NotAllowed}}
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
	doneAnswer = openapi.Answer{Status: "200", Name: "Done", Description: "Done. There is nothing more to say.", Schema: doneSchema}

	refusedAnswer          = openapi.Answer{Status: "403", Name: "Refused", Description: "Refused. The codes say why, as far as the host is configured to tell.", Schema: refusedSchema}
	refusedByServiceAnswer = openapi.Answer{Status: "403", Name: "RefusedByService", Description: "Refused. The codes say why, as far as the host is configured to tell; services that validate sign-ups may have codes of their own.", Schema: refusedByServiceSchema}

	tooManyAnswer = openapi.Answer{Status: "429", Name: "TooMany",
		Description: "Refused, for now: too many wrong passwords, or calls beyond the user's rate limit; or too many requests from one address.",
		Schema:      &openapi.Schema{AnyOf: []*openapi.Schema{refusedSchema, channel.ErrorAnswers(http.StatusTooManyRequests)[0].Schema}},
		Headers:     []openapi.Header{channel.RetryAfterHeader}}

	badRequestAnswer = func() openapi.Answer {
		bad := channel.ErrorAnswers(http.StatusBadRequest)[0]
		bad.Name, bad.Description = "BadElements", "A required element is missing or is no text, or the body is not JSON: the log says which. Or X-HTTP-Method-Override is there and is not GET, or not with POST: details says so."
		bad.Example = badRequestExample
		return bad
	}()
	badRequestExample = map[string]any{"result": "Error", "cid": channel.CIDSchema.Examples[0], "details": badRequestMessage}
)

// usualAnswers are those of all operations.
var usualAnswers = &openapi.AnswerSet{Name: "sso", Title: "answers of the SSO",
	Answers: slices.Concat([]openapi.Answer{badRequestAnswer, refusedAnswer},
		channel.ErrorAnswers(http.StatusRequestTimeout, http.StatusRequestEntityTooLarge),
		[]openapi.Answer{tooManyAnswer},
		channel.ErrorAnswers(http.StatusInternalServerError, http.StatusServiceUnavailable))}

// The tags of the operations.
var (
	sessionsTag          = openapi.Tag{Name: "Sessions", Description: "Logging in and out, and the sessions that are open."}
	usersTag             = openapi.Tag{Name: "Users"}
	signupTag            = openapi.Tag{Name: "Sign-up", Description: "How people make themselves users."}
	passwordsTag         = openapi.Tag{Name: "Passwords", Description: "Passwords, TOTP keys, and passwords that were forgotten."}
	linksTag             = openapi.Tag{Name: "Links", Description: "Links of users to security definitions: who calls a service by one is the user."}
	auditTag             = openapi.Tag{Name: "Audit", Description: "What was called, by whom and from where, refusals included."}
	userAttributesTag    = openapi.Tag{Name: "Attributes of users", Description: "Named values that users have."}
	sessionAttributesTag = openapi.Tag{Name: "Attributes of sessions", Description: "Named values that sessions have."}
)
