package bench

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// startCountedSSO starts an SSO on PostgreSQL whose round trips are counted.
func startCountedSSO(t *testing.T) (*countingProxy, *ssotest.Env) {
	t.Helper()
	proxy, through := startCountingProxy(t, pgtest.URL(t))
	db, err := postgres.Open(t.Context(), postgres.Config{
		URL: through, Prepare: store.Statements(database.PostgreSQL), MaxConnections: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		t.Fatal(err)
	}
	return proxy, ssotest.New(t, db, nil)
}

// TestUpdateTakesTwoRoundTrips counts what passes between the core and
// PostgreSQL: an update, with its checks and its audit entry, is two trips.
func TestUpdateTakesTwoRoundTrips(t *testing.T) {
	proxy, env := startCountedSSO(t)
	env.SuperUser("root")
	userID := env.User("jane", nil)
	root, jane := env.Login("root"), env.Login("jane")

	const updates = 20
	expect := func(op string, update func(i int) error) {
		t.Helper()
		trips := proxy.count(func() {
			for i := range updates {
				if err := update(i); err != nil {
					t.Fatalf("%s: %v", op, err)
				}
			}
		})
		if trips != 2*updates {
			t.Errorf("%s: %d round trips for %d updates, want 2 each", op, trips, updates)
		}
		if entries := env.Audit(op); len(entries) != updates {
			t.Errorf("%s: %d audit entries for %d updates", op, len(entries), updates)
		}
	}
	// The statements of an update are prepared with the connection, or on the
	// way where its table was not there yet: the count holds from the first.
	expect(sso.OpUpdateCurrentUser, func(int) error {
		return env.Core.UpdateCurrentUser(t.Context(), ssotest.Call(jane), sso.UserPatch{
			DisplayName: sso.Some("New Display Name"), Email: sso.Some("myuser@example.com"),
		})
	})
	expect(sso.OpUpdateUserByID, func(i int) error {
		return env.Core.UpdateUserByID(t.Context(), ssotest.Call(root), userID, sso.UserPatch{
			DisplayName:    sso.Some("My Display Name"),
			IsLocked:       sso.Some(i == updates-1), // which ends the user's sessions as well
			PasswordExpiry: sso.Some(time.Now().UTC().Add(90 * 24 * time.Hour)),
		})
	})
	if row := env.Row(userID); !row.IsLocked || *row.DisplayName != "My Display Name" {
		t.Errorf("after the updates: %+v", row)
	}
}

// TestLoginTakesThreeRoundTrips holds logins to one trip before hashing and two
// after it, throttling included. Of those that have to wait the first takes one,
// and those that do not wait take none.
func TestLoginTakesThreeRoundTrips(t *testing.T) {
	proxy, env := startCountedSSO(t)
	env.User("jane", nil)
	const (
		logins = 10
		beside = 2 // what the core does once, on its own, when it begins
	)
	expect := func(what, password string, least, most int, from func(i int) string) {
		t.Helper()
		trips := proxy.count(func() {
			for i := range logins {
				call := ssotest.Call("")
				call.RemoteAddr = from(i)
				_, err := env.Core.Login(t.Context(), call, sso.LoginRequest{Username: "jane", Password: password})
				if (err == nil) != (password == ssotest.Password) {
					t.Fatalf("%s: %v", what, err)
				}
			}
		})
		if trips < least || trips > most {
			t.Errorf("%s: %d round trips for %d logins, want %d to %d", what, trips, logins, least, most)
		}
	}
	home := func(int) string { return "192.0.2.1" }
	expect("from a new address each", ssotest.Password, 3*logins, 3*logins+beside, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) })
	expect("from one address", ssotest.Password, 3*logins, 3*logins+beside, home)
	for range 5 {
		call := ssotest.Call("")
		call.RemoteAddr = home(0)
		if _, err := env.Core.Login(t.Context(), call, sso.LoginRequest{Username: "jane", Password: "Not-The-Password"}); !sso.HasCode(err, sso.NotAllowed) {
			t.Fatal(err)
		}
	}
	if err := env.Core.FlushAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Refusals are audited in batches: two trips, within 100 ms each.
	expect("that have to wait", "Not-The-Password", 1, 1+logins, home)
}
