package channel_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/openapi/openapitest"
)

// documented is what tests read of a document.
type documented struct {
	Info  struct{ Version string }
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
	}
}

func TestEveryRouteIsDocumented(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Version = "1.2.3"
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/files/{name...}", Handler: http.NotFoundHandler(), Doc: &openapi.Operation{
			ID: "getFile", Summary: "Get a file", Tag: openapi.Tag{Name: "Files"},
			Parameters: []openapi.Parameter{{Name: "name", In: openapi.InPath, Required: true, Schema: &openapi.Schema{Types: []string{openapi.String}}}},
			Answers:    channel.ErrorAnswers(404),
		}}}
	})
	got := h.send(t, "GET", "/openapi.json", "", "")
	if _, err := openapitest.Parse([]byte(got.body)); err != nil {
		t.Fatal(err)
	}
	if err := channel.CheckJSON([]byte(got.body)); err != nil { // who would say of keys that come twice
		t.Error(err)
	}
	var document documented
	if err := json.Unmarshal([]byte(got.body), &document); err != nil {
		t.Fatal(err)
	}
	if document.Info.Version != "1.2.3" {
		t.Errorf("the version is %q", document.Info.Version)
	}
	want := map[string]string{"/files/{name}": "get", "/openapi.json": "get", "/docs": "get"}
	for _, route := range channel.OwnRoutes() {
		want[route.Pattern] = strings.ToLower(route.Method)
		if route.Method == "" {
			want[route.Pattern] = strings.ToLower(route.DocMethods[0])
		}
	}
	for path, method := range want {
		if document.Paths[path][method].OperationID == "" {
			t.Errorf("%s %s is not documented", method, path)
		}
	}
	if len(document.Paths) != len(want) {
		t.Errorf("the document has the paths %v", document.Paths)
	}
}

func TestDocumentation(t *testing.T) {
	h := start(t, nil)
	for path, kind := range map[string]string{"/openapi.json": "application/json", "/docs": "text/html; charset=utf-8"} {
		got := h.send(t, "GET", path, "", "")
		etag := got.header.Get("ETag")
		if got.status != 200 || got.header.Get("Content-Type") != kind || got.header.Get("Cache-Control") != "no-cache" ||
			!strings.HasPrefix(etag, `"`) || got.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %v", path, got.status, got.header)
		}
		if again := h.send(t, "GET", path, "", ""); again.body != got.body || again.header.Get("ETag") != etag {
			t.Errorf("%s is not the same twice", path)
		}
		if head := h.send(t, "HEAD", path, "", ""); head.status != 200 || head.body != "" || head.header.Get("Content-Length") != got.header.Get("Content-Length") || head.header.Get("ETag") != etag {
			t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
		}
		for _, known := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
			if got := h.send(t, "GET", path, "", "", "If-None-Match", known); got.status != 304 || got.body != "" || got.header.Get("ETag") != etag {
				t.Errorf("%s, If-None-Match %s: %d", path, known, got.status)
			}
		}
		for _, unknown := range []string{`"x"`, "", etag + "x"} {
			if got := h.send(t, "GET", path, "", "", "If-None-Match", unknown); got.status != 200 {
				t.Errorf("%s, If-None-Match %s: %d", path, unknown, got.status)
			}
		}
		if got := h.send(t, "POST", path, "", ""); got.status != 405 {
			t.Errorf("POST %s: %d", path, got.status)
		}
	}
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, `"status":200`) && !strings.Contains(line, `"level":"DEBUG"`) {
			t.Errorf("logged: %s", line)
		}
	}
	page := h.send(t, "GET", "/docs", "", "").body
	for _, want := range []string{"/zato/api/invoke/{service}", "Retry-After", "listServices"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, foreign := range []string{"http:", "https:", "//", "<script", "src=", "url("} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page has %s", foreign)
		}
	}
}

func TestHiddenDocumentation(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) { config.HideDocs = true })
	h.document = nil
	for _, path := range []string{"/openapi.json", "/docs"} {
		if got := h.send(t, "GET", path, "", ""); got.status != 404 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// TestWrongDocumentation refuses routes whose documentation does not fit.
func TestWrongDocumentation(t *testing.T) {
	_, err := channel.New(channel.Config{Invoker: &invoker{}, Authenticator: noAuthenticator{}, Routes: []channel.Route{
		{Method: "GET", Pattern: "/own", Handler: http.NotFoundHandler(), Doc: &openapi.Operation{
			ID: "ping", Summary: "Not that ping", Tag: openapi.Tag{Name: "Own"}, Answers: channel.ErrorAnswers(404)}},
	}})
	if err == nil || !strings.Contains(err.Error(), "operation ping is at GET /own") {
		t.Errorf("%v", err)
	}
}

type noAuthenticator struct{ channel.Authenticator }

// TestDocumentationWithoutJSON has a document that cannot be written be an error of
// the request for it, and of no other.
func TestDocumentationWithoutJSON(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/own", Handler: http.NotFoundHandler(), Doc: &openapi.Operation{
			ID: "own", Summary: "Nothing", Tag: openapi.Tag{Name: "Own"},
			Answers: []openapi.Answer{{Status: "200", Description: "Done.", Schema: &openapi.Schema{}, Example: func() {}}}}}}
	})
	h.document = nil
	for range 2 {
		if got := h.send(t, "GET", "/openapi.json", "", ""); got.status != 500 || strings.Contains(got.body, "unsupported") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if !strings.Contains(h.log.String(), "openapi: the document: json: unsupported type") {
		t.Errorf("the log does not say why:\n%s", h.log.String())
	}
	if got := h.send(t, "GET", "/zato/ping", "", ""); got.status != 200 {
		t.Errorf("ping: %d", got.status)
	}
}
