// Package migrate holds the rules of migrations, which are the same on both
// engines: which to apply, what to record, what to refuse.
package migrate

import (
	"fmt"
	"time"

	"gatehouse/runtime/database"
)

// Transaction is what a step does its work with. Its errors are ready to be
// returned.
type Transaction interface {
	Query(database.Query) error

	// Script runs the statements of a migration in the engine's SQL.
	Script(database.Migration) error
}

// Step is the work of one transaction, which is committed unless it fails.
type Step func(Transaction) error

// Run applies the migrations that are missing, each in a transaction of its
// own. transact begins one, under a lock that all hosts that migrate share,
// runs the step and commits, or rolls back when the step fails.
func Run(owner string, migrations []database.Migration, transact func(Step) error) error {
	for i, m := range migrations {
		if m.Version != i+1 {
			return fault("the migrations of %s must count from 1 without gaps, but number %d has version %d", owner, i+1, m.Version)
		}
	}
	for done := false; !done; {
		// The version is read again each time: another host may have gone
		// further in between.
		err := transact(func(tx Transaction) (err error) {
			done, err = advance(tx, owner, migrations)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// advance applies the next migration and reports whether none is left.
func advance(tx Transaction, owner string, migrations []database.Migration) (done bool, err error) {
	current := 0
	queries := []database.Query{{
		SQL: `CREATE TABLE IF NOT EXISTS gatehouse_migration (
	owner varchar(64) NOT NULL,
	version integer NOT NULL,
	name varchar(191) NOT NULL,
	applied_at timestamp NOT NULL,
	PRIMARY KEY (owner, version)
)`,
	}, {
		SQL:  "SELECT coalesce(max(version), 0) FROM gatehouse_migration WHERE owner = $1",
		Args: []any{owner},
		Row:  func(scan func(...any) error) error { return scan(&current) },
	}}
	for _, q := range queries {
		if err := tx.Query(q); err != nil {
			return false, fmt.Errorf("migrations of %s: %w", owner, err)
		}
	}
	newest := len(migrations)
	if current > newest {
		return false, &database.Error{
			Kind: database.Internal,
			Reason: fmt.Sprintf("%v: its schema of %s has version %d, this program knows versions up to %d: run the newer program",
				database.ErrNewerSchema, owner, current, newest),
			Err: database.ErrNewerSchema,
		}
	}
	if current == newest {
		return true, nil
	}
	m := migrations[current]
	record := database.Query{
		SQL:  "INSERT INTO gatehouse_migration (owner, version, name, applied_at) VALUES ($1, $2, $3, $4)",
		Args: []any{owner, m.Version, m.Name, time.Now()},
	}
	if err := tx.Script(m); err != nil {
		return false, failed(owner, m, err)
	}
	if err := tx.Query(record); err != nil {
		return false, failed(owner, m, err)
	}
	return m.Version == newest, nil
}

func failed(owner string, m database.Migration, err error) error {
	return fmt.Errorf("migration %d (%s) of %s failed and was undone: %w", m.Version, m.Name, owner, err)
}

func fault(format string, args ...any) error {
	return &database.Error{Kind: database.Internal, Reason: fmt.Sprintf(format, args...)}
}
