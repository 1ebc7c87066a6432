// Package openapi describes HTTP operations and makes one OpenAPI 3.1 document
// of them, and a page for people of the same document.
//
// Whoever serves an operation describes it as an Operation; New puts operations
// together. What has a name (schemas, answers, headers, security schemes, tags)
// is written once, under components, and referred to from everywhere else, so
// it is shared by using the same value.
//
// Texts are plain: an empty line ends a paragraph.
package openapi

// Operation is what one path does with one method.
type Operation struct {
	// ID is unique. Generated clients call the operation by it.
	ID string

	// Summary is a few words, Description is the rest there is to say, if any.
	Summary     string
	Description string

	// Tag is the group that the operation is listed in.
	Tag Tag

	// Parameters are in the path, in the query or in headers.
	Parameters []Parameter

	// Input is the object that the operation takes: its properties are in the
	// JSON object of the body, and with GET in the query as well, which goes
	// before the body. (So channel.DecodeObject reads it.)
	Input *Schema

	// Override, if any, is the header that has POST be GET where its value is
	// GET, for clients that cannot send a body with GET.
	Override string

	// InputExample is an example of Input; nil makes one of what is required.
	InputExample any

	// Body is the body of an operation that has no Input, nil is none.
	Body *Body

	// Answers are all that there are, by status, but for those of Usual.
	Answers []Answer

	// Usual are answers that several operations have, which the page tells once.
	// One whose status is among Answers, or in a set before, does not count.
	Usual []*AnswerSet

	// Security are the ways to authenticate, any one of which is enough.
	// None is open to everybody.
	Security []SecurityScheme
}

// AnswerSet is answers that several operations have. All of them have names.
type AnswerSet struct {
	Name    string // unique
	Title   string // such as: answers of the SSO
	Answers []Answer
}

// Tag is a group of operations.
type Tag struct {
	Name        string
	Description string
}

// Places of parameters.
const (
	InPath   = "path"
	InQuery  = "query"
	InHeader = "header"
)

// Parameter is a value beside the body.
type Parameter struct {
	Name        string
	In          string // InPath, InQuery or InHeader
	Description string
	Required    bool
	Schema      *Schema
	Example     any

	// isElement marks an element of an Input that may be in the body instead;
	// isNeeded has it be in one of the two.
	isElement, isNeeded bool
}

// Body is the body of a request, in JSON.
type Body struct {
	Description string
	Required    bool
	Schema      *Schema // nil is anything
	Example     any     // nil is none
}

// Answer is an answer with one status.
type Answer struct {
	// Status is as OpenAPI writes it: 200, 2XX, or default for all others.
	Status string

	// Name, if any, puts the answer under the components.
	Name string

	Description string

	// Content is the media type, "" is application/json.
	Content string

	// IsOpen lets there be other content as well, whatever it is.
	IsOpen bool

	// Schema is that of the body, or of a line where Content is NDJSON; nil is
	// no body, or one that is not JSON.
	Schema *Schema

	// Example is an example of the body; nil makes one of the schema.
	Example any

	Headers []Header
}

// JSON is the media type of JSON.
const JSON = "application/json"

// NDJSON is the media type of lines, each of which is JSON.
const NDJSON = "application/x-ndjson"

func (a *Answer) content() string {
	if a.Content == "" {
		return JSON
	}
	return a.Content
}

// Header is a header of an answer. Headers of one name are one component.
type Header struct {
	Name        string
	Description string
	Optional    bool // it is not always there
	Schema      *Schema
}

// SecurityScheme is a way to authenticate with the header Authorization.
type SecurityScheme struct {
	Name        string
	Scheme      string // of the header: basic or bearer
	Format      string // of the bearer's token, such as JWT
	Description string
}
