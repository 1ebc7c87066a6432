package channel

import (
	"fmt"
	"net/http"
	"strings"

	"gatehouse/runtime/invocation"
)

// Bounds of what is no setting. The header as a whole is bounded by the server.
const (
	maxURL         = 16 << 10 // bytes
	maxHeaderLines = 200

	// What the log shows, in bytes.
	maxShownPath   = 256
	maxShownMethod = 16
)

// beyondLimits says what of a request is more than may be sent; nil is nothing.
func beyondLimits(r *http.Request) *invocation.Error {
	switch {
	case len(r.RequestURI) > maxURL:
		return &invocation.Error{Status: http.StatusRequestURITooLong, Message: fmt.Sprintf("The URL is longer than %d bytes", maxURL)}
	case linesOf(r.Header) > maxHeaderLines:
		return &invocation.Error{Status: http.StatusRequestHeaderFieldsTooLarge, Message: fmt.Sprintf("The request has more than %d headers", maxHeaderLines)}
	}
	return nil
}

// linesOf counts the lines of a header.
func linesOf(header http.Header) (lines int) {
	for _, values := range header {
		lines += len(values)
	}
	return lines
}

// shownPath is the path of a request as the log has it: without a query or a
// fragment, which may hold a token, even where their marks are escaped, and how
// often they are.
func shownPath(r *http.Request) string {
	path := r.URL.Path
	if end := strings.IndexAny(path, "?#%"); end >= 0 { // a percent sign that is left was escaped itself
		path = path[:end]
	}
	return cut(path, maxShownPath)
}

// securityHeaders are what every answer has, unless its handler or its service
// sets it otherwise: it is data, not for a browser to show, to guess a type of,
// or to keep, and no address that it was sent from is told to others.
var securityHeaders = http.Header{
	"Cache-Control":           {"no-store"},
	"Content-Security-Policy": {"default-src 'none'; frame-ancestors 'none'"},
	"Referrer-Policy":         {"no-referrer"},
	"X-Content-Type-Options":  {"nosniff"},
	"X-Frame-Options":         {"DENY"},
}

// setSecurityHeaders shares the values among all answers: who adds one gets a
// list of his own.
func setSecurityHeaders(header http.Header) {
	for name, values := range securityHeaders {
		header[name] = values[:1:1]
	}
}
