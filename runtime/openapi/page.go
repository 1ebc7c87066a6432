package openapi

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

//go:embed page.tmpl
var pageSource string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"paragraphs": func(text string) []string {
		if text == "" {
			return nil
		}
		return strings.Split(text, "\n\n")
	},
	"anchor": func(text string) string { return strings.ToLower(strings.ReplaceAll(text, " ", "-")) },
}).Parse(pageSource))

// view is what the page shows of a document.
type view struct {
	Info    Info
	Version string
	Tags    []tagView
	Usual   []usualView
	Answers []answerView
	Schemas []schemaView
	Schemes []SecurityScheme
}

type tagView struct {
	Tag
	Operations []operationView
}

type operationView struct {
	*Operation
	Methods    []string
	Path       string
	HasQuery   bool
	HasNeeded  bool
	Parameters []row
	Elements   []row
	Command    string
	Otherwise  string // how else it is called
	Answers    []answerView
	UsualLinks []usualView
}

// usualView is a set of answers. Those of an operation have no Rows.
type usualView struct {
	Name, Title string
	Rows        []answerView
}

// row is one line of a table.
type row struct {
	Name        string
	Place       string
	Type        []typePart
	Required    bool
	Needed      bool // is refused without, rather than invalid
	Nullable    bool
	Description string
	Bounds      string
}

// typePart is a part of what a type is written as; a Ref links to a schema.
type typePart struct{ Text, Ref string }

type answerView struct {
	Name        string
	IsShared    bool // it is told further below
	Status      string
	Description string
	Content     string
	Headers     []row
	Bodies      []bodyView // any one of them
	Example     string
}

type bodyView struct {
	Type []typePart
	Rows []row
}

type schemaView struct {
	*Schema
	Type   []typePart
	Bounds string
	Rows   []row
	Values []valueView
}

// valueView is one of the values that a schema lists with what they mean.
type valueView struct{ Value, Description string }

func (d *Document) render() ([]byte, error) {
	page := view{Info: d.info, Version: Version}
	for _, tag := range d.tags {
		shown := tagView{Tag: tag}
		for _, place := range d.places {
			if place.Operation.Tag.Name == tag.Name {
				shown.Operations = append(shown.Operations, d.viewOf(place))
			}
		}
		page.Tags = append(page.Tags, shown)
	}
	for _, set := range d.usual {
		shown := usualView{Name: set.Name, Title: set.Title}
		for i := range set.Answers {
			shown.Rows = append(shown.Rows, answerOf(&set.Answers[i]))
		}
		page.Usual = append(page.Usual, shown)
	}
	answers := make([]*Answer, 0, len(d.answers))
	for _, name := range sortedKeys(d.answers) {
		answers = append(answers, d.answers[name])
	}
	slices.SortStableFunc(answers, func(a, b *Answer) int { return strings.Compare(a.Status, b.Status) })
	for _, answer := range answers {
		page.Answers = append(page.Answers, answerOf(answer))
	}
	for _, name := range sortedKeys(d.schemas) {
		schema := d.schemas[name]
		shown := schemaView{Schema: schema, Type: typeOf(schema, true), Bounds: boundsOf(schema), Rows: rowsOf(schema)}
		for _, one := range append(slices.Clone(schema.OneOf), schema.AnyOf...) {
			if one.Const != nil {
				shown.Values = append(shown.Values, valueView{literal(one.Const), one.Description})
			}
		}
		if shown.Values != nil {
			shown.Type = typeOf(&Schema{Types: schema.Types}, true)
		}
		page.Schemas = append(page.Schemas, shown)
	}
	for _, name := range sortedKeys(d.schemes) {
		page.Schemes = append(page.Schemes, d.schemes[name])
	}
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, page); err != nil {
		return nil, err
	}
	return html.Bytes(), nil
}

func (d *Document) viewOf(place Place) operationView {
	o := place.Operation
	shown := operationView{Operation: o, Methods: place.Methods, Path: place.Path, Command: d.command(place)}
	for _, parameter := range o.Parameters {
		shown.Parameters = append(shown.Parameters, row{Name: parameter.Name, Place: parameter.In, Type: typeOf(parameter.Schema, false),
			Required: parameter.Required, Description: parameter.Description, Bounds: boundsOf(parameter.Schema)})
	}
	if o.Input != nil {
		shown.HasQuery = slices.Contains(place.Methods, "GET")
		if shown.HasQuery {
			shown.Otherwise = o.override("GET")
		}
		shown.Elements = rowsOf(o.Input)
		shown.HasNeeded = slices.ContainsFunc(shown.Elements, func(r row) bool { return r.Needed })
	}
	for i := range o.Answers {
		shown.Answers = append(shown.Answers, answerOf(&o.Answers[i]))
	}
	for _, set := range o.Usual {
		shown.UsualLinks = append(shown.UsualLinks, usualView{Name: set.Name, Title: set.Title})
	}
	return shown
}

func answerOf(a *Answer) answerView {
	shown := answerView{Name: a.Name, IsShared: a.Name != "", Status: a.Status, Description: a.Description, Content: a.content()}
	for _, header := range a.Headers {
		shown.Headers = append(shown.Headers, row{Name: header.Name, Type: typeOf(header.Schema, false), Required: !header.Optional,
			Description: header.Description, Bounds: boundsOf(header.Schema)})
	}
	if a.Schema == nil {
		return shown
	}
	alternatives := []*Schema{a.Schema}
	if a.Schema.Name == "" && len(a.Schema.AnyOf) > 0 {
		alternatives = a.Schema.AnyOf
	}
	for _, schema := range alternatives {
		shown.Bodies = append(shown.Bodies, bodyView{Type: typeOf(schema, false), Rows: rowsOf(schema)})
	}
	shown.Example = indented(a.example())
	return shown
}

func rowsOf(s *Schema) []row {
	var rows []row
	for _, property := range s.Properties {
		description := property.Description
		if description == "" && property.Schema.Name == "" {
			description = property.Schema.Description
		}
		bounds := ""
		if property.Schema.Name == "" {
			bounds = boundsOf(property.Schema)
		}
		if property.Default != nil {
			bounds = strings.TrimPrefix(bounds+"; default "+literal(property.Default), "; ")
		}
		rows = append(rows, row{Name: property.Name, Type: typeOf(property.Schema, false), Required: property.Required, Needed: property.Needed,
			Nullable: property.Schema.takesNull(), Description: description, Bounds: bounds})
	}
	return rows
}

func (s *Schema) takesNull() bool {
	return slices.Contains(s.Types, Null) || slices.ContainsFunc(s.AnyOf, (*Schema).takesNull) ||
		len(s.Types) == 0 && s.Const == nil && s.Enum == nil && s.AnyOf == nil && s.OneOf == nil
}

// typeOf writes a type, without null. That of a schema with a name is its name,
// unless it is to be in full.
func typeOf(s *Schema, inFull bool) []typePart {
	text := func(text string) []typePart { return []typePart{{Text: text}} }
	alternatives := append(slices.Clone(s.AnyOf), s.OneOf...)
	switch {
	case s.Name != "" && !inFull:
		return []typePart{{Text: s.Name, Ref: s.Name}}
	case s.Const != nil:
		return text(literal(s.Const))
	case s.Enum != nil:
		var values []string
		for _, value := range s.Enum {
			if value != nil {
				values = append(values, literal(value))
			}
		}
		return text(strings.Join(values, " or "))
	case len(alternatives) > 0:
		var parts []typePart
		for _, one := range alternatives {
			if slices.Equal(one.Types, []string{Null}) {
				continue
			}
			if parts != nil {
				parts = append(parts, typePart{Text: " or "})
			}
			parts = append(parts, typeOf(one, false)...)
		}
		return parts
	}
	var parts []typePart
	for _, name := range s.Types {
		if name == Null {
			continue
		}
		if parts != nil {
			parts = append(parts, typePart{Text: " or "})
		}
		parts = append(parts, typePart{Text: name})
		switch {
		case name == Array && s.MaxItems != nil && *s.MaxItems == 0:
			parts[len(parts)-1].Text = "empty array"
		case name == Array && s.Items != nil:
			parts = append(append(parts, typePart{Text: " of "}), typeOf(s.Items, false)...)
		case name == Object && s.Values != nil:
			parts = append(append(parts, typePart{Text: " of "}), typeOf(s.Values, false)...)
		}
	}
	if parts == nil {
		return text("any")
	}
	return parts
}

// boundsOf tells what else a schema asks of values.
func boundsOf(s *Schema) string {
	var bounds []string
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		bounds = append(bounds, fmt.Sprintf("from %d to %d", *s.Minimum, *s.Maximum))
	case s.Minimum != nil:
		bounds = append(bounds, fmt.Sprintf("at least %d", *s.Minimum))
	case s.Maximum != nil:
		bounds = append(bounds, fmt.Sprintf("at most %d", *s.Maximum))
	}
	if s.MaxItems != nil && *s.MaxItems > 0 {
		bounds = append(bounds, fmt.Sprintf("%d items at most", *s.MaxItems))
	}
	return strings.Join(bounds, "; ")
}

func literal(value any) string {
	text, err := encode(value, "")
	if err != nil {
		return fmt.Sprint(value) // New has refused it already
	}
	return string(text)
}

func indented(value any) string {
	text, err := encode(value, "  ")
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
