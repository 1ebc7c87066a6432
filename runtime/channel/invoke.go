package channel

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

// authenticated lets requests through that have the credentials of one of the
// channel's security definitions.
func (c *channel) authenticated(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := c.authenticate(r)
		if err == nil {
			exchangeOf(r.Context()).caller = caller
			next(w, r)
			return
		}
		noteRefusal(r, err)
		switch {
		case errors.Is(err, security.ErrDenied):
			// Which definitions there are is nobody's business who has none.
			w.Header().Add("WWW-Authenticate", `Basic realm="services", charset="UTF-8"`)
			w.Header().Add("WWW-Authenticate", `Bearer realm="services"`)
			WriteError(w, r, &invocation.Error{
				Status:  http.StatusUnauthorized,
				Message: "Not authenticated: this path needs the username and password (Basic Auth) or a token (JWT) of a security definition",
			})
		case errors.Is(err, security.ErrTooEarly):
			WriteError(w, r, tooEarly(err))
		default:
			WriteError(w, r, err)
		}
	})
}

// authenticate returns whom the header Authorization lets in.
func (c *channel) authenticate(r *http.Request) (security.Principal, error) {
	from := security.Client{Address: RemoteAddr(r), Definitions: c.Definitions}
	if username, password, ok := r.BasicAuth(); ok {
		return c.Authenticator.Verify(r.Context(), from, username, password)
	}
	if token, ok := bearerToken(r); ok {
		return c.Authenticator.VerifyToken(r.Context(), from, token)
	}
	if r.Header.Get("Authorization") != "" {
		return security.Principal{}, &security.Refusal{Reason: security.OtherScheme}
	}
	return security.Principal{}, &security.Refusal{Reason: security.NoCredentials}
}

// noteRefusal has the line of the request in the log say why it was refused. So
// a flood of refusals writes no more than one of any other requests; a line of
// its own, which is a warning, have only wrong guesses after which others have to
// wait, and these come no faster than the delays let them.
func noteRefusal(r *http.Request, err error) {
	var refused *security.Refusal
	if !errors.As(err, &refused) {
		return
	}
	exchangeOf(r.Context()).refused = refused
	if refused.Slowed > 0 {
		Logger(r.Context()).Warn("somebody may be guessing the password of a security definition: further guesses from there have to wait",
			"security", refused.Definition, "reason", string(refused.Reason), "path", shownPath(r),
			"remote_addr", RemoteAddr(r), "wait", refused.Slowed.Round(time.Millisecond))
	}
}

// tooEarly is what clients are told who have to wait.
func tooEarly(err error) *invocation.Error {
	told := &invocation.Error{Status: http.StatusTooManyRequests, Message: "Too many wrong passwords: try again later"}
	var refused *security.Refusal
	if errors.As(err, &refused) {
		told.RetryAfter = int(backoff.Told(refused.Wait) / time.Second)
		told.Message = "Too many wrong passwords: try again in " + words.Counted(int64(told.RetryAfter), "second", "seconds")
	}
	return told
}

// bearerToken returns the token of a request (RFC 6750, section 2.1).
func bearerToken(r *http.Request) (string, bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimLeft(token, " "), found && strings.EqualFold(scheme, "Bearer")
}

// invoke runs the service that the path names.
func (c *channel) invoke(w http.ResponseWriter, r *http.Request) {
	if err := c.checkSite(r); err != nil {
		WriteError(w, r, err)
		return
	}
	body, err := readJSON(r)
	if err != nil {
		WriteError(w, r, err)
		return
	}
	query, err := queryOf(r)
	if err != nil {
		WriteError(w, r, err)
		return
	}
	session, err := c.Session(r, exchangeOf(r.Context()).caller)
	if err != nil {
		WriteError(w, r, err)
		return
	}
	headers := r.Header.Clone()
	for _, secret := range []string{"Authorization", "Proxy-Authorization", "Cookie"} {
		headers.Del(secret)
	}
	if session != "" {
		headers.Set(headerUST, session)
		w.Header().Set(headerUST, session)
	}
	response, err := c.Invoker.Invoke(r.Context(), invocation.Request{
		Service: r.PathValue("service"),
		CID:     CID(r.Context()),
		Body:    body,
		HTTP: &invocation.HTTP{
			Method:     r.Method,
			Path:       r.URL.Path,
			Headers:    headers,
			Query:      query,
			RemoteAddr: RemoteAddr(r),
			UserAgent:  r.UserAgent(),
		},
	})
	if err != nil {
		WriteError(w, r, err)
		return
	}
	c.answer(w, r, response)
}

// answer writes the response of a service.
func (c *channel) answer(w http.ResponseWriter, r *http.Request, response invocation.Response) {
	if response.Version != "" {
		noteVersion(w, r, response.Version)
	}
	if response.Status < http.StatusOK || response.Status > 599 {
		WriteError(w, r, fmt.Errorf("the service answered with status %d: want 200 to 599", response.Status))
		return
	}
	for name, values := range response.Headers {
		if err := checkHeader(name, values); err != nil {
			WriteError(w, r, fmt.Errorf("the service answered with %w", err))
			return
		}
	}
	header := w.Header()
	for name, values := range response.Headers {
		switch name = http.CanonicalHeaderKey(name); {
		case reserved[name]:
		case name == "Vary": // an answer may vary by more than a service knows
			header[name] = append(header[name], values...)
		default:
			header[name] = values
		}
	}
	if len(response.Body) == 0 || response.Status == http.StatusNoContent || response.Status == http.StatusNotModified {
		w.WriteHeader(response.Status)
		return
	}
	writeBody(w, response.Status, response.Body)
}

// reserved are the headers that are not a service's to set.
var reserved = map[string]bool{
	http.CanonicalHeaderKey(headerCID): true,
	headerVersion:                      true,
	"Connection":                       true,
	"Content-Length":                   true,
	"Date":                             true,
	"Keep-Alive":                       true,
	"Proxy-Connection":                 true,
	"Te":                               true,
	"Trailer":                          true,
	"Transfer-Encoding":                true,
	"Upgrade":                          true,
}

// checkHeader refuses what would end the header or begin another (RFC 9110,
// section 5).
func checkHeader(name string, values []string) error {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) {
		return fmt.Errorf("a header name that is none: %q", name)
	}
	for _, value := range values {
		for _, b := range []byte(value) {
			if b < ' ' && b != '\t' || b == 0x7f {
				return fmt.Errorf("a control character in the header %s", name)
			}
		}
	}
	return nil
}
