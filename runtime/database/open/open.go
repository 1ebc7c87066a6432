// Package open opens a database by what the configuration says of it.
package open

import (
	"context"
	"strings"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
)

// Database opens location: a postgres:// or postgresql:// URL, else the path
// of a SQLite file, which is made if it is missing. prepare lists statements
// to prepare on PostgreSQL.
func Database(ctx context.Context, location string, prepare []string) (database.DB, error) {
	if DialectOf(location) == database.PostgreSQL {
		return postgres.Open(ctx, postgres.Config{URL: location, Prepare: prepare})
	}
	return sqlite.Open(ctx, sqlite.Config{Path: location})
}

// DialectOf tells which engine a location means.
func DialectOf(location string) database.Dialect {
	if strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://") {
		return database.PostgreSQL
	}
	return database.SQLite
}
