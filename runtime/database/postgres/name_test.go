package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestNameOf(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://jane:s3cret@db.example:6000/a%20b?sslmode=disable":                                               "postgres://db.example:6000/a%20b",
		"postgres://jane:s3cret@one:1,two:2/sso?target_session_attrs=read-write":                                     "postgres://one:1,two:2/sso",
		"host=/run/postgresql port=5433 user=jane password=s3cret dbname=sso":                                        "postgres:///run/postgresql:5433/sso",
		"postgres://jane:s3cret@db.example/sso?sslmode=prefer&application_name=x&connect_timeout=3&pool_max_conns=2": "postgres://db.example:5432/sso",
	} {
		parsed, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := nameOf(parsed); got != want {
			t.Errorf("%s is named %q, want %q", url, got, want)
		}
	}
}
