package channel

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/runtime/invocation"
)

// checkSite refuses to run a service for a page of another origin that sends the
// password which its visitor's browser remembers for this host: browsers add
// one of Basic Auth without being asked, also to requests that need no
// preflight. Clients that are no browsers do not send these headers, and no page
// can change them (https://www.w3.org/TR/fetch-metadata/).
func (c *channel) checkSite(r *http.Request) error {
	origin := r.Header.Get("Origin")
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return nil
	case "": // browsers leave it out where the host is reached by plain HTTP
		if origin == "" {
			return nil
		}
		if parsed, err := url.Parse(origin); err == nil && strings.EqualFold(parsed.Host, r.Host) {
			return nil
		}
	}
	if c.cors != nil && origin != "" && c.cors.OriginAllowed(r) {
		return nil
	}
	return &invocation.Error{
		Status:  http.StatusForbidden,
		Message: "A page of another origin has sent this: http.cors.allowed_origins says which may",
	}
}
