package openapitest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/runtime/openapi/openapitest"
)

// thingDocument is a document that tests spoil.
const thingDocument = `{
	"openapi": "3.1.0",
	"info": {"title": "Things", "version": "1"},
	"paths": {
		"/things": {
			"get": {
				"operationId": "getThing",
				"parameters": [
					{"name": "id", "in": "query", "x-required": true, "schema": {"type": "string", "pattern": "^[0-9]+$"}},
					{"name": "also", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
				],
				"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": ["string", "number"]}}}}}},
				"responses": {
					"200": {
						"description": "A thing.",
						"headers": {"X-ID": {"$ref": "#/components/headers/X-ID"}},
						"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {"name": "x"}}}
					},
					"5XX": {"$ref": "#/components/responses/Broken"}
				}
			},
			"post": {
				"operationId": "makeThing",
				"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
				"responses": {"204": {"description": "Done."}, "default": {"description": "Anything.", "content": {"*/*": {}}}}
			}
		},
		"/things/{id}": {
			"get": {
				"operationId": "getOne",
				"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
				"responses": {"304": {"description": "The same."}}
			}
		}
	},
	"components": {
		"schemas": {
			"Thing": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false, "examples": [{"name": "y"}]}
		},
		"responses": {
			"Broken": {"description": "Broken.", "content": {"application/json": {"schema": {"const": "broken"}}}},
			"NotFound": {"description": "None.", "content": {"application/json": {"schema": {"const": "none"}}}},
			"MethodNotAllowed": {"description": "No.", "headers": {"Allow": {"required": true, "schema": {"type": "string"}}}}
		},
		"headers": {"X-ID": {"required": true, "schema": {"type": "integer", "minimum": 1}}}
	}
}`

func thing(t *testing.T) *openapitest.Document {
	t.Helper()
	document, err := openapitest.Parse([]byte(thingDocument))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// TestSpoiltDocuments has Parse find what is wrong with documents.
func TestSpoiltDocuments(t *testing.T) {
	t.Parallel()
	thing(t)
	for _, c := range []struct{ old, new, want string }{
		{`"openapi": "3.1.0"`, `"openapi": "3.0.0"`, "'/openapi'"},
		{`"title": "Things", `, ``, "title"},
		{`"description": "A thing.",`, ``, "description"},
		{`"in": "query", "x-required"`, `"in": "body", "x-required"`, "in"},
		{`"type": "string", "pattern"`, `"type": "text", "pattern"`, "type"},
		{`"pattern": "^[0-9]+$"`, `"pattern": "("`, "pattern"},
		{`"operationId": "makeThing"`, `"operationid": "makeThing"`, "operationid"},
		{`"operationId": "makeThing"`, `"operationId": "getThing"`, "operation getThing is at"},
		{`"$ref": "#/components/headers/X-ID"`, `"$ref": "#/components/headers/X-Id"`, "leads nowhere"},
		{`"$ref": "#/components/schemas/Thing"`, `"$ref": "#/components/schemas/Things"`, "leads nowhere"},
		{`"example": {"name": "x"}`, `"example": {"name": 1}`, "the example"},
		{`"examples": [{"name": "y"}]`, `"examples": [{"name": "y", "more": 1}]`, "an example"},
		{`"minimum": 1`, `"minimum": "1"`, "minimum"},
		{`"paths": {`, `"paths": `, "invalid character"},
	} {
		spoilt := strings.Replace(thingDocument, c.old, c.new, 1)
		if spoilt == thingDocument {
			t.Fatalf("the document has no %s", c.old)
		}
		if _, err := openapitest.Parse([]byte(spoilt)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	document := thing(t)
	for _, c := range []struct {
		method, path string
		status       int
		headers      string
		body         string
		want         string // "" is nothing wrong
	}{
		{"GET", "/things", 200, "X-ID: 1", `{"name": "x"}`, ""},
		{"HEAD", "/things", 200, "X-ID: 1", ``, ""},
		{"GET", "/things", 200, "X-ID: 1", ``, "no body"},
		{"GET", "/things", 200, "X-ID: 1", `{"name": "x", "more": 1}`, "additional properties"},
		{"GET", "/things", 200, "X-ID: 1", `{"name": null}`, "got null, want string"},
		{"GET", "/things", 200, "X-ID: 1", `{}`, "missing property"},
		{"GET", "/things", 200, "X-ID: 1", `{`, "the body"},
		{"GET", "/things", 200, "", `{"name": "x"}`, "no header X-ID"},
		{"GET", "/things", 200, "X-ID: 0", `{"name": "x"}`, "the header X-ID"},
		{"GET", "/things", 200, "X-ID: x", `{"name": "x"}`, "the header X-ID"},
		{"GET", "/things", 200, "X-ID: 1, X-More: 1", `{"name": "x"}`, "X-More is not documented"},
		{"GET", "/things", 200, "X-ID: 1, Content-Type: text/plain", `{"name": "x"}`, "text/plain is not documented"},
		{"GET", "/things", 201, "X-ID: 1", `{"name": "x"}`, "the status 201 is not documented"},
		{"GET", "/things", 503, "", `"broken"`, ""},
		{"GET", "/things", 503, "", `"fine"`, "value must be"},
		{"POST", "/things", 204, "", ``, ""},
		{"POST", "/things", 204, "", `1`, "is not documented"},
		{"POST", "/things", 418, "X-Own: 1, Content-Type: text/plain", `tea`, ""},
		{"OPTIONS", "/things", 204, "", ``, ""},
		{"PUT", "/things", 405, "Allow: GET", ``, ""},
		{"PUT", "/things", 405, "", ``, "no header Allow"},
		{"PUT", "/things", 200, "Allow: GET", ``, "the status is 200"},
		{"GET", "/things/7", 304, "", ``, ""},
		{"GET", "/things/", 304, "", ``, "the status is 304"},
		{"GET", "/nothing", 404, "", `"none"`, ""},
		{"GET", "/nothing", 404, "", `"some"`, "value must be"},
	} {
		header := http.Header{"Content-Type": {"application/json"}}
		for _, line := range strings.Split(c.headers, ", ") {
			if name, value, is := strings.Cut(line, ": "); is {
				header.Set(name, value)
			}
		}
		err := document.CheckAnswer(c.method, c.path, &http.Response{StatusCode: c.status, Header: header}, []byte(c.body))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %d %s %s: %v, want %q", c.method, c.path, c.status, c.headers, c.body, err, c.want)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	document := thing(t)
	for _, c := range []struct{ method, target, body, want string }{
		{"GET", "/things?id=1", ``, ""},
		{"GET", "/things", `{"id": 1}`, ""},
		{"GET", "/things?id=1&also=a&also=b", ``, ""},
		{"GET", "/things?id=1&also=a", ``, "the parameter also"},
		{"GET", "/things?id=x", ``, "the parameter id"},
		{"GET", "/things", `{"id": null}`, "the body"},
		{"GET", "/things", `{}`, "there is no id"},
		{"GET", "/things", ``, "there is no id"},
		{"POST", "/things", `{"name": "x"}`, ""},
		{"POST", "/things", `{"nome": "x"}`, "missing property"},
		{"POST", "/things", ``, "there is no body"},
		{"POST", "/things", `{`, "the body"},
		{"GET", "/things/7", `{}`, "none is documented"},
		{"PUT", "/things", `{}`, "not documented"},
	} {
		target, err := url.Parse(c.target)
		if err != nil {
			t.Fatal(err)
		}
		err = document.CheckRequest(c.method, target, []byte(c.body))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %s: %v, want %q", c.method, c.target, c.body, err, c.want)
		}
	}
}

// TestClient has a client go through to a server, and keep what is sent and
// answered whole.
func TestClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == openapitest.Path {
			_, _ = io.WriteString(w, thingDocument)
			return
		}
		w.Header().Set("X-ID", "1")
		var sent struct{ ID string }
		_ = json.NewDecoder(r.Body).Decode(&sent)
		_ = json.NewEncoder(w).Encode(map[string]string{"name": sent.ID})
	}))
	t.Cleanup(server.Close)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/things", strings.NewReader(`{"id": "7"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := openapitest.Client(t, server.URL).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || string(text) != `{"name":"7"}`+"\n" {
		t.Errorf("%s %v", text, err)
	}
}
