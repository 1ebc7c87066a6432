package client

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"gatehouse/runtime/sso"
)

// ErrUnexpectedAnswer is matched by errors of calls that got an answer which a
// host does not give: a page of something on the way, a redirect, an answer that
// is too long.
var ErrUnexpectedAnswer = errors.New("no answer of a Gatehouse host")

// Error is a call that was refused, or failed at the host. Its text has nothing in it
// that was sent, nor what an answer says in words.
type Error struct {
	// Op is the operation, as the document of the host names it (/openapi.json),
	// such as login.
	Op string

	// Status is that of HTTP: 403 for refusals. 0 is a call that was not made,
	// for no host takes what it would send.
	Status int

	// Codes say why the host refuses; none where it failed, or where the request
	// was not one that it takes. sso.HasCode(err, code) looks at them.
	Codes []sso.Code

	// CID is the correlation ID, by which the log and the audit of the host tell
	// more.
	CID string

	// RetryAfter is when the host has said to come back; 0 is not told.
	RetryAfter time.Duration

	// Details are what the host says where there are no codes. They are not in
	// the text of the error.
	Details string

	problem string // what is to be said instead of what the codes or the status mean
	cause   error
}

// causeOf returns what errors.Is and sso.HasCode find of an answer.
func causeOf(e *Error) error {
	var cause error
	if e.Status == http.StatusTooManyRequests {
		cause = sso.ErrTooMany
	}
	if len(e.Codes) == 0 {
		return cause
	}
	return &sso.Error{Op: e.Op, Codes: e.Codes, RetryAfter: e.RetryAfter, Err: cause}
}

// IsTemporary reports whether the same call may succeed later: there were too
// many (429), or the host is too busy or its database away (503).
func (e *Error) IsTemporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}

// Unwrap returns an *sso.Error with the same codes, where there are codes.
func (e *Error) Unwrap() error { return e.cause }

// Error says what was called, what came of it, and what can be done.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: ", e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&text, "%d %s: ", e.Status, http.StatusText(e.Status))
	}
	switch {
	case e.problem != "":
		if len(e.Codes) > 0 {
			text.WriteString(string(e.Codes[0]) + ": ")
		}
		text.WriteString(e.problem)
	case len(e.Codes) > 0:
		for i, code := range e.Codes {
			if i > 0 {
				text.WriteString(", ")
			}
			text.WriteString(string(code))
			if meaning := meaningOf(code); meaning != "" {
				text.WriteString(" (" + meaning + ")")
			}
		}
	default:
		text.WriteString(hint(e.Status))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&text, "; come back in %v", e.RetryAfter.Round(time.Second))
	}
	if e.CID != "" {
		text.WriteString("; the log of the host has more under " + e.CID)
	}
	return text.String()
}

// hint says what may be behind a status that came without codes.
func hint(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "an element is missing, empty or of a wrong type, or the body was dropped on the way"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "the host has no such path: it is an older one, or the base URL is wrong"
	case http.StatusRequestTimeout:
		return "the request did not come in time"
	case http.StatusRequestEntityTooLarge:
		return "the request is larger than the host takes (http.max_body)"
	case http.StatusTooManyRequests:
		return "there were too many calls"
	case http.StatusServiceUnavailable:
		return "the host is too busy, or its database is away"
	}
	return "the host failed"
}

func meaningOf(code sso.Code) string {
	for _, known := range sso.Codes() {
		if known.Code == code {
			return known.Meaning
		}
	}
	return ""
}

// describe says what an answer is that is none of a host: its type, never its
// text.
func describe(response *http.Response) string {
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		to := "elsewhere"
		if location, err := response.Location(); err == nil && isHost(location.Host) {
			to = "to " + location.Host
		}
		return "a redirect " + to + ", which is not followed: is the base URL right?"
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	what := map[string]string{"text/html": "a page", "text/plain": "a text", "application/json": "other JSON"}[kind]
	if what == "" {
		what = "something else"
	}
	return what + " instead of the answer of a Gatehouse host: is the base URL right, and does anything on the way answer in its place?"
}

func isHost(text string) bool {
	return text != "" && len(text) <= 100 && only(text, func(c rune) bool {
		return isAlphanumeric(c) || strings.ContainsRune("-.:[]", c)
	})
}

// isCID reports whether a correlation ID looks like one: it stands in errors.
func isCID(text string) bool { return text != "" && len(text) <= 32 && only(text, isAlphanumeric) }

// areCodes reports whether all codes look like codes: they stand in errors.
func areCodes(codes []sso.Code) bool {
	for _, code := range codes {
		if len(code) != 7 || (code[0] != 'E' && code[0] != 'W') || !only(string(code[1:]), func(c rune) bool { return c >= '0' && c <= '9' }) {
			return false
		}
	}
	return true
}

func isAlphanumeric(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func only(text string, is func(rune) bool) bool {
	return strings.IndexFunc(text, func(c rune) bool { return !is(c) }) < 0
}
