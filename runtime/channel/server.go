package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServerConfig is what a server works with. Zero values take the defaults.
type ServerConfig struct {
	Handler http.Handler

	// Logger gets what goes wrong with connections (default: nothing is
	// written).
	Logger *slog.Logger

	// TLS is how the server speaks TLS; nil is plain HTTP.
	TLS *tls.Config

	// Connections bounds the connections, of several servers together where
	// they have the same (default: those of NewConnections).
	Connections *Connections

	// Quiet servers do not tell the log that they end.
	Quiet bool

	// HeaderTimeout bounds the reading of a request's header (default 10 s),
	// ReadTimeout that of the header and the body (default 30 s), IdleTimeout
	// the wait for the next request of a connection (default 2 min). Answers
	// are bounded by the channel; WriteTimeout (default 30 s) is how long a
	// connection of HTTP/2 may take nothing of them.
	HeaderTimeout time.Duration
	ReadTimeout   time.Duration
	WriteTimeout  time.Duration
	IdleTimeout   time.Duration

	// Grace is how long requests in flight may take to finish when the server
	// ends (default 40 s, which is more than the default deadline of a
	// service).
	Grace time.Duration
}

// Server serves HTTP on a listener.
type Server struct {
	logger      *slog.Logger
	server      http.Server
	connections *Connections
	grace       time.Duration
	stop        context.CancelFunc // ends what Stopping returns
}

const (
	// maxHeader is the size of the largest request header, in bytes.
	maxHeader = 64 << 10

	// maxStreams is how many requests a connection of HTTP/2 may have in
	// progress.
	maxStreams = 100
)

// NewServer returns a server.
func NewServer(config ServerConfig) *Server {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.HeaderTimeout <= 0 {
		config.HeaderTimeout = 10 * time.Second
	}
	if config.ReadTimeout <= 0 {
		config.ReadTimeout = 30 * time.Second
	}
	if config.WriteTimeout <= 0 {
		config.WriteTimeout = 30 * time.Second
	}
	if config.IdleTimeout <= 0 {
		config.IdleTimeout = 2 * time.Minute
	}
	if config.Grace <= 0 {
		config.Grace = 40 * time.Second
	}
	if config.Connections == nil {
		config.Connections = NewConnections(ConnectionsConfig{Logger: config.Logger})
	}
	stopping, stop := context.WithCancel(context.Background())
	s := &Server{
		stop:        stop,
		grace:       config.Grace,
		logger:      config.Logger,
		connections: config.Connections,
		server: http.Server{
			Handler:           config.Handler,
			ReadHeaderTimeout: config.HeaderTimeout,
			ReadTimeout:       config.ReadTimeout,
			IdleTimeout:       config.IdleTimeout,
			MaxHeaderBytes:    maxHeader,
			TLSConfig:         config.TLS,
			HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, WriteByteTimeout: config.WriteTimeout},
			ConnState:         config.Connections.note,
			BaseContext: func(net.Listener) context.Context {
				return context.WithValue(context.Background(), stoppingKey{}, stopping)
			},
			ErrorLog: newErrorLog(config.Logger),
			// The answer to "OPTIONS *" is the channel's, too, and so within its limits.
			DisableGeneralOptionsHandler: true,
		},
	}
	if config.Quiet {
		s.logger = slog.New(slog.DiscardHandler)
	}
	return s
}

// Serve answers requests on a listener until ctx ends. Then it stops accepting,
// lets the requests in flight finish, but for answers in chunks, which it cuts
// off, and returns nil; those that take longer than the grace are cut off, and the
// error says so. It closes the listener, and is called once.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer s.stop()
	served := make(chan error, 1)
	go func() {
		accepting := s.connections.listen(listener)
		if s.server.TLSConfig != nil {
			served <- s.server.ServeTLS(accepting, "", "")
			return
		}
		served <- s.server.Serve(accepting)
	}()
	select {
	case err := <-served:
		return fmt.Errorf("serving HTTP on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	s.stop()
	s.logger.Info("stopping: calls in flight finish first; another interrupt ends at once")
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.grace)
	defer cancel()
	err := s.server.Shutdown(limited)
	if err != nil {
		_ = s.server.Close()
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("requests were cut off after %v", s.grace)
		}
		err = fmt.Errorf("ending HTTP: %w", err)
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	s.logger.Info("stopped serving HTTP")
	return err
}
