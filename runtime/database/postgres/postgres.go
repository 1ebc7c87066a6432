// Package postgres opens PostgreSQL databases as database.DB.
//
// A change costs two round trips: BEGIN travels with the queries that load,
// COMMIT with the writes. A read is one. Statements are prepared once on each
// connection, those of Config.Prepare when it is made, others when they are
// first used, in the same round trip; behind a pooler none are, which costs no
// further trips.
package postgres

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/runtime/database"
)

// Config says which database to use and how.
type Config struct {
	// URL is a connection string, postgres://user:password@host:port/name,
	// or one of keywords and values. It may name several hosts, separated by
	// commas, of which the one that takes writes is used. What it leaves out
	// comes from the PG… environment variables.
	URL string

	// Prepare lists statements to prepare when a connection is made. All
	// statements are prepared sooner or later: these are spared the work
	// during a call. See default_query_exec_mode in docs/postgresql.md.
	Prepare []string

	// MaxConnections bounds the connections; 0 means 16, or pool_max_conns
	// of the URL.
	MaxConnections int

	// ConnectTimeout bounds the making of a connection; 0 means 5 seconds, or
	// connect_timeout of the URL.
	ConnectTimeout time.Duration

	// CommitTimeout bounds the writes and the commit of a change, which do
	// not end with their caller's context; 0 means 10 seconds.
	CommitTimeout time.Duration
}

const (
	defaultMaxConnections = 16
	defaultConnectTimeout = 5 * time.Second
	defaultCommitTimeout  = 10 * time.Second
)

// db implements database.DB.
type db struct {
	pool          *pgxpool.Pool
	name          string // see database.DB
	target        target
	commitTimeout time.Duration
}

// Open connects to the database. The error is a *database.Error: Unavailable
// if no connection can be made, Internal if the URL cannot be read.
func Open(ctx context.Context, cfg Config) (database.DB, error) {
	if err := checkUserinfo(cfg.URL); err != nil {
		return nil, err
	}
	parsed, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, urlError(err)
	}
	if cfg.CommitTimeout <= 0 {
		cfg.CommitTimeout = defaultCommitTimeout
	}
	applyConfig(parsed, cfg)
	pool, err := pgxpool.NewWithConfig(ctx, parsed)
	if err != nil {
		return nil, &database.Error{Kind: database.Internal, Reason: "the settings of the connection pool in the database URL are wrong", Err: err}
	}
	d := &db{
		pool:          pool,
		name:          nameOf(parsed.ConnConfig),
		target:        targetOf(parsed.ConnConfig),
		commitTimeout: cfg.CommitTimeout,
	}
	if err := d.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return d, nil
}

func applyConfig(parsed *pgxpool.Config, cfg Config) {
	switch {
	case cfg.MaxConnections > 0:
		parsed.MaxConns = int32(min(cfg.MaxConnections, 10_000))
	case !strings.Contains(cfg.URL, "pool_max_conns"):
		parsed.MaxConns = defaultMaxConnections
	}
	connection := parsed.ConnConfig
	switch {
	case cfg.ConnectTimeout > 0:
		connection.ConnectTimeout = cfg.ConnectTimeout
	case connection.ConnectTimeout == 0 || !strings.Contains(cfg.URL, "connect_timeout"):
		connection.ConnectTimeout = defaultConnectTimeout
	}
	// A server that vanishes without a word is noticed in half a minute.
	dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	connection.DialFunc = dialer.DialContext
	if _, set := connection.RuntimeParams["application_name"]; !set {
		connection.RuntimeParams["application_name"] = "gatehouse"
	}
	// Of several servers a standby would do for nothing.
	if len(hostPorts(connection)) > 1 && connection.ValidateConnect == nil {
		connection.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	connection.OnPgError = func(_ *pgconn.PgConn, answer *pgconn.PgError) bool { return !isFatal(answer) }
	preparing := preparingOf(connection, cfg.URL)
	// No ping before use, which would cost a round trip: what runs first on
	// a dead connection runs again on another (see session).
	parsed.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	parsed.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		return makeReady(ctx, conn, preparing, cfg.Prepare)
	}
}

func (d *db) Dialect() database.Dialect { return database.PostgreSQL }

func (d *db) Name() string { return d.name }

// nameOf names a database by its servers and its name.
func nameOf(connection *pgx.ConnConfig) string {
	return "postgres://" + strings.Join(hostPorts(connection), ",") + "/" + url.PathEscape(connection.Database)
}

func (d *db) Ping(ctx context.Context) error {
	return d.Read(ctx, database.Query{SQL: "SELECT 1"})
}

func (d *db) Close() error {
	d.pool.Close()
	return nil
}

// session runs first on a connection of the pool and returns the connection.
// Should the connection turn out to be dead or useless (its prepared statements
// are out of date, or its server takes changes no more), before first has called
// any function of the caller's, another connection is tried, until one that has
// just been made fails.
func (d *db) session(ctx context.Context, first func(*conn) (progress, error)) (*conn, error) {
	for {
		c, err := d.acquire(ctx)
		if err != nil {
			return nil, err
		}
		done, err := d.attempt(c, first)
		if err == nil {
			return c, nil
		}
		again := c.reused && !done.called && ctx.Err() == nil && (c.dead() || c.useless)
		c.release()
		if !again {
			return nil, err
		}
	}
}

// attempt runs first and gives the connection back if first does not return.
func (d *db) attempt(c *conn, first func(*conn) (progress, error)) (progress, error) {
	returned := false
	defer func() {
		if !returned {
			c.discard()
		}
	}()
	done, err := first(c)
	returned = true
	return done, err
}

func (d *db) acquire(ctx context.Context) (*conn, error) {
	pooled, err := d.pool.Acquire(ctx)
	if err != nil {
		return nil, d.connectError(ctx, err)
	}
	return take(pooled)
}

// readOnly returns statements in a transaction of their own, if they need one:
// several would else have a snapshot each, and behind a pooler a single one
// could write.
func (c *conn) readOnly(statements []statement) []statement {
	if len(statements) == 1 && !c.state.pooled {
		return statements
	}
	return concat(sqlBeginRead, statements, sqlCommit)
}

func (d *db) Read(ctx context.Context, queries ...database.Query) error {
	statements, err := encode(queries)
	if err != nil || len(statements) == 0 {
		return err
	}
	c, err := d.session(ctx, func(c *conn) (progress, error) {
		done, err := c.roundTrip(ctx, c.readOnly(statements))
		if err != nil {
			c.rollback()
		}
		return done, err
	})
	if err != nil {
		return err
	}
	c.release()
	return nil
}

func (d *db) Stream(ctx context.Context, query database.Query) error {
	statements, err := encode([]database.Query{query})
	if err != nil {
		return err
	}
	c, err := d.session(ctx, func(c *conn) (progress, error) {
		c.streaming = true
		done, err := c.roundTrip(ctx, c.readOnly(statements))
		if err != nil {
			c.rollback()
		}
		return done, err
	})
	if err != nil {
		return err
	}
	c.release()
	return nil
}
