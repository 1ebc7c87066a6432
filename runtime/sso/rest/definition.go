package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

// definition is one operation: what serves its requests and what documents it.
// Its function reads elements by their names, from the input, which knows from
// here whether one is required and what it stands for where it is missing. One
// that is not here cannot be read, and a test finds those that nobody reads.
type definition struct {
	// method is an HTTP method. Empty is any, as in Zato, and documented are
	// then methods.
	method  string
	methods []string
	path    string // below /zato/sso

	id, summary, description string
	tag                      openapi.Tag

	elements []element
	example  []string // the elements that an example has beside those it must have

	// answers are the keys of the answer beside cid, status and sub_status, by
	// the shapes that it may have; none is one shape without further keys.
	answers []shape

	// line is the schema of a line of an answer that is lines instead.
	line *openapi.Schema

	// warning is the code of the warning that the answer may come with.
	warning sso.Code

	// costly counts requests against the tighter limit of an address.
	costly bool

	// ownCodes tells that services may refuse with codes of their own.
	ownCodes bool

	do operation
}

// shape is the keys of an answer.
type shape []openapi.Property

// operation is what a route does with its input.
type operation func(context.Context, *input) (answer, error)

// answer is what an operation answers with beside cid, status and sub_status,
// which are added to its keys. A warning turns the status into one. One with lines
// is nothing but these.
type answer struct {
	keys    map[string]any
	warning sso.Code
	lines   func(context.Context, *lineWriter) error
}

// element finds a declared element.
func (d *definition) element(name string) *element {
	for i := range d.elements {
		if d.elements[i].Name == name {
			return &d.elements[i]
		}
	}
	panic("rest: " + d.id + " reads the element " + name + ", which it does not declare")
}

// route returns the definition as a route.
func (d *definition) route(options Options) channel.Route {
	return channel.Route{
		Method: d.method, Pattern: base + d.path, Handler: handler{d, options},
		Doc: d.document(options), DocMethods: d.methods, Costly: d.costly, MethodOverride: true,
	}
}

// document describes the operation.
func (d *definition) document(options Options) *openapi.Operation {
	input := &openapi.Schema{Types: []string{openapi.Object}}
	for i := range d.elements {
		input.Properties = append(input.Properties, d.elements[i].property())
	}
	shapes := d.answers
	if shapes == nil {
		shapes = []shape{nil}
	}
	var done []*openapi.Schema
	for _, keys := range shapes {
		done = append(done, d.done(keys))
	}
	if options.Status200OnAppError {
		done = append(done, refusedAppSchema)
	}
	schema := done[0]
	if len(done) > 1 {
		schema = &openapi.Schema{AnyOf: done}
	}
	answers := []openapi.Answer{{Status: "200", Description: "Done.", Schema: schema}}
	switch {
	case d.line != nil:
		answers[0] = openapi.Answer{Status: "200", Description: "Lines of JSON, each of which is as the schema says. An answer that cannot be finished is cut: its end (the last chunk, or END_STREAM) is missing.",
			Content: openapi.NDJSON, Schema: d.line, IsOpen: options.Status200OnAppError}
		answers = append(answers, channel.ErrorAnswers(http.StatusHTTPVersionNotSupported)...)
	case schema == doneSchema:
		answers[0] = doneAnswer
	}
	if d.ownCodes {
		answers = append(answers, refusedByServiceAnswer)
	}
	return &openapi.Operation{
		ID: d.id, Summary: d.summary, Description: d.description, Tag: d.tag,
		Input: input, InputExample: openapi.Example(input, d.example...),
		Answers: answers, Usual: []*openapi.AnswerSet{usualAnswers},
	}
}

// done is the schema of the answer to a call that was done.
func (d *definition) done(keys shape) *openapi.Schema {
	if keys == nil && d.warning == "" {
		return doneSchema
	}
	return &openapi.Schema{Types: []string{openapi.Object}, Closed: true, Properties: append(outcome(d.warning), keys...)}
}
