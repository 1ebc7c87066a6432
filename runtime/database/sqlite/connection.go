package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"modernc.org/sqlite"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/value"
)

// maxStatements bounds the prepared statements that a connection keeps.
const maxStatements = 256

// connection is one connection with its prepared statements. One goroutine at
// a time uses it. It stands on the driver itself: database/sql would add a
// pool, locks and a copy of each row, all of which are of no use here.
type connection struct {
	conn       driver.Conn
	statements map[string]statement
	readOnly   bool
	broken     bool // must not be used again
}

type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connect opens a connection and runs pragmas on it. The file exists already.
func connect(ctx context.Context, path string, lockTimeout time.Duration, pragmas ...string) (*connection, error) {
	// Escaped, so that ?, # and % in the path stay part of it.
	name := &url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "_dqs=0"}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, openError(ctx, path, err)
	}
	c := &connection{conn: conn, statements: make(map[string]statement)}
	settings := append([]string{
		fmt.Sprintf("PRAGMA busy_timeout=%d", lockTimeout.Milliseconds()),
		"PRAGMA foreign_keys=ON",
		"PRAGMA journal_mode=WAL",
	}, pragmas...)
	for _, setting := range settings {
		if err := c.exec(ctx, setting); err != nil {
			c.close()
			return nil, openError(ctx, path, err)
		}
	}
	return c, nil
}

// proveWritable finds out at once what would else fail the first change.
func (c *connection) proveWritable(ctx context.Context, path string) error {
	var mode string
	if err := c.run(ctx, database.Query{
		SQL: "PRAGMA journal_mode",
		Row: func(scan func(...any) error) error { return scan(&mode) },
	}); err != nil {
		return err
	}
	if mode != "wal" {
		return &database.Error{
			Kind:   database.Unavailable,
			Reason: fmt.Sprintf("the file system of %s does not take SQLite's write-ahead log (its journal mode stays %q): keep the database on a local, writable disk", path, mode),
		}
	}
	for _, sql := range []string{"BEGIN IMMEDIATE", "ROLLBACK"} {
		if err := c.exec(ctx, sql); err != nil {
			return openError(ctx, path, err)
		}
	}
	return nil
}

// exec runs a statement without arguments. Its error is the driver's.
func (c *connection) exec(ctx context.Context, sql string) error {
	s, kept, err := c.prepare(ctx, sql)
	if err != nil {
		return err
	}
	if !kept {
		defer func() { _ = s.Close() }()
	}
	_, err = s.ExecContext(ctx, nil)
	return err
}

// prepare returns the statement for sql, and whether the connection keeps it;
// else the caller closes it.
func (c *connection) prepare(ctx context.Context, sql string) (s statement, kept bool, err error) {
	if s, ok := c.statements[sql]; ok {
		return s, true, nil
	}
	prepared, err := c.conn.(driver.ConnPrepareContext).PrepareContext(ctx, sql)
	if err != nil {
		return nil, false, err
	}
	s = prepared.(statement)
	if len(c.statements) < maxStatements {
		c.statements[sql] = s
		return s, true, nil
	}
	return s, false, nil
}

// run runs one query. An error of its functions comes back as it is, all
// others as *database.Error.
func (c *connection) run(ctx context.Context, q database.Query) error {
	args, err := bind(q.Args)
	if err != nil {
		return err
	}
	s, kept, err := c.prepare(ctx, q.SQL)
	if err != nil {
		return c.translate(ctx, err)
	}
	if !kept {
		defer func() { _ = s.Close() }()
	}
	if q.Row != nil {
		return c.query(ctx, s, args, q)
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		return c.translate(ctx, err)
	}
	if q.Affected == nil {
		return nil
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return c.translate(ctx, err)
	}
	return q.Affected(rows)
}

func (c *connection) query(ctx context.Context, s statement, args []driver.NamedValue, q database.Query) (err error) {
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return c.translate(ctx, err)
	}
	closed := false
	shut := func() error {
		closed = true
		return rows.Close()
	}
	defer func() {
		if !closed {
			_ = shut()
		}
	}()

	row := make([]driver.Value, len(rows.Columns()))
	scanRow := func(dest ...any) error { return scan(row, dest) }
	for count := 0; ; count++ {
		err := rows.Next(row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && count&0xff == 0 && ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			return c.translate(ctx, err)
		}
		if err := q.Row(scanRow); err != nil {
			return err
		}
	}
	if err := shut(); err != nil {
		return c.translate(ctx, err)
	}
	if q.Affected == nil {
		return nil
	}
	// Rows do not tell how many there were.
	var changed int64
	if err := c.run(ctx, database.Query{
		SQL: "SELECT changes()",
		Row: func(scan func(...any) error) error { return scan(&changed) },
	}); err != nil {
		return err
	}
	return q.Affected(changed)
}

// read runs queries on one snapshot. A panic in one of their functions becomes
// an error.
func (c *connection) read(ctx context.Context, queries []database.Query) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = value.Panic(fault)
		}
	}()
	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	if areBrief(queries) {
		ctx = context.Background() // for any other, the driver starts a goroutine for each statement
	}
	if len(queries) == 1 {
		return c.run(ctx, queries[0])
	}
	if err := c.exec(ctx, "BEGIN"); err != nil {
		return c.translate(ctx, err)
	}
	defer func() {
		if err := c.exec(context.Background(), "ROLLBACK"); err != nil {
			c.broken = true
		}
	}()
	for _, q := range queries {
		if err := c.run(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func areBrief(queries []database.Query) bool {
	return !slices.ContainsFunc(queries, func(q database.Query) bool { return !q.Brief })
}

func (c *connection) close() {
	for _, s := range c.statements {
		_ = s.Close()
	}
	c.statements = nil
	_ = c.conn.Close()
}

// bind turns the arguments of a query into the driver's values.
func bind(args []any) ([]driver.NamedValue, error) {
	bound := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		v, err := value.Arg(arg)
		if err != nil {
			return nil, err
		}
		if t, ok := v.(time.Time); ok {
			v = t.Format(timeLayout)
		}
		bound[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return bound, nil
}
