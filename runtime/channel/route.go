package channel

import (
	"fmt"
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
	handlers map[string]http.Handler // by method
	quiet    map[string]bool
	costly   map[string]bool
	limiter  *limiter // of what is costly
	allow    string
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
			known = &path{handlers: map[string]http.Handler{}, quiet: map[string]bool{}, costly: map[string]bool{}, limiter: costly}
			paths[route.Pattern] = known
		}
		taken := []string{route.Method}
		if route.Method == "" {
			taken = methods
		}
		for _, method := range taken {
			if known.handlers[method] != nil {
				return fmt.Errorf("route %s: two handlers for %s", route.Pattern, method)
			}
			known.handlers[method], known.quiet[method], known.costly[method] = route.Handler, route.Quiet, route.Costly
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
	if get := p.handlers[http.MethodGet]; get != nil && p.handlers[http.MethodHead] == nil {
		p.handlers[http.MethodHead], p.quiet[http.MethodHead], p.costly[http.MethodHead] = get, p.quiet[http.MethodGet], p.costly[http.MethodGet]
	}
	if p.handlers[http.MethodOptions] == nil {
		p.handlers[http.MethodOptions] = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", p.allow)
			w.WriteHeader(http.StatusNoContent)
		})
	}
	var allowed []string
	for method := range p.handlers {
		allowed = append(allowed, method)
	}
	slices.Sort(allowed)
	p.allow = strings.Join(allowed, ", ")
}

// ServeHTTP finds the handler of the request's method.
func (p *path) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler := p.handlers[r.Method]
	if handler == nil {
		w.Header().Set("Allow", p.allow)
		WriteError(w, r, &invocation.Error{
			Status:  http.StatusMethodNotAllowed,
			Message: "Method not allowed: this path takes " + p.allow,
		})
		return
	}
	if p.quiet[r.Method] {
		exchangeOf(r.Context()).quiet = true
	}
	if p.costly[r.Method] && p.limiter.limit(w, r) {
		return
	}
	handler.ServeHTTP(w, r)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	WriteError(w, r, &invocation.Error{Status: http.StatusNotFound, Message: "No such path"})
}
