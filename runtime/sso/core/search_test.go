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
)

func TestSearch(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		add := func(username, display, first, last, email string) string {
			return env.User(username, func(u *sso.NewUser) {
				for field, text := range map[*sso.Optional[string]]string{&u.DisplayName: display, &u.FirstName: first, &u.LastName: last, &u.Email: email} {
					if text != "" {
						*field = sso.Some(text)
					}
				}
			})
		}
		janeID := add("jane", "Jane Doe", "Jane", "Doe", "jane@example.com")
		add("john", "John Doe", "John", "Doe", "john@example.com")
		add("ann", "Ann Straße", "Ann", "Straße", "jane@example.com")
		add("zoe", "100% Zoë_!", "Zoë", "", "Jane@example.com")
		if err := env.Core.UpdateUserByID(t.Context(), admin, env.ID("john"), sso.PatchFromMap(map[string]any{"approval_status": "rejected", "sign_up_status": "before_confirmation"})); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name     string
			criteria map[string]any
			want     string
		}{
			{"everybody", map[string]any{}, "zoe ann jane john admin"},
			{"by ID", map[string]any{"user_id": janeID, "username": "john", "email": "nobody"}, "jane"},
			{"by username", map[string]any{"username": "john", "first_name": "Jane"}, "john"},
			{"by username of another case", map[string]any{"username": "John"}, ""},
			{"by a name", map[string]any{"first_name": "Jane"}, "jane"},
			{"by a name of another case", map[string]any{"last_name": "dOE"}, "jane john"},
			{"by a name in full upper case", map[string]any{"last_name": "STRASSE"}, "ann"},
			{"by a name with an accent", map[string]any{"first_name": "ZOË"}, "zoe"},
			{"by a part, exactly", map[string]any{"last_name": "Do"}, ""},
			{"by a part", map[string]any{"last_name": "o", "is_name_exact": false}, "jane john"},
			{"by a part with a percent sign", map[string]any{"display_name": "0% z", "is_name_exact": false}, "zoe"},
			{"by wildcards", map[string]any{"display_name": "%", "is_name_exact": false}, "zoe"},
			{"by an underscore and an escape", map[string]any{"display_name": "_!", "is_name_exact": false}, "zoe"},
			{"by two names", map[string]any{"first_name": "Jane", "last_name": "Doe"}, "jane"},
			{"by one of two names", map[string]any{"first_name": "Ann", "last_name": "Doe", "name_op": "or"}, "ann jane john"},
			{"by names and e-mail", map[string]any{"first_name": "Ann", "last_name": "Doe", "name_op": "or", "email": "jane@example.com"}, "ann jane"},
			{"by e-mail", map[string]any{"email": "jane@example.com"}, "ann jane"},
			{"by e-mail of another case", map[string]any{"email": "JANE@example.com"}, ""},
			{"by approval", map[string]any{"approval_status": "rejected"}, "john"},
			{"by sign-up", map[string]any{"sign_up_status": "final", "last_name": "doe"}, "jane"},
			{"by an unknown status", map[string]any{"sign_up_status": "x"}, ""},
			{"by nulls and empty text", map[string]any{"user_id": nil, "username": "", "email": nil, "first_name": ""}, "zoe ann jane john admin"},
		} {
			result, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(c.criteria))
			var names []string
			for _, user := range result.Users {
				names = append(names, user.Username)
			}
			if err != nil || strings.Join(names, " ") != c.want || result.Total != len(names) {
				t.Errorf("%s: %v of %d, %v, want %s", c.name, names, result.Total, err, c.want)
			}
		}
		result, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(map[string]any{"username": "jane"}))
		if err != nil || result.Users[0].Email == nil || *result.Users[0].Email != "jane@example.com" || result.Users[0].ApprovalStatus != "approved" || result.Users[0].TOTPKey != nil {
			t.Errorf("%+v, %v", result, err)
		}
		for name, criteria := range map[string]map[string]any{
			"an unknown key": {"user": "x"}, "a wrong type": {"username": 1}, "an operator": {"name_op": "xor"},
			"a page": {"cur_page": "one"}, "a negative page": {"cur_page": -1}, "a NUL": {"first_name": "a\x00"}, "no UTF-8": {"username": "\xff"},
		} {
			if _, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(criteria)); codeOf(err) != "E008002" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := env.Core.Search(t.Context(), ssotest.Call(env.Login("jane")), sso.SearchCriteria{}); codeOf(err) != "E005001" {
			t.Errorf("by a regular user: %v", err)
		}
		if strings.Contains(env.Log.String(), "jane@example.com") {
			t.Error("an e-mail is in the log")
		}

		// A changed e-mail is found, the old one is not.
		if err := env.Core.UpdateUserByID(t.Context(), admin, janeID, sso.PatchFromMap(map[string]any{"email": "new@example.com"})); err != nil {
			t.Fatal(err)
		}
		for email, want := range map[string]int{"new@example.com": 1, "jane@example.com": 1} {
			if result, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(map[string]any{"email": email})); err != nil || result.Total != want {
				t.Errorf("%s: %d, %v", email, result.Total, err)
			}
		}
	})
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) { cfg.Search.DefaultPageSize, cfg.Search.MaxPageSize = 3, 4 }
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		for i := range 6 {
			env.User(fmt.Sprintf("user%d", i), func(u *sso.NewUser) { u.DisplayName = sso.Some("User") })
			env.Clock.Forward(time.Second)
		}
		admin := ssotest.Call(env.Login("admin"))
		for _, c := range []struct {
			criteria          map[string]any
			users             string
			page, size, pages int
			next, previous    any
		}{
			{map[string]any{}, "user0 user1 user2", 1, 3, 3, 2, nil},
			{map[string]any{"cur_page": 2}, "user3 user4 user5", 2, 3, 3, 3, 1},
			{map[string]any{"cur_page": 3}, "admin", 3, 3, 3, nil, 2},
			{map[string]any{"cur_page": 4}, "", 4, 3, 3, nil, 3},
			{map[string]any{"cur_page": 0, "page_size": 2}, "user0 user1", 1, 2, 4, 2, nil},
			{map[string]any{"page_size": 100}, "user0 user1 user2 user3", 1, 4, 2, 2, nil},
			{map[string]any{"paginate": false}, "user0 user1 user2 user3 user4 user5 admin", 1, 7, 1, nil, nil},
			{map[string]any{"username": "nobody"}, "", 1, 3, 0, nil, nil},
		} {
			result, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(c.criteria))
			if err != nil {
				t.Fatal(err)
			}
			got := result.ToDict()
			var names []string
			for _, user := range got["result"].([]map[string]any) {
				names = append(names, user["username"].(string))
			}
			if !slices.Equal(names, strings.Fields(c.users)) || got["cur_page"] != c.page || got["page_size"] != c.size || got["num_pages"] != c.pages ||
				got["next_page"] != c.next || got["prev_page"] != c.previous || got["has_next_page"] != (c.next != nil) || got["has_prev_page"] != (c.previous != nil) {
				t.Errorf("%v: %v %v", c.criteria, names, got)
			}
		}
	})
}

// TestSearchHidesUnknownApps tells E004001 only where the configuration says so.
func TestSearchHidesUnknownApps(t *testing.T) {
	t.Parallel()
	for _, inform := range []bool{true, false} {
		ssotest.Each(t, func(cfg *core.Config) { cfg.Apps.InformIfAppInvalid = inform }, func(t *testing.T, env *ssotest.Env) {
			env.SuperUser("admin")
			admin := ssotest.Call(env.Login("admin"))
			admin.App = "ERP"
			_, err := env.Core.Search(t.Context(), admin, sso.SearchCriteria{})
			var refused *sso.Error
			if !errors.As(err, &refused) || !sso.HasCode(err, sso.AppInvalid) {
				t.Fatal(err)
			}
			if told := refused.Told(); slices.Contains(told, sso.AppInvalid) != inform || len(told) != 1 {
				t.Errorf("told: %v, with inform_if_app_invalid: %v", told, inform)
			}
		})
	}
}

// TestComplete makes users findable that Zato has left without search columns
// and that have no digest of their e-mail.
func TestComplete(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		for i := range 3 {
			env.User(fmt.Sprint("user", i), func(u *sso.NewUser) {
				u.FirstName, u.Email = sso.Some("Straße"), sso.Some(fmt.Sprint("user", i, "@example.com"))
			})
		}
		env.Exec("UPDATE zato_sso_user SET first_name_upper = NULL, display_name_upper = NULL, gatehouse_email_digest = NULL")
		env.Exec("UPDATE zato_sso_user SET email = 'gAAAAgarbage' WHERE username = 'user2'")
		found := func(criteria map[string]any) int {
			t.Helper()
			result, err := env.Core.Search(t.Context(), admin, sso.SearchFromMap(criteria))
			if err != nil {
				t.Fatal(err)
			}
			return result.Total
		}
		if n := found(map[string]any{"first_name": "strasse"}) + found(map[string]any{"email": "user0@example.com"}); n != 0 {
			t.Fatalf("found %d", n)
		}
		if completed, err := env.Core.Complete(t.Context()); completed != 3 || err != nil {
			t.Errorf("completed %d, %v", completed, err)
		}
		if found(map[string]any{"first_name": "strasse"}) != 3 || found(map[string]any{"email": "user1@example.com"}) != 1 {
			t.Error("not found")
		}
		if log := env.Log.String(); !strings.Contains(log, "column=email user_id="+env.ID("user2")) || strings.Contains(log, "@example.com") {
			t.Errorf("log: %s", log)
		}
	})
}
