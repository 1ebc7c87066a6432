package channel

import (
	"net/http"
	"slices"

	"gatehouse/runtime/invocation"
)

// headerOverride has a POST be a GET, for clients that cannot send a body with
// GET, such as fetch of browsers: what is secret need not be in the URL then.
//
// Pages of other origins cannot send it without a preflight, and answers to POST
// are kept by no cache. It turns nothing into a method that changes something, so
// what stands in front and lets methods pass, rather than paths, is not led past
// more than reading.
const headerOverride = "X-HTTP-Method-Override"

// override makes a request what the header says. Whatever else the header may be
// elsewhere is refused: who sends it means something by it.
func override(r *http.Request) error {
	values := r.Header.Values(headerOverride)
	switch {
	case len(values) == 0:
		return nil
	case len(values) == 1 && values[0] == http.MethodGet && r.Method == http.MethodPost:
		x := exchangeOf(r.Context())
		if !x.channel.mayPageGet(r) {
			return &invocation.Error{
				Status:  http.StatusBadRequest,
				Message: "A page of another origin may not send GET, nor " + headerOverride + ": http.cors.allowed_methods says what it may",
			}
		}
		x.sentAs, r.Method = r.Method, http.MethodGet // for the log, too
		return nil
	}
	return &invocation.Error{
		Status:  http.StatusBadRequest,
		Message: headerOverride + " takes GET alone, once, and with POST: send other methods as they are",
	}
}

// mayPageGet tells whether the origin of a request, if it is another one, may send
// GET: browsers have asked for POST.
func (c *channel) mayPageGet(r *http.Request) bool {
	isPage := c.cors != nil && r.Header.Get("Origin") != "" && c.cors.OriginAllowed(r)
	return !isPage || slices.Contains(c.CORS.AllowedMethods, http.MethodGet)
}
