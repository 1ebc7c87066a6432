package channel

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gatehouse/runtime/openapi"
)

// DocsPath is the path of the page that documents the others.
const DocsPath = "/docs"

const about = "Everything is JSON in UTF-8, and bodies are read as JSON whatever their Content-Type. " +
	"Where GET is taken, so is HEAD, and OPTIONS tells the methods of a path. An unknown path is answered with NotFound, " +
	"a method that a path does not take with MethodNotAllowed.\n\n" +
	"Clients that cannot send a body with GET, such as fetch of browsers, send it to the paths of the SSO with POST and the header " +
	headerOverride + ": GET, which is that GET. The header has no other meaning there.\n\n" +
	"Every request has a correlation ID, its cid: it is in the answer and in all that the log says of the request."

const commands = "The commands are for a shell, with curl. SSO_URL is where this host is, without a slash at its end; " +
	"UST is the ust that a login has answered with, USER_ID a user_id, and so on; BASIC_USERNAME is that of a security definition, whose password curl asks for. " +
	"What is secret is in variables or in what is typed, and goes to curl over a pipe: others on the machine can see command lines, and what is in a URL is logged on its way. " +
	"Where what is sent has variables in it, a dollar sign, a backtick or a backslash that you type there needs a backslash before it."

// documentRoutes returns the routes that document routes, themselves included.
func documentRoutes(routes []Route, version string) ([]Route, error) {
	if version == "" {
		version = "unknown"
	}
	var document, page content
	documenting := []Route{
		{Method: http.MethodGet, Pattern: "/openapi.json", Quiet: true, Handler: &document, Doc: docDocument},
		{Method: http.MethodGet, Pattern: DocsPath, Quiet: true, Handler: &page, Doc: docPage},
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
		places = append(places, openapi.Place{Path: path, Methods: methods, Operation: withEdge(route)})
	}
	made, err := openapi.New(openapi.Info{
		Title:       "Gatehouse",
		Version:     version,
		Description: about,
		Headers:     []openapi.Header{cidHeader},
		Address:     "SSO_URL",
		Commands:    commands,
		Answers:     ErrorAnswers(http.StatusNotFound, http.StatusMethodNotAllowed),
	}, places)
	if err != nil {
		return nil, err
	}
	document = newContent("application/json", made.JSON)
	page = newContent("text/html; charset=utf-8", made.Page)
	return documenting, nil
}

// edgeAnswers are what any path may answer before its handler is asked.
var edgeAnswers = &openapi.AnswerSet{Name: "any", Title: "answers of any path",
	Answers: ErrorAnswers(http.StatusRequestURITooLong, http.StatusTooManyRequests, http.StatusRequestHeaderFieldsTooLarge)}

// withEdge adds to the operation of a route what holds for all of its kind.
func withEdge(route Route) *openapi.Operation {
	more := *route.Doc
	more.Usual = append(slices.Clip(more.Usual), edgeAnswers)
	if route.MethodOverride {
		more.Override = headerOverride
	}
	return &more
}

// content is a handler that always answers the same: what is written when it
// is first asked for.
type content struct {
	kind    string
	written func() (written, error)
}

type written struct {
	etag string
	body []byte
}

func newContent(kind string, write func() ([]byte, error)) content {
	return content{kind: kind, written: sync.OnceValues(func() (written, error) {
		body, err := write()
		digest := sha256.Sum256(body)
		return written{etag: `"` + hex.EncodeToString(digest[:16]) + `"`, body: body}, err
	})}
}

// pagePolicy lets a page have the styles in itself and nothing else.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP lets clients keep the content, but ask each time whether it is
// still the same: another version of the program has another.
func (c *content) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	known, err := c.written()
	if err != nil {
		WriteError(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", known.etag)
	if known.isKnown(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", c.kind)
	header.Set("Content-Length", strconv.Itoa(len(known.body)))
	header.Set("Content-Security-Policy", pagePolicy)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(known.body) // a client that has gone is no news
}

// isKnown reports whether a client has the content (RFC 9110, section 13.1.2).
func (x written) isKnown(ifNoneMatch []string) bool {
	for _, tag := range strings.Split(strings.Join(ifNoneMatch, ","), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == x.etag {
			return true
		}
	}
	return false
}
