package runtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/security"
)

// Listen opens the address to serve on, before anything is promised to
// anyone, and reads the certificates. With SQLite it takes the installation's
// lock as well: a second host on it is refused. release gives all back.
func (r *Runtime) Listen(ctx context.Context) (listener net.Listener, release func(), err error) {
	release = func() {}
	if r.cfg.IsSQLite() {
		if release, err = sqlite.LockHost(r.cfg.location()); err != nil {
			return nil, nil, err
		}
	}
	listener, err = new(net.ListenConfig).Listen(ctx, "tcp", r.cfg.Listen)
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("%w: choose another address with --listen HOST:PORT", err)
	}
	if r.edge, err = r.openEdge(ctx); err != nil {
		release()
		return nil, nil, errors.Join(err, listener.Close())
	}
	unlock := release
	return listener, func() {
		r.edge.close()
		unlock()
	}, nil
}

// Handler answers HTTP requests: the channel's own paths and those of the
// plugins.
func (r *Runtime) Handler() (http.Handler, error) {
	var routes []channel.Route
	for _, plugin := range r.started {
		routes = append(routes, plugin.Routes()...)
	}
	proxies, err := r.cfg.HTTP.proxies()
	if err != nil {
		return nil, err
	}
	return channel.New(channel.Config{
		Invoker:        r,
		Authenticator:  r.security,
		Definitions:    r.cfg.HTTP.Definitions,
		TrustedProxies: proxies,
		Session:        r.session(),
		Services:       func() any { return r.Services() },
		Ready:          r.Ready,
		Routes:         routes,
		HideDocs:       !r.cfg.HTTP.Docs,
		Version:        r.version,
		Logger:         r.logger,
		MaxBody:        r.cfg.HTTP.MaxBody,
		WriteTimeout:   r.cfg.HTTP.WriteTimeout,
		HSTS:           time.Duration(r.cfg.HTTP.TLS.HSTS) * time.Second,
		CORS:           r.cfg.HTTP.CORS,

		RateLimit:       r.cfg.HTTP.RateLimit,
		CostlyRateLimit: r.cfg.HTTP.CostlyRateLimit,
	})
}

// session is the plugin's that opens sessions for callers of services, if any
// does.
func (r *Runtime) session() func(*http.Request, security.Principal) (string, error) {
	for _, plugin := range r.started {
		if opener, ok := plugin.(SessionOpener); ok {
			return opener.OpenSession
		}
	}
	return nil
}

// Serve answers HTTP, or HTTPS, on a listener and reloads services as their files
// change, until ctx ends; calls in flight then finish. LoadServices must have
// been called.
func (r *Runtime) Serve(ctx context.Context, listener net.Listener) error {
	handler, err := r.Handler()
	if err != nil {
		return err
	}
	if r.edge == nil { // a listener that is not of Listen
		if r.edge, err = r.openEdge(ctx); err != nil {
			return err
		}
		defer r.edge.close()
	}
	if err := r.security.Watch(ctx, r.cfg.HTTP.Definitions...); err != nil && ctx.Err() == nil {
		r.logger.Warn("the security definitions cannot be read yet: it will be tried again with each call", "cause", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := r.engine.Watch(ctx)
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	})
	group.Go(func() error { return r.serveHTTP(ctx, listener, handler) })
	return group.Wait()
}
