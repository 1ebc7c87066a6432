package store

import (
	_ "embed" // for the schema

	"gatehouse/runtime/database"
)

//go:embed migrations/001_postgresql.sql
var schemaPostgreSQL string

//go:embed migrations/001_sqlite.sql
var schemaSQLite string

//go:embed migrations/002.sql
var lookups string

//go:embed migrations/003_postgresql.sql
var searchPostgreSQL string

//go:embed migrations/003_sqlite.sql
var searchSQLite string

//go:embed migrations/004_postgresql.sql
var throttlePostgreSQL string

//go:embed migrations/004_sqlite.sql
var throttleSQLite string

//go:embed migrations/005_postgresql.sql
var auditChainPostgreSQL string

//go:embed migrations/005_sqlite.sql
var auditChainSQLite string

//go:embed migrations/006.sql
var moreLookups string

//go:embed migrations/007.sql
var secrets string

//go:embed migrations/008_postgresql.sql
var sessionEndPostgreSQL string

//go:embed migrations/008_sqlite.sql
var sessionEndSQLite string

//go:embed migrations/009_postgresql.sql
var auditLookupsPostgreSQL string

//go:embed migrations/009_sqlite.sql
var auditLookupsSQLite string

// MigrationOwner is the name under which the migrations are recorded.
const MigrationOwner = "sso"

// Migrations make the tables. On PostgreSQL they leave tables that are there
// already as they are, so that a database of Zato's keeps its own.
func Migrations() []database.Migration {
	return []database.Migration{
		{Version: 1, Name: "tables of the SSO and its audit", SQLite: schemaSQLite, PostgreSQL: schemaPostgreSQL},
		{Version: 2, Name: "look-ups", SQLite: lookups, PostgreSQL: lookups},
		{Version: 3, Name: "search for parts of names", SQLite: searchSQLite, PostgreSQL: searchPostgreSQL},
		{Version: 4, Name: "throttling", SQLite: throttleSQLite, PostgreSQL: throttlePostgreSQL},
		{Version: 5, Name: "the chain of the audit", SQLite: auditChainSQLite, PostgreSQL: auditChainPostgreSQL},
		{Version: 6, Name: "look-ups of links and resets", SQLite: moreLookups, PostgreSQL: moreLookups},
		{Version: 7, Name: "secrets of all hosts", SQLite: secrets, PostgreSQL: secrets},
		{Version: 8, Name: "the latest end of a session", SQLite: sessionEndSQLite, PostgreSQL: sessionEndPostgreSQL},
		{Version: 9, Name: "look-ups of the audit", SQLite: auditLookupsSQLite, PostgreSQL: auditLookupsPostgreSQL},
	}
}
