package core_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/userfile"
)

// listed returns the usernames of a list.
func listed(t *testing.T, env *ssotest.Env, call sso.Call, list core.UserList) (string, error) {
	t.Helper()
	var names []string
	err := env.Core.ListUsers(t.Context(), call, list, func(user sso.User) error {
		names = append(names, user.Username)
		return nil
	})
	return strings.Join(names, " "), err
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		operator := ssotest.Call("")
		operator.Trusted = true
		if names, err := listed(t, env, operator, core.UserList{}); names != "" || err != nil {
			t.Errorf("%q, %v, though there are none", names, err)
		}
		env.SuperUser("Admin")
		jane := env.User("jane", func(u *sso.NewUser) {
			u.DisplayName, u.Email = sso.Some("Zoë 100%_! Straße"), sso.Some("Jane@example.com")
		})
		env.User("ann", func(u *sso.NewUser) { u.IsLocked = true })
		env.User("żółw", nil)
		if err := env.Core.RejectUser(t.Context(), operator, jane); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			list core.UserList
			want string
		}{
			{core.UserList{}, "Admin jane ann żółw"},
			{core.UserList{Limit: 2}, "Admin jane"},
			{core.UserList{Limit: 4}, "Admin jane ann żółw"},
			{core.UserList{UserID: jane}, "jane"},
			{core.UserList{UserID: "zusr1"}, ""},
			{core.UserList{IsLocked: true}, "ann"},
			{core.UserList{IsSuperUser: true}, "Admin"},
			{core.UserList{IsSuperUser: true, IsLocked: true}, ""},
			{core.UserList{ApprovalStatus: sso.ApprovalRejected}, "jane"},
			{core.UserList{ApprovalStatus: sso.ApprovalApproved, Limit: 1}, "Admin"},
			{core.UserList{Text: "AN"}, "jane ann"},
			{core.UserList{Text: "admin"}, "Admin"},
			{core.UserList{Text: "strasse"}, "jane"},
			{core.UserList{Text: "ZOË"}, "jane"},
			{core.UserList{Text: "%"}, "jane"},
			{core.UserList{Text: "_!"}, "jane"},
			{core.UserList{Text: "ółw"}, "żółw"},
			{core.UserList{Text: "Jane@example.com"}, "jane"},
			{core.UserList{Text: "jane@example"}, ""},
			{core.UserList{Text: "an", IsLocked: true}, "ann"},
			{core.UserList{Text: strings.Repeat("x", 300)}, ""},
		} {
			if names, err := listed(t, env, operator, c.list); names != c.want || err != nil {
				t.Errorf("%+v: %q, %v, want %q", c.list, names, err, c.want)
			}
		}
		if _, err := listed(t, env, operator, core.UserList{Text: "a\x00"}); !sso.HasCode(err, sso.InvalidInput) {
			t.Errorf("a NUL: %v", err)
		}

		// Who reads may end it; it is a search in the audit all the same.
		searches := len(env.Audit(sso.OpSearch))
		full := errors.New("the disk is full")
		count := 0
		err := env.Core.ListUsers(t.Context(), operator, core.UserList{}, func(sso.User) error {
			count++
			return full
		})
		if !errors.Is(err, full) || count != 1 {
			t.Errorf("%v after %d", err, count)
		}
		if all := env.Audit(sso.OpSearch); len(all) != searches+1 || all[len(all)-1].Result != "ok" {
			t.Errorf("the audit has %d entries, and had %d", len(all), searches)
		}

		// It is for super-users alone.
		if names, err := listed(t, env, ssotest.Call(env.Login("Admin")), core.UserList{Text: "ann"}); names != "ann" || err != nil {
			t.Errorf("a super-user: %q, %v", names, err)
		}
		if _, err := listed(t, env, ssotest.Call(env.Login("żółw")), core.UserList{}); !sso.HasCode(err, sso.NotAllowed) {
			t.Errorf("a regular user: %v", err)
		}
		if _, err := listed(t, env, ssotest.Call("none"), core.UserList{}); !sso.HasCode(err, sso.NoSuchSession) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestListUsersPageByPage lists more users than are read at once.
func TestListUsersPageByPage(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		operator := ssotest.Call("")
		operator.Trusted = true
		var want []string
		var users []userfile.Record
		for i := range 1001 {
			want = append(want, fmt.Sprintf("user%d", i))
			users = append(users, userfile.Record{Line: i + 1, User: sso.NewUser{Username: want[i], AutoApprove: true}})
		}
		if _, err := env.Core.NewImport(operator, core.ImportOptions{}).Add(t.Context(), users); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{0, 500, 501, 1000, 1001, 2000} {
			expected := want
			if limit > 0 {
				expected = want[:min(limit, len(want))]
			}
			names, err := listed(t, env, operator, core.UserList{Limit: limit})
			if err != nil || !slices.Equal(strings.Fields(names), expected) {
				t.Errorf("limit %d: %d users, %v, want %d", limit, len(strings.Fields(names)), err, len(expected))
			}
		}
	})
}

func TestUserSessions(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		operator := ssotest.Call("")
		operator.Trusted = true
		jane := env.User("jane", nil)
		env.SuperUser("admin")
		env.Login("jane")
		env.Clock.Forward(40 * time.Minute)
		ust := env.Login("jane")
		for _, call := range []sso.Call{operator, ssotest.Call(env.Login("admin"))} {
			sessions, err := env.Core.UserSessions(t.Context(), call, jane)
			if err != nil || len(sessions) != 2 || sessions[0].UST != "" || sessions[1].UST != "" ||
				!sessions[0].CreationTime.Before(sessions[1].CreationTime) || sessions[1].RemoteAddr != ssotest.Addr {
				t.Errorf("%+v, %v", sessions, err)
			}
		}
		if entry := env.Audit(sso.OpListSessions)[0]; entry.Target != jane || entry.Result != "ok" {
			t.Errorf("%+v", entry)
		}
		env.Clock.Forward(30 * time.Minute)
		if sessions, err := env.Core.UserSessions(t.Context(), operator, jane); err != nil || len(sessions) != 1 {
			t.Errorf("after one has expired: %+v, %v", sessions, err)
		}
		for _, id := range []string{"", "zusr1", "a\x00"} {
			if _, err := env.Core.UserSessions(t.Context(), operator, id); !sso.HasCode(err, sso.UserIDInvalid) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if _, err := env.Core.UserSessions(t.Context(), ssotest.Call(ust), jane); !sso.HasCode(err, sso.NotAllowed) {
			t.Errorf("a regular user: %v", err)
		}
	})
}
