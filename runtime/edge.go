package runtime

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/runtime/certificate"
	"gatehouse/runtime/channel"
)

// edge is what stands between the network and the channel.
type edge struct {
	tls         *certificate.Source // nil: plain HTTP
	plain       net.Listener        // whose requests are sent on to TLS; nil for none
	connections *channel.Connections
	redirected  *channel.Connections // those to plain, which take none of the others
}

// tlsSection is the path of the settings of TLS.
const tlsSection = "http.tls"

// openEdge reads certificates and opens the address of plain HTTP.
func (r *Runtime) openEdge(ctx context.Context) (*edge, error) {
	cfg := &r.cfg.HTTP
	if files := channel.FilesForConnections(); cfg.MaxConnections > files {
		return nil, r.cfg.Locate(fmt.Errorf("http.max_connections: %d are more than the limit of open files leaves, which is %d: raise that limit (ulimit -n, LimitNOFILE), or set less", cfg.MaxConnections, files))
	}
	proxies, err := cfg.proxies()
	if err != nil {
		return nil, r.cfg.Locate(err)
	}
	e := &edge{connections: channel.NewConnections(channel.ConnectionsConfig{
		Max: cfg.MaxConnections, PerAddress: cfg.MaxConnectionsPerAddress, Uncounted: proxies, Logger: r.logger,
	})}
	if !cfg.TLS.Enabled() {
		return e, nil
	}
	e.tls, err = certificate.Open(cfg.TLS, tlsSection, certificate.Options{Directory: filepath.Join(r.cfg.Data, "acme"), Logger: r.logger})
	if err != nil {
		return nil, r.cfg.Locate(err)
	}
	if cfg.TLS.RedirectListen != "" {
		e.plain, err = new(net.ListenConfig).Listen(ctx, "tcp", cfg.TLS.RedirectListen)
		if err != nil {
			return nil, r.cfg.Locate(fmt.Errorf("http.tls.redirect_listen: %w", err))
		}
		most := redirectedConnections(cfg.MaxConnections)
		e.redirected = channel.NewConnections(channel.ConnectionsConfig{
			Max: most, PerAddress: min(most, cfg.MaxConnectionsPerAddress), Uncounted: proxies,
			Logger: r.logger.With("listener", "http.tls.redirect_listen"),
		})
	}
	return e, nil
}

// redirectedConnections is how many connections plain HTTP may have that is sent
// on to TLS: a tenth of those of TLS, beside them.
func redirectedConnections(most int) int {
	if most == 0 {
		most = channel.MaxConnections()
	}
	return max(16, most/10)
}

func (e *edge) close() {
	if e.plain != nil {
		_ = e.plain.Close() // again, where it was served on
	}
}

// CertificateNames lists the names and addresses that the host's certificates
// are for; nil without TLS. It is called after Listen.
func (r *Runtime) CertificateNames() []string {
	if r.edge == nil || r.edge.tls == nil {
		return nil
	}
	return r.edge.tls.Names()
}

// RedirectAddress returns where plain HTTP is sent on to TLS; nil for nowhere.
// It is called after Listen.
func (r *Runtime) RedirectAddress() net.Addr {
	if r.edge == nil || r.edge.plain == nil {
		return nil
	}
	return r.edge.plain.Addr()
}

// serveHTTP answers on a listener, and on that of plain HTTP.
func (r *Runtime) serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	cfg := &r.cfg.HTTP
	config := channel.ServerConfig{
		Handler: handler, Connections: r.edge.connections, Grace: cfg.Grace, Logger: r.logger,
		HeaderTimeout: cfg.HeaderTimeout, ReadTimeout: cfg.ReadTimeout, WriteTimeout: cfg.WriteTimeout, IdleTimeout: cfg.IdleTimeout,
	}
	if r.edge.tls == nil {
		r.warnOfPlainHTTP(listener.Addr())
		return channel.NewServer(config).Serve(ctx, listener)
	}
	config.TLS = r.edge.tls.TLS()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return channel.NewServer(config).Serve(ctx, listener) })
	if r.edge.plain != nil {
		port := cfg.TLS.RedirectPort
		if tcp, ok := listener.Addr().(*net.TCPAddr); ok && port == 0 {
			port = tcp.Port
		}
		redirect := config
		redirect.TLS, redirect.Quiet, redirect.Connections = nil, true, r.edge.redirected
		redirect.Handler = channel.Bounded(r.edge.tls.Plain(channel.Redirect(channel.RedirectConfig{Port: port, Names: r.edge.tls.Names})), cfg.WriteTimeout)
		group.Go(func() error { return channel.NewServer(redirect).Serve(ctx, r.edge.plain) })
	}
	group.Go(func() error { // when all is there that an authority asks
		r.edge.tls.Watch(ctx)
		return nil
	})
	return group.Wait()
}

// warnOfPlainHTTP warns of an address that others reach without TLS.
func (r *Runtime) warnOfPlainHTTP(address net.Addr) {
	tcp, ok := address.(*net.TCPAddr)
	if ok && !tcp.IP.IsLoopback() && len(r.cfg.HTTP.TrustedProxies) == 0 {
		r.logger.Warn("plain HTTP on an address that others reach: passwords and tokens can be read on their way; set http.tls, or put a proxy in front that ends TLS, and name it in http.trusted_proxies",
			"listen", address.String())
	}
}

// checkTimeout finds fault with a limit that ends every request, or none.
func checkTimeout(setting string, value time.Duration) error {
	if value < time.Second || value > 24*time.Hour {
		return fmt.Errorf("http.%s: must be between 1s and 24h, not %v", setting, value)
	}
	return nil
}

// checkEdge finds what is wrong with what stands at the edge.
func (c *HTTPConfig) checkEdge() error {
	faults := []error{
		checkTimeout("header_timeout", c.HeaderTimeout),
		checkTimeout("read_timeout", c.ReadTimeout),
		checkTimeout("write_timeout", c.WriteTimeout),
		checkTimeout("idle_timeout", c.IdleTimeout),
	}
	if c.MaxConnections < 0 {
		faults = append(faults, errors.New("http.max_connections: must not be negative; 0 chooses by the limit of open files"))
	}
	switch most := c.MaxConnectionsPerAddress; {
	case most < 0:
		faults = append(faults, errors.New("http.max_connections_per_address: must not be negative; 0 is half of all"))
	case c.MaxConnections > 0 && most > c.MaxConnections:
		faults = append(faults, fmt.Errorf("http.max_connections_per_address: must not be more than http.max_connections, which is %d", c.MaxConnections))
	}
	faults = append(faults, c.TLS.Check(tlsSection)...)
	faults = append(faults, c.CORS.Check("http.cors")...)
	faults = append(faults, c.RateLimit.Check("http.rate_limit")...)
	faults = append(faults, c.CostlyRateLimit.Check("http.costly_rate_limit")...)
	return errors.Join(faults...)
}
