package channel

import (
	"net/http"

	"gatehouse/runtime/invocation"
)

// checkSite refuses to run a service for a page of another origin that sends the
// password which its visitor's browser remembers for this host: browsers add
// one of Basic Auth without being asked, also to requests that need no
// preflight. Clients that are no browsers do not send this header, and no page
// can change it (https://www.w3.org/TR/fetch-metadata/).
func (c *channel) checkSite(r *http.Request) error {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
	default:
		return nil
	}
	if c.cors != nil && r.Header.Get("Origin") != "" && c.cors.OriginAllowed(r) {
		return nil
	}
	return &invocation.Error{
		Status:  http.StatusForbidden,
		Message: "A page of another origin has sent this: http.cors.allowed_origins says which may",
	}
}
