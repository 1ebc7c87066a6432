package security

import "gatehouse/runtime/database"

// MigrationOwner is the name under which the migrations are recorded.
const MigrationOwner = "security"

// Migrations make the table of definitions. Numbers are never used twice: other
// tables refer to definitions by them.
func Migrations() []database.Migration {
	return []database.Migration{{
		Version: 1,
		Name:    "basic auth definitions",
		SQLite: `CREATE TABLE gatehouse_basic_auth (
	id integer PRIMARY KEY AUTOINCREMENT,
	name text NOT NULL UNIQUE,
	username text NOT NULL UNIQUE,
	password text NOT NULL,
	is_active boolean NOT NULL,
	created text NOT NULL,
	updated text NOT NULL
)`,
		PostgreSQL: `CREATE TABLE gatehouse_basic_auth (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name varchar(191) NOT NULL UNIQUE,
	username varchar(191) NOT NULL UNIQUE,
	password text NOT NULL,
	is_active boolean NOT NULL,
	created timestamp NOT NULL,
	updated timestamp NOT NULL
)`,
	}}
}

const (
	sqlAll = `SELECT id, name, username, password, is_active, created, updated FROM gatehouse_basic_auth ORDER BY name`

	sqlCreate = `INSERT INTO gatehouse_basic_auth (name, username, password, is_active, created, updated)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`

	// $7 keeps the username of a definition that is there.
	sqlSet = `INSERT INTO gatehouse_basic_auth (name, username, password, is_active, created, updated)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET
username = CASE WHEN $7 THEN gatehouse_basic_auth.username ELSE excluded.username END,
password = excluded.password, updated = excluded.updated`

	sqlSetActive = `UPDATE gatehouse_basic_auth SET is_active = $2, updated = $3 WHERE name = $1`

	sqlDelete = `DELETE FROM gatehouse_basic_auth WHERE name = $1`
)
