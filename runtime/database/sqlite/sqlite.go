// Package sqlite opens SQLite databases, in files, as database.DB.
//
// All changes go through one goroutine, which puts those that wait into one
// transaction, each in a savepoint of its own, so that one flush to the disk
// (synchronous=FULL) serves them all. Reads have connections of their own and
// never wait for writers (write-ahead log). Other processes may read and write
// the same file at the same time.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"gatehouse/runtime/database"
)

// Config says which database to open and how.
type Config struct {
	// Path is the file. It is made (mode 0600) if it is missing, and so is
	// its directory (0700).
	Path string

	// Readers is the largest number of connections that read at the same
	// time; 0 means 8. They are opened as they are needed.
	Readers int

	// LockTimeout bounds the wait for another process that is writing to the
	// file; 0 means 5 seconds.
	LockTimeout time.Duration
}

const (
	defaultReaders     = 8
	defaultLockTimeout = 5 * time.Second
)

// writable is W_OK of access(2).
const writable = 2

// creating keeps two calls of Open in one process from creating the same file:
// closing a file drops every POSIX lock that the process holds on it, those of
// the other call's connections included.
var creating sync.Mutex

// db implements database.DB.
type db struct {
	path        string
	lockTimeout time.Duration
	calls       calls
	readers     *readers
	writer      *writer
}

// Open opens the database, making it if need be. The error is a
// *database.Error; its kind is Unavailable if the file cannot be opened for
// reading and writing.
func Open(ctx context.Context, cfg Config) (database.DB, error) {
	if cfg.Readers <= 0 {
		cfg.Readers = defaultReaders
	}
	if cfg.LockTimeout <= 0 {
		cfg.LockTimeout = defaultLockTimeout
	}
	path, err := prepareDirectory(cfg.Path)
	if err != nil {
		return nil, err
	}
	writing, err := openWriter(ctx, path, cfg.LockTimeout)
	if err != nil {
		return nil, err
	}
	return &db{
		path:        path,
		lockTimeout: cfg.LockTimeout,
		readers:     newReaders(path, cfg.Readers, cfg.LockTimeout),
		writer:      startWriter(writing),
	}, nil
}

// openWriter creates the file if it is missing, opens the writer's connection
// and proves that it can write.
func openWriter(ctx context.Context, path string, lockTimeout time.Duration) (*connection, error) {
	creating.Lock()
	defer creating.Unlock()

	// SQLite gives its -wal and -shm files the mode of the database.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		if err := file.Close(); err != nil {
			return nil, cannotOpen(path, err)
		}
	case !errors.Is(err, os.ErrExist):
		return nil, cannotOpen(path, err)
	default:
		// SQLite would open a read-only file for reading, and leave a log
		// beside it that is read-only too.
		if err := syscall.Access(path, writable); err != nil {
			return nil, cannotOpen(path, err)
		}
	}
	c, err := connect(ctx, path, lockTimeout, "PRAGMA synchronous=FULL")
	if err != nil {
		return nil, err
	}
	if err := c.proveWritable(ctx, path); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func cannotOpen(path string, err error) error {
	return &database.Error{
		Kind:   database.Unavailable,
		Reason: fmt.Sprintf("the database file %s cannot be opened for reading and writing (%v): check the rights of this program on it and on its directory", path, cause(err)),
		Err:    err,
	}
}

func (d *db) Dialect() database.Dialect { return database.SQLite }

func (d *db) Name() string { return d.path }

func (d *db) Read(ctx context.Context, queries ...database.Query) error {
	return d.withReader(ctx, func(c *connection) error { return c.read(ctx, queries) })
}

func (d *db) Stream(ctx context.Context, query database.Query) error {
	return d.withReader(ctx, func(c *connection) error { return c.read(ctx, []database.Query{query}) })
}

func (d *db) Ping(ctx context.Context) error {
	return d.Read(ctx, database.Query{SQL: "SELECT count(*) FROM sqlite_schema"})
}

func (d *db) withReader(ctx context.Context, use func(*connection) error) error {
	if err := d.calls.enter(); err != nil {
		return err
	}
	defer d.calls.leave()
	c, err := d.readers.get(ctx)
	if err != nil {
		return err
	}
	// Should use not return at all (runtime.Goexit), the slot is still given
	// back, without the connection.
	finished := false
	defer func() {
		if !finished {
			c.close()
			c = nil
		}
		d.readers.put(c)
	}()
	err = use(c)
	finished = true
	return err
}

func (d *db) Change(ctx context.Context, load []database.Query, decide func() ([]database.Query, error)) error {
	if decide == nil {
		if len(load) == 0 {
			return nil
		}
		decide = func() ([]database.Query, error) { return nil, nil }
	}
	if err := d.calls.enter(); err != nil {
		return err
	}
	defer d.calls.leave()
	return d.writer.change(ctx, load, decide)
}

// Close waits for calls in flight and closes the database. Calls after the
// first do nothing.
func (d *db) Close() error {
	if !d.calls.end() {
		return nil
	}
	err := d.writer.stop()
	d.readers.close()
	return err
}

// calls counts the calls in flight, so that Close can wait for them.
type calls struct {
	mu      sync.Mutex
	ended   bool
	running sync.WaitGroup
}

func (c *calls) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return &database.Error{Kind: database.Unavailable, Reason: "the database has been closed"}
	}
	c.running.Add(1)
	return nil
}

func (c *calls) leave() { c.running.Done() }

// end refuses new calls, waits for those that run, and reports whether it was
// the first to be called.
func (c *calls) end() bool {
	c.mu.Lock()
	first := !c.ended
	c.ended = true
	c.mu.Unlock()
	c.running.Wait()
	return first
}
