package core_test

import (
	"encoding/json"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

func TestVerifySession(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.UserAddressList = map[string][]string{"bound": {"10.0.0.0/8"}}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		admin := ssotest.Call(env.Login("admin"))
		opened := func(username string, data map[string]any) string {
			t.Helper()
			id := env.User(username, nil)
			ust := env.Login(username)
			if err := env.Core.UpdateUserByID(t.Context(), admin, id, sso.PatchFromMap(data)); data != nil && err != nil {
				t.Fatal(err)
			}
			return ust
		}
		out := opened("out", nil)
		if err := env.Core.Logout(t.Context(), ssotest.Call(out)); err != nil {
			t.Fatal(err)
		}
		env.User("bound", nil)
		inside := ssotest.Call("")
		inside.RemoteAddr = "10.1.2.3"
		bound, err := env.Core.Login(t.Context(), inside, sso.LoginRequest{Username: "bound", Password: ssotest.Password})
		if err != nil {
			t.Fatal(err)
		}
		jane := opened("jane", nil)
		for _, c := range []struct {
			name, ust string
			want      bool
		}{
			{"open", jane, true},
			{"one's own", admin.UST, true},
			{"of who comes from elsewhere", bound.UST, true},
			{"logged out", out, false},
			{"empty", "", false},
			{"garbage", "gAAAAABgarbage", false},
			{"unknown", env.Keys.Encrypt([]byte("zust4q51jwtsdh9s298315h4at6t1n")), false},
			{"locked", opened("locked", map[string]any{"is_locked": true}), false},
			{"rejected", opened("rejected", map[string]any{"approval_status": "rejected"}), false},
			{"not confirmed", opened("early", map[string]any{"sign_up_status": "before_confirmation"}), false},
			{"password expired", opened("expired", map[string]any{"password_expiry": env.Clock.Now()}), false},
		} {
			if got, err := env.Core.VerifySession(t.Context(), admin, c.ust); got != c.want || err != nil {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			if got, err := env.Core.VerifySession(t.Context(), ssotest.Call(jane), c.ust); got || codeOf(err) != "E005001" {
				t.Errorf("%s by a regular user: %v, %v", c.name, got, err)
			}
		}
		old := admin
		env.Clock.Forward(59 * time.Minute)
		admin = ssotest.Call(env.Login("admin"))
		env.Clock.Forward(2 * time.Minute)
		if got, err := env.Core.VerifySession(t.Context(), admin, old.UST); got || err != nil {
			t.Errorf("expired: %v, %v", got, err)
		}
	})
}

func TestRenewSession(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		renew := func() time.Time {
			t.Helper()
			until, err := env.Core.RenewSession(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			return until
		}
		for range 3 { // beyond the end that login set
			env.Clock.Forward(50 * time.Minute)
			if until := renew(); !until.Equal(env.Clock.Now().UTC().Truncate(time.Microsecond).Add(time.Hour)) {
				t.Errorf("renewed until %v at %v", until, env.Clock.Now())
			}
		}
		call.RemoteAddr, call.UserAgent = "127.0.0.1, 10.0.0.1", "renewer\x00\xff"
		renew()
		list := func() sso.Session {
			t.Helper()
			sessions, err := env.Core.Sessions(t.Context(), call, sso.SessionList{UST: call.UST})
			if err != nil || len(sessions) != 1 {
				t.Fatal(sessions, err)
			}
			return sessions[0]
		}
		changes := list().StateChanges
		if len(changes) != 5 || changes[0].Source != "login" || changes[4].Source != "renew" || changes[4].Index != 5 ||
			changes[4].RemoteAddr != "127.0.0.1, 10.0.0.1" || changes[0].UserAgent != "ssotest" {
			t.Errorf("%+v", changes)
		}
		for range 100 {
			renew()
		}
		if changes = list().StateChanges; len(changes) != 100 || changes[99].Index != 105 {
			t.Errorf("%d changes, the last of index %d", len(changes), changes[len(changes)-1].Index)
		}
		env.Clock.Forward(61 * time.Minute)
		if _, err := env.Core.RenewSession(t.Context(), call); codeOf(err) != "E007001" {
			t.Errorf("an expired one: %v", err)
		}
	})
}

// TestRenewSessionOfZato renews a session whose list of changes is encoded
// twice, as Zato writes it, or not at all.
func TestRenewSessionOfZato(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		inner := `{"session_state_change_list": [{"remote_addr": "1.2.3.4", "user_agent": "x", "timestamp_utc": "2021-01-01T00:00:00", "ctx_source": "login", "idx": 1}]}`
		twice, err := json.Marshal(inner)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			opaque any
			want   int
		}{{string(twice), 2}, {inner, 2}, {nil, 1}, {"", 1}, {"null", 1}, {"[1]", 1}, {"garbage", 1}} {
			env.Exec("UPDATE zato_sso_session SET opaque1 = $1, ext_session_id = ''", c.opaque)
			if _, err := env.Core.RenewSession(t.Context(), call); err != nil {
				t.Fatal(err)
			}
			sessions, err := env.Core.Sessions(t.Context(), call, sso.SessionList{UST: call.UST})
			if err != nil || len(sessions) != 1 || len(sessions[0].StateChanges) != c.want || sessions[0].ExternalID != "" {
				t.Errorf("%v: %+v, %v", c.opaque, sessions, err)
			}
		}
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		env.User("jane", nil)
		env.User("john", nil)
		first := env.Login("jane")
		env.Clock.Forward(40 * time.Minute)
		admin, jane, john := ssotest.Call(env.Login("admin")), ssotest.Call(env.Login("jane")), env.Login("john")
		second := env.Login("jane")
		env.Clock.Forward(30 * time.Minute) // the first session of hers has expired
		rejectedID := env.User("rejected", nil)
		rejected := env.Login("rejected")
		if err := env.Core.RejectUser(t.Context(), admin, rejectedID); err != nil {
			t.Fatal(err)
		}
		list := func(call sso.Call, list sso.SessionList) ([]sso.Session, string) {
			sessions, err := env.Core.Sessions(t.Context(), call, list)
			return sessions, codeOf(err)
		}
		for _, c := range []struct {
			name string
			call sso.Call
			list sso.SessionList
			want int
			code string
		}{
			{"one's own", jane, sso.SessionList{UST: jane.UST}, 2, ""},
			{"another's by a super-user", admin, sso.SessionList{CurrentUST: admin.UST, TargetUST: second}, 2, ""},
			{"another's by a regular user", jane, sso.SessionList{CurrentUST: jane.UST, TargetUST: john}, 0, "E005001"},
			{"of no session", admin, sso.SessionList{CurrentUST: admin.UST, TargetUST: "garbage"}, 0, "E007001"},
			{"of one that has expired", admin, sso.SessionList{CurrentUST: admin.UST, TargetUST: first}, 0, "E007001"},
			{"of a user who is not approved", admin, sso.SessionList{CurrentUST: admin.UST, TargetUST: rejected}, 0, "E007001"},
			{"mixed", admin, sso.SessionList{UST: admin.UST, CurrentUST: admin.UST, TargetUST: second}, 0, "E008002"},
			{"mixed with a target", admin, sso.SessionList{UST: admin.UST, TargetUST: second}, 0, "E008002"},
			{"without a target", admin, sso.SessionList{CurrentUST: admin.UST}, 0, "E008002"},
		} {
			sessions, code := list(c.call, c.list)
			if len(sessions) != c.want || code != c.code {
				t.Errorf("%s: %d sessions, %q", c.name, len(sessions), code)
			}
			for _, session := range sessions {
				got := session.ToDict()
				if session.UST[:5] != "gAAAA" || got["auth_principal"] != "jane" || got["auth_type"] != "default" || got["ext_session_id"] != nil ||
					!session.ExpirationTime.After(session.CreationTime) || got["remote_addr"] != ssotest.Addr {
					t.Errorf("%s: %+v", c.name, got)
				}
				if user, err := env.Core.CurrentUser(t.Context(), ssotest.Call(session.UST), false); err != nil || user.Username != "jane" {
					t.Errorf("%s: the listed UST is %q's: %v", c.name, user.Username, err)
				}
			}
		}
	})
}
