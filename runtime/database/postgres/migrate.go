package postgres

import (
	"context"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/internal/migrate"
)

// lockMigrations takes the advisory lock that all hosts share, till the end of
// the transaction. The number has no meaning.
const lockMigrations = "SELECT pg_advisory_xact_lock(7449359063106351973)"

// Migrate holds the lock for one transaction at a time, so that a host that
// dies leaves nothing locked and poolers in front of the server do no harm.
func (d *db) Migrate(ctx context.Context, owner string, migrations []database.Migration) error {
	return migrate.Run(owner, migrations, func(step migrate.Step) error {
		begin := []statement{{sql: sqlBegin}, {sql: lockMigrations}}
		c, err := d.session(ctx, func(c *conn) (progress, error) {
			c.changing = true
			return c.roundTrip(ctx, begin)
		})
		if err != nil {
			return err
		}
		defer c.release()
		defer c.rollback()
		if err := step(migrating{ctx, c}); err != nil {
			return err
		}
		return c.commit(ctx, nil)
	})
}

// migrating is the transaction of one migration.
type migrating struct {
	ctx context.Context
	c   *conn
}

func (m migrating) Query(q database.Query) error {
	statements, err := encode([]database.Query{q})
	if err != nil {
		return err
	}
	_, err = m.c.roundTrip(m.ctx, statements)
	return err
}

// Script sends the statements as they are: the simple protocol takes several.
func (m migrating) Script(migration database.Migration) error {
	if migration.PostgreSQL == "" {
		return nil
	}
	if _, err := m.c.pg.Exec(m.ctx, migration.PostgreSQL).ReadAll(); err != nil {
		return m.c.translate(m.ctx, err)
	}
	return nil
}
