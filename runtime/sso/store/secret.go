package store

import (
	"context"

	"gatehouse/runtime/database"
)

// Secret returns the token of a secret that all hosts share. The token that is
// offered is kept where there is none: of hosts that offer one at once, one is
// heard, and all get the same.
func (s *Store) Secret(ctx context.Context, name, offered string) (token string, err error) {
	read := database.Query{SQL: "SELECT token FROM gatehouse_sso_secret WHERE name = $1", Args: []any{name},
		Row: func(scan func(...any) error) error { return scan(&token) }}
	if err := s.db.Read(ctx, read); err != nil || token != "" {
		return token, err
	}
	err = s.db.Change(ctx, nil, func() ([]database.Query, error) {
		return []database.Query{
			{SQL: "INSERT INTO gatehouse_sso_secret (name, token) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", Args: []any{name, offered}},
			read,
		}, nil
	})
	return token, err
}

// ReplaceSecret puts another token in the place of one, unless that has changed
// since it was read.
func (s *Store) ReplaceSecret(ctx context.Context, name, old, token string) error {
	return s.db.Change(ctx, nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: "UPDATE gatehouse_sso_secret SET token = $3 WHERE name = $1 AND token = $2", Args: []any{name, old, token}}}, nil
	})
}
