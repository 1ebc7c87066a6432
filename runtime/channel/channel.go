// Package channel is the HTTP side of the host: it takes requests in, checks
// who sends them, hands them to services or to the routes that others give it,
// and answers in one set of shapes. It knows services only as an
// invocation.Invoker.
//
// Every answer is JSON and has the header X-Zato-CID; an error looks like
//
//	{"result": "Error", "cid": "…", "details": "what was wrong"}
//
// The paths of its own are
//
//	GET /zato/ping                     {"pong": "zato"}
//	any /zato/api/invoke/{service}     runs a service (Basic Auth or JWT)
//	GET /zato/services                 the services there are (Basic Auth or JWT)
//	GET /healthz                       200 while the process is alive
//	GET /readyz                        200 while it can serve, else 503
//	GET /openapi.json                  an OpenAPI document of all routes
//	GET /docs                          the same as a page
package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/rs/cors"

	"gatehouse/runtime/internal/rarely"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/security"
)

const (
	defaultMaxBody      = 1 << 20
	defaultWriteTimeout = 30 * time.Second
)

// Authenticator verifies Basic Auth credentials and bearer tokens against the
// security definitions that the client may be let in by. *security.Definitions is
// one: see its Verify and VerifyToken for the errors.
type Authenticator interface {
	Verify(ctx context.Context, from security.Client, username, password string) (security.Principal, error)
	VerifyToken(ctx context.Context, from security.Client, token string) (security.Principal, error)
}

// Config is what a channel works with. Zero values take the defaults.
type Config struct {
	Invoker       invocation.Invoker
	Authenticator Authenticator

	// Definitions names the security definitions that let callers in to the
	// paths that ask for one, by Basic Auth or by JWT (default pubapi).
	Definitions []string

	// Session opens or renews the session that the caller of a service has by
	// its security definition, and returns its token, or "" where it has none.
	// Nil opens none.
	Session func(r *http.Request, caller security.Principal) (string, error)

	// TrustedProxies are the proxies whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	// Services returns what GET /zato/services answers; nil is an empty list.
	Services func() any

	// Ready returns nil while the host can serve; nil means always.
	Ready func(ctx context.Context) error

	// Routes are further paths.
	Routes []Route

	// HideDocs leaves /openapi.json and /docs out.
	HideDocs bool

	// Version is the version of the program that the document names (default
	// "unknown").
	Version string

	// Logger gets a line for each request (default: none is written).
	Logger *slog.Logger

	// MaxBody is the size of the largest request body, in bytes (default
	// 1 MiB); a larger one is answered with 413.
	MaxBody int64

	// WriteTimeout bounds the writing of an answer (default 30 s), once it is
	// made: how long that may take is the business of whoever makes it.
	WriteTimeout time.Duration

	// CORS lets pages of other origins call; without any, none are.
	CORS CORSConfig

	// RateLimit bounds the requests of one address, CostlyRateLimit those to
	// costly routes.
	RateLimit       RateLimit
	CostlyRateLimit CostlyRateLimit

	// HSTS is how long browsers are told, over TLS, to come by TLS alone; 0
	// tells them nothing.
	HSTS time.Duration
}

// Route ties a path to a handler. In the handler, CID, Logger and RemoteAddr
// tell about the request; DecodeObject reads its input; WriteJSON and
// WriteError answer.
type Route struct {
	// Method is an HTTP method, or empty for any of GET, HEAD, POST, PUT,
	// PATCH and DELETE. GET serves HEAD as well. What no route of a path
	// takes is answered with 405, OPTIONS with the methods that there are.
	Method string

	// Pattern is a path of http.ServeMux, such as /zato/sso/user or
	// /files/{name}: without host and without trailing slash.
	Pattern string

	Handler http.Handler

	// Doc is the route's documentation, for /openapi.json and /docs, which do
	// not tell of a route without one.
	Doc *openapi.Operation

	// DocMethods are the methods that a route without a Method is documented
	// with (default POST): those that clients should use.
	DocMethods []string

	// MethodOverride has POST with the header X-HTTP-Method-Override: GET be
	// GET, on all routes of the path.
	MethodOverride bool

	// Quiet logs requests on the debug level only.
	Quiet bool

	// Costly counts requests against the tighter limit of an address, too:
	// they cost far more than others, and anybody may send them.
	Costly bool
}

// channel is the handler that New returns.
type channel struct {
	Config
	mux             *http.ServeMux
	cors            *cors.Cors // nil where no other origin is allowed
	limiter, costly *limiter   // nil where there is no limit
	bodies          *bodies
	forgotten       rarely.Line // proxies that are not trusted
}

// New returns the handler of a channel. It refuses settings and routes that
// cannot work.
func New(config Config) (http.Handler, error) {
	if config.Invoker == nil || config.Authenticator == nil {
		return nil, errors.New("channel: an Invoker and an Authenticator are needed")
	}
	if len(config.Definitions) == 0 {
		config.Definitions = []string{"pubapi"}
	}
	if config.Session == nil {
		config.Session = func(*http.Request, security.Principal) (string, error) { return "", nil }
	}
	if config.Services == nil {
		config.Services = func() any { return []any{} }
	}
	if config.Ready == nil {
		config.Ready = func(context.Context) error { return nil }
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.MaxBody <= 0 {
		config.MaxBody = defaultMaxBody
	}
	if config.WriteTimeout <= 0 {
		config.WriteTimeout = defaultWriteTimeout
	}
	c := &channel{
		Config:  config,
		mux:     http.NewServeMux(),
		cors:    config.CORS.handler(),
		limiter: config.RateLimit.limiter(),
		costly:  config.CostlyRateLimit.limiter(),
		bodies:  newBodies(config.MaxBody),
	}
	routes := slices.Concat(c.Routes, c.ownRoutes())
	if !c.HideDocs {
		documenting, err := documentRoutes(routes, c.Version)
		if err != nil {
			return nil, fmt.Errorf("channel: %w", err)
		}
		routes = append(routes, documenting...)
	}
	if err := register(c.mux, routes, c.costly); err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	return c, nil
}

func (c *channel) ownRoutes() []Route {
	return []Route{
		{Pattern: "/zato/api/invoke/{service}", Handler: c.authenticated(c.invoke), Doc: docInvoke, DocMethods: invokeMethods},
		{Method: http.MethodGet, Pattern: "/zato/services", Handler: c.authenticated(c.services), Doc: docServices},
		{Method: http.MethodGet, Pattern: "/zato/ping", Quiet: true, Handler: always(map[string]string{"pong": "zato"}), Doc: docPing},
		{Method: http.MethodGet, Pattern: "/healthz", Quiet: true, Handler: always(map[string]bool{"healthy": true}), Doc: docHealth},
		{Method: http.MethodGet, Pattern: "/readyz", Quiet: true, Handler: http.HandlerFunc(c.ready), Doc: docReady},
	}
}

func always(answer any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		WriteJSON(w, http.StatusOK, answer)
	})
}

func (c *channel) services(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, c.Services())
}

// readyLimit bounds the asking of Ready.
const readyLimit = 2 * time.Second

func (c *channel) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyLimit)
	defer cancel()
	if err := c.Ready(ctx); err != nil {
		Logger(r.Context()).Warn("not ready", "error", err)
		WriteError(w, r, &invocation.Error{
			Status:  http.StatusServiceUnavailable,
			Message: "Not ready: the log of the host says why, under this cid",
		})
		return
	}
	WriteJSON(w, http.StatusOK, map[string]bool{"ready": true})
}
