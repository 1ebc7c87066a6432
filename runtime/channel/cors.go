package channel

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rs/cors"

	"gatehouse/runtime/internal/settings"
)

// CORSConfig says which pages of other origins may call from within a browser
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
type CORSConfig struct {
	AllowedOrigins   []string `yaml:"allowed_origins"` // such as https://app.example.com; none are allowed without
	AllowedMethods   []string `yaml:"allowed_methods"`
	AllowedHeaders   []string `yaml:"allowed_headers"` // that requests may have
	ExposedHeaders   []string `yaml:"exposed_headers"` // that pages may read of answers
	AllowCredentials bool     `yaml:"allow_credentials"`
	MaxAge           int      `yaml:"max_age"` // seconds that a browser may keep what it was allowed
}

// DefaultCORS returns what holds where nothing is configured: no origin is
// allowed, and one that is allowed may do all that clients may do.
func DefaultCORS() CORSConfig {
	return CORSConfig{
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{"Authorization", "Content-Type", headerOverride, "X-Zato-SSO-Current-App"},
		ExposedHeaders: []string{headerCID, headerUST, headerVersion, "Retry-After"},
		MaxAge:         600,
	}
}

// Check tells what is wrong, each setting by its path, which begins with the
// section's.
func (c *CORSConfig) Check(section string) []error { return settings.Faults(section, c.check) }

func (c *CORSConfig) check(fault settings.Fault) {
	for _, origin := range c.AllowedOrigins {
		if err := checkOrigin(origin); err != nil {
			fault("allowed_origins", "%w", err)
		}
	}
	isAny := slices.Contains(c.AllowedOrigins, "*")
	if isAny && len(c.AllowedOrigins) > 1 {
		fault("allowed_origins", "* is every origin: name no others beside it")
	}
	if isAny && c.AllowCredentials {
		fault("allow_credentials", "with every origin allowed (*), any page could act as whoever looks at it: name the origins")
	}
	if len(c.AllowedMethods) == 0 && len(c.AllowedOrigins) > 0 {
		fault("allowed_methods", "must name a method at least, such as GET")
	}
	for _, method := range c.AllowedMethods {
		if !slices.Contains(methods, method) {
			fault("allowed_methods", "%q is none of %s", method, strings.Join(methods, ", "))
		}
	}
	for _, list := range []struct {
		setting string
		names   []string
	}{{"allowed_headers", c.AllowedHeaders}, {"exposed_headers", c.ExposedHeaders}} {
		for _, name := range list.names {
			if name == "*" && c.AllowCredentials {
				fault(list.setting, "with allow_credentials browsers do not take * for all: name the headers")
			} else if err := checkHeader(name, nil); err != nil {
				fault(list.setting, "%q is no name of a header", name)
			}
		}
	}
	fault.Between("max_age", c.MaxAge, 0, 86_400)
}

// checkOrigin refuses what no browser sends as an origin, for it would allow
// nothing. A star stands for all names below a name.
func checkOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	if origin == "null" {
		return fmt.Errorf("null is the origin of any page that hides its own, and is not allowed")
	}
	parsed, err := url.Parse(strings.Replace(origin, "://*.", "://", 1))
	switch {
	case err != nil, parsed.Scheme == "", parsed.Host == "", parsed.Hostname() == "":
		return fmt.Errorf("%q is no origin such as https://app.example.com", origin)
	case parsed.User != nil, parsed.Path != "", parsed.RawQuery != "", parsed.ForceQuery, parsed.Fragment != "", strings.HasSuffix(origin, "#"):
		return fmt.Errorf("%q: an origin is scheme, host and port alone, without a slash at its end", origin)
	case origin != strings.ToLower(origin), strings.ContainsFunc(origin, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fmt.Errorf("%q: browsers send origins in lower case and in ASCII (xn--…)", origin)
	case parsed.Scheme == "https" && parsed.Port() == "443", parsed.Scheme == "http" && parsed.Port() == "80":
		return fmt.Errorf("%q: browsers leave the usual port out", origin)
	case strings.Contains(parsed.Host, "*"), strings.Contains(origin, "*") && !strings.Contains(parsed.Hostname(), "."):
		return fmt.Errorf("%q: a star stands for names below one of your own, such as https://*.example.com", origin)
	}
	return nil
}

// handler returns what answers preflights and adds to answers what browsers want
// to see; nil where no origin is allowed.
func (c *CORSConfig) handler() *cors.Cors {
	if len(c.AllowedOrigins) == 0 {
		return nil
	}
	headers := c.AllowedHeaders
	if len(headers) == 0 {
		headers = []string{"Accept"} // none would be the library's own choice; this one needs no leave
	}
	age := c.MaxAge
	if age == 0 {
		age = -1 // which says 0, where 0 says nothing
	}
	return cors.New(cors.Options{
		AllowedOrigins:   c.AllowedOrigins,
		AllowedMethods:   c.AllowedMethods,
		AllowedHeaders:   headers,
		ExposedHeaders:   c.ExposedHeaders,
		AllowCredentials: c.AllowCredentials,
		MaxAge:           age,
	})
}

// isPreflight reports whether a browser asks what it may send.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}
