package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/preview"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/security"
)

// Recognizer is a plugin that takes over databases of other programs. Open
// calls Recognize before anything is written to a database that no key has
// been claimed for yet; its error refuses the database.
type Recognizer interface {
	Recognize(ctx context.Context, host Host) error
}

// ErrKeyNeeded is matched by the error of Look where no key is given.
var ErrKeyNeeded = errors.New("the secret key of the database is needed: give it with --key-file FILE or GATEHOUSE_SECRET_KEY")

// Look opens the PostgreSQL database of a configuration to look at it, with
// what Open would add to it. It makes no key, no directory and no table.
func Look(ctx context.Context, o Options, look func(host Host, additions []preview.Addition) error) (err error) {
	r := &Runtime{cfg: o.Config, logger: o.Logger, plugins: o.Plugins}
	if err := r.configure(); err != nil {
		return err
	}
	if r.cfg.IsSQLite() {
		return errors.New("give the PostgreSQL database with --database URL or GATEHOUSE_DATABASE_URL")
	}
	if r.keys, err = r.existingKeys(); err != nil {
		return err
	}
	if r.db, err = open.Database(ctx, r.cfg.location(), nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	if _, err := r.isClaimed(ctx); err != nil { // so another key than the installation's is refused here, too
		return err
	}
	additions, err := preview.Additions(ctx, r.db, r.allMigrations())
	if err != nil {
		return err
	}
	return look(r.host(), additions)
}

func (r *Runtime) host() Host {
	return Host{DB: r.db, Keys: r.keys, Logger: r.logger, Services: nested{r}, Mail: r.mail, Security: r.security}
}

// existingKeys finds the key as openKeys does, but makes none.
func (r *Runtime) existingKeys() (*secret.Keyring, error) {
	path := filepath.Join(r.cfg.Data, "secret.key")
	if r.cfg.KeyFile == "" && os.Getenv(secret.KeyVariable) == "" {
		if _, err := os.Stat(path); err != nil {
			return nil, ErrKeyNeeded
		}
	}
	return secret.FindKeys(r.cfg.KeyFile, path)
}

func (r *Runtime) allMigrations() []database.Migration {
	all := append(append([]database.Migration{}, installationMigrations...), security.Migrations()...)
	for _, plugin := range r.plugins {
		all = append(all, plugin.Migrations()...)
	}
	return all
}

// isClaimed reports whether the database belongs to an installation already,
// whose key it then compares.
func (r *Runtime) isClaimed(ctx context.Context) (bool, error) {
	var isThere, isClaimed bool
	query := r.readKeyCheck()
	compare := query.Row
	query.Row = func(scan func(...any) error) error {
		isClaimed = true
		return compare(scan)
	}
	err := r.db.Read(ctx, database.Query{SQL: "SELECT to_regclass('gatehouse_installation') IS NOT NULL",
		Row: func(scan func(...any) error) error { return scan(&isThere) }})
	if err != nil || !isThere {
		return false, err
	}
	state, err := r.keyState(ctx)
	if err == nil {
		err = state.check(r.keys)
	}
	if err == nil {
		err = r.db.Read(ctx, query)
	}
	return isClaimed, err
}

// recognize lets plugins look at a PostgreSQL database before anything is
// written to it for the first time. A start that was interrupted before the
// key was claimed comes here again.
func (r *Runtime) recognize(ctx context.Context) error {
	if r.db.Dialect() != database.PostgreSQL {
		return r.recognizeFile(ctx)
	}
	if claimed, err := r.isClaimed(ctx); err != nil || claimed {
		return err
	}
	for _, plugin := range r.plugins {
		if recognizer, ok := plugin.(Recognizer); ok {
			if err := recognizer.Recognize(ctx, r.host()); err != nil {
				return fmt.Errorf("%s: %w", plugin.Name(), err)
			}
		}
	}
	return nil
}
