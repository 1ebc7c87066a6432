package core_test

import (
	"fmt"
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

const bcryptOfA = "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"

func TestImport(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		taken := env.User("taken", nil)
		hash := func(username string) sso.NewUser { return sso.NewUser{Username: username, PasswordHash: bcryptOfA} }
		batch := []sso.NewUser{
			hash("jane"), hash("taken"), hash("jane"), hash(""), {Username: "dear", PasswordHash: "$2b$31$" + bcryptOfA[7:]},
			{Username: "clear", Password: ssotest.Password}, {Username: "weak", Password: "x"}, hash("nul\x00"),
			sso.NewUserFromImport(map[string]any{"username": "both", "password": "p", "password_hash": "h"}),
		}
		want := []sso.Code{"", sso.UsernameExists, sso.UsernameExists, sso.UsernameInvalid, sso.PasswordInvalid, "", sso.PasswordTooShort, sso.InvalidInput, sso.InvalidInput}
		check := func(what string, refusals []error, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			for i, refusal := range refusals {
				if (refusal == nil) != (want[i] == "") || refusal != nil && !sso.HasCode(refusal, want[i]) {
					t.Errorf("%s: user %d: %v, want %q", what, i, refusal, want[i])
				}
			}
		}
		dry := env.Core.NewImport(ssotest.Trusted(), true)
		refusals, err := dry.Add(t.Context(), batch)
		check("dry run", refusals, err)
		if refusals, err := dry.Add(t.Context(), []sso.NewUser{hash("jane")}); err != nil || !sso.HasCode(refusals[0], sso.UsernameExists) {
			t.Errorf("a dry run forgets the batch before: %v, %v", refusals, err)
		}
		if entries := env.Audit(sso.OpCreateUser); len(entries) != 1 || env.ID("jane") != "jane" {
			t.Fatalf("the dry run left %d entries", len(entries))
		}
		refusals, err = env.Core.NewImport(ssotest.Trusted(), false).Add(t.Context(), batch)
		check("import", refusals, err)
		if entries := env.Audit(sso.OpCreateUser); len(entries) != 3 || entries[1].Target != env.ID("jane") || entries[0].Target != taken {
			t.Errorf("audit: %+v", entries)
		}
		before := env.Row(env.ID("jane"))
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: "a"}); err != nil {
			t.Error(err)
		}
		if after := env.Row(env.ID("jane")); after.Password == before.Password || before.ApprovalStatus != sso.ApprovalApproved {
			t.Errorf("the hash was not made anew, or the user is %s", before.ApprovalStatus)
		}
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: "a"}); err != nil {
			t.Errorf("with our own hash: %v", err)
		}
		env.Login("clear")
		if _, err := env.Core.CreateUser(t.Context(), ssotest.Trusted(), hash("other")); !sso.HasCode(err, sso.InvalidOperation) {
			t.Errorf("a hash through CreateUser: %v", err)
		}
	})
}

// TestImportsAtOnce has two imports of the same users: each user is there once,
// and no user is lost to the other's conflict.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		const users = 40
		batch := make([]sso.NewUser, users)
		for i := range batch {
			batch[i] = sso.NewUser{Username: fmt.Sprint("user", i), PasswordHash: bcryptOfA}
		}
		created := make(chan int)
		for range 2 {
			go func() {
				refusals, err := env.Core.NewImport(ssotest.Trusted(), false).Add(t.Context(), batch)
				if err != nil {
					t.Error(err)
				}
				n := 0
				for _, refusal := range refusals {
					if refusal == nil {
						n++
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
