package runtime_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// linked starts hosts with the definitions crm, of Basic Auth, and partner, of
// JWT, both linked to jane.
func linked(t *testing.T, test func(t *testing.T, h *host, jane string)) {
	t.Helper()
	o := options{services: linkScripts, change: func(cfg *runtime.Config) {
		cfg.HTTP.Definitions = []string{runtime.InvokeDefinition, "crm", "partner"}
		cfg.HTTP.Throttle.Enabled = false // whoever has a former password sends it often here
	}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		if err := h.runtime.Security().Set(t.Context(), "crm", "", apiPassword); err != nil {
			t.Fatal(err)
		}
		if _, err := h.runtime.Security().SetJWT(t.Context(), "partner", security.JWTSettings{}); err != nil {
			t.Fatal(err)
		}
		_, admin := h.user("admin", func(u *sso.NewUser) { u.IsSuperUser = true })
		id, jane := h.user("jane", nil)
		for kind, username := range map[string]string{sso.AuthBasic: "crm", sso.AuthJWT: "partner"} {
			if err := h.sso.SSO().CreateLinkedAuth(t.Context(), ssotest.Call(admin), sso.NewLink{UserID: id, AuthType: kind, AuthUsername: username, IsActive: true}); err != nil {
				t.Fatal(err)
			}
		}
		test(t, h, jane)
	})
}

func (h *host) issue(name string, lifetime time.Duration) string {
	h.t.Helper()
	token, err := h.runtime.Security().IssueToken(h.t.Context(), name, lifetime)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// sessions lists the open sessions of a user by a type of definitions.
func (h *host) sessions(ust, authType string) (found []sso.Session) {
	h.t.Helper()
	all, err := h.sso.SSO().Sessions(h.t.Context(), ssotest.Call(ust), sso.SessionList{UST: ust})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, session := range all {
		if session.AuthType == authType {
			found = append(found, session)
		}
	}
	return found
}

func basicWith(username, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(username, password) }
}

// TestSessionsEndWithTheirDefinition changes definitions in every way, and looks
// at what they have opened.
func TestSessionsEndWithTheirDefinition(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, h *host, jane string) {
		definitions, ctx := h.runtime.Security(), t.Context()
		const service = "who-am-i.who-am-i"
		open := func(authenticate func(*http.Request)) {
			t.Helper()
			if got := h.as(authenticate, service); got.status != 200 || got.text != `{"username":"jane"}` {
				t.Fatalf("got %v", got)
			}
		}
		changes := 0
		change := func(what string, kind string, ends bool, change func() error) {
			t.Helper()
			before := len(h.sessions(jane, kind))
			if before == 0 {
				t.Fatalf("%s: there is no session to end", what)
			}
			if err := change(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			after := len(h.sessions(jane, kind))
			if ends && after != 0 || !ends && after != before {
				t.Errorf("%s: %d sessions, then %d", what, before, after)
			}
			if ends {
				changes++
			}
		}

		// A token's session ends with it.
		short := h.issue("partner", 10*time.Minute)
		begun := time.Now()
		open(bearer(short))
		if got := h.sessions(jane, sso.AuthJWT); len(got) != 1 || got[0].ExpirationTime.After(time.Now().Add(10*time.Minute)) ||
			got[0].ExpirationTime.Before(begun.Add(9*time.Minute)) {
			t.Errorf("%+v", got)
		}

		open(basicWith("crm", apiPassword))
		open(bearer(h.issue("partner", time.Hour)))
		change("nothing", sso.AuthJWT, false, func() error {
			_, err := definitions.SetJWT(ctx, "partner", security.JWTSettings{Username: "partner"})
			return err
		})
		change("an audience", sso.AuthJWT, true, func() error {
			audience := "us"
			_, err := definitions.SetJWT(ctx, "partner", security.JWTSettings{Audience: &audience})
			return err
		})
		if got := h.as(bearer(short), service); got.status != 401 {
			t.Errorf("a token for nobody: %v", got)
		}
		if len(h.sessions(jane, sso.AuthBasic)) != 1 || len(h.sessions(jane, "default")) != 1 {
			t.Error("sessions of another definition were ended")
		}
		open(bearer(h.issue("partner", time.Hour)))
		change("a secret", sso.AuthJWT, true, func() error {
			_, err := definitions.SetJWT(ctx, "partner", security.JWTSettings{NewSecret: true})
			return err
		})
		open(bearer(h.issue("partner", time.Hour)))
		change("deleting", sso.AuthJWT, true, func() error { return definitions.DeleteJWT(ctx, "partner") })

		ust := h.as(basicWith("crm", apiPassword), service).header.Get(headerUST)
		const next = "another password"
		change("a password", sso.AuthBasic, true, func() error { return definitions.Set(ctx, "crm", "", next) })
		if _, err := h.sso.SSO().CurrentUser(ctx, ssotest.Call(ust), false); !sso.HasCode(err, sso.NoSuchSession) {
			t.Errorf("a session of the old password: %v", err)
		}
		if got := h.as(basicWith("crm", apiPassword), service); got.status != 401 {
			t.Errorf("the old password: %v", got)
		}
		open(basicWith("crm", next)) // at once, with a new session
		change("switching on what is on", sso.AuthBasic, false, func() error { return definitions.SetActive(ctx, "crm", true) })
		change("switching off", sso.AuthBasic, true, func() error { return definitions.SetActive(ctx, "crm", false) })
		if got := h.as(basicWith("crm", next), service); got.status != 401 {
			t.Errorf("switched off: %v", got)
		}
		if err := definitions.SetActive(ctx, "crm", true); err != nil {
			t.Fatal(err)
		}
		open(basicWith("crm", next))
		change("deleting", sso.AuthBasic, true, func() error { return definitions.Delete(ctx, "crm") })

		entries := 0
		err := h.sso.Store().Audit(ctx, store.AuditFilter{Op: sso.OpEndExternalSessions}, func(store.AuditEntry) error {
			entries++
			return nil
		})
		if err != nil || entries != changes {
			t.Errorf("%d audit entries of %d changes, %v", entries, changes, err)
		}
	})
}

// TestSessionsOpenedWhileADefinitionChanges has callers at work while the
// operator, in another process, changes their definitions and deletes them. The
// host lets them in for half a second more, and yet no session of a former state
// is left.
func TestSessionsOpenedWhileADefinitionChanges(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, h *host, jane string) {
		operator, err := runtime.Open(t.Context(), openOptions(h.cfg))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = operator.Close(context.Background()) })
		definitions := operator.Security()
		calling, stop := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		call := func(authenticate ...func(*http.Request)) {
			for i := 0; calling.Err() == nil; i++ {
				// The session may end before the service has used it.
				got := h.as(authenticate[i%len(authenticate)], "who-am-i.who-am-i")
				if got.status != 200 && got.status != 401 && (got.status != 403 || !strings.Contains(got.text, "E007001")) {
					t.Errorf("got %v", got)
				}
			}
		}
		const rounds = 4
		password := func(round int) string { return fmt.Sprint("password ", round) }
		for round := range rounds {
			callers.Go(func() { call(basicWith("crm", password(round))) })
		}
		for round := range rounds {
			if err := definitions.Set(t.Context(), "crm", "", password(round)); err != nil {
				t.Fatal(err)
			}
			until(t, "a session by the password", func() bool { return len(h.sessions(jane, sso.AuthBasic)) == 1 })
			var each []func(*http.Request) // with a token of its own, so that each call opens a session
			for range 500 {
				token, err := definitions.IssueToken(t.Context(), "partner", time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				each = append(each, bearer(token))
			}
			callers.Go(func() { call(each...) })
			until(t, "a session by the token", func() bool { return len(h.sessions(jane, sso.AuthJWT)) > 0 })
			if _, err := definitions.SetJWT(t.Context(), "partner", security.JWTSettings{NewSecret: true}); err != nil {
				t.Fatal(err)
			}
			if got := h.sessions(jane, sso.AuthJWT); len(got) != 0 {
				t.Errorf("%d sessions of the old secret", len(got))
			}
		}
		if err := definitions.Delete(t.Context(), "crm"); err != nil {
			t.Fatal(err)
		}
		if got := h.sessions(jane, sso.AuthBasic); len(got) != 0 {
			t.Errorf("%d sessions of a definition that is gone", len(got))
		}
		stop()
		callers.Wait()
		for _, kind := range []string{sso.AuthBasic, sso.AuthJWT} {
			if got := h.sessions(jane, kind); len(got) != 0 {
				t.Errorf("%s: %d sessions were opened behind a change", kind, len(got))
			}
		}
	})
}

// TestSecretThatCannotBeDecrypted has a definition whose secret another key has
// encrypted: its tokens are refused as any wrong ones, the log says what to do,
// and no other definition is concerned.
func TestSecretThatCannotBeDecrypted(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, h *host, jane string) {
		definitions, ctx := h.runtime.Security(), t.Context()
		if _, err := definitions.SetJWT(ctx, runtime.InvokeDefinition, security.JWTSettings{}); err != nil {
			t.Fatal(err)
		}
		token, other := h.issue("partner", time.Hour), h.issue(runtime.InvokeDefinition, time.Hour)
		const service = "who-am-i.who-am-i"
		if got := h.as(bearer(token), service); got.status != 200 {
			t.Fatalf("got %v", got)
		}

		location := h.cfg.Database
		if location == "" {
			location = filepath.Join(h.cfg.Data, "gatehouse.db")
		}
		db, err := open.Database(ctx, location, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		stranger := security.New(security.Config{DB: db, Keys: secret.NewKeyring(secret.NewKey())})
		if _, err := stranger.SetJWT(ctx, "partner", security.JWTSettings{NewSecret: true}); err != nil {
			t.Fatal(err)
		}
		theirs, err := stranger.IssueToken(ctx, "partner", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		until(t, "the tokens of before are refused", func() bool { return h.as(bearer(token), service).status == 401 })
		for range 5 {
			if got := h.as(bearer(theirs), service); got.status != 401 || strings.Contains(got.text, "decrypt") {
				t.Errorf("a token that cannot be verified: %v", got)
			}
			if got := h.as(bearer(other), service); got.status != 200 {
				t.Errorf("a token of another definition: %v", got)
			}
			if got := h.as(basicWith("crm", apiPassword), service); got.status != 200 {
				t.Errorf("Basic Auth: %v", got)
			}
		}
		const said = `level=ERROR msg="the secret of a JWT definition cannot be decrypted`
		log := h.log.String()
		if n := strings.Count(log, said); n != 1 || !strings.Contains(log, `set-jwt NAME --new-secret\"" definition=partner`) {
			t.Errorf("%d errors in the log", n)
		}
		if !strings.Contains(log, `security=partner refused="the definition's secret cannot be decrypted`) {
			t.Error("the log does not tell why the calls were refused")
		}

		if _, err := definitions.SetJWT(ctx, "partner", security.JWTSettings{NewSecret: true}); err != nil {
			t.Fatal(err)
		}
		if got := h.as(bearer(h.issue("partner", time.Hour)), service); got.status != 200 {
			t.Errorf("with a new secret: %v", got)
		}
	})
}

// TestDefinitionsThatAreNotThere are told in the log when the host starts, and
// when they go.
func TestDefinitionsThatAreNotThere(t *testing.T) {
	t.Parallel()
	o := options{services: linkScripts, change: func(cfg *runtime.Config) {
		cfg.HTTP.Definitions = []string{runtime.InvokeDefinition, "partner"}
	}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		definitions, ctx := h.runtime.Security(), t.Context()
		warnings := func(what string, want int) {
			t.Helper()
			until(t, what, func() bool {
				h.send(http.MethodGet, "/zato/services", "")
				return strings.Count(h.log.String(), `level=WARN msg="http.definitions names a security definition that `+what) == want
			})
		}
		const isMissing, isOff = "is not there", "is switched off"
		warnings(isMissing, 1)
		if log := h.log.String(); !strings.Contains(log, "definition=partner") || strings.Contains(log, "definition=pubapi") {
			t.Error("the log does not tell which one")
		}
		if err := definitions.Set(ctx, "partner", "", apiPassword); err != nil {
			t.Fatal(err)
		}
		if got := h.as(basicWith("partner", apiPassword), "who-am-i.who-am-i"); got.status != 200 {
			t.Errorf("got %v", got)
		}
		if err := definitions.SetActive(ctx, "partner", false); err != nil {
			t.Fatal(err)
		}
		warnings(isOff, 1)
		if err := definitions.Delete(ctx, "partner"); err != nil {
			t.Fatal(err)
		}
		warnings(isMissing, 2)
	})
}

// TestGuessesOverHTTP guesses the password of pubapi.
func TestGuessesOverHTTP(t *testing.T) {
	t.Parallel()
	o := options{services: linkScripts, change: func(cfg *runtime.Config) {
		cfg.HTTP.Throttle.DefinitionAttempts, cfg.HTTP.Throttle.FirstDelay = 3, 60
	}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		const service = "who-am-i.who-am-i"
		if got := h.as(basic(runtime.InvokeDefinition), service); got.status != 200 {
			t.Errorf("got %v", got)
		}
		for i, want := range []int{401, 401, 401, 429, 429} {
			if got := h.as(basicWith(runtime.InvokeDefinition, fmt.Sprint("guess ", i)), service); got.status != want || (want == 429) != (got.header.Get("Retry-After") != "") {
				t.Errorf("guess %d: %v", i, got)
			}
		}
		if got := h.as(basic(runtime.InvokeDefinition), service); got.status != 200 {
			t.Errorf("who was let in before: %v", got)
		}
	})
}
