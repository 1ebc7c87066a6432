package store

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/runtime/database"
)

// TakenUsernames tells which of some usernames there are users of.
func (s *Store) TakenUsernames(ctx context.Context, usernames []string) (map[string]bool, error) {
	taken := map[string]bool{}
	if len(usernames) == 0 {
		return taken, nil
	}
	args, places := make([]any, len(usernames)), make([]string, len(usernames))
	for i, username := range usernames {
		args[i], places[i] = username, fmt.Sprintf("$%d", i+1)
	}
	err := s.db.Read(ctx, database.Query{
		SQL:  "SELECT username FROM zato_sso_user WHERE username IN (" + strings.Join(places, ", ") + ")",
		Args: args,
		Row: func(scan func(...any) error) error {
			var username string
			err := scan(&username)
			taken[username] = true
			return err
		}})
	return taken, err
}
