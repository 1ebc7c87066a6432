package bench

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"gatehouse/runtime/database"
)

// bareSQLite returns a loop over the driver, without database/sql, on one
// connection that the clients take in turn: SQLite has one writer at a time,
// and waiting in Go is quicker than in SQLite.
func bareSQLite(b *testing.B, h *host, users []int) []contestant {
	b.Helper()
	l := openSQLite(b, h)
	usts := make([]driver.Value, len(users))
	for i, user := range users {
		row, err := l.row(sqlSessionOf, username(user))
		if err != nil {
			b.Fatal(err)
		}
		usts[i] = row[0]
	}
	return []contestant{{"bare", func(client int) error { return l.update(usts[client]) }}}
}

// openSQLite opens the database of a host, as durable as the host does.
func openSQLite(b *testing.B, h *host) *sqliteLoop {
	b.Helper()
	connector, err := sqlite.NewConnector("file:" + h.database)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := connector.Connect(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	l := &sqliteLoop{conn: conn, statements: map[string]sqliteStatement{}, sql: newUpdateStatements(b, database.SQLite)}
	b.Cleanup(l.close)
	for _, pragma := range []string{"busy_timeout=5000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"} {
		if err := l.exec("PRAGMA " + pragma); err != nil {
			b.Fatal(err)
		}
	}
	return l
}

type sqliteStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteLoop is a connection with its prepared statements.
type sqliteLoop struct {
	mu         sync.Mutex
	conn       driver.Conn
	statements map[string]sqliteStatement
	sql        updateStatements
}

// sqliteTime is how the product stores times.
const sqliteTime = "2006-01-02 15:04:05.000000"

func valueText(s string) driver.Value { return s }

func (l *sqliteLoop) update(ust driver.Value) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := l.statementsOfUpdate(ust); err != nil {
		return errors.Join(err, l.exec("ROLLBACK"))
	}
	return l.exec("COMMIT")
}

func (l *sqliteLoop) statementsOfUpdate(ust driver.Value) error {
	row, err := l.row(l.sql.user, ust)
	if err != nil {
		return err
	}
	if _, err := l.row(l.sql.session, ust); err != nil {
		return err
	}
	for i, value := range row {
		if t, ok := value.(time.Time); ok { // the driver would write it in another format
			row[i] = t.UTC().Format(sqliteTime)
		}
	}
	if err := l.exec(l.sql.update, changed(row, valueText)...); err != nil {
		return err
	}
	return l.exec(l.sql.audit, append([]driver.Value{now().Format(sqliteTime)}, auditEntry(row[columnUserID], valueText)...)...)
}

func (l *sqliteLoop) prepare(sql string) (sqliteStatement, error) {
	if s, ok := l.statements[sql]; ok {
		return s, nil
	}
	prepared, err := l.conn.Prepare(sql)
	if err != nil {
		return nil, err
	}
	l.statements[sql] = prepared.(sqliteStatement)
	return l.statements[sql], nil
}

func named(args []driver.Value) []driver.NamedValue {
	values := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return values
}

func (l *sqliteLoop) exec(sql string, args ...driver.Value) error {
	s, err := l.prepare(sql)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background(), named(args))
	return err
}

// row returns the one row of a query.
func (l *sqliteLoop) row(sql string, args ...driver.Value) (row []driver.Value, err error) {
	s, err := l.prepare(sql)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), named(args))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row = make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		return nil, fmt.Errorf("no row: %w", err)
	}
	if err := rows.Next(make([]driver.Value, len(row))); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("a second row, or: %w", err)
	}
	return row, nil
}

func (l *sqliteLoop) close() {
	for _, s := range l.statements {
		_ = s.Close()
	}
	_ = l.conn.Close()
}
