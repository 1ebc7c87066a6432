package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Types of JSON values.
const (
	String  = "string"
	Number  = "number"
	Integer = "integer"
	Boolean = "boolean"
	Array   = "array"
	Object  = "object"
	Null    = "null"
)

// Schema says which JSON values are valid: what is used here of JSON Schema
// 2020-12. The zero Schema takes anything. A schema is not to be changed once it
// is used.
type Schema struct {
	// Name, if any, puts the schema under the components. It is what generated
	// clients call the type.
	Name string

	Description string

	Types []string // any one of them; none is any type
	Enum  []any
	Const any // nil is none

	// Examples are valid values. The first one is used in examples of what has
	// this schema.
	Examples []any

	Pattern          string // a regular expression of ECMA-262, for strings
	Minimum, Maximum *int64 // for numbers

	Items              *Schema // for arrays, as are the following
	MinItems, MaxItems *int64

	Properties []Property // for objects, as are the following
	Closed     bool       // there are no properties but these
	Values     *Schema    // of all other properties, whose names are not known

	AnyOf []*Schema
	OneOf []*Schema
}

// Property is a property of an object.
type Property struct {
	Name     string
	Required bool

	// Needed marks one that a valid object may lack, but that nothing is done
	// without: the server tells so in an answer that is not that to an invalid
	// request. Examples have it.
	Needed bool

	Description string // beside that of the schema
	Schema      *Schema
	Default     any // what it stands for where it is missing; nil is nothing
	Example     any // goes before those of the schema; nil is none, ExampleNull is null

	// Variable, if any, is the variable of a shell that commands have in the
	// place of an example.
	Variable string
}

// ExampleNull is null, where nil would be no example.
var ExampleNull any = json.RawMessage("null")

// about is what the document says of the property.
func (p Property) about() string {
	about := p.Description
	if about == "" && p.Needed {
		about = p.Schema.Description
	}
	if p.Needed {
		about = strings.TrimSpace(about + " " + neededAlways)
	}
	return about
}

const neededAlways = "Needed: without it the call is refused."

// Int is for the fields of a Schema that are pointers.
func Int(value int64) *int64 { return &value }

// Nullable returns a schema that takes null as well. It has no name.
func (s *Schema) Nullable() *Schema {
	if s.Name != "" || len(s.Types) == 0 {
		return &Schema{AnyOf: []*Schema{s, {Types: []string{Null}}}}
	}
	nullable := *s
	nullable.Types = append(slices.Clip(s.Types), Null)
	if nullable.Enum != nil {
		nullable.Enum = append(slices.Clip(s.Enum), nil)
	}
	return &nullable
}

// inQuery returns the schema of the same values in a query, where all are texts,
// a list is several of them and null cannot be told; nil where a query cannot
// have them.
func (s *Schema) inQuery() *Schema {
	switch {
	case slices.Contains(s.Types, String):
		query := *s
		query.Name, query.Types = "", []string{String}
		query.Minimum, query.Maximum = nil, nil
		query.Enum = slices.DeleteFunc(slices.Clone(s.Enum), func(value any) bool { _, isText := value.(string); return !isText })
		query.Examples = slices.DeleteFunc(slices.Clone(s.Examples), func(value any) bool { _, isText := value.(string); return !isText })
		return &query
	case slices.Contains(s.Types, Array) && s.Items != nil:
		items := s.Items.inQuery()
		if items == nil {
			return nil
		}
		// One alone is a text rather than a list.
		return &Schema{Types: []string{Array}, Items: items, MinItems: Int(max(2, valueOf(s.MinItems))), MaxItems: s.MaxItems, Examples: s.Examples}
	}
	return nil
}

func valueOf(number *int64) int64 {
	if number == nil {
		return 0
	}
	return *number
}

// withoutRequired returns a schema of the same properties, none of which is
// required.
func (s *Schema) withoutRequired() *Schema {
	open := *s
	open.Name, open.Properties = "", slices.Clone(s.Properties)
	for i := range open.Properties {
		open.Properties[i].Required = false
	}
	return &open
}

// inner returns the schemas within a schema.
func (s *Schema) inner() []*Schema {
	var inner []*Schema
	for _, property := range s.Properties {
		inner = append(inner, property.Schema)
	}
	inner = append(inner, s.Items, s.Values)
	inner = append(append(inner, s.AnyOf...), s.OneOf...)
	return slices.DeleteFunc(inner, func(s *Schema) bool { return s == nil })
}

// refer is how a schema is written where it is used.
func (s *Schema) refer() object {
	if s.Name != "" {
		return object{{"$ref", "#/components/schemas/" + s.Name}}
	}
	return s.write()
}

// write is the schema in full.
func (s *Schema) write() object {
	var o object
	o.text("description", s.Description)
	switch len(s.Types) {
	case 0:
	case 1:
		o.add("type", s.Types[0])
	default:
		o.add("type", s.Types)
	}
	o.list("enum", s.Enum)
	if s.Const != nil {
		o.add("const", s.Const)
	}
	o.text("pattern", s.Pattern)
	o.number("minimum", s.Minimum)
	o.number("maximum", s.Maximum)
	if s.Items != nil {
		o.add("items", s.Items.refer())
	}
	o.number("minItems", s.MinItems)
	o.number("maxItems", s.MaxItems)
	var properties object
	var required []string
	for _, property := range s.Properties {
		schema := property.Schema.refer()
		if about := property.about(); about != "" {
			schema = append(object{{"description", about}}, slices.DeleteFunc(schema, func(m member) bool { return m.name == "description" })...)
		}
		if property.Default != nil {
			schema = append(schema, member{"default", property.Default})
		}
		properties.add(property.Name, schema)
		if property.Required {
			required = append(required, property.Name)
		}
	}
	if properties != nil {
		o.add("properties", properties)
	}
	if required != nil {
		o.add("required", required)
	}
	switch {
	case s.Closed:
		o.add("additionalProperties", false)
	case s.Values != nil:
		o.add("additionalProperties", s.Values.refer())
	}
	o.schemas("anyOf", s.AnyOf)
	o.schemas("oneOf", s.OneOf)
	o.list("examples", s.Examples)
	return o
}

// Example makes a valid value of a schema: of the first example there is or else
// of what the schema says. Objects have the properties that are required or
// needed, and those that are named. (A schema that cannot but hold itself has no
// value.)
func Example(s *Schema, names ...string) any {
	return example(s, func(p Property) bool { return p.Required || p.Needed || slices.Contains(names, p.Name) }, 0)
}

// FullExample is Example with all properties.
func FullExample(s *Schema) any { return example(s, func(Property) bool { return true }, 0) }

// mostNested bounds examples of schemas that hold themselves.
const mostNested = 8

func example(s *Schema, shown func(Property) bool, depth int) any {
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Const != nil:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case depth > 2*mostNested:
		return nil
	case len(s.AnyOf) > 0:
		return example(s.AnyOf[0], shown, depth+1)
	case len(s.OneOf) > 0:
		return example(s.OneOf[0], shown, depth+1)
	case len(s.Types) == 0:
		return nil
	}
	switch s.Types[0] {
	case Object:
		made := object{}
		for _, property := range s.Properties {
			switch {
			case !shown(property), !property.Required && depth >= mostNested:
			case property.Example != nil:
				made.add(property.Name, property.Example)
			case property.Default != nil:
				made.add(property.Name, property.Default)
			default:
				made.add(property.Name, example(property.Schema, shown, depth+1))
			}
		}
		return made
	case Array:
		if s.Items == nil || s.MaxItems != nil && *s.MaxItems == 0 || depth >= mostNested {
			return []any{}
		}
		return []any{example(s.Items, shown, depth+1)}
	case String:
		return ""
	case Number, Integer:
		return valueOf(s.Minimum)
	case Boolean:
		return true
	}
	return nil
}

// collect notes the named schemas within a schema, and reports names that two
// different ones have.
func collect(s *Schema, named map[string]*Schema) (clash string) {
	if s == nil {
		return ""
	}
	if s.Name != "" {
		switch named[s.Name] {
		case s:
			return ""
		case nil:
			named[s.Name] = s
		default:
			return s.Name
		}
	}
	for _, inner := range s.inner() {
		if clash := collect(inner, named); clash != "" {
			return clash
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
