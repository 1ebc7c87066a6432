package core_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

var basicAuth = sso.ExternalAuth{Type: sso.AuthBasic, ID: firstDefinition}

func token(name string) sso.ExternalAuth {
	return sso.ExternalAuth{Type: sso.AuthJWT, ID: firstDefinition, Token: strings.Repeat(name, 64)}
}

// external asks for the session of a caller, by a core that remembers nothing
// older than a second.
func external(t *testing.T, env *ssotest.Env, auth sso.ExternalAuth) string {
	t.Helper()
	ust, err := env.Core.ExternalSession(t.Context(), ssotest.Call(""), auth)
	if err != nil {
		t.Errorf("%+v: %v", auth, err)
	}
	return ust
}

// sessionOf reads the session of a UST as it is stored.
func sessionOf(t *testing.T, env *ssotest.Env, ust string) *store.Session {
	t.Helper()
	clear, err := env.Keys.Decrypt(ust)
	if err != nil {
		t.Fatalf("%q is no UST: %v", ust, err)
	}
	found, err := env.Store.Read(t.Context(), store.Lookup{UST: string(clear)})
	if err != nil {
		t.Fatal(err)
	}
	return found.Session
}

func countSessions(t *testing.T, env *ssotest.Env, authType string) (n int) {
	t.Helper()
	err := env.DB.Read(t.Context(), database.Query{SQL: "SELECT count(*) FROM zato_sso_session WHERE auth_type = $1", Args: []any{authType},
		Row: func(scan func(...any) error) error { return scan(&n) }})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestExternalSession(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		janeID := env.User("jane", func(user *sso.NewUser) { user.IsTOTPEnabled = true })

		if got := external(t, env, basicAuth); got != "" {
			t.Errorf("without a link there is a session: %q", got)
		}
		if err := create(t, env, admin, janeID, sso.AuthBasic, "crm", true); err != nil {
			t.Fatal(err)
		}
		begun := env.Clock.Now()
		ust := external(t, env, basicAuth)
		session := sessionOf(t, env, ust)
		if session == nil || session.AuthType != "basic_auth" || session.AuthPrincipal != "jane" || *session.ExternalID != "basic_auth.1000000001" ||
			!session.ExpirationTime.Equal(database.Timestamp(begun).Add(time.Hour)) || session.RemoteAddr != ssotest.Addr || session.UserAgent != "ssotest" ||
			!strings.Contains(session.State, `"ctx_source":"external_auth","idx":1`) {
			t.Fatalf("session %+v", session)
		}
		if user, err := env.Core.CurrentUser(t.Context(), ssotest.Call(ust), false); err != nil || user.UserID != janeID {
			t.Errorf("the session is %q's: %v", user.Username, err)
		}
		if got := env.Audit(sso.OpExternalSession); len(got) != 1 || got[0].Result != "ok" || got[0].Actor != janeID || got[0].Target != janeID || got[0].RemoteAddr != ssotest.Addr {
			t.Errorf("audit %+v", got)
		}

		// Its use writes nothing, but renews it once a minute.
		for range 59 {
			env.Clock.Forward(time.Second)
			if got := sessionOf(t, env, external(t, env, basicAuth)); got.PK != session.PK || !got.ExpirationTime.Equal(session.ExpirationTime) {
				t.Fatalf("session %+v", got)
			}
		}
		if got := len(env.Audit(sso.OpExternalSession)); got != 1 {
			t.Errorf("%d audit entries of uses", got)
		}
		env.Clock.Forward(time.Second)
		renewed := sessionOf(t, env, external(t, env, basicAuth))
		if renewed.PK != session.PK || !renewed.ExpirationTime.Equal(session.ExpirationTime.Add(time.Minute)) || !strings.Contains(renewed.State, `"ctx_source":"renew","idx":2`) {
			t.Errorf("renewed %+v", renewed)
		}
		if got := env.Audit(sso.OpExternalSession); len(got) != 2 || got[1].Keys != "expiration_time" {
			t.Errorf("audit %+v", got)
		}

		// What has expired is replaced.
		env.Clock.Forward(2 * time.Hour)
		second := sessionOf(t, env, external(t, env, basicAuth))
		if second.UST == session.UST || countSessions(t, env, "basic_auth") != 1 {
			t.Errorf("%d sessions", countSessions(t, env, "basic_auth"))
		}
		admin = ssotest.Call(env.Login("admin"))

		// Logged out, it is opened anew within a second.
		if err := env.Core.Logout(t.Context(), ssotest.Call(external(t, env, basicAuth))); err != nil {
			t.Fatal(err)
		}
		env.Clock.Forward(time.Second)
		ust = external(t, env, basicAuth)
		if got := sessionOf(t, env, ust); got == nil || got.UST == second.UST {
			t.Errorf("after a logout: %+v", got)
		}

		// The link decides, and what it has opened goes with it.
		own, err := env.Core.Login(t.Context(), sso.Call{App: "CRM", Trusted: true}, sso.LoginRequest{Username: "jane"})
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Core.DeleteLinkedAuth(t.Context(), admin, janeID, sso.AuthBasic, "crm"); err != nil {
			t.Fatal(err)
		}
		if sessionOf(t, env, ust) != nil || sessionOf(t, env, own.UST) == nil {
			t.Error("deleting the link left its session, or ended another")
		}
		if got := external(t, env, basicAuth); got != "" {
			t.Errorf("without a link there is a session: %q", got)
		}
		if err := create(t, env, admin, janeID, sso.AuthBasic, "crm", false); err != nil {
			t.Fatal(err)
		}
		if got := external(t, env, basicAuth); got != "" {
			t.Errorf("an inactive link opened a session: %q", got)
		}
	})
}

func TestExternalSessionsOfTokens(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		janeID := env.User("jane", nil)
		for _, authType := range []string{sso.AuthBasic, sso.AuthJWT} {
			if err := create(t, env, admin, janeID, authType, "crm", true); err != nil {
				t.Fatal(err)
			}
		}
		basic := external(t, env, basicAuth)
		first, second := external(t, env, token("a")), external(t, env, token("b"))
		one, two := sessionOf(t, env, first), sessionOf(t, env, second)
		if one.PK == two.PK || one.AuthType != "jwt" || *one.ExternalID != "jwt.1000000001."+strings.Repeat("a", 64) {
			t.Errorf("%+v and %+v", one, two)
		}
		if again := sessionOf(t, env, external(t, env, token("a"))); again.PK != one.PK {
			t.Errorf("a second session of one token: %+v", again)
		}
		other := token("a")
		other.ID++
		if got := external(t, env, other); got != "" {
			t.Errorf("another definition: %q", got)
		}
		if err := env.Core.UpdateUserByID(t.Context(), admin, janeID, sso.PatchFromMap(map[string]any{"totp_key": "KMCLCWN4YPMD2WO3", "is_totp_enabled": true})); err != nil {
			t.Fatal(err)
		}
		env.Clock.Forward(time.Second)
		_, err := env.Core.ExternalSession(t.Context(), ssotest.Call(""), token("a"))
		wantCode(t, "a token of a user with TOTP", err, "E005008")
		if sessionOf(t, env, external(t, env, basicAuth)) == nil {
			t.Error("TOTP was asked for Basic Auth")
		}
		if err := env.Core.DeleteLinkedAuth(t.Context(), admin, janeID, sso.AuthJWT, "crm"); err != nil {
			t.Fatal(err)
		}
		if sessionOf(t, env, first) != nil || sessionOf(t, env, second) != nil || sessionOf(t, env, basic) == nil {
			t.Error("deleting the link left a session of a token, or ended that of Basic Auth")
		}
	})
}

// TestExternalSessionsEndWithTheirToken has tokens that expire before a session
// would, and after, and whoever holds a session renew it.
func TestExternalSessionsEndWithTheirToken(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		if err := create(t, env, ssotest.Call(env.Login("admin")), env.User("jane", nil), sso.AuthJWT, "crm", true); err != nil {
			t.Fatal(err)
		}
		begun := database.Timestamp(env.Clock.Now())
		expiring := func(name string, after time.Duration) sso.ExternalAuth {
			auth := token(name)
			auth.Expires = begun.Add(after)
			return auth
		}
		ends := func(what, ust string, after time.Duration) {
			t.Helper()
			if got := sessionOf(t, env, ust).ExpirationTime; !got.Equal(begun.Add(after)) {
				t.Errorf("%s: ends after %v, want %v", what, got.Sub(begun), after)
			}
		}
		entries := func() int { return len(env.Audit(sso.OpExternalSession)) }

		short, long, endless := expiring("a", 10*time.Minute), expiring("b", 63*time.Minute), token("c")
		endless.Expires = time.Date(30_000, 1, 1, 0, 0, 0, 0, time.UTC)
		first, second, third := external(t, env, short), external(t, env, long), external(t, env, endless)
		ends("a token that expires first", first, 10*time.Minute)
		ends("a session that expires first", second, time.Hour)
		ends("a token of the far future", third, time.Hour)

		// Its owner renews it in vain.
		env.Clock.Forward(time.Minute)
		until, err := env.Core.RenewSession(t.Context(), ssotest.Call(first))
		if err != nil || !until.Equal(begun.Add(10*time.Minute)) {
			t.Errorf("renewed until %v, %v", until, err)
		}
		if until, err = env.Core.RenewSession(t.Context(), ssotest.Call(second)); err != nil || !until.Equal(begun.Add(61*time.Minute)) {
			t.Errorf("renewed until %v, %v", until, err)
		}

		// In use all the time, it is renewed up to the end of its token, and no more.
		before := entries()
		for range 8*60 + 59 {
			if ust := external(t, env, short); sessionOf(t, env, ust).UST != sessionOf(t, env, first).UST {
				t.Fatal("another session")
			}
			external(t, env, long)
			env.Clock.Forward(time.Second)
		}
		ends("used for long", first, 10*time.Minute)
		ends("used for long", second, 63*time.Minute)
		if got := entries() - before; got != 2 { // after two and three minutes
			t.Errorf("%d renewals", got)
		}
		env.Clock.Forward(time.Second)
		if _, err := env.Core.CurrentUser(t.Context(), ssotest.Call(first), false); codeOf(err) != "E007001" {
			t.Errorf("after its token has expired: %v", err)
		}
		for range 2 {
			ust, err := env.Core.ExternalSession(t.Context(), ssotest.Call(""), short)
			if wantCode(t, "an expired token", err, "E007002"); ust != "" {
				t.Errorf("an expired token has a session")
			}
		}

		// A later token has a session of its own.
		later := expiring("d", 20*time.Minute)
		ends("a later token", external(t, env, later), 20*time.Minute)

		// One that was opened before ends were kept is cut when it is renewed.
		env.Exec("UPDATE zato_sso_session SET gatehouse_not_after = NULL, expiration_time = $1 WHERE ext_session_id = $2",
			begun.Add(3*time.Hour), keyOf(later))
		ofBefore := external(t, env, later)
		if _, err := env.Core.RenewSession(t.Context(), ssotest.Call(ofBefore)); codeOf(err) != "E007001" {
			t.Errorf("renewed by its owner: %v", err)
		}
		env.Clock.Forward(2 * time.Minute)
		ends("of before", external(t, env, later), 20*time.Minute)
		if session := sessionOf(t, env, external(t, env, later)); session.NotAfter == nil || !session.NotAfter.Equal(later.Expires) {
			t.Errorf("%+v", session)
		}
	})
}

// TestEndExternalSessions ends what a definition has opened in a transaction of
// somebody else, and nothing else.
func TestEndExternalSessions(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		const tenth = firstDefinition / 10 // begins with the same digits
		env.Definitions[sso.AuthJWT][tenth] = "tenth"
		env.SuperUser("admin")
		admin, janeID := ssotest.Call(env.Login("admin")), env.User("jane", nil)
		for _, link := range [][2]string{{sso.AuthBasic, "crm"}, {sso.AuthJWT, "crm"}, {sso.AuthJWT, "tenth"}} {
			if err := create(t, env, admin, janeID, link[0], link[1], true); err != nil {
				t.Fatal(err)
			}
		}
		one, two := token("a"), token("b")
		one.ID, two.ID = tenth, tenth
		kept := []string{env.Login("jane"), external(t, env, basicAuth), external(t, env, token("a"))}
		ended := []string{external(t, env, one), external(t, env, two)}
		end := func() {
			t.Helper()
			load, write := env.Core.EndExternalSessions(ssotest.Trusted(), sso.AuthJWT, tenth)
			if err := env.DB.Change(t.Context(), load, func() ([]database.Query, error) { return write(), nil }); err != nil {
				t.Fatal(err)
			}
		}
		end()
		for _, ust := range ended {
			if sessionOf(t, env, ust) != nil {
				t.Error("a session goes on")
			}
		}
		for _, ust := range kept {
			if sessionOf(t, env, ust) == nil {
				t.Error("another session was ended")
			}
		}
		end() // of none
		entries := env.Audit(sso.OpEndExternalSessions)
		if len(entries) != 1 || entries[0].Target != janeID || entries[0].Result != "ok" || entries[0].Changes != `{"ext_session_id":["jwt.100000000",null]}` {
			t.Errorf("audit %+v", entries)
		}

		// Who was let in just before opens none any more.
		delete(env.Definitions[sso.AuthJWT], tenth)
		env.Clock.Forward(time.Second)
		for range 2 {
			ust, err := env.Core.ExternalSession(t.Context(), ssotest.Call(""), one)
			if wantCode(t, "by a definition that is gone", err, "E005001"); ust != "" || countSessions(t, env, "jwt") != 1 {
				t.Error("a session was opened")
			}
		}
	})
}

// keyOf is the key of a token's session.
func keyOf(auth sso.ExternalAuth) string { return fmt.Sprintf("jwt.%d.%s", auth.ID, auth.Token) }

// TestExternalSessionsAreForThoseWhoMayLogIn refuses by what login refuses by.
func TestExternalSessionsAreForThoseWhoMayLogIn(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.Apps.All = []string{"CRM", "ERP"}
		cfg.UserAddressList = map[string][]string{"bound": {"10.0.0.0/8"}}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		id := env.User("bound", nil)
		if err := create(t, env, admin, id, sso.AuthBasic, "crm", true); err != nil {
			t.Fatal(err)
		}
		inside := ssotest.Call("")
		inside.RemoteAddr = "10.1.2.3"
		with := func(change func(*sso.Call)) sso.Call {
			call := inside
			change(&call)
			return call
		}
		for _, c := range []struct {
			name  string
			patch map[string]any
			call  sso.Call
			want  string
		}{
			{"allowed", nil, inside, ""},
			{"the default app", nil, with(func(c *sso.Call) { c.App = "" }), ""},
			{"unknown app", nil, with(func(c *sso.Call) { c.App = "NOPE" }), "E004001"},
			{"app without login", nil, with(func(c *sso.Call) { c.App = "ERP" }), "E004001"},
			{"another address", nil, with(func(c *sso.Call) { c.RemoteAddr = "192.168.1.1" }), "E005001"},
			{"not approved", map[string]any{"approval_status": "before_decision"}, inside, "E005004"},
			{"rejected", map[string]any{"approval_status": "rejected"}, inside, "E005004"},
			{"approved", map[string]any{"approval_status": "approved"}, inside, ""},
			{"not confirmed", map[string]any{"sign_up_status": "before_confirmation"}, inside, "E005003"},
			{"confirmed", map[string]any{"sign_up_status": "final"}, inside, ""},
			{"must change", map[string]any{"password_must_change": true}, inside, "E003007"},
			{"changed", map[string]any{"password_must_change": false}, inside, ""},
			{"expired", map[string]any{"password_expiry": env.Clock.Now()}, inside, "E003004"},
			{"fresh", map[string]any{"password_expiry": env.Clock.Now().Add(1000 * time.Hour)}, inside, ""},
			{"locked", map[string]any{"is_locked": true}, inside, "E005002"},
			{"unlocked", map[string]any{"is_locked": false}, inside, ""},
		} {
			if c.patch != nil {
				if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.PatchFromMap(c.patch)); err != nil {
					t.Fatal(err)
				}
			}
			env.Clock.Forward(time.Second) // what is remembered is forgotten
			for range 2 {                  // the second answer comes from memory
				before := len(env.Audit(sso.OpExternalSession))
				ust, err := env.Core.ExternalSession(t.Context(), c.call, basicAuth)
				wantCode(t, c.name, err, c.want)
				if (ust == "") != (c.want != "") {
					t.Errorf("%s: UST %q", c.name, ust)
				}
				entries := env.Audit(sso.OpExternalSession)
				if c.want != "" && (len(entries) != before+1 || entries[before].SubStatus != c.want || entries[before].Actor != id) {
					t.Errorf("%s: audit %+v", c.name, entries[before:])
				}
			}
			if c.want == "E005002" && countSessions(t, env, "basic_auth") != 0 {
				t.Error("locking left the session")
			}
		}
		if err := env.Core.DeleteUserByID(t.Context(), admin, id); err != nil {
			t.Fatal(err)
		}
		if countSessions(t, env, "basic_auth") != 0 {
			t.Error("deleting the user left the session")
		}
		env.Clock.Forward(time.Second)
		if ust, err := env.Core.ExternalSession(t.Context(), inside, basicAuth); ust != "" || err != nil {
			t.Errorf("of a user who is gone: %q, %v", ust, err)
		}
	})
}

// TestExternalSessionsOfManyAtOnce opens one session, however many ask for it at
// once, of two hosts on one database, and renews it once.
func TestExternalSessionsOfManyAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		define(env)
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		if err := create(t, env, admin, env.User("jane", nil), sso.AuthBasic, "crm", true); err != nil {
			t.Fatal(err)
		}
		hosts := []*core.Core{env.Core, env.NewCore(env.Config)}
		for _, wantEntries := range []int{1, 2} {
			var group sync.WaitGroup
			for i := range 24 {
				group.Go(func() {
					if ust, err := hosts[i%2].ExternalSession(t.Context(), ssotest.Call(""), basicAuth); ust == "" || err != nil {
						t.Errorf("%q, %v", ust, err)
					}
				})
			}
			group.Wait()
			if got := countSessions(t, env, "basic_auth"); got != 1 {
				t.Errorf("%d sessions", got)
			}
			if got := env.Audit(sso.OpExternalSession); len(got) != wantEntries {
				t.Errorf("%d audit entries, want %d: %+v", len(got), wantEntries, got)
			}
			env.Clock.Forward(time.Minute)
		}
	})
}
