package core_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/userfile"
)

const bcryptOfA = "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"

// records puts users on lines 2, 3 and so on.
func records(users ...sso.NewUser) []userfile.Record {
	var all []userfile.Record
	for i, user := range users {
		all = append(all, userfile.Record{Line: i + 2, User: user})
	}
	return all
}

func hashed(username string) sso.NewUser {
	return sso.NewUser{Username: username, PasswordHash: bcryptOfA}
}

func TestImport(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		taken := env.User("taken", nil)
		batch := records(
			hashed("jane"), hashed("taken"), hashed("jane"), hashed(""), sso.NewUser{Username: "dear", PasswordHash: "$2b$31$" + bcryptOfA[7:]},
			sso.NewUser{Username: "clear", Password: ssotest.Password}, sso.NewUser{Username: "weak", Password: "x"}, hashed("nul\x00"),
			sso.NewUserFromImport(map[string]any{"username": "both", "password": "p", "password_hash": "h"}), hashed("taken"),
		)
		batch = append(batch, userfile.Record{Line: 12, Err: fmt.Errorf("2 cells for 1 column")})
		want := []string{"", "E001002: there is such a user already", "E001002: the username is in line 2 already", "E001001", "E003001", "", "E003002", "E008002", "E008002: either",
			"E001002: the username is in line 3 already", "E008002: 2 cells for 1 column"}
		check := func(what string, outcomes []core.Outcome, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			for i, outcome := range outcomes {
				if (outcome.Refused == nil) != (want[i] == "") || outcome.Refused != nil && !strings.HasPrefix(outcome.Refused.Error(), sso.OpCreateUser+": "+want[i]) {
					t.Errorf("%s: user %d: %v, want %q", what, i, outcome.Refused, want[i])
				}
				if outcome.Exists != (i == 1) || outcome.NoPassword {
					t.Errorf("%s: user %d: %+v", what, i, outcome)
				}
			}
		}
		dry := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{DryRun: true})
		outcomes, err := dry.Add(t.Context(), batch)
		check("dry run", outcomes, err)
		if outcomes, err := dry.Add(t.Context(), records(hashed("jane"))); err != nil || outcomes[0].Exists || !sso.HasCode(outcomes[0].Refused, sso.UsernameExists) {
			t.Errorf("a dry run forgets the batch before: %v, %v", outcomes, err)
		}
		if entries := env.Audit(sso.OpCreateUser); len(entries) != 1 || env.ID("jane") != "jane" {
			t.Fatalf("the dry run left %d entries", len(entries))
		}
		importing := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{})
		outcomes, err = importing.Add(t.Context(), batch)
		check("import", outcomes, err)
		if outcomes, err := importing.Add(t.Context(), records(hashed("jane"))); err != nil || outcomes[0].Exists || !strings.Contains(outcomes[0].Refused.Detail, "in line 2 already") {
			t.Errorf("a line of the batch before: %v, %v", outcomes, err)
		}
		if entries := env.Audit(sso.OpCreateUser); len(entries) != 3 || entries[1].Target != env.ID("jane") || entries[0].Target != taken {
			t.Errorf("audit: %+v", entries)
		}
		before := env.Row(env.ID("jane"))
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: "a"}); err != nil {
			t.Error(err)
		}
		if after := env.Row(env.ID("jane")); after.Password == before.Password || before.ApprovalStatus != sso.ApprovalApproved || !before.PasswordIsSet {
			t.Errorf("the hash was not made anew, or the user is %s", before.ApprovalStatus)
		}
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: "a"}); err != nil {
			t.Errorf("with our own hash: %v", err)
		}
		env.Login("clear")
		if _, err := env.Core.CreateUser(t.Context(), ssotest.Trusted(), hashed("other")); !sso.HasCode(err, sso.InvalidOperation) {
			t.Errorf("a hash through CreateUser: %v", err)
		}
	})
}

// TestImportWithoutPasswords: nobody logs in as such a user before somebody
// has set a password, and a policy that only concerns passwords refuses none.
func TestImportWithoutPasswords(t *testing.T) {
	t.Parallel()
	stricter := func(cfg *core.Config) { cfg.Password.MinLength = 100 }
	ssotest.Each(t, stricter, func(t *testing.T, env *ssotest.Env) {
		batch := records(sso.NewUser{Username: "jane"}, sso.NewUser{Username: "john"}, hashed("jill"))
		outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{DryRun: true, RequirePassword: true}).Add(t.Context(), batch)
		if err != nil || !sso.HasCode(outcomes[0].Refused, sso.MissingInput) || !sso.HasCode(outcomes[1].Refused, sso.MissingInput) || outcomes[2].Refused != nil {
			t.Fatalf("with passwords required: %v, %v", outcomes, err)
		}
		outcomes, err = env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), batch)
		if err != nil || !outcomes[0].NoPassword || outcomes[0].Refused != nil || !outcomes[1].NoPassword || outcomes[2].NoPassword {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		id := env.ID("jane")
		if env.Row(id).PasswordIsSet {
			t.Error("the password is said to be set")
		}
		for _, guess := range []string{"", "jane", env.Row(id).Password} {
			if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: guess}); !sso.HasCode(err, sso.NotAllowed) {
				t.Errorf("logging in: %v", err)
			}
		}
		long := strings.Repeat(ssotest.Password, 5)
		if err := env.Core.SetPassword(t.Context(), ssotest.Trusted(), sso.PasswordChange{UserID: id, NewPassword: long}); err != nil {
			t.Fatal(err)
		}
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: long}); err != nil || !env.Row(id).PasswordIsSet {
			t.Errorf("with the password that was set: %v", err)
		}
	})
}

// TestImportOfManyPasswords hashes more of them at once than may wait.
func TestImportOfManyPasswords(t *testing.T) {
	t.Parallel()
	narrow := func(cfg *core.Config) { cfg.HashSecret.MaxConcurrent, cfg.HashSecret.MaxWaiting = 2, 1 }
	ssotest.Each(t, narrow, func(t *testing.T, env *ssotest.Env) {
		var users []sso.NewUser
		for i := range 40 {
			users = append(users, sso.NewUser{Username: fmt.Sprint("user", i), Password: ssotest.Password})
		}
		outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), records(users...))
		if err != nil {
			t.Fatal(err)
		}
		for i, outcome := range outcomes {
			if outcome.Refused != nil {
				t.Errorf("user %d: %v", i, outcome.Refused)
			}
		}
		env.Login("user39")
	})
}

// TestImportRefusesWhatNoDatabaseTakes: a value that cannot be stored costs its
// own line, not those around it.
func TestImportRefusesWhatNoDatabaseTakes(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		var users []sso.NewUser
		for _, key := range sso.ImportKeys() {
			for _, value := range []string{"\x00", "\xff", strings.Repeat("x", 100_000)} {
				if key == "totp_label" && len(value) > 1 { // which may be long
					value = "\x00"
				}
				data := map[string]any{"username": fmt.Sprintf("user%d", len(users)), "is_locked": "no"}
				data[key] = value
				users = append(users, sso.NewUserFromImport(data))
			}
		}
		users = append(users, hashed("jane"))
		outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), records(users...))
		if err != nil {
			t.Fatal(err)
		}
		for i, outcome := range outcomes {
			if (outcome.Refused == nil) != (i == len(users)-1) {
				t.Errorf("%s: %v", sso.ImportKeys()[min(i/3, len(sso.ImportKeys())-1)], outcome.Refused)
			}
		}
	})
}

// TestImportsAtOnce has two imports of the same users: each user is there once,
// and no user is lost to the other's conflict.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		const users = 40
		var batch []sso.NewUser
		for i := range users {
			batch = append(batch, hashed(fmt.Sprint("user", i)))
		}
		created := make(chan int)
		for range 2 {
			go func() {
				outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), records(batch...))
				if err != nil {
					t.Error(err)
				}
				n := 0
				for _, outcome := range outcomes {
					if outcome.Refused == nil {
						n++
					} else if !outcome.Exists {
						t.Error(outcome.Refused)
					}
				}
				created <- n
			}()
		}
		if n := <-created + <-created; n != users {
			t.Errorf("%d users were created, want %d", n, users)
		}
		if entries := env.Audit(sso.OpCreateUser); len(entries) != users {
			t.Errorf("%d audit entries", len(entries))
		}
	})
}

// meddled is a database with something in the way of its next change.
type meddled struct {
	database.DB
	change atomic.Pointer[func(commit func() error) error]
}

func (m *meddled) Change(ctx context.Context, load []database.Query, decide func() ([]database.Query, error)) error {
	commit := func() error { return m.DB.Change(ctx, load, decide) }
	if meddle := m.change.Swap(nil); meddle != nil {
		return (*meddle)(commit)
	}
	return commit()
}

func (m *meddled) next(meddle func(commit func() error) error) { m.change.Store(&meddle) }

// TestImportIsRaced has somebody else create one of the users between the look
// at the usernames and the transaction, and what cannot be written afterwards
// fail: then nothing was written.
func TestImportIsRaced(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, plain *ssotest.Env) {
		db := &meddled{DB: plain.DB}
		env := ssotest.New(t, db, nil)
		batch := records(hashed("jane"), hashed("john"), hashed("jill"))
		race := func(commit func() error) error {
			env.User("john", nil)
			return commit()
		}
		full := &database.Error{Kind: database.Unavailable, Reason: "the disk is full"}
		db.next(func(commit func() error) error {
			err := race(commit)
			db.next(func(func() error) error { return full })
			return err
		})
		if outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), batch); !database.IsKind(err, database.Unavailable) || outcomes != nil {
			t.Fatalf("a full disk: %+v, %v", outcomes, err)
		}
		if env.ID("jane") != "jane" || env.ID("jill") != "jill" {
			t.Error("something of the batch was written")
		}
		env.Exec("DELETE FROM zato_sso_user")
		db.next(race)
		outcomes, err := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{}).Add(t.Context(), batch)
		if err != nil || outcomes[0].Refused != nil || !outcomes[1].Exists || outcomes[2].Refused != nil {
			t.Fatalf("%+v, %v", outcomes, err)
		}
		for _, name := range []string{"jane", "john", "jill"} {
			if env.ID(name) == name {
				t.Errorf("there is no user %s", name)
			}
		}
	})
}

// TestImportFindsOutWhatBecameOfACommit breaks the connection during one.
func TestImportFindsOutWhatBecameOfACommit(t *testing.T) {
	t.Parallel()
	broke := &database.Error{Kind: database.Unknown, Reason: "the connection broke during the commit"}
	ssotest.Each(t, nil, func(t *testing.T, plain *ssotest.Env) {
		db := &meddled{DB: plain.DB}
		env := ssotest.New(t, db, nil)
		for name, test := range map[string]struct {
			meddle func(username string, commit func() error) error
			exists bool
		}{
			"it was committed": {func(_ string, commit func() error) error {
				if err := commit(); err != nil {
					t.Error(err)
				}
				return broke
			}, false},
			"it was not": {func(string, func() error) error { return broke }, false},
			"it was committed later than one looked": {func(_ string, commit func() error) error {
				db.next(func(again func() error) error {
					if err := commit(); err != nil {
						t.Error(err)
					}
					return again()
				})
				return broke
			}, false},
			"it was not, and somebody else was first": {func(username string, _ func() error) error {
				env.User(username, nil)
				return broke
			}, true},
		} {
			username := strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "")
			importing := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{})
			importing.LookAtOnce(1)
			db.next(func(commit func() error) error { return test.meddle(username, commit) })
			outcomes, err := importing.Add(t.Context(), records(hashed(username)))
			if err != nil || outcomes[0].Exists != test.exists || (outcomes[0].Refused != nil) != test.exists {
				t.Errorf("%s: %+v, %v", name, outcomes, err)
			}
			created := 0
			for _, entry := range env.Audit(sso.OpCreateUser) {
				if entry.Target == env.ID(username) {
					created++
				}
			}
			if created != 1 {
				t.Errorf("%s: the user was created %d times", name, created)
			}
		}

		// While it is away nobody can tell, and the error says so.
		importing := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{})
		importing.LookAtOnce(2)
		away := func(func() error) error { return &database.Error{Kind: database.Unavailable, Reason: "away"} }
		db.next(func(func() error) error {
			db.next(func(commit func() error) error {
				db.next(away)
				return away(commit)
			})
			return broke
		})
		if _, err := importing.Add(t.Context(), records(hashed("away"))); !database.IsKind(err, database.Unknown) {
			t.Errorf("while it is away: %v", err)
		}
	})
}

// TestImportOnAFullDisk has room for some users only.
func TestImportOnAFullDisk(t *testing.T) {
	t.Parallel()
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		if db.Dialect() != database.SQLite {
			t.Skip("PostgreSQL has no limit to set")
		}
		env := ssotest.New(t, db, nil)
		count := func(sql string) (n int) {
			t.Helper()
			err := db.Change(t.Context(), []database.Query{{SQL: sql, Row: func(scan func(...any) error) error { return scan(&n) }}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		count(fmt.Sprintf("PRAGMA max_page_count=%d", count("PRAGMA page_count")+40))
		importing := env.Core.NewImport(ssotest.Trusted(), core.ImportOptions{})
		imported := 0
		var err error
		for batch := 0; err == nil && batch < 1000; batch++ {
			var users []sso.NewUser
			for i := range 20 {
				users = append(users, hashed(fmt.Sprintf("user%d.%d", batch, i)))
			}
			if _, err = importing.Add(t.Context(), records(users...)); err == nil {
				imported += len(users)
			}
		}
		if !database.IsKind(err, database.Unavailable) || imported == 0 {
			t.Fatalf("after %d users: %v", imported, err)
		}
		if there := count("SELECT count(*) FROM zato_sso_user"); there != imported {
			t.Errorf("%d users are there, %d were said to be", there, imported)
		}
		entries := 0
		if err := env.Store.Audit(t.Context(), store.AuditFilter{Op: sso.OpCreateUser}, func(store.AuditEntry) error { entries++; return nil }); err != nil || entries != imported {
			t.Errorf("%d entries, %v", entries, err)
		}
	})
}
