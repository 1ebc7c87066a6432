package core_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

const firstDefinition = 1_000_000_001

// define makes security definitions for links.
func define(env *ssotest.Env) {
	env.Definitions[sso.AuthBasic][firstDefinition] = "crm"
	env.Definitions[sso.AuthBasic][firstDefinition+1] = "erp"
	env.Definitions[sso.AuthJWT][firstDefinition] = "crm"
}

func create(t *testing.T, env *ssotest.Env, call sso.Call, userID, authType, username string, active bool) error {
	t.Helper()
	return env.Core.CreateLinkedAuth(t.Context(), call, sso.NewLink{UserID: userID, AuthType: authType, AuthUsername: username, IsActive: active})
}

func wantCode(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := codeOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		adminID, janeID, joeID := env.SuperUser("admin"), env.User("jane", nil), env.User("joe", nil)
		admin, jane, joe := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), ssotest.Call(env.Login("joe"))

		wantCode(t, "by the owner", create(t, env, jane, janeID, sso.AuthBasic, "crm", true), "E005001")
		wantCode(t, "by the owner, unknown", create(t, env, jane, janeID, "ntlm", "x", true), "E005001")
		wantCode(t, "nobody", create(t, env, admin, "", sso.AuthBasic, "crm", true), "E008002")
		wantCode(t, "unknown user", create(t, env, admin, "zusr0", sso.AuthBasic, "crm", true), "E008002")
		wantCode(t, "NUL", create(t, env, admin, "\x00", sso.AuthBasic, "crm", true), "E008002")
		for _, unknown := range [][2]string{{"ntlm", "crm"}, {"", "crm"}, {"zato.basic_auth", "crm"}, {sso.AuthBasic, "nobody"}, {sso.AuthBasic, ""}, {sso.AuthJWT, "erp"}, {sso.AuthBasic, "\x00"}} {
			err := create(t, env, admin, janeID, unknown[0], unknown[1], true)
			if wantCode(t, "unknown definition", err, "E008002"); !errors.Is(err, sso.ErrNoSuchDefinition) {
				t.Errorf("%q: %v does not tell", unknown, err)
			}
			if err := env.Core.DeleteLinkedAuth(t.Context(), admin, janeID, unknown[0], unknown[1]); !errors.Is(err, sso.ErrNoSuchDefinition) {
				t.Errorf("deleting %q: %v", unknown, err)
			}
		}

		env.Clock.Forward(time.Second)
		made := database.Timestamp(env.Clock.Now())
		wantCode(t, "created", create(t, env, admin, janeID, sso.AuthBasic, "crm", true), "")
		wantCode(t, "a duplicate", create(t, env, admin, janeID, sso.AuthBasic, "crm", false), "E008002")
		wantCode(t, "another's", create(t, env, admin, joeID, sso.AuthBasic, "crm", true), "E008002")
		wantCode(t, "another's, inactive", create(t, env, admin, joeID, sso.AuthBasic, "crm", false), "")
		wantCode(t, "JWT", create(t, env, admin, joeID, sso.AuthJWT, "crm", true), "")
		wantCode(t, "to oneself", create(t, env, admin, adminID, sso.AuthBasic, "erp", true), "")

		entries := env.Audit(sso.OpCreateLinkedAuth)
		var good int
		for _, entry := range entries {
			if entry.Result != "ok" {
				continue
			}
			if good++; good == 1 && (entry.Actor != adminID || entry.Target != janeID || entry.Keys != "auth_type,auth_username,is_active" ||
				entry.Changes != `{"auth_type":[null,"basic_auth"],"is_active":[null,true]}`) {
				t.Errorf("audit: %+v", entry)
			}
		}
		if good != 4 {
			t.Errorf("%d entries of links that were made", good)
		}

		type row struct {
			active             bool
			authType, username string
		}
		list := func(call sso.Call, userID string, want ...row) {
			t.Helper()
			links, err := env.Core.LinkedAuth(t.Context(), call, userID)
			if err != nil || len(links) != len(want) {
				t.Fatalf("links %v, error %v", links, err)
			}
			for i, link := range links {
				username := "NULL"
				if link.AuthUsername != nil {
					username = *link.AuthUsername
				}
				if got := (row{link.IsActive, link.AuthType, username}); got != want[i] {
					t.Errorf("link %d is %+v, want %+v", i, got, want[i])
				}
			}
		}
		list(jane, "", row{true, "basic_auth", "crm"})
		list(jane, janeID, row{true, "basic_auth", "crm"})
		list(admin, janeID, row{true, "basic_auth", "crm"})
		list(admin, joeID, row{false, "basic_auth", "crm"}, row{true, "jwt", "crm"})
		list(admin, "", row{true, "basic_auth", "erp"})
		links, err := env.Core.LinkedAuth(t.Context(), jane, "")
		if err != nil || links[0].CreationTime.Before(made) {
			t.Errorf("created at %v, not after %v", links[0].CreationTime, made)
		}
		for what, userID := range map[string]string{"another": joeID, "unknown": "zusr0", "a super-user": adminID} {
			_, err := env.Core.LinkedAuth(t.Context(), jane, userID)
			wantCode(t, what, err, "E005001")
		}
		_, err = env.Core.LinkedAuth(t.Context(), admin, "zusr0")
		wantCode(t, "the links of nobody", err, "E008002")

		// Links of a database of Zato's: its numbers are not ours, and whatever
		// they say is listed and stops nothing.
		insert := `INSERT INTO zato_sso_linked_auth (is_active, is_internal, creation_time, has_ext_principal, auth_type, auth_id,
			auth_principal, auth_source, user_id) VALUES ($1, false, $2, false, $3, $4, 'reserved', 'reserved', $5)`
		env.Exec(insert, true, made, "zato.basic_auth", 17, joeID)
		env.Exec(insert, true, made, "zato.ntlm", nil, joeID)
		list(joe, "", row{false, "basic_auth", "crm"}, row{true, "jwt", "crm"}, row{true, "basic_auth", "NULL"}, row{true, "ntlm", "NULL"})

		byLink := func(what string, call sso.Call, authType, username, want string) sso.User {
			t.Helper()
			user, err := env.Core.UserByLinkedAuth(t.Context(), call, authType, username, false)
			wantCode(t, what, err, want)
			return user
		}
		if got := byLink("owner", jane, sso.AuthBasic, "crm", ""); got.UserID != janeID || got.SignUpStatus != "" {
			t.Errorf("the owner sees %+v", got)
		}
		if got := byLink("super-user", admin, sso.AuthJWT, "crm", ""); got.UserID != joeID || got.SignUpStatus != sso.SignUpFinal {
			t.Errorf("a super-user sees %+v", got)
		}
		if got := byLink("trusted", ssotest.Trusted(), sso.AuthBasic, "crm", ""); got.UserID != janeID {
			t.Errorf("trusted code sees %+v", got)
		}
		byLink("another's", joe, sso.AuthBasic, "crm", "E005001") // his own is inactive
		byLink("unknown definition", joe, sso.AuthBasic, "nobody", "E005001")
		byLink("unknown type", joe, "ntlm", "crm", "E005001")
		byLink("unlinked", joe, sso.AuthBasic, "erp", "E005001")
		byLink("unknown definition", admin, sso.AuthBasic, "nobody", "E008002")
		env.Definitions[sso.AuthBasic][firstDefinition+5] = "free"
		byLink("a definition of nobody", admin, sso.AuthBasic, "free", "E008002")

		remove := func(what string, call sso.Call, userID, authType, username, want string) {
			t.Helper()
			wantCode(t, what, env.Core.DeleteLinkedAuth(t.Context(), call, userID, authType, username), want)
		}
		remove("by the owner", jane, janeID, sso.AuthBasic, "crm", "E005001")
		remove("of nobody", admin, "", sso.AuthBasic, "crm", "E008002")
		remove("of an unknown user", admin, "zusr0", sso.AuthBasic, "crm", "E008002")
		remove("not linked", admin, janeID, sso.AuthBasic, "free", "E008002")
		remove("another's", admin, janeID, sso.AuthJWT, "crm", "E008002")
		remove("deleted", admin, janeID, sso.AuthBasic, "crm", "")
		remove("deleted again", admin, janeID, sso.AuthBasic, "crm", "E008002")
		list(jane, "")
		list(admin, joeID, row{false, "basic_auth", "crm"}, row{true, "jwt", "crm"}, row{true, "basic_auth", "NULL"}, row{true, "ntlm", "NULL"})
		for _, entry := range env.Audit(sso.OpDeleteLinkedAuth) {
			if entry.Result == "ok" && (entry.Target != janeID || entry.Changes != `{"auth_type":["basic_auth",null],"is_active":[true,null]}`) {
				t.Errorf("audit: %+v", entry)
			}
		}
		wantCode(t, "linked to another now", create(t, env, admin, adminID, sso.AuthBasic, "crm", true), "")
		if err := env.Core.DeleteUserByID(t.Context(), admin, joeID); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "freed by a deletion", create(t, env, admin, janeID, sso.AuthJWT, "crm", true), "")
	})
}

func TestLinksAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		users := []string{env.User("jane", nil), env.User("joe", nil)}
		cores := []*core.Core{env.Core, env.NewCore(env.Config)} // as of two hosts
		for range 30 {
			var made atomic.Int64
			var all sync.WaitGroup
			for i, user := range users {
				all.Go(func() {
					err := cores[i].CreateLinkedAuth(t.Context(), admin, sso.NewLink{UserID: user, AuthType: sso.AuthBasic, AuthUsername: "crm", IsActive: true})
					if err == nil {
						made.Add(1)
					} else {
						wantCode(t, "the second", err, "E008002")
					}
				})
			}
			all.Wait()
			if made.Load() != 1 {
				t.Fatalf("%d users were linked to one definition", made.Load())
			}
			env.Exec("DELETE FROM zato_sso_linked_auth")
		}
	})
}
