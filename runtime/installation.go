package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
)

// installationMigrations make the table of what an installation is: the
// check of its key, and what its keys are used for.
var installationMigrations = []database.Migration{{
	Version: 1, Name: "facts of the installation",
	SQLite:     `CREATE TABLE gatehouse_installation (name text PRIMARY KEY, value text NOT NULL)`,
	PostgreSQL: `CREATE TABLE gatehouse_installation (name text PRIMARY KEY, value text NOT NULL)`,
}}

// keyCheckText is what the key check decrypts to.
const keyCheckText = "gatehouse key check"

// openKeys finds the key of the installation, or makes one in the data
// directory. discard removes a key that was made.
func (r *Runtime) openKeys() (keys *secret.Keyring, discard func(), err error) {
	if err := os.MkdirAll(r.cfg.Data, 0o700); err != nil {
		return nil, nil, fmt.Errorf("data directory: %w: choose another with --data, or make it writable", err)
	}
	path := r.cfg.defaultKeyFile()
	_, missing := os.Stat(path)
	keys, err = secret.FindKeys(r.cfg.KeyFile, path)
	if err != nil {
		return nil, nil, err
	}
	r.keyIsNew = missing != nil && r.cfg.KeyFile == "" && os.Getenv(secret.KeyVariable) == ""
	return keys, func() {
		if missing != nil {
			os.Remove(path)
		}
	}, nil
}

// recognizeFile refuses an SQLite database that has tables, but none of ours,
// before tables are made in it.
func (r *Runtime) recognizeFile(ctx context.Context) error {
	var tables, ours int
	count := func(condition string, n *int) database.Query {
		return database.Query{SQL: "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND " + condition,
			Row: func(scan func(...any) error) error { return scan(n) }}
	}
	err := r.db.Read(ctx, count("name NOT LIKE 'sqlite%'", &tables), count("name = 'gatehouse_migration'", &ours))
	if err == nil && tables > 0 && ours == 0 {
		err = fmt.Errorf("database: %s is the database of another program: choose another directory with --data", r.cfg.location())
	}
	return err
}

func (c *Config) defaultKeyFile() string { return filepath.Join(c.Data, "secret.key") }

// errWrongKey is the answer to a key that is not the installation's.
var errWrongKey = errors.New("the database was made with another secret key: give that one with --key-file FILE or GATEHOUSE_SECRET_KEY, or choose another database")

// checkKey compares the key with the check that the database keeps, if it
// keeps one already.
func (r *Runtime) checkKey(ctx context.Context) error {
	if err := r.db.Migrate(ctx, "installation", installationMigrations); err != nil {
		return err
	}
	state, err := r.keyState(ctx)
	if err == nil {
		err = state.check(r.keys)
	}
	if err != nil {
		return err
	}
	return r.db.Read(ctx, r.readKeyCheck())
}

// claimKey makes the check, unless another host was first, and compares. It
// comes after the plugins have looked at what the database holds already, so
// that no wrong key is ever made the right one.
func (r *Runtime) claimKey(ctx context.Context) error {
	token := r.keys.Encrypt([]byte(keyCheckText))
	return r.db.Change(ctx, nil, func() ([]database.Query, error) {
		return []database.Query{
			{SQL: "INSERT INTO gatehouse_installation (name, value) VALUES ('key_check', $1) ON CONFLICT (name) DO NOTHING", Args: []any{token}},
			r.readKeyCheck(),
		}, nil
	})
}

func (r *Runtime) readKeyCheck() database.Query {
	return database.Query{
		SQL: "SELECT value FROM gatehouse_installation WHERE name = 'key_check'",
		Row: func(scan func(...any) error) error {
			var stored string
			if err := scan(&stored); err != nil {
				return err
			}
			if clear, err := r.keys.Decrypt(stored); err != nil || string(clear) != keyCheckText {
				if r.keyIsNew {
					return fmt.Errorf("the secret key of this database is missing: there was no file %s; put it back, or give the key with --key-file FILE or GATEHOUSE_SECRET_KEY",
						r.cfg.defaultKeyFile())
				}
				return errWrongKey
			}
			return nil
		},
	}
}
