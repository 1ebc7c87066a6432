package channel

import (
	"net/http"
	"strconv"

	"gatehouse/runtime/openapi"
)

// CIDSchema is that of the correlation ID in answers.
var CIDSchema = &openapi.Schema{
	Name:        "CID",
	Description: "Correlation ID of the request: the log tells what belongs to it. The header X-Zato-CID has the same.",
	Types:       []string{openapi.String},
	Pattern:     "^[a-z0-9]{26}$",
	Examples:    []any{"4wq7hzjp3nbxkc5rty2gvfmd6a"},
}

func text(description string, examples ...any) *openapi.Schema {
	return &openapi.Schema{Types: []string{openapi.String}, Description: description, Examples: examples}
}

func failureProperties() []openapi.Property {
	return []openapi.Property{
		{Name: "result", Required: true, Schema: &openapi.Schema{Const: "Error"}},
		{Name: "cid", Required: true, Schema: CIDSchema},
		{Name: "details", Required: true, Schema: text("What was wrong, in words.", "Internal error")},
	}
}

// errorSchema is what WriteError writes of an error that has nothing more.
var errorSchema = &openapi.Schema{
	Name:        "Error",
	Description: "A request that could not be served.",
	Types:       []string{openapi.Object},
	Properties:  failureProperties(),
	Closed:      true,
}

// serviceErrorSchema is all that WriteError writes.
var serviceErrorSchema = &openapi.Schema{
	Name:        "ServiceError",
	Description: "A call of a service that was refused or failed.",
	Types:       []string{openapi.Object},
	Closed:      true,
	Properties: append(failureProperties(),
		openapi.Property{Name: "fields", Description: "The parts of the input that were refused, where it was.", Schema: &openapi.Schema{
			Types: []string{openapi.Array},
			Items: &openapi.Schema{
				Name:        "RefusedField",
				Description: "A part of the input of a service that was refused.",
				Types:       []string{openapi.Object},
				Closed:      true,
				Properties: []openapi.Property{
					{Name: "field", Required: true, Schema: text("Name of the element.", "name")},
					{Name: "message", Required: true, Schema: text("What is wrong with it.", "is required")},
				},
			},
		}},
		openapi.Property{Name: "status", Description: "There where the SSO has refused.", Schema: &openapi.Schema{Const: "error"}},
		openapi.Property{Name: "sub_status", Description: "The codes of the SSO, where it has refused.", Schema: &openapi.Schema{
			Types: []string{openapi.Array},
			Items: &openapi.Schema{Types: []string{openapi.String}, Pattern: "^[EW][0-9]{6}$", Examples: []any{"E005001"}},
		}}),
}

// RetryAfterHeader is in all answers with the statuses 429 and 503.
var RetryAfterHeader = openapi.Header{
	Name:        "Retry-After",
	Description: "When to come back, in seconds from now.",
	Schema:      &openapi.Schema{Types: []string{openapi.Integer}, Minimum: openapi.Int(1), Examples: []any{2}},
}

var cidHeader = openapi.Header{Name: headerCID, Description: "Correlation ID of the request.", Schema: CIDSchema}

// failures are the answers of WriteError, by their status.
var failures = map[int]struct {
	name, description, details string
	headers                    []openapi.Header
}{
	http.StatusBadRequest:                  {name: "BadRequest", description: "The request is not what the operation takes.", details: "The body: want a JSON object"},
	http.StatusUnauthorized:                {name: "NotAuthenticated", description: "No credentials, or wrong ones.", details: "Not authenticated: this path needs the username and password (Basic Auth) or a token (JWT) of a security definition", headers: []openapi.Header{{Name: "WWW-Authenticate", Description: "The ways to authenticate.", Schema: text("")}}},
	http.StatusForbidden:                   {name: "Forbidden", description: "The service, or the SSO, has refused the call.", details: "Not allowed"},
	http.StatusNotFound:                    {name: "NotFound", description: "There is no such path.", details: "No such path"},
	http.StatusMethodNotAllowed:            {name: "MethodNotAllowed", description: "The path does not take this method.", details: "Method not allowed: this path takes GET, HEAD, OPTIONS", headers: []openapi.Header{{Name: "Allow", Description: "The methods that the path takes.", Schema: text("", "GET, HEAD, OPTIONS")}}},
	http.StatusRequestTimeout:              {name: "TooSlow", description: "The body did not come within http.read_timeout.", details: "The body did not come in time"},
	http.StatusRequestEntityTooLarge:       {name: "TooLarge", description: "The body is larger than http.max_body.", details: "The body is larger than 1048576 bytes"},
	http.StatusRequestURITooLong:           {name: "LongURL", description: "The URL is too long: elements can be in the body.", details: "The URL is longer than 16384 bytes"},
	http.StatusRequestHeaderFieldsTooLarge: {name: "LargeHeader", description: "The header is too large, or has too many lines.", details: "The request has more than 200 headers"},
	http.StatusTooManyRequests:             {name: "TooManyRequests", description: "Too many wrong passwords, or too many requests from one address.", details: "Too many wrong passwords: try again in 2 seconds", headers: []openapi.Header{RetryAfterHeader}},
	http.StatusInternalServerError:         {name: "InternalError", description: "A failure that is not the caller's. The log tells the cause, under the cid.", details: internalError},
	http.StatusServiceUnavailable:          {name: "Unavailable", description: "The database is away, or the host is too busy: the same request may succeed later.", details: "The database is unavailable: try again later", headers: []openapi.Header{RetryAfterHeader}},
	http.StatusHTTPVersionNotSupported:     {name: "OldHTTP", description: "The answer needs HTTP/1.1 or later: HTTP/1.0 cannot tell whether it is complete.", details: "This answer needs HTTP/1.1 or later"},
	http.StatusGatewayTimeout:              {name: "TimedOut", description: "The call of the service took too long and was ended.", details: "service hello.hello timed out after 30s"},
}

// ErrorAnswers documents what WriteError answers with statuses, for the
// operations of a route. The statuses are 400, 404, 405, 408, 413, 414, 429, 431, 500,
// 503 or 505.
func ErrorAnswers(statuses ...int) []openapi.Answer { return answersOf(errorSchema, "", statuses) }

func answersOf(schema *openapi.Schema, prefix string, statuses []int) []openapi.Answer {
	answers := make([]openapi.Answer, len(statuses))
	for i, status := range statuses {
		told := failures[status]
		answers[i] = openapi.Answer{
			Status:      strconv.Itoa(status),
			Name:        prefix + told.name,
			Description: told.description,
			Schema:      schema,
			Headers:     told.headers,
			Example:     failure{Result: "Error", CID: CIDSchema.Examples[0].(string), Details: told.details},
		}
	}
	return answers
}

// authentication is what the paths behind security definitions take.
var authentication = []openapi.SecurityScheme{
	{Name: "basic", Scheme: "basic", Description: "Username and password of a security definition (Basic Auth)."},
	{Name: "jwt", Scheme: "bearer", Format: "JWT", Description: "A token that is signed with the secret of a security definition (JWT)."},
}

var (
	servicesTag = openapi.Tag{Name: "Services", Description: "Services are called by name, and answer what they like."}
	hostTag     = openapi.Tag{Name: "Host", Description: "Whether the host is there, and what it documents."}
)

var invokeMethods = []string{http.MethodPost, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete}

var docInvoke = &openapi.Operation{
	ID:      "invoke",
	Summary: "Call a service",
	Description: "The service gets the method, the headers and the parameters of the query, too. Credentials are kept from it.\n\n" +
		"The errors are those of the host and of a service that returns an error; a service may give an answer of its own with any status.",
	Tag: servicesTag,
	Parameters: []openapi.Parameter{{Name: "service", In: openapi.InPath, Required: true, Description: "Name of the service: of its directory, file and type.",
		Schema: &openapi.Schema{Types: []string{openapi.String}}, Example: "hello.hello"}},
	Body: &openapi.Body{
		Description: "The input: any JSON, usually an object, whatever the Content-Type; or nothing.",
		Example:     map[string]string{"name": "Jane"},
	},
	Answers: append(append([]openapi.Answer{{
		Status:      "2XX",
		Description: "What the service answers.",
		IsOpen:      true,
		Schema:      &openapi.Schema{Examples: []any{map[string]string{"hello": "Jane"}}},
		Headers:     serviceHeaders,
	}}, serviceErrors(400, 401, 403, 404, 408, 413, 429, 500, 503, 504)...),
		openapi.Answer{Status: "default", Description: "What else the service answers.", IsOpen: true, Headers: serviceHeaders}),
	Security: authentication,
}

var serviceHeaders = []openapi.Header{
	{Name: headerVersion, Optional: true, Description: "The version of the source of the service that has answered.", Schema: text("")},
	{Name: headerUST, Optional: true, Description: "The token of the session that the caller has by its security definition.", Schema: text("")},
}

// serviceAnswerSchema is an error of the host's, or an answer of a service's own
// with the same status.
var serviceAnswerSchema = &openapi.Schema{AnyOf: []*openapi.Schema{serviceErrorSchema, {Description: "What the service answers itself with this status."}}}

func serviceErrors(statuses ...int) []openapi.Answer {
	answers := answersOf(serviceAnswerSchema, "Service", statuses)
	for i := range answers {
		answers[i].IsOpen = true
		answers[i].Headers = append(answers[i].Headers[:len(answers[i].Headers):len(answers[i].Headers)], serviceHeaders...)
		if answers[i].Status == "404" {
			answers[i].Description = "There is no such service, or it has not found what it was asked for."
		}
	}
	return answers
}

var docServices = &openapi.Operation{
	ID:      "listServices",
	Summary: "List the services",
	Description: "All services that can be called, by name, then the files that could not be loaded. " +
		"Where the newest version of a file could not be loaded, last_error says why.",
	Tag: servicesTag,
	Answers: append([]openapi.Answer{{
		Status:      "200",
		Description: "The services.",
		Schema: &openapi.Schema{Types: []string{openapi.Array}, Items: &openapi.Schema{
			Name:        "Service",
			Description: "A service, or a file that could not be loaded.",
			Types:       []string{openapi.Object},
			Closed:      true,
			Properties: []openapi.Property{
				{Name: "name", Schema: text("Its name; not there for a file without a service.", "hello.hello")},
				{Name: "file", Schema: text("Its file; not there for a service that is compiled into the program.", "services/hello.go")},
				{Name: "line", Schema: &openapi.Schema{Types: []string{openapi.Integer}, Description: "The line of its type.", Minimum: openapi.Int(1), Examples: []any{5}}},
				{Name: "compiled", Schema: &openapi.Schema{Types: []string{openapi.Boolean}, Description: "Whether it is compiled into the program.", Examples: []any{false}}},
				{Name: "version", Schema: text("The version of the source that answers.", "8d4f2a91c0b7")},
				{Name: "loaded_at", Schema: text("When that was loaded (RFC 3339).", "2026-07-01T12:00:00Z")},
				{Name: "last_error", Schema: text("Why the newest version is not the one that answers.", "services/hello.go:7:2: undefined: x")},
				{Name: "last_error_at", Schema: text("When that happened (RFC 3339).", "2026-07-01T12:30:00Z")},
			},
		}},
	}}, append(answersOf(errorSchema, "", []int{401}), ErrorAnswers(429, 500, 503)...)...),
	Security: authentication,
}

// saying is the answer of a path that always says the same.
func saying(description, key string, value any) []openapi.Answer {
	return []openapi.Answer{{Status: "200", Description: description, Schema: &openapi.Schema{
		Types: []string{openapi.Object}, Closed: true,
		Properties: []openapi.Property{{Name: key, Required: true, Schema: &openapi.Schema{Const: value}}},
	}}}
}

var (
	docPing   = &openapi.Operation{ID: "ping", Summary: "Say pong", Tag: hostTag, Answers: saying("The host is there.", "pong", "zato")}
	docHealth = &openapi.Operation{ID: "health", Summary: "Say whether the process is alive", Tag: hostTag, Answers: saying("It is.", "healthy", true)}
	docReady  = &openapi.Operation{ID: "ready", Summary: "Say whether the host can serve", Tag: hostTag,
		Answers: append(saying("It can.", "ready", true), ErrorAnswers(503)...)}
)

var etagHeader = openapi.Header{Name: "ETag", Description: "Changes with the content.", Schema: text("")}

var (
	docDocument = &openapi.Operation{
		ID: "document", Summary: "Get this document", Tag: hostTag,
		Answers: []openapi.Answer{
			{Status: "200", Description: "The OpenAPI document.", Headers: []openapi.Header{etagHeader},
				Schema:  &openapi.Schema{Types: []string{openapi.Object}},
				Example: map[string]string{"openapi": openapi.Version}},
			unchanged,
		},
	}
	docPage = &openapi.Operation{
		ID: "documentPage", Summary: "Get this document as a page", Tag: hostTag,
		Answers: []openapi.Answer{
			{Status: "200", Description: "The page.", Content: "text/html", Headers: []openapi.Header{etagHeader}},
			unchanged,
		},
	}
	unchanged = openapi.Answer{Status: "304", Name: "Unchanged", Description: "It has not changed (If-None-Match).", Headers: []openapi.Header{etagHeader}}
)
