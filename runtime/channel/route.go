package channel

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"gatehouse/runtime/invocation"
)

var (
	// methods are what a route without a method takes.
	methods = []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut}

	// verbs are what a route may name.
	verbs = append([]string{"", http.MethodOptions}, methods...)
)

// path is all routes of one pattern.
type path struct {
	routes  map[string]Route // by method
	limiter *limiter         // of what is costly
	allow   string

	takesOverride bool
}

// register puts the routes into a mux, and an answer for unknown paths. The
// methods are ours to tell apart, for the mux would answer in shapes of its
// own.
func register(mux *http.ServeMux, routes []Route, costly *limiter) (err error) {
	paths := map[string]*path{}
	for _, route := range routes {
		switch {
		case !strings.HasPrefix(route.Pattern, "/") || route.Pattern == "/" || strings.HasSuffix(route.Pattern, "/"):
			return fmt.Errorf("route %q: a pattern begins with a slash and does not end with one", route.Pattern)
		case !slices.Contains(verbs, route.Method):
			return fmt.Errorf("route %s: unknown method %q", route.Pattern, route.Method)
		case route.Handler == nil:
			return fmt.Errorf("route %s: no handler", route.Pattern)
		}
		known := paths[route.Pattern]
		if known == nil {
			known = &path{routes: map[string]Route{}, limiter: costly}
			paths[route.Pattern] = known
		}
		known.takesOverride = known.takesOverride || route.MethodOverride
		taken := []string{route.Method}
		if route.Method == "" {
			taken = methods
		}
		for _, method := range taken {
			if _, isTaken := known.routes[method]; isTaken {
				return fmt.Errorf("route %s: two handlers for %s", route.Pattern, method)
			}
			known.routes[method] = route
		}
	}
	defer func() { // the mux panics for patterns that conflict
		if fault := recover(); fault != nil {
			err = fmt.Errorf("routes: %v", fault)
		}
	}()
	for pattern, known := range paths {
		known.complete()
		mux.Handle(pattern, known)
	}
	mux.HandleFunc("/", notFound)
	return nil
}

// complete adds what every path takes: HEAD where there is GET, and OPTIONS.
func (p *path) complete() {
	missing := func(method string) bool {
		_, isThere := p.routes[method]
		return !isThere
	}
	if get, ok := p.routes[http.MethodGet]; ok && missing(http.MethodHead) {
		p.routes[http.MethodHead] = get
	}
	if missing(http.MethodOptions) {
		p.routes[http.MethodOptions] = Route{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", p.allow)
			w.WriteHeader(http.StatusNoContent)
		})}
	}
	p.allow = strings.Join(slices.Sorted(maps.Keys(p.routes)), ", ")
}

// ServeHTTP finds the route of the request's method.
func (p *path) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.takesOverride {
		if err := override(r); err != nil {
			WriteError(w, r, err)
			return
		}
	}
	route, ok := p.routes[r.Method]
	if !ok {
		w.Header().Set("Allow", p.allow)
		WriteError(w, r, &invocation.Error{
			Status:  http.StatusMethodNotAllowed,
			Message: "Method not allowed: this path takes " + p.allow,
		})
		return
	}
	if route.Quiet {
		exchangeOf(r.Context()).quiet = true
	}
	if route.Costly && p.limiter.limit(w, r) {
		return
	}
	route.Handler.ServeHTTP(w, r)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	WriteError(w, r, &invocation.Error{Status: http.StatusNotFound, Message: "No such path"})
}
