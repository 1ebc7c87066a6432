package core_test

import (
	"testing"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// TestNobodyIsCalledAsAUserID has users call themselves by the ID of another, who
// they would be taken for.
func TestNobodyIsCalledAsAUserID(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		adminID := env.SuperUser("admin")
		env.User("joe", nil)
		call := ssotest.Call(env.Login("joe"))
		for name, err := range map[string]error{
			"update": env.Core.UpdateCurrentUser(t.Context(), call, sso.UserPatch{Username: sso.Some(adminID)}),
			"create": func() error {
				_, err := env.Core.CreateUser(t.Context(), ssotest.Call(env.Login("admin")), sso.NewUser{Username: adminID, Password: ssotest.Password})
				return err
			}(),
		} {
			if !sso.HasCode(err, sso.UsernameInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if id, err := env.Store.UserID(t.Context(), adminID); err != nil || id != adminID {
			t.Errorf("%s: %v", id, err)
		}
	})
}
