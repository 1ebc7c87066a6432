package core_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/totp"
)

// outcome is what a client sees of a call: "ok", a code, or how many seconds
// it has to wait.
func outcome(err error) string {
	var refused *sso.Error
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, sso.ErrTooMany) && errors.As(err, &refused):
		if told := refused.Told(); !slices.Equal(told, []sso.Code{sso.NotAllowed}) {
			return fmt.Sprintf("wait %d, but told %v", refused.RetrySeconds(), told)
		}
		return fmt.Sprintf("wait %d", refused.RetrySeconds())
	case errors.As(err, &refused):
		return string(refused.Told()[0])
	}
	return err.Error()
}

// guesser logs in and tells the outcomes.
type guesser struct {
	env  *ssotest.Env
	core *core.Core
}

func (g guesser) login(username, password, address string) string {
	g.env.T.Helper()
	call := ssotest.Call("")
	call.RemoteAddr = address
	_, err := g.core.Login(g.env.T.Context(), call, sso.LoginRequest{Username: username, Password: password})
	return outcome(err)
}

func (g guesser) want(want, username, password, address string) {
	g.env.T.Helper()
	if got := g.login(username, password, address); got != want {
		g.env.T.Errorf("%s from %s: %s, want %s", username, address, got, want)
	}
}

func (g guesser) wrong(times int, username, address string) {
	g.env.T.Helper()
	for range times {
		g.want("E005001", username, guessed, address)
	}
}

const (
	guessed = "Not-The-Password"

	home   = "192.0.2.1"
	cafe   = "198.51.100.7"
	abroad = "203.0.113.9"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		env.User("new", func(user *sso.NewUser) { user.AutoApprove = false })

		// Known, unknown and not approved: one sequence of answers for all.
		var sequences [3][]string
		for i, username := range []string{"jane", "nobody-of-this-name", "new"} {
			for range 14 {
				got := g.login(username, guessed, abroad)
				sequences[i] = append(sequences[i], got)
				if seconds, throttled := strings.CutPrefix(got, "wait "); throttled {
					sequences[i] = append(sequences[i], g.login(username, ssotest.Password, abroad)) // at no cost, to no avail
					wait, err := time.ParseDuration(seconds + "s")
					if err != nil {
						t.Fatal(err)
					}
					env.Clock.Forward(wait)
				}
			}
		}
		want := strings.Fields("E005001 E005001 E005001 E005001 E005001 1 1 E005001 2 2 E005001 4 4 E005001 8 8 E005001 16 16")
		for i, got := range sequences {
			if got := strings.ReplaceAll(strings.Join(got, " "), "wait ", ""); got != strings.Join(want, " ") {
				t.Errorf("sequence %d: %s", i, got)
			}
		}

		env.Clock.Forward(17 * time.Second)
		g.want("ok", "jane", ssotest.Password, abroad) // which forgets
		g.wrong(5, "jane", cafe)
		g.want("wait 1", "jane", ssotest.Password, cafe)
		env.Clock.Forward(900 * time.Second) // and so does the window
		g.wrong(5, "jane", cafe)
		g.want("wait 1", "jane", guessed, cafe)

		if text := env.Log.String(); strings.Contains(text, "nobody-of-this-name") || strings.Contains(text, guessed) {
			t.Error("the log tells who was tried")
		}
		throttled := 0
		for _, entry := range env.Audit(sso.OpLogin) {
			if entry.Result == "error" && entry.SubStatus != "E005001" {
				t.Errorf("audit: %+v", entry)
			}
			throttled++
		}
		if throttled != 3*19+1+5+1+5+1 {
			t.Errorf("%d audit entries of logins", throttled)
		}
	})
}

func TestThrottleLongestDelay(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Login.Throttle.AddressAttempts = 0 }, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		longest := 0
		for range 40 { // an attacker who never pauses
			var wait int
			if got := g.login("jane", guessed, abroad); got == "E005001" {
				continue
			} else if _, err := fmt.Sscanf(got, "wait %d", &wait); err != nil {
				t.Fatalf("got %s", got)
			}
			longest = max(longest, wait)
			env.Clock.Forward(time.Duration(wait) * time.Second)
		}
		if longest != 60 {
			t.Errorf("the longest delay is %d s", longest)
		}
		env.Clock.Forward(time.Minute)
		g.want("ok", "jane", ssotest.Password, home)
	})
}

func TestThrottleByAddress(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.Login.Throttle.AddressAttempts = 8
		cfg.Login.Throttle.SharedAddresses = []string{"10.0.0.0/8", "::1"}
		cfg.Login.Throttle.ExemptAddresses = []string{"172.16.0.0/12"}
		cfg.Apps.All = []string{"CRM", "FRONT"}
		cfg.Apps.LoginAllowed = []string{"CRM", "FRONT"}
		cfg.Apps.LoginMetadataAllowed = []string{"FRONT"}
	}, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		serial := 0
		others := func(want string, times int, addresses ...string) {
			t.Helper()
			for i := range times {
				serial++
				g.want(want, fmt.Sprintf("user-%d", serial), guessed, addresses[i%len(addresses)])
			}
		}
		others("E005001", 7, abroad)
		g.want("ok", "jane", ssotest.Password, abroad) // clears nothing of the address
		others("E005001", 1, abroad)
		others("wait 1", 3, abroad)
		g.want("wait 1", "jane", ssotest.Password, abroad)
		g.want("ok", "jane", ssotest.Password, home)
		// Behind proxies, the last that is not shared counts.
		others("wait 1", 1, "192.0.2.77, "+abroad+", 10.1.2.3,10.9.9.9")
		// Of IPv6, the network counts.
		others("E005001", 8, "2001:db8:1:2::1", "2001:db8:1:2::ffff:1", "2001:db8:1:2:3::")
		others("wait 1", 1, "2001:db8:1:2::2")
		others("E005001", 1, "2001:db8:1:3::2")
		// Shared ones are not counted, users from there are; nor is no address.
		others("E005001", 20, "10.1.1.1", "::1", "::ffff:10.2.2.2", "")
		g.wrong(5, "jim", "10.1.1.1")
		g.want("wait 1", "jim", guessed, "10.3.1.1")
		// Exempt ones are free.
		g.wrong(20, "jim", "172.16.1.1")
		g.wrong(1, "jim", "172.16.1.1, 172.17.1.1")
		g.wrong(1, "jim", "172.16.1.1, 10.1.1.1")
		g.want("wait 1", "jim", guessed, abroad+", 172.16.1.1")

		// What an app sends as the address counts if it may send it.
		for _, test := range []struct {
			app, want string
		}{{"CRM", "wait 1"}, {"FRONT", "E005001"}} {
			got := ""
			for i := range 9 {
				call := ssotest.Call("")
				call.App, call.RemoteAddr = test.app, fmt.Sprintf("198.51.100.%d", 100+i)
				serial++
				_, err := env.Core.Login(t.Context(), call, sso.LoginRequest{
					Username: fmt.Sprintf("user-%d", serial), Password: guessed, HasRemoteAddr: true, PeerAddr: "192.0.2." + fmt.Sprint(len(test.app)),
				})
				got = outcome(err)
			}
			if got != test.want {
				t.Errorf("app %s: %s, want %s", test.app, got, test.want)
			}
		}
	})
}

// TestThrottleKnownAddress has an attacker at work on a user's name, who is let
// in all the same from where he has been before.
func TestThrottleKnownAddress(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		g.want("ok", "jane", ssotest.Password, home)
		g.wrong(5, "jane", abroad)
		g.want("wait 1", "jane", ssotest.Password, cafe)
		g.want("ok", "jane", ssotest.Password, home)
		g.want("wait 1", "jane", ssotest.Password, abroad) // not cleared from there
		g.wrong(5, "jane", home)
		g.want("wait 1", "jane", ssotest.Password, home)
		env.Clock.Forward(2 * time.Second)
		g.want("ok", "jane", ssotest.Password, home)
		g.wrong(5, "jane", home) // cleared
		env.Clock.Forward(time.Hour)
		g.want("ok", "jane", ssotest.Password, home)

		// Being there now and then keeps an address known, being away does not.
		for range 3 {
			env.Clock.Forward(20 * 24 * time.Hour)
			if _, err := env.Core.CleanUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			g.wrong(5, "jane", abroad)
			g.want("ok", "jane", ssotest.Password, home)
		}
		env.Clock.Forward(31 * 24 * time.Hour)
		g.wrong(5, "jane", abroad)
		g.want("wait 1", "jane", ssotest.Password, home)
	})
}

// TestThrottleIsNoOracle has a right password refused for reasons that are not
// told: it must be counted like a wrong one, or counting would tell.
func TestThrottleIsNoOracle(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.UserAddressList = map[string][]string{"jane": {}}
	}, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		for range 5 {
			g.want("E005001", "jane", ssotest.Password, abroad)
		}
		g.want("wait 1", "jane", ssotest.Password, abroad)
	})
}

func TestThrottleOff(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Login.Throttle = core.ThrottleConfig{} }, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		g.wrong(20, "jane", abroad)
		g.want("ok", "jane", ssotest.Password, abroad)
		if rows := throttleRows(t, env); rows != 0 {
			t.Errorf("%d rows", rows)
		}
	})
}

func throttleRows(t *testing.T, env *ssotest.Env) (rows int) {
	t.Helper()
	err := env.DB.Read(t.Context(), database.Query{SQL: "SELECT count(*) FROM gatehouse_sso_throttle",
		Row: func(scan func(...any) error) error { return scan(&rows) }})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestThrottleInParallel sends many guesses at once, to one host and to two,
// and holds those that were tried to the limit and the turns to hash.
func TestThrottleInParallel(t *testing.T) {
	t.Parallel()
	const turns, guesses, hosts = 3, 100, 2
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.HashSecret.MaxConcurrent, cfg.HashSecret.MaxWaiting = turns, guesses
		cfg.HashSecret.Rounds = 5000
	}, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		second := env.NewCore(env.Config)
		for _, test := range []struct {
			username string
			cores    []*core.Core
		}{{"jane", []*core.Core{env.Core}}, {"nobody", []*core.Core{env.Core}}, {"somebody", []*core.Core{env.Core, second}}} {
			var mu sync.Mutex
			var all sync.WaitGroup
			outcomes := map[string]int{}
			begin := make(chan struct{})
			for i := range guesses {
				all.Go(func() {
					<-begin
					got := guesser{env, test.cores[i%len(test.cores)]}.login(test.username, guessed, fmt.Sprintf("203.0.113.%d", i))
					mu.Lock()
					defer mu.Unlock()
					outcomes[got]++
				})
			}
			close(begin)
			all.Wait()
			tried, limit := outcomes["E005001"], 5+turns*len(test.cores)
			if tried < 5 || tried > limit || tried+throttledOf(outcomes) != guesses {
				t.Errorf("%s, %d hosts: %v, want 5 to %d tries, and the others throttled", test.username, len(test.cores), outcomes, limit)
			}
			if got := (guesser{env, env.Core}).login(test.username, ssotest.Password, abroad); !strings.HasPrefix(got, "wait ") {
				t.Errorf("%s, at last: %s", test.username, got)
			}
		}
	})
}

func throttledOf(outcomes map[string]int) (total int) {
	for outcome, n := range outcomes {
		if strings.HasPrefix(outcome, "wait ") {
			total += n
		}
	}
	return total
}

// TestRightLoginsInParallel has one user log in from everywhere at once, which
// is no guessing.
func TestRightLoginsInParallel(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				if got := (guesser{env, env.Core}).login("jane", ssotest.Password, fmt.Sprintf("203.0.113.%d", i%7)); got != "ok" {
					t.Errorf("got %s", got)
				}
			})
		}
		all.Wait()
	})
}

func TestThrottleTOTP(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		key := totp.NewKey()
		env.User("jane", func(u *sso.NewUser) { u.IsTOTPEnabled, u.TOTPKey = true, key })
		login := func(want, code string) {
			t.Helper()
			_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password, TOTPCode: code})
			if got := outcome(err); got != want {
				t.Errorf("code %q: %s, want %s", code, got, want)
			}
		}
		right, err := totp.Code(key, env.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			login("E005008", "") // asks for a code, which is no guess
		}
		for range 5 {
			login("E005001", "12345")
		}
		login("wait 1", right)
		env.Clock.Forward(2 * time.Second)
		login("ok", right)
	})
}

func TestThrottleOldPassword(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		env.SuperUser("admin")
		stolen := ssotest.Call(env.Login("jane"))
		change := func(want, old string) {
			t.Helper()
			err := env.Core.ChangePassword(t.Context(), stolen, sso.PasswordChange{OldPassword: old, NewPassword: "Another-Fine-Phrase-7"})
			if got := outcome(err); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		for range 5 {
			change("E005001", guessed)
		}
		change("wait 1", ssotest.Password)
		if _, err := env.Core.CurrentUser(t.Context(), stolen, false); err != nil {
			t.Errorf("another call in the session: %v", err)
		}
		env.Login("jane") // the session is throttled, not the user
		err := env.Core.ChangePassword(t.Context(), ssotest.Call(env.Login("admin")),
			sso.PasswordChange{UserID: env.ID("jane"), NewPassword: ssotest.Password + "2"})
		if err != nil {
			t.Errorf("a super-user: %v", err)
		}
		stolen = ssotest.Call("")
		stolen.UST = func() string {
			info, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password + "2"})
			if err != nil {
				t.Fatal(err)
			}
			return info.UST
		}()
		change("E005001", guessed)
		change("ok", ssotest.Password+"2")
	})
}

// TestThrottleTrusted guesses as the operator of the host, who needs not.
func TestThrottleTrusted(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		(guesser{env, env.Core}).wrong(5, "jane", abroad)
		for range 7 {
			if _, err := env.Core.Login(t.Context(), ssotest.Trusted(), sso.LoginRequest{Username: "nobody"}); outcome(err) != "E005001" {
				t.Error(err)
			}
		}
		if _, err := env.Core.Login(t.Context(), ssotest.Trusted(), sso.LoginRequest{Username: "jane"}); err != nil {
			t.Error(err)
		}
	})
}

// TestHangingUpCounts has a caller who is gone before his guess is counted.
func TestHangingUpCounts(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 5 {
			if err := env.Core.CountWrong(gone, "jane", abroad); err != nil {
				t.Fatal(err)
			}
		}
		(guesser{env, env.Core}).want("wait 1", "jane", guessed, abroad)
	})
}

func TestThrottleIsCleanedUp(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		g := guesser{env, env.Core}
		env.User("jane", nil)
		g.wrong(2, "nobody", abroad)
		g.wrong(1, "jane", abroad)
		g.want("ok", "jane", ssotest.Password, home)
		clean := func(want int) {
			t.Helper()
			if _, err := env.Core.CleanUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			if rows := throttleRows(t, env); rows != want {
				t.Errorf("%d rows, want %d", rows, want)
			}
		}
		clean(3) // nobody, the address abroad, and jane at home
		env.Clock.Forward(15 * time.Minute)
		clean(1)
		env.Clock.Forward(30 * 24 * time.Hour)
		clean(0)
	})
}

// TestLoginsWaitInABoundedQueue floods a host that cannot hash: so many logins
// wait, the others are told to come back, and calls without a password go on.
func TestLoginsWaitInABoundedQueue(t *testing.T) {
	t.Parallel()
	const turns, places, logins = 2, 5, 40
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.HashSecret.MaxConcurrent, cfg.HashSecret.MaxWaiting = turns, places
	}, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		call := ssotest.Call(env.Login("jane"))
		release, err := env.Core.HoldHashing(t.Context(), turns)
		if err != nil {
			t.Fatal(err)
		}
		results := make(chan error, logins)
		for i := range logins {
			go func() {
				username := fmt.Sprintf("user-%d", i)
				if i%2 == 0 {
					username = "jane"
				}
				_, err := env.Core.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: username, Password: ssotest.Password})
				results <- err
			}()
		}
		for range logins - places {
			if err := <-results; !errors.Is(err, sso.ErrBusy) || !sso.HasCode(err, sso.InternalError) {
				t.Errorf("a login beyond the queue: %v", err)
			}
		}
		if _, err := env.Core.CurrentUser(t.Context(), call, false); err != nil {
			t.Errorf("a call without a password: %v", err)
		}
		if err := env.Core.UpdateCurrentUser(t.Context(), call, sso.UserPatch{FirstName: sso.Some("Jane")}); err != nil {
			t.Errorf("an update: %v", err)
		}
		if got := len(results); got != 0 {
			t.Errorf("%d logins that should wait have ended", got)
		}
		release()
		for range places {
			if err := <-results; err != nil && outcome(err) != "E005001" {
				t.Errorf("a login that waited: %v", err)
			}
		}
		(guesser{env, env.Core}).want("ok", "jane", ssotest.Password, home)
	})
}

// TestThrottleValidateCode guesses codes at once, which hash nothing.
func TestThrottleValidateCode(t *testing.T) {
	t.Parallel()
	const turns = 2
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.HashSecret.MaxConcurrent, cfg.HashSecret.MaxWaiting = turns, 100
	}, func(t *testing.T, env *ssotest.Env) {
		key := totp.NewKey()
		env.User("jane", func(u *sso.NewUser) { u.TOTPKey = key })
		right, err := totp.Code(key, env.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		ust := env.Login("jane")
		for _, by := range []struct{ ust, username string }{{"", "jane"}, {"", "nobody"}, {ust, ""}} {
			var mu sync.Mutex
			var all sync.WaitGroup
			outcomes := map[string]int{}
			for range 60 {
				all.Go(func() {
					err := env.Core.ValidateTOTPCode(t.Context(), ssotest.Call(by.ust), "12345", by.username)
					mu.Lock()
					defer mu.Unlock()
					outcomes[outcome(err)]++
				})
			}
			all.Wait()
			if tried := outcomes["E005001"]; tried < 5 || tried > 5+turns || tried+throttledOf(outcomes) != 60 {
				t.Errorf("%v: %v", by, outcomes)
			}
			if got := outcome(env.Core.ValidateTOTPCode(t.Context(), ssotest.Call(by.ust), right, by.username)); !strings.HasPrefix(got, "wait ") {
				t.Errorf("the right code: %s", got)
			}
		}
		env.Clock.Forward(10 * time.Second)
		if right, err = totp.Code(key, env.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if got := outcome(env.Core.ValidateTOTPCode(t.Context(), ssotest.Call(""), right, "jane")); got != "ok" {
			t.Errorf("after the wait: %s", got)
		}
	})
}

func TestNobodyExemptsHimself(t *testing.T) {
	t.Parallel()
	const inside = "10.1.2.3"
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.Apps.LoginMetadataAllowed = []string{"CRM"}
		cfg.Login.Throttle.ExemptAddresses = []string{"10.0.0.0/8"}
	}, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		try := func(peer string) string {
			call := ssotest.Call("")
			call.RemoteAddr = inside
			_, err := env.Core.Login(t.Context(), call,
				sso.LoginRequest{Username: "jane", Password: guessed, HasRemoteAddr: true, PeerAddr: peer})
			return outcome(err)
		}
		for range 5 {
			if got := try(abroad); got != "E005001" {
				t.Fatal(got)
			}
		}
		if got := try(abroad); got != "wait 1" {
			t.Errorf("who only says that he is exempt: %s", got)
		}
		if got := try("10.9.9.9"); got != "E005001" {
			t.Errorf("an app that is exempt: %s", got)
		}
	})
}
