package rest

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

// owned is the operations on attributes, of users or of sessions.
type owned struct {
	api
	ownership
}

// ownership says whose attributes operations are about.
type ownership struct {
	path, idOf, summaryOf string // what paths, IDs and summaries have in them
	tag                   openapi.Tag
	elements              []element
	read                  func(in *input) (sso.Call, sso.AttributeOwner)
}

var (
	userAttributes = ownership{
		path: "/user/attr", idOf: "User", summaryOf: "a user", tag: userAttributesTag,
		elements: elements(inSession, ofCaller()),
		read: func(in *input) (sso.Call, sso.AttributeOwner) {
			return in.call("ust"), sso.AttributeOwner{UserID: in.text("user_id")}
		},
	}
	sessionAttributes = ownership{
		path: "/session/attr", idOf: "Session", summaryOf: "a session", tag: sessionAttributesTag,
		elements: elements(byCurrentUST, needed("target_ust")),
		read: func(in *input) (sso.Call, sso.AttributeOwner) {
			return in.call("current_ust"), sso.AttributeOwner{TargetUST: in.text("target_ust"), OfSession: true}
		},
	}
)

func (o owned) definitions() []*definition {
	const oneOrSeveral = "One attribute by name, or several in data, of which all or none are written. Owners use their own, super-users those of all."
	write := func(method, id, verb, description string, how sso.AttributeWrite) *definition {
		return &definition{
			method: method, path: o.path, tag: o.tag, id: id + o.idOf + "Attributes", summary: verb + " attributes of " + o.summaryOf,
			description: oneOrSeveral + " " + description,
			elements:    elements(o.elements, oneAttribute(), severalAttributes),
			example:     []string{"name", "value"},
			do:          o.write(how),
		}
	}
	named := func(method, path, id, summary, description string, do operation, answers ...shape) *definition {
		return &definition{
			method: method, path: o.path + path, tag: o.tag, id: id, summary: summary + " of " + o.summaryOf, description: description,
			elements: elements(o.elements, attributeName(), attributeNames),
			example:  []string{"name"}, answers: answers, do: do,
		}
	}
	get := named(http.MethodGet, "", "get"+o.idOf+"Attributes", "Get attributes",
		"One by name, or several by the names in data. Owners use their own, super-users those of all.", o.get,
		append(shape{isFound(true)}, attributeKeys...), shape{isFound(false)},
		shape{result("The attributes by their names; null where there is none.", byName(attributeSchema.Nullable()))})
	get.elements = append(get.elements, attributeQueryTable.elements()...)
	return []*definition{
		write(http.MethodPost, "create", "Create", "One that is there already is E009001.", sso.CreateAttribute),
		write(http.MethodPut, "set", "Set", "They are created where they are not there.", sso.SetAttribute),
		write(http.MethodPatch, "update", "Update", "One that is not there is E009002.", sso.UpdateAttribute),
		get,
		named(http.MethodDelete, "", "delete"+o.idOf+"Attributes", "Delete attributes",
			"One by name, or several by the names in data. One that is not there is no error.", o.delete),
		named(http.MethodGet, "/exists", "exist"+o.idOf+"Attributes", "Tell whether there are attributes",
			"Whether there is one, by name, or which of several there are, by the names in data.", o.exists,
			shape{result("Whether it is there.", types(openapi.Boolean))},
			shape{result("Which are there, by their names.", byName(types(openapi.Boolean)))}),
		{
			method: http.MethodGet, path: o.path + "/names", tag: o.tag, id: "list" + o.idOf + "Attributes", summary: "List the names of attributes of " + o.summaryOf,
			elements: o.elements,
			answers:  []shape{{such(result("The names, sorted.", listOf(types(openapi.String))), []string{"theme"})}},
			do:       o.list,
		},
	}
}

// attributeName is the name where there may be several in data instead.
func attributeName() element {
	return optional("name").meaning("Name of the attribute. It is needed where there is no data.")
}

// oneAttribute is the keys of an attribute where there may be several in data
// instead.
func oneAttribute() []element {
	keys := attributeTable.elements()
	for i := range keys {
		if keys[i].Needed {
			keys[i].Needed, keys[i].Nullable, keys[i].about = false, true, attributeName().about
		}
	}
	return keys
}

var severalAttributes = element{
	Key: sso.Key{Name: "data", Nullable: true}, table: attributeTable,
	about:  "Several attributes, each with the keys of one. They go before the one beside it.",
	schema: listOf(attributeChangeSchema),
}

var attributeChangeSchema = func() *openapi.Schema {
	schema := &openapi.Schema{Name: "AttributeChange", Description: "An attribute as it is to be.", Types: []string{openapi.Object}}
	for _, key := range attributeTable.elements() {
		schema.Properties = append(schema.Properties, key.property())
	}
	return schema
}()

var attributeNames = element{
	Key:    sso.Key{Name: "data", Nullable: true},
	about:  "Names of several attributes. They go before the one beside it.",
	schema: listOf(types(openapi.String, openapi.Number)),
}

// attributeKeys are what is told of an attribute that was found.
var attributeKeys = shape{
	always("name", sso.Text), always("value", sso.Anything), always("creation_time", sso.Instant), orNull("last_modified", sso.Instant),
	such(describe(always("expiration_time", sso.Instant), "When it ends; 9999-12-31T00:00:00 is never."), "9999-12-31T00:00:00"), always("is_encrypted", sso.Boolean),
}

func isFound(found bool) openapi.Property { return property("found", &openapi.Schema{Const: found}) }

var attributeSchema = object("Attribute", "An attribute.", append(shape{isFound(true)}, attributeKeys...)...)

func byName(values *openapi.Schema) *openapi.Schema {
	return &openapi.Schema{Types: []string{openapi.Object}, Values: values}
}

// write answers the calls that write one attribute, or several in data.
func (o owned) write(how sso.AttributeWrite) operation {
	return func(ctx context.Context, in *input) (answer, error) {
		call, owner := o.read(in)
		changes := attributeTable.read(in)
		if in.fault != nil {
			return answer{}, in.fault
		}
		return answer{}, o.core.WriteAttributes(ctx, call, owner, how, changes)
	}
}

// names reads the names of attributes: one in name, or several in data.
func (o owned) names(in *input) (names []string, isOne bool) {
	names, isList := in.texts("data")
	if !isList {
		return []string{in.text("name")}, true
	}
	return names, false
}

func (o owned) delete(ctx context.Context, in *input) (answer, error) {
	call, owner := o.read(in)
	names, _ := o.names(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, o.core.DeleteAttributes(ctx, call, owner, names)
}

// find reads attributes by the names of a request, which must name some.
func (o owned) find(ctx context.Context, in *input, query sso.AttributeQuery) (found map[string]*sso.Attribute, names []string, isOne bool, err error) {
	call, owner := o.read(in)
	names, isOne = o.names(in)
	if in.fault != nil {
		return nil, nil, false, in.fault
	}
	if len(names) == 0 {
		names = []string{""} // refused, after who calls has been looked at
	}
	query.Names = names
	attributes, err := o.core.Attributes(ctx, call, owner, query)
	found = map[string]*sso.Attribute{}
	for _, attribute := range attributes {
		found[attribute.Name] = &attribute
	}
	return found, names, isOne, err
}

func (o owned) get(ctx context.Context, in *input) (answer, error) {
	found, names, isOne, err := o.find(ctx, in, attributeQueryTable.read(in))
	if err != nil {
		return answer{}, err
	}
	one := func(name string) map[string]any {
		attribute := found[name]
		if attribute == nil {
			return nil
		}
		dict := attribute.ToDict()
		dict["found"] = true
		return dict
	}
	if isOne {
		if dict := one(names[0]); dict != nil {
			return answer{keys: dict}, nil
		}
		return answer{keys: map[string]any{"found": false}}, nil
	}
	result := map[string]any{}
	for _, name := range names {
		result[name] = nil
		if dict := one(name); dict != nil {
			result[name] = dict
		}
	}
	return answer{keys: map[string]any{"result": result}}, nil
}

func (o owned) exists(ctx context.Context, in *input) (answer, error) {
	found, names, isOne, err := o.find(ctx, in, sso.AttributeQuery{})
	if err != nil {
		return answer{}, err
	}
	if isOne {
		return answer{keys: map[string]any{"result": found[names[0]] != nil}}, nil
	}
	result := map[string]bool{}
	for _, name := range names {
		result[name] = found[name] != nil
	}
	return answer{keys: map[string]any{"result": result}}, nil
}

func (o owned) list(ctx context.Context, in *input) (answer, error) {
	call, owner := o.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	attributes, err := o.core.Attributes(ctx, call, owner, sso.AttributeQuery{})
	names := make([]string, len(attributes))
	for i, attribute := range attributes {
		names[i] = attribute.Name
	}
	slices.Sort(names)
	return answer{keys: map[string]any{"result": names}}, err
}
