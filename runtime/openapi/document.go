package openapi

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Version is the version of OpenAPI that documents are written in.
const Version = "3.1.1"

// Info is what a document says of the whole.
type Info struct {
	Title       string
	Version     string // of what is documented
	Description string

	// Headers are in all answers.
	Headers []Header

	// Answers are those that no operation has of its own, such as to unknown
	// paths. They are among the components, and so have names.
	Answers []Answer

	// Address is the variable of a shell that has the address of the server in
	// the commands of the page; Commands says what else there is to them.
	Address, Commands string
}

// Place is an operation and where it is served.
type Place struct {
	Path      string   // with {name} for what varies
	Methods   []string // at least one; a further one adds itself to the ID of the operation
	Operation *Operation
}

// Document is an OpenAPI document. It does not change. It is written each time it
// is asked for, which takes longer than the rest of a server's start.
type Document struct {
	info    Info
	places  []Place
	tags    []Tag // in the order of their operations
	schemas map[string]*Schema
	answers map[string]*Answer
	headers map[string]*Header
	schemes map[string]SecurityScheme
	usual   []*AnswerSet // in the order of their operations
}

var (
	componentName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	variables     = regexp.MustCompile(`\{([^}]*)\}`)
)

// New makes a document. It refuses operations that do not fit together, such as
// two of one ID.
func New(info Info, places []Place) (*Document, error) {
	d := &Document{
		info: info, places: places,
		schemas: map[string]*Schema{}, answers: map[string]*Answer{}, headers: map[string]*Header{}, schemes: map[string]SecurityScheme{},
	}
	ids := map[string]string{}
	for _, place := range places {
		if err := d.add(place, ids); err != nil {
			return nil, fmt.Errorf("openapi: %s: %w", place.Path, err)
		}
	}
	for i := range info.Answers {
		if info.Answers[i].Name == "" {
			return nil, errors.New("openapi: an answer of the document has no name")
		}
		if err := d.addAnswer(&info.Answers[i]); err != nil {
			return nil, fmt.Errorf("openapi: %w", err)
		}
	}
	for i := range info.Headers {
		if err := d.addHeader(&info.Headers[i]); err != nil {
			return nil, fmt.Errorf("openapi: %w", err)
		}
	}
	for name := range d.schemas {
		if !componentName.MatchString(name) {
			return nil, fmt.Errorf("openapi: %q is no name for a schema", name)
		}
	}
	return d, nil
}

// JSON returns the document, the same bytes each time. It fails for examples that
// have no JSON.
func (d *Document) JSON() ([]byte, error) {
	text, err := encode(d.write(), "  ")
	if err != nil {
		return nil, fmt.Errorf("openapi: the document: %w", err)
	}
	return text, nil
}

// Page returns the page for people, in HTML. It needs nothing from elsewhere and
// has no scripts.
func (d *Document) Page() ([]byte, error) {
	page, err := d.render()
	if err != nil {
		return nil, fmt.Errorf("openapi: the page: %w", err)
	}
	return page, nil
}

func (d *Document) add(place Place, ids map[string]string) error {
	o := place.Operation
	switch {
	case o.ID == "" || o.Summary == "" || o.Tag.Name == "":
		return errors.New("an operation has no ID, no summary or no tag")
	case len(place.Methods) == 0 || len(o.Answers) == 0:
		return fmt.Errorf("operation %s has no method or no answer", o.ID)
	case o.Input != nil && o.Body != nil:
		return fmt.Errorf("operation %s has both an Input and a Body", o.ID)
	}
	for i, method := range place.Methods {
		id := place.idOf(i)
		if other, taken := ids[id]; taken {
			return fmt.Errorf("operation %s is at %s as well", id, other)
		}
		ids[id] = method + " " + place.Path
	}
	var inPath []string
	for _, parameter := range o.Parameters {
		if parameter.In == InPath {
			inPath = append(inPath, "{"+parameter.Name+"}")
		}
		if err := d.collect(parameter.Schema); err != nil {
			return err
		}
	}
	if wanted := variables.FindAllString(place.Path, -1); !slices.Equal(wanted, inPath) {
		return fmt.Errorf("operation %s has the parameters %v in a path that has %v", o.ID, inPath, wanted)
	}
	if !slices.ContainsFunc(d.tags, func(known Tag) bool { return known.Name == o.Tag.Name }) {
		d.tags = append(d.tags, o.Tag)
	}
	if err := d.collect(o.Input); err != nil {
		return err
	}
	if o.Body != nil {
		if err := d.collect(o.Body.Schema); err != nil {
			return err
		}
	}
	for _, scheme := range o.Security {
		if known, is := d.schemes[scheme.Name]; is && known != scheme {
			return fmt.Errorf("two security schemes are named %s", scheme.Name)
		}
		d.schemes[scheme.Name] = scheme
	}
	statuses := map[string]bool{}
	for i := range o.Answers {
		answer := &o.Answers[i]
		if statuses[answer.Status] {
			return fmt.Errorf("operation %s has two answers with the status %s", o.ID, answer.Status)
		}
		statuses[answer.Status] = true
		if err := d.addAnswer(answer); err != nil {
			return fmt.Errorf("operation %s: %w", o.ID, err)
		}
	}
	for _, set := range o.Usual {
		if err := d.addUsual(set); err != nil {
			return fmt.Errorf("operation %s: %w", o.ID, err)
		}
	}
	return nil
}

func (d *Document) addUsual(set *AnswerSet) error {
	at := slices.IndexFunc(d.usual, func(known *AnswerSet) bool { return known.Name == set.Name })
	switch {
	case at >= 0 && d.usual[at] != set:
		return fmt.Errorf("two sets of answers are named %s", set.Name)
	case at >= 0:
		return nil
	}
	d.usual = append(d.usual, set)
	for i := range set.Answers {
		if set.Answers[i].Name == "" {
			return fmt.Errorf("an answer of the set %s has no name", set.Name)
		}
		if err := d.addAnswer(&set.Answers[i]); err != nil {
			return err
		}
	}
	return nil
}

// answers are all answers of the operation.
func (o *Operation) answers() []*Answer {
	var all []*Answer
	statuses := map[string]bool{}
	take := func(answers []Answer) {
		for i := range answers {
			if answer := &answers[i]; !statuses[answer.Status] {
				statuses[answer.Status], all = true, append(all, answer)
			}
		}
	}
	take(o.Answers)
	for _, set := range o.Usual {
		take(set.Answers)
	}
	return all
}

func (d *Document) addAnswer(a *Answer) error {
	if err := d.collect(a.Schema); err != nil {
		return err
	}
	for i := range a.Headers {
		if err := d.addHeader(&a.Headers[i]); err != nil {
			return err
		}
	}
	if a.Name == "" {
		return nil
	}
	if known := d.answers[a.Name]; known != nil && (known.Status != a.Status || known.Schema != a.Schema || known.Description != a.Description) {
		return fmt.Errorf("two answers are named %s", a.Name)
	}
	d.answers[a.Name] = a
	return nil
}

func (d *Document) addHeader(h *Header) error {
	if known := d.headers[h.Name]; known != nil && (known.Description != h.Description || known.Optional != h.Optional) {
		return fmt.Errorf("two headers are named %s", h.Name)
	}
	d.headers[h.Name] = h
	return d.collect(h.Schema)
}

func (d *Document) collect(s *Schema) error {
	if clash := collect(s, d.schemas); clash != "" {
		return fmt.Errorf("two schemas are named %s", clash)
	}
	return nil
}

// idOf is the ID of the operation with the i-th method.
func (p Place) idOf(i int) string {
	if i == 0 {
		return p.Operation.ID
	}
	return p.Operation.ID + "_" + strings.ToLower(p.Methods[i])
}

// write makes the document.
func (d *Document) write() object {
	info := object{{"title", d.info.Title}}
	info.text("description", d.info.Description)
	info.add("version", d.info.Version)
	o := object{
		{"openapi", Version},
		{"info", info},
		{"servers", []any{object{{"url", "/"}, {"description", "The host that this document is from"}}}},
	}
	var tags []any
	for _, tag := range d.tags {
		written := object{{"name", tag.Name}}
		written.text("description", tag.Description)
		tags = append(tags, written)
	}
	o.list("tags", tags)
	o.add("paths", d.writePaths())
	o.add("components", d.writeComponents())
	return o
}

func (d *Document) writePaths() object {
	paths := object{}
	for _, place := range d.places {
		at := slices.IndexFunc(paths, func(m member) bool { return m.name == place.Path })
		if at < 0 {
			at = len(paths)
			paths.add(place.Path, object{})
		}
		item := paths[at].value.(object)
		for i, method := range place.Methods {
			item.add(strings.ToLower(method), d.writeOperation(place.Operation, place.idOf(i), method))
		}
		paths[at].value = item
	}
	return paths
}

func (d *Document) writeOperation(o *Operation, id, method string) object {
	written := object{{"operationId", id}, {"summary", o.Summary}}
	if override := o.override(method); override != "" {
		written.text("description", strings.TrimSpace(o.Description+"\n\n"+override))
		written.add("x-method-override", object{{"method", "POST"}, {"header", o.Override}, {"value", method}})
	} else {
		written.text("description", o.Description)
	}
	written.add("tags", []string{o.Tag.Name})
	var parameters []any
	for _, parameter := range o.parameters(method) {
		parameters = append(parameters, parameter.write())
	}
	written.list("parameters", parameters)
	if body := o.body(method); body != nil {
		written.add("requestBody", body.write())
	}
	responses := object{}
	for _, answer := range o.answers() {
		if answer.Name != "" {
			responses.add(answer.Status, object{{"$ref", "#/components/responses/" + answer.Name}})
		} else {
			responses.add(answer.Status, d.writeAnswer(answer))
		}
	}
	written.add("responses", responses)
	var security []any
	for _, scheme := range o.Security {
		security = append(security, object{{scheme.Name, []string{}}})
	}
	written.list("security", security)
	return written
}

// override says how else the operation is called with a method; "" is in no other
// way.
func (o *Operation) override(method string) string {
	if method != "GET" || o.Input == nil || o.Override == "" {
		return ""
	}
	return fmt.Sprintf("Clients that cannot send a body with GET send it with POST and the header %s: GET, which is the same.", o.Override)
}

const (
	orInBody  = "The elements that the query does not have. Of one that is in both, that of the query counts."
	neededOne = "Required, here or in the body."
)

// parameters are those of the operation and, with GET, the elements of its input
// that a query can have.
func (o *Operation) parameters(method string) []Parameter {
	parameters := slices.Clone(o.Parameters)
	if method != "GET" || o.Input == nil {
		return parameters
	}
	for _, property := range o.Input.Properties {
		schema := property.Schema.inQuery()
		if schema == nil {
			continue
		}
		description := property.about()
		if description == "" {
			description = property.Schema.Description
		}
		if property.Required {
			description = strings.TrimSpace(neededOne + " " + description)
		}
		schema.Description = ""
		parameters = append(parameters, Parameter{Name: property.Name, In: InQuery, Description: description, Schema: schema,
			isElement: true, isNeeded: property.Required})
	}
	return parameters
}

// body is what a method takes as its body, or nil.
func (o *Operation) body(method string) *Body {
	if o.Input == nil {
		return o.Body
	}
	body := &Body{Schema: o.Input, Example: o.InputExample}
	if body.Example == nil {
		body.Example = Example(o.Input)
	}
	if method == "GET" {
		body.Description, body.Schema = orInBody, o.Input.withoutRequired()
		return body
	}
	body.Required = slices.ContainsFunc(o.Input.Properties, func(p Property) bool { return p.Required })
	return body
}

func (p *Parameter) write() object {
	o := object{{"name", p.Name}, {"in", p.In}}
	o.text("description", p.Description)
	if p.Required {
		o.add("required", true)
	}
	if p.isNeeded {
		o.add("x-required", true) // OpenAPI cannot say: in one place or the other
	}
	o.add("schema", p.Schema.refer())
	if p.Example != nil {
		o.add("example", p.Example)
	}
	return o
}

func (b *Body) write() object {
	o := object{}
	o.text("description", b.Description)
	media := object{}
	if b.Schema != nil {
		media.add("schema", b.Schema.refer())
	}
	if b.Example != nil {
		media.add("example", b.Example)
	}
	o.add("content", object{{JSON, media}})
	if b.Required {
		o.add("required", true)
	}
	return o
}

func (d *Document) writeAnswer(a *Answer) object {
	o := object{{"description", a.Description}}
	headers := object{}
	for _, header := range append(slices.Clone(d.info.Headers), a.Headers...) {
		headers.add(header.Name, object{{"$ref", "#/components/headers/" + header.Name}})
	}
	if len(headers) > 0 {
		o.add("headers", headers)
	}
	content := object{}
	if a.Schema != nil || a.Content != "" {
		media := object{}
		if a.Schema != nil {
			media = object{{"schema", a.Schema.refer()}, {"example", a.example()}}
		}
		content.add(a.content(), media)
	}
	if a.IsOpen {
		content.add("*/*", object{})
	}
	if len(content) > 0 {
		o.add("content", content)
	}
	return o
}

func (a *Answer) example() any {
	if a.Example != nil {
		return a.Example
	}
	return FullExample(a.Schema)
}

func (d *Document) writeComponents() object {
	var schemas, answers, headers, schemes object
	for _, name := range sortedKeys(d.schemas) {
		schemas.add(name, d.schemas[name].write())
	}
	for _, name := range sortedKeys(d.answers) {
		answers.add(name, d.writeAnswer(d.answers[name]))
	}
	for _, name := range sortedKeys(d.headers) {
		header := d.headers[name]
		written := object{{"description", header.Description}}
		if !header.Optional {
			written.add("required", true)
		}
		written.add("schema", header.Schema.refer())
		headers.add(name, written)
	}
	for _, name := range sortedKeys(d.schemes) {
		scheme := d.schemes[name]
		written := object{{"type", "http"}, {"scheme", scheme.Scheme}}
		written.text("bearerFormat", scheme.Format)
		written.text("description", scheme.Description)
		schemes.add(name, written)
	}
	o := object{}
	for _, part := range []struct {
		name  string
		value object
	}{{"schemas", schemas}, {"responses", answers}, {"headers", headers}, {"securitySchemes", schemes}} {
		if part.value != nil {
			o.add(part.name, part.value)
		}
	}
	return o
}
