package core_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

func limited(definition string) func(*sso.NewUser) {
	return func(user *sso.NewUser) {
		user.IsRateLimitActive, user.RateLimitDef = sso.Some(true), sso.Some(definition)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		toMinute := func() {
			now := env.Clock.Now()
			env.Clock.Forward(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
		}
		get := func(want, ust, address string) {
			t.Helper()
			call := ssotest.Call(ust)
			call.RemoteAddr = address
			_, err := env.Core.CurrentUser(t.Context(), call, false)
			if got := outcome(err); got != want {
				t.Errorf("from %s: %s, want %s", address, got, want)
			}
		}
		toMinute()
		env.User("jane", limited("*=3/m\n10.0.0.0/8=1/m\n10.1.0.0/16=2/m"))
		ust, other := env.Login("jane"), env.Login("jane")
		get("ok", ust, abroad)
		get("ok", other, home) // the limit is the user's, not the session's
		call := ssotest.Call(ust)
		if err := env.Core.UpdateCurrentUser(t.Context(), call, sso.UserPatch{FirstName: sso.Some("Jane")}); err != nil {
			t.Error(err)
		}
		env.Clock.Forward(18*time.Second + 500*time.Millisecond)
		get("wait 42", ust, abroad)
		if got := outcome(env.Core.UpdateCurrentUser(t.Context(), call, sso.UserPatch{FirstName: sso.Some("Joan")})); got != "wait 42" {
			t.Errorf("an update beyond the limit: %s", got)
		}
		if row := env.Row(env.ID("jane")); *row.FirstName != "Jane" {
			t.Error("it was made all the same")
		}
		// The narrowest network counts, each by itself.
		get("ok", ust, "10.9.9.9")
		get("wait 42", ust, "192.0.2.3, 10.9.9.9")
		get("ok", ust, "10.1.9.9")
		get("ok", ust, "::ffff:10.1.9.9")
		get("wait 42", ust, "10.1.9.9")
		if err := env.Core.Logout(t.Context(), ssotest.Call(other)); err != nil {
			t.Errorf("a session cannot be ended: %v", err)
		}
		env.Login("jane") // logging in is not limited
		env.Clock.Forward(41*time.Second + 500*time.Millisecond)
		get("ok", ust, abroad)

		// What may not be used is not counted, and tells what it is.
		for range 5 {
			get("E007001", other, abroad)
		}
		get("ok", ust, abroad)

		env.User("inside", limited("10.0.0.0/8=100/s"))
		get("E005001", env.Login("inside"), abroad)
		get("ok", env.Login("inside"), "10.0.0.1")

		env.User("off", func(user *sso.NewUser) { user.RateLimitDef = sso.Some("*=1/d") })
		env.User("without", func(user *sso.NewUser) { user.IsRateLimitActive = sso.Some(true) })
		for _, username := range []string{"off", "without"} {
			ust := env.Login(username)
			for range 3 {
				get("ok", ust, abroad)
			}
		}

		// Written by others, and of no meaning: no limit, and one line in the log.
		env.User("strange", limited("*=1/d"))
		env.Exec("UPDATE zato_sso_user SET rate_limit_def = $1 WHERE username = 'strange'", "*=many/fortnight")
		strange := env.Login("strange")
		for range 3 {
			get("ok", strange, abroad)
		}
		if log := env.Log.String(); strings.Count(log, "a rate limit cannot be read") != 1 || strings.Contains(log, "fortnight") {
			t.Errorf("the log: %s", log)
		}
		// Another definition holds at once.
		env.Exec("UPDATE zato_sso_user SET rate_limit_def = $1 WHERE username = 'strange'", "*=1/d")
		get("ok", strange, abroad)
		if _, err := env.Core.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		get("wait "+untilMidnight(env), strange, abroad)
		env.Clock.Forward(48 * time.Hour)
		if _, err := env.Core.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		get("ok", env.Login("strange"), abroad)
	})
}

// untilMidnight is how many seconds there are to the end of the day, in UTC.
func untilMidnight(env *ssotest.Env) string {
	now := database.Timestamp(env.Clock.Now())
	wait := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}

// TestRateLimitCountsCallsOnce makes calls that look at the session twice.
func TestRateLimitCountsCallsOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("admin", func(user *sso.NewUser) {
			limited("*=2/d")(user)
			user.IsSuperUser = true
		})
		now := env.Clock.Now().UTC()
		env.Clock.Forward(now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now))
		admin := ssotest.Call(env.Login("admin"))
		create := func(username string) string {
			_, err := env.Core.CreateUser(t.Context(), admin, sso.NewUser{Username: username, Password: ssotest.Password})
			return outcome(err)
		}
		for _, username := range []string{"a", "b"} {
			if got := create(username); got != "ok" {
				t.Errorf("%s: %s", username, got)
			}
		}
		if got := create("c"); !strings.HasPrefix(got, "wait ") {
			t.Errorf("the third: %s", got)
		}
		entries := env.Audit(sso.OpCreateUser)
		if last := entries[len(entries)-1]; last.SubStatus != "E005001" || last.Actor != env.ID("admin") {
			t.Errorf("the audit: %+v", last)
		}
	})
}

func TestRateLimitDefinitionIsChecked(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		for definition, want := range map[string]string{
			"*=1000/d\n10.0.0.0/8=100/m": "",
			"":                           "",
			"*=1000/fortnight":           "rate_limit_def: line 1: the unit must be s, m, h or d",
			"\xff":                       "rate_limit_def: line 1: want from=calls/unit, such as 10.0.0.0/8=100/m or *=1000/d",
		} {
			user := sso.NewUser{Username: "jane", Password: ssotest.Password}
			limited(definition)(&user)
			_, err := env.Core.CreateUser(t.Context(), ssotest.Trusted(), user)
			if want == "" {
				if err != nil {
					t.Errorf("%q: %v", definition, err)
				} else if err := env.Core.DeleteUserByUsername(t.Context(), ssotest.Trusted(), "jane"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if !sso.HasCode(err, sso.InvalidInput) || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%q: %v", definition, err)
			}
		}
	})
}

func TestMinComplexity(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Password.MinComplexity = 3 }, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		create := func(username, password string) string {
			_, err := env.Core.CreateUser(t.Context(), admin, sso.NewUser{
				Username: username, Password: password, AutoApprove: true, PasswordMustChange: true, Email: sso.Some("zofia.kowalska@example.com"),
				FirstName: sso.Some("Zofia"), LastName: sso.Some("Kowalska"),
			})
			return outcome(err)
		}
		for password, want := range map[string]string{
			"trustno1": "E003008", "aaaaaaaaaaaa": "E003008", "zofiakowalska": "E003008", "Zofia.Kowalska1": "E003008",
			"zofia.kowalska@example.com": "E003008", strings.Repeat("a", 100): "E003008",
		} {
			if got := create("jane", password); got != want {
				t.Errorf("%q: %s, want %s", password, got, want)
			}
		}
		// Names are weak for their owners alone; and a long end makes up for a
		// weak beginning.
		if got := create("jane", ssotest.Password); got != "ok" {
			t.Errorf("a good one: %s", got)
		}
		if got := create("made", ""); got != "ok" {
			t.Errorf("one that is made: %s", got)
		}
		if got := create("long", strings.Repeat("a", 100)+"kT9#xw2!Lq8vRz4"); got != "ok" {
			t.Errorf("a long one: %s", got)
		}
		// Wherever a password is set.
		_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password, NewPassword: "KowalskaZofia"})
		if got := outcome(err); got != "E003008" {
			t.Errorf("at login: %s", got)
		}
		change := sso.PasswordChange{UserID: env.ID("jane"), NewPassword: "KowalskaZofia"}
		if got := outcome(env.Core.ChangePassword(t.Context(), admin, change)); got != "E003008" {
			t.Errorf("changed by a super-user: %s", got)
		}
		if got := outcome(env.Core.SetPassword(t.Context(), ssotest.Trusted(), change)); got != "E003008" {
			t.Errorf("set by a service: %s", got)
		}
		// Made to take for ever, were it not for the bounds.
		if got := create("slow", strings.Repeat("4@8({[<369|!17$50+%2", 12)); got != "ok" {
			t.Errorf("one that is dear to score: %s", got)
		}
	})
	ssotest.Each(t, func(cfg *core.Config) { cfg.Password.RejectList = nil }, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", func(user *sso.NewUser) { user.Password = "password" }) // 0 asks for none
	})
}
