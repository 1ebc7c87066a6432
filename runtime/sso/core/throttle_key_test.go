package core_test

import (
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

// TestThrottleThroughARotation has hosts that were started before, during and
// after a rotation, and after its older key was removed, count together.
func TestThrottleThroughARotation(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		file, older := keyed(t, env)
		hosts := []guesser{{env, env.Core}}
		start := func() {
			t.Helper()
			ring, err := secret.FindKeys(file, "")
			if err != nil {
				t.Fatal(err)
			}
			env.Keys = ring
			env.Core = env.NewCore(env.Config)
			hosts = append(hosts, guesser{env, env.Core})
		}
		newer := secret.NewKey()
		if err := secret.AddKey(file, newer, false); err != nil {
			t.Fatal(err)
		}
		start()
		if got := rotate(t, env); !got.Equal(newer) {
			t.Fatal("another key was used")
		}
		start()
		if err := secret.RemoveKey(file, older.ID()); err != nil {
			t.Fatal(err)
		}
		start()

		env.User("jane", nil)
		for i := range 5 {
			hosts[i%len(hosts)].want("E005001", "jane", guessed, abroad)
		}
		for _, host := range hosts {
			host.want("wait 1", "jane", ssotest.Password, abroad)
		}
	})
}

// TestThrottleOfHostsThatStartAtOnce begins with an empty database.
func TestThrottleOfHostsThatStartAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.Exec("DELETE FROM gatehouse_sso_secret")
		cores := make([]*core.Core, 6)
		var all sync.WaitGroup
		for i := range cores {
			all.Go(func() { cores[i] = env.NewCore(env.Config) })
		}
		all.Wait()
		for i := range 5 {
			guesser{env, cores[i]}.want("E005001", "nobody", guessed, abroad)
		}
		for _, core := range cores {
			guesser{env, core}.want("wait 1", "nobody", guessed, abroad)
		}
	})
}

// TestThrottleKeyThatCannotBeRead is replaced by the first host that meets it,
// and stored so that nobody can read it.
func TestThrottleKeyThatCannotBeRead(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		token := func() (token string) {
			t.Helper()
			err := env.DB.Read(t.Context(), database.Query{SQL: "SELECT token FROM gatehouse_sso_secret WHERE name = 'throttle'",
				Row: func(scan func(...any) error) error { return scan(&token) }})
			if err != nil || !strings.HasPrefix(token, "gAAAA") {
				t.Fatalf("stored as %q, %v", token, err)
			}
			return token
		}
		token()
		for what, damaged := range map[string]string{
			"of another key":  secret.NewKeyring(secret.NewKey()).Encrypt([]byte("x")),
			"of another kind": env.Keys.Encrypt([]byte("an e-mail")),
		} {
			env.Exec("UPDATE gatehouse_sso_secret SET token = $1", damaged)
			hosts := []guesser{{env, env.NewCore(env.Config)}, {env, env.NewCore(env.Config)}}
			if got := strings.Count(env.Log.String(), "it is made anew"); got != 1 || token() == damaged {
				t.Errorf("%s: %d lines in the log", what, got)
			}
			for i := range 5 {
				hosts[i%2].want("E005001", what, guessed, abroad)
			}
			for _, host := range hosts {
				host.want("wait 1", what, guessed, abroad)
			}
			env.Log = new(logtest.Buffer)
		}
	})
}
