package channel

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gatehouse/runtime/openapi"
)

const about = "Everything is JSON in UTF-8, and bodies are read as JSON whatever their Content-Type. " +
	"Where GET is taken, so is HEAD, and OPTIONS tells the methods of a path. An unknown path is answered with NotFound, " +
	"a method that a path does not take with MethodNotAllowed.\n\n" +
	"Every request has a correlation ID, its cid: it is in the answer and in all that the log says of the request."

// documentRoutes returns the routes that document routes, themselves included.
func documentRoutes(routes []Route, version string) ([]Route, error) {
	if version == "" {
		version = "unknown"
	}
	var document, page content
	documenting := []Route{
		{Method: http.MethodGet, Pattern: "/openapi.json", Quiet: true, Handler: &document, Doc: docDocument},
		{Method: http.MethodGet, Pattern: "/docs", Quiet: true, Handler: &page, Doc: docPage},
	}
	var places []openapi.Place
	for _, route := range append(routes[:len(routes):len(routes)], documenting...) {
		if route.Doc == nil {
			continue
		}
		methods := []string{route.Method}
		if route.Method == "" {
			if methods = route.DocMethods; methods == nil {
				methods = []string{http.MethodPost}
			}
		}
		// The mux writes what is the rest of a path as {name...}.
		path := strings.ReplaceAll(route.Pattern, "...}", "}")
		places = append(places, openapi.Place{Path: path, Methods: methods, Operation: withEdgeAnswers(route.Doc)})
	}
	made, err := openapi.New(openapi.Info{
		Title:       "Gatehouse",
		Version:     version,
		Description: about,
		Headers:     []openapi.Header{cidHeader},
		Answers:     ErrorAnswers(http.StatusNotFound, http.StatusMethodNotAllowed),
	}, places)
	if err != nil {
		return nil, err
	}
	document = newContent("application/json", made.JSON())
	page = newContent("text/html; charset=utf-8", made.Page())
	return documenting, nil
}

// edgeAnswers are what any path may answer before its handler is asked.
var edgeAnswers = ErrorAnswers(http.StatusRequestURITooLong, http.StatusTooManyRequests, http.StatusRequestHeaderFieldsTooLarge)

// withEdgeAnswers adds to an operation those of them that it does not have.
func withEdgeAnswers(operation *openapi.Operation) *openapi.Operation {
	more := *operation
	more.Answers = slices.Clone(operation.Answers)
	for _, answer := range edgeAnswers {
		if !slices.ContainsFunc(more.Answers, func(known openapi.Answer) bool { return known.Status == answer.Status }) {
			more.Answers = append(more.Answers, answer)
		}
	}
	return &more
}

// content is a handler that always answers the same.
type content struct {
	kind string
	etag string
	body []byte
}

func newContent(kind string, body []byte) content {
	digest := sha256.Sum256(body)
	return content{kind: kind, etag: `"` + hex.EncodeToString(digest[:16]) + `"`, body: body}
}

// pagePolicy lets a page have the styles in itself and nothing else.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP lets clients keep the content, but ask each time whether it is
// still the same: another version of the program has another.
func (c *content) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", c.etag)
	if c.isKnown(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", c.kind)
	header.Set("Content-Length", strconv.Itoa(len(c.body)))
	header.Set("Content-Security-Policy", pagePolicy)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(c.body) // a client that has gone is no news
}

// isKnown reports whether a client has the content (RFC 9110, section 13.1.2).
func (c *content) isKnown(ifNoneMatch []string) bool {
	for _, tag := range strings.Split(strings.Join(ifNoneMatch, ","), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == c.etag {
			return true
		}
	}
	return false
}
