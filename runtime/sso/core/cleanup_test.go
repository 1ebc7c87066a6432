package core_test

import (
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

func TestCleanUp(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		for range 3 {
			env.Login("jane")
		}
		env.Clock.Forward(50 * time.Minute)
		call := ssotest.Call(env.Login("jane"))
		a := attributes{t, env.Core, call, sso.AttributeOwner{}}
		short := named("short", 1)
		short.Expiration = sso.Some(60)
		if code := a.write(sso.CreateAttribute, short, named("long", 1)); code != "" {
			t.Fatal(code)
		}
		count := func(table string) (rows int) {
			t.Helper()
			err := env.DB.Read(t.Context(), database.Query{SQL: "SELECT count(*) FROM " + table,
				Row: func(scan func(...any) error) error { return scan(&rows) }})
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		expect := func(deleted int64, sessions, attributes int) {
			t.Helper()
			if got, err := env.Core.CleanUp(t.Context()); got != deleted || err != nil {
				t.Errorf("deleted %d, %v, want %d", got, err, deleted)
			}
			if got := count("zato_sso_session"); got != sessions {
				t.Errorf("%d sessions, want %d", got, sessions)
			}
			if got := count("zato_sso_attr"); got != attributes {
				t.Errorf("%d attributes, want %d", got, attributes)
			}
		}
		expect(0, 4, 2)
		env.Clock.Forward(20 * time.Minute)
		expect(4, 1, 1)
		expect(0, 1, 1)
		if _, err := env.Core.CurrentUser(t.Context(), call, false); err != nil {
			t.Error(err)
		}
	})
}
