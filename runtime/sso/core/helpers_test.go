package core_test

import (
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ssotest"
)

// searchColumn reads a user's first_name_upper; NULL is "NULL".
func searchColumn(t *testing.T, env *ssotest.Env, userID string) string {
	t.Helper()
	var upper *string
	err := env.DB.Read(t.Context(), database.Query{
		SQL: "SELECT first_name_upper FROM zato_sso_user WHERE user_id = $1", Args: []any{userID},
		Row: func(scan func(...any) error) error { return scan(&upper) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if upper == nil {
		return "NULL"
	}
	return *upper
}
