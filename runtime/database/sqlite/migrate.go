package sqlite

import (
	"context"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/migrate"
)

// migrationLockTimeout bounds the wait for other processes that migrate.
const migrationLockTimeout = time.Minute

// Migrate works on a connection of its own: the writer's statements notice the
// new schema by themselves.
func (d *db) Migrate(ctx context.Context, owner string, migrations []database.Migration) error {
	if err := d.calls.enter(); err != nil {
		return err
	}
	defer d.calls.leave()
	c, err := connect(ctx, d.path, max(migrationLockTimeout, d.lockTimeout), "PRAGMA synchronous=FULL")
	if err != nil {
		return err
	}
	defer c.close()
	return migrate.Run(owner, migrations, func(step migrate.Step) error {
		if err := c.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
			return c.translate(ctx, err)
		}
		if err := step(migrating{ctx, c}); err != nil {
			_ = c.exec(context.Background(), "ROLLBACK")
			return err
		}
		if err := c.exec(ctx, "COMMIT"); err != nil {
			_ = c.exec(context.Background(), "ROLLBACK")
			return c.translate(ctx, err)
		}
		return nil
	})
}

// migrating is the transaction of one migration.
type migrating struct {
	ctx context.Context
	c   *connection
}

func (m migrating) Query(q database.Query) error { return m.c.run(m.ctx, q) }

func (m migrating) Script(migration database.Migration) error {
	if migration.SQLite == "" {
		return nil
	}
	s, err := m.c.conn.Prepare(migration.SQLite)
	if err != nil {
		return m.c.translate(m.ctx, err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.(statement).ExecContext(m.ctx, nil); err != nil {
		return m.c.translate(m.ctx, err)
	}
	return nil
}
