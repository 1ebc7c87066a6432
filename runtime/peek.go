package runtime

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
)

// Peek opens the database of an installation that is there already, to read from
// it: it makes no file, key or table, reads no key, and starts no plugin. What
// look expects in the database may not be there.
func Peek(ctx context.Context, cfg Config, look func(db database.DB) error) (err error) {
	if err := cfg.checkDatabaseURL(); err != nil {
		return cfg.Locate(err)
	}
	if !cfg.Exists() {
		return fmt.Errorf("%w in %s", ErrNoInstallation, cfg.Data)
	}
	db, err := open.Database(ctx, cfg.location(), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return look(db)
}
