package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"gatehouse/runtime/database"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/mail/mailtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// resetSite is an SSO that mails through a server of its own.
type resetSite struct {
	*ssotest.Env
	core *core.Core
	smtp *mailtest.Server
}

const newPassword = "Another-Horse-8-Stable"

func mailing(cfg *core.Config) {
	cfg.Main.SMTPConn, cfg.Main.SiteName = "main", "Example"
	cfg.PasswordReset.EmailFrom = "Example <noreply@example.com>"
}

// newResetSite makes another core over an environment, whose mail is tried
// again at once.
func newResetSite(t *testing.T, env *ssotest.Env, smtp mailtest.Options, change func(*core.Config, *core.Options)) *resetSite {
	t.Helper()
	s := &resetSite{Env: env, smtp: mailtest.Start(t, smtp)}
	connections, err := mail.New(map[string]mail.Config{"main": s.smtp.Config})
	if err != nil {
		t.Fatal(err)
	}
	cfg := env.Config
	mailing(&cfg)
	o := core.Options{Store: env.Store, Keys: env.Keys, Now: env.Clock.Now, Logger: slog.New(slog.NewTextHandler(env.Log, nil)),
		Mailer: connections, MailRetries: []time.Duration{time.Millisecond, time.Millisecond}}
	if change != nil {
		change(&cfg, &o)
	}
	o.Config = cfg
	if s.core, err = core.New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.core.Close(context.Background()) })
	return s
}

func eachReset(t *testing.T, change func(*core.Config, *core.Options), test func(t *testing.T, s *resetSite)) {
	t.Helper()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		test(t, newResetSite(t, env, mailtest.Options{}, change))
	})
}

func resetCall() sso.Call {
	call := ssotest.Call("")
	call.RemoteAddr, call.UserAgent = "10.0.0.1,10.0.0.2", "test/1.0"
	return call
}

func (s *resetSite) create(credential string) {
	s.T.Helper()
	if err := s.core.CreateResetToken(s.T.Context(), resetCall(), credential); err != nil {
		s.T.Errorf("create for %q: %v", credential, err)
	}
}

func (s *resetSite) access(token string) (string, error) {
	return s.core.AccessResetToken(s.T.Context(), resetCall(), token)
}

func (s *resetSite) change(password, token, key string) error {
	return s.core.ChangeResetPassword(s.T.Context(), resetCall(), sso.ResetPasswordChange{Token: token, ResetKey: key, NewPassword: password})
}

func (s *resetSite) login(password string) error {
	_, err := s.core.Login(s.T.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: password})
	return err
}

var tokenLine = regexp.MustCompile(`(?m)^[0-9a-z]{20,26}$`)

// mailed waits for a mail and returns the token in it.
func (s *resetSite) mailed() string {
	s.T.Helper()
	token := tokenLine.FindString(s.smtp.Next().Text)
	if !ident.IsResetToken(token) {
		s.T.Fatalf("there is no token in the mail: %q", token)
	}
	return token
}

// accessed gives jane a token and accesses it.
func (s *resetSite) accessed() (token, key string) {
	s.T.Helper()
	s.create("jane")
	token = s.mailed()
	key, err := s.access(token)
	if err != nil {
		s.T.Fatal(err)
	}
	return token, key
}

// tokens reads the tokens of a user that are stored.
func tokens(env *ssotest.Env, userID string) (found []string) {
	env.T.Helper()
	err := env.DB.Read(env.T.Context(), database.Query{
		SQL: "SELECT token FROM zato_sso_password_reset WHERE user_id = $1 ORDER BY id", Args: []any{userID},
		Row: func(scan func(...any) error) error {
			found = append(found, "")
			return scan(&found[len(found)-1])
		}})
	if err != nil {
		env.T.Fatal(err)
	}
	return found
}

func jane(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") }

func refusedWith(t *testing.T, what string, err error, code sso.Code) {
	t.Helper()
	if !sso.HasCode(err, code) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	eachReset(t, nil, func(t *testing.T, s *resetSite) {
		id := s.User("jane", func(u *sso.NewUser) { jane(u); u.PasswordMustChange = true })
		s.User("other", nil)
		others := s.Login("other")
		open := sso.LoginRequest{Username: "jane", Password: ssotest.Password, NewPassword: "Changed-Horse-7-Stable"}
		session, err := s.core.Login(t.Context(), ssotest.Call(""), open)
		if err != nil {
			t.Fatal(err)
		}
		s.create("jane")
		got := s.smtp.Next()
		token := tokenLine.FindString(got.Text)
		for _, part := range []string{"Hello jane,", "at Example.", "for 24 hours", "\n" + token + "\n"} {
			if !strings.Contains(got.Text, part) {
				t.Errorf("the mail has no %q: %s", part, got.Text)
			}
		}
		if got.Subject != "Password reset" || got.To != "jane@example.com" || got.From != "noreply@example.com" || strings.Contains(got.Text, "{") {
			t.Errorf("mail %+v", got)
		}
		if stored := tokens(s.Env, id); len(stored) != 1 || stored[0] != token {
			t.Errorf("stored %v, mailed %s", stored, token)
		}
		refusedWith(t, "before the access", s.change(newPassword, token, s.Keys.Encrypt([]byte(s.column(token, "reset_key")))), sso.PasswordResetFailed)

		key, err := s.access(token)
		if err != nil {
			t.Fatal(err)
		}
		if clear, err := s.Keys.Decrypt(key); err != nil || !ident.IsResetKey(string(clear)) || string(clear) != s.column(token, "reset_key") {
			t.Errorf("reset key %s, %v", clear, err)
		}
		_, err = s.access(token)
		refusedWith(t, "a second access", err, sso.PasswordResetFailed)
		refusedWith(t, "a short password", s.change("short", token, key), sso.PasswordTooShort)
		refusedWith(t, "a bad password", s.change("password-1234", token, key), sso.PasswordInvalid)
		if err := s.change(newPassword, token, key); err != nil {
			t.Fatal(err)
		}
		refusedWith(t, "a second use", s.change("Third-Horse-6-Stable", token, key), sso.PasswordResetFailed)
		_, err = s.access(token)
		refusedWith(t, "access after use", err, sso.PasswordResetFailed)

		if err := s.login(newPassword); err != nil {
			t.Error(err)
		}
		refusedWith(t, "the old password", s.login("Changed-Horse-7-Stable"), sso.NotAllowed)
		_, err = s.core.CurrentUser(t.Context(), ssotest.Call(session.UST), false)
		refusedWith(t, "an old session", err, sso.NoSuchSession)
		if _, err := s.core.CurrentUser(t.Context(), ssotest.Call(others), false); err != nil {
			t.Errorf("another's session: %v", err)
		}
		row := s.Row(id)
		if now := database.Timestamp(s.Clock.Now()); row.PasswordMustChange || !row.PasswordLastSet.Equal(now) || !row.PasswordExpiry.Equal(now.Add(730*24*time.Hour)) {
			t.Errorf("row %+v", row)
		}

		const ctx = `"{\"remote_addr\":[\"10.0.0.1\",\"10.0.0.2\"],\"user_agent\":\"test/1.0\",\"has_remote_addr\":false,\"has_user_agent\":false}"`
		for column, want := range map[string]string{"creation_ctx": ctx, "access_ctx": ctx, "password_reset_ctx": ctx, "type_": "prt", "opaque1": `"null"`} {
			if got := s.column(token, column); got != want {
				t.Errorf("%s: %s", column, got)
			}
		}
		for op, want := range map[string]string{
			sso.OpCreateResetToken:    "ok " + id,
			sso.OpAccessResetToken:    "ok " + id + " error " + id + " error " + id,
			sso.OpChangeResetPassword: "error " + id + " error " + id + " error " + id + " ok " + id + " error " + id,
		} {
			if got := s.audited(op); sorted(got) != sorted(want) {
				t.Errorf("%s: audited %q, want %q", op, got, want)
			}
		}
		clear, _ := s.Keys.Decrypt(key)
		for _, secret := range []string{token, key, string(clear), newPassword, "jane@example.com"} {
			if strings.Contains(s.Log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
	})
}

func sorted(text string) string {
	fields := strings.Fields(text)
	slices.Sort(fields)
	return strings.Join(fields, " ")
}

// audited lists the results and targets of the entries of an operation.
func (s *resetSite) audited(op string) string {
	s.T.Helper()
	if err := s.core.FlushAudit(s.T.Context()); err != nil {
		s.T.Fatal(err)
	}
	var texts []string
	for _, entry := range s.Audit(op) {
		texts = append(texts, strings.TrimSpace(entry.Result+" "+entry.Target))
	}
	return strings.Join(texts, " ")
}

func (s *resetSite) column(token, column string) (text string) {
	s.T.Helper()
	err := s.DB.Read(s.T.Context(), database.Query{
		SQL: "SELECT " + column + " FROM zato_sso_password_reset WHERE token = $1", Args: []any{token},
		Row: func(scan func(...any) error) error { return scan(&text) }})
	if err != nil {
		s.T.Fatal(err)
	}
	return text
}

func TestPasswordResetRefusals(t *testing.T) {
	t.Parallel()
	eachReset(t, nil, func(t *testing.T, s *resetSite) {
		id := s.User("jane", jane)
		token, key := s.accessed()
		_, otherKey := s.accessed()
		clear, err := s.Keys.Decrypt(key)
		if err != nil {
			t.Fatal(err)
		}
		for what, c := range map[string][2]string{
			"no token": {"", key}, "no such token": {"x", key}, "NUL": {"x\x00", key}, "not UTF-8": {"\xff", key},
			"long": {strings.Repeat("x", 1<<20), key}, "no key": {token, ""}, "another token's key": {token, otherKey},
			"key in clear": {token, string(clear)}, "garbage": {token, "garbage"},
			"a UST": {token, s.Keys.Encrypt([]byte(ident.NewUST()))},
		} {
			refusedWith(t, what, s.change(newPassword, c[0], c[1]), sso.PasswordResetFailed)
			if what == "no such token" || !strings.HasPrefix(c[0], token) {
				_, err := s.access(c[0])
				refusedWith(t, what, err, sso.PasswordResetFailed)
			}
		}
		call := resetCall()
		call.App = "ERP"
		refusedWith(t, "app", s.core.CreateResetToken(t.Context(), call, "jane"), sso.AppInvalid)
		_, err = s.core.AccessResetToken(t.Context(), call, token)
		refusedWith(t, "app", err, sso.AppInvalid)
		refusedWith(t, "app", s.core.ChangeResetPassword(t.Context(), call, sso.ResetPasswordChange{Token: token, ResetKey: key, NewPassword: newPassword}), sso.AppInvalid)

		// Who is not approved any more gets no further.
		s.create("jane")
		unused := s.mailed()
		if err := s.Core.RejectUser(t.Context(), ssotest.Trusted(), id); err != nil {
			t.Fatal(err)
		}
		_, err = s.access(unused)
		refusedWith(t, "not approved", err, sso.PasswordResetFailed)
		refusedWith(t, "not approved", s.change(newPassword, token, key), sso.PasswordResetFailed)
		if err := s.Core.ApproveUser(t.Context(), ssotest.Trusted(), id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.access(unused); err != nil {
			t.Errorf("the token that was refused: %v", err)
		}
		if err := s.change(newPassword, token, key); err != nil {
			t.Errorf("the key that was refused: %v", err)
		}
	})
}

func TestPasswordResetExpires(t *testing.T) {
	t.Parallel()
	eachReset(t, func(cfg *core.Config, _ *core.Options) {
		cfg.PasswordReset.ValidFor, cfg.PasswordReset.PasswordChangeSessionDuration = 10, 300
	}, func(t *testing.T, s *resetSite) {
		s.User("jane", jane)
		s.create("jane")
		late := s.mailed()
		s.Clock.Forward(9 * time.Minute)
		token, key := s.accessed()
		s.create("jane")
		last := s.mailed()
		s.Clock.Forward(time.Minute)
		_, err := s.access(late)
		refusedWith(t, "after valid_for", err, sso.PasswordResetFailed)
		s.Clock.Forward(4 * time.Minute)
		refusedWith(t, "after the session", s.change(newPassword, token, key), sso.PasswordResetFailed)
		s.Clock.Forward(5*time.Minute - time.Microsecond)
		// At the last moment: the key is good for its own time, cleaned up or not.
		key, err = s.access(last)
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Forward(5*time.Minute - time.Microsecond)
		if _, err := s.core.CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := tokens(s.Env, s.ID("jane")); !slices.Equal(got, []string{last}) {
			t.Errorf("after cleaning up: %v, want %s", got, last)
		}
		if err := s.change(newPassword, last, key); err != nil {
			t.Error(err)
		}
		s.Clock.Forward(time.Microsecond)
		if _, err := s.core.CleanUp(t.Context()); err != nil || len(tokens(s.Env, s.ID("jane"))) != 0 {
			t.Errorf("after cleaning up: %v, %v", tokens(s.Env, s.ID("jane")), err)
		}
	})
}

func TestWhoseTokens(t *testing.T) {
	t.Parallel()
	for by, want := range map[string]map[string][]string{
		core.SearchByUsername: {"jane": {"jane"}, "jane@example.com": nil, "both@example.com": {"both@example.com"}},
		core.SearchByEmail:    {"jane": nil, "jane@example.com": {"jane"}, "shared@example.com": {"one", "two"}, "both@example.com": {"three"}},
		core.SearchByBoth: {"jane": {"jane"}, "jane@example.com": {"jane"}, "shared@example.com": {"one", "two"},
			"both@example.com": {"both@example.com", "three"}, "self@example.com": {"self@example.com"}},
	} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			eachReset(t, func(cfg *core.Config, _ *core.Options) { cfg.PasswordReset.UserSearchBy = by }, func(t *testing.T, s *resetSite) {
				users := map[string]string{"jane": "jane@example.com", "one": "shared@example.com", "two": "shared@example.com",
					"both@example.com": "x@example.com", "three": "both@example.com", "self@example.com": "self@example.com"}
				ids := map[string]string{}
				for name, email := range users {
					ids[name] = s.User(name, func(u *sso.NewUser) { u.Email = sso.Some(email) })
				}
				s.User("waiting", func(u *sso.NewUser) { u.AutoApprove, u.Email = false, sso.Some("shared@example.com") })
				had := map[string]int{}
				for _, credential := range []string{"jane", "jane@example.com", "shared@example.com", "both@example.com", "self@example.com",
					"waiting", "nobody", "", "x\x00", "\xff", "JANE"} {
					s.create(credential)
					var got []string
					for name, id := range ids {
						if n := len(tokens(s.Env, id)); n > had[name] {
							got, had[name] = append(got, name), n
						}
					}
					slices.Sort(got)
					expected, listed := want[credential]
					if credential == "self@example.com" && !listed {
						expected = []string{credential}
					}
					if !slices.Equal(got, expected) {
						t.Errorf("%q: tokens for %v, want %v", credential, got, expected)
					}
					for range got {
						s.mailed()
					}
				}
				if n := s.smtp.Waiting(); n != 0 {
					t.Errorf("%d mails too many", n)
				}
				if got := tokens(s.Env, s.ID("waiting")); got != nil {
					t.Errorf("a token for somebody who is not approved: %v", got)
				}
				if got := s.audited(sso.OpCreateResetToken); !strings.Contains(got, "error") || !strings.Contains(got, "ok zusr") {
					t.Errorf("audited %q", got)
				}
			})
		})
	}
}

// atOnce runs calls at the same time and returns how many were not refused; a
// failure that is no refusal of the reset ends the test.
func atOnce(t *testing.T, n int, call func(i int) error) (winners []int) {
	t.Helper()
	errs := make([]error, n)
	start := make(chan struct{})
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	calls.Wait()
	for i, err := range errs {
		switch {
		case err == nil:
			winners = append(winners, i)
		case !sso.HasCode(err, sso.PasswordResetFailed) && !sso.HasCode(err, sso.NotAllowed):
			t.Errorf("call %d: %v", i, errors.Join(err, errors.Unwrap(err)))
		}
	}
	return winners
}

func TestPasswordResetAtOnce(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config, _ *core.Options) { cfg.Login.Throttle.Enabled = false } // it tries all the passwords
	eachReset(t, change, func(t *testing.T, s *resetSite) {
		s.User("jane", jane)
		s.create("jane")
		token := s.mailed()
		keys := make([]string, 8)
		winners := atOnce(t, len(keys), func(i int) (err error) {
			keys[i], err = s.access(token)
			return err
		})
		if len(winners) != 1 {
			t.Fatalf("%d accesses won", len(winners))
		}
		key := keys[winners[0]]
		password := func(i int) string { return fmt.Sprintf("%s-%d", newPassword, i) }
		winners = atOnce(t, 8, func(i int) error { return s.change(password(i), token, key) })
		if len(winners) != 1 {
			t.Fatalf("%d changes won", len(winners))
		}
		for i := range 8 {
			if err := s.login(password(i)); (err == nil) != (i == winners[0]) {
				t.Errorf("password %d of winner %d: %v", i, winners[0], err)
			}
		}

		// Of several tokens of one user, one is used.
		const several = 4
		var accessed [several][2]string
		for i := range accessed {
			accessed[i][0], accessed[i][1] = s.accessed()
		}
		winners = atOnce(t, several, func(i int) error { return s.change(password(10+i), accessed[i][0], accessed[i][1]) })
		if len(winners) != 1 {
			t.Errorf("%d tokens won", len(winners))
		}
		if got := tokens(s.Env, s.ID("jane")); len(got) != 2 {
			t.Errorf("%d tokens are left, want the two that were used", len(got))
		}
	})
}

func TestPasswordResetKeepsSessions(t *testing.T) {
	t.Parallel()
	eachReset(t, func(cfg *core.Config, _ *core.Options) { cfg.PasswordReset.EndSessions = false }, func(t *testing.T, s *resetSite) {
		s.User("jane", jane)
		ust := s.Login("jane")
		token, key := s.accessed()
		if err := s.change(newPassword, token, key); err != nil {
			t.Fatal(err)
		}
		if _, err := s.core.CurrentUser(t.Context(), ssotest.Call(ust), false); err != nil {
			t.Error(err)
		}
	})
}

// flushed ends the core, so that all that it had to mail is mailed or given up.
func (s *resetSite) flushed() {
	s.T.Helper()
	if err := s.core.Close(s.T.Context()); err != nil {
		s.T.Error(err)
	}
}

func TestMailThatCannotGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		smtp   mailtest.Options
		change func(*core.Config, *core.Options)
		email  sso.Optional[string]
		log    string
		offers int
	}{
		"not configured": {change: func(cfg *core.Config, _ *core.Options) { cfg.Main.SMTPConn = "" }, email: sso.Some("jane@example.com"), log: "neither sso.main.email_service"},
		"no e-mail":      {log: "no e-mail"},
		"null":           {email: sso.Null[string](), log: "no e-mail"},
		"empty":          {email: sso.Some(""), log: "no e-mail"},
		"no address":     {email: sso.Some("jane"), log: "not an e-mail address"},
		"two":            {email: sso.Some("jane@example.com,eve@example.com"), log: "not an e-mail address"},
		"refused": {smtp: mailtest.Options{Refuse: func(int, string) error {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "jane@example.com is not here"}
		}}, email: sso.Some("jane@example.com"), log: "refused the recipient (550)", offers: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
				s := newResetSite(t, env, c.smtp, c.change)
				id := s.User("jane", func(u *sso.NewUser) { u.Email = c.email })
				s.create("jane")
				s.flushed()
				stored := tokens(s.Env, id)
				if len(stored) != 1 {
					t.Fatalf("stored %v", stored)
				}
				if log := s.Log.String(); !strings.Contains(log, c.log) || strings.Contains(log, stored[0]) || strings.Contains(log, "example.com") {
					t.Errorf("log: %s", log)
				}
				if n := s.smtp.Offered(); n != c.offers || s.smtp.Waiting() != 0 {
					t.Errorf("%d mails were tried", n)
				}
			})
		})
	}
}

func TestMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		s := newResetSite(t, env, mailtest.Options{TLS: mail.StartTLS, Refuse: func(n int, _ string) error {
			if n < 3 {
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "jane@example.com: later"}
			}
			return nil
		}}, nil)
		s.User("jane", jane)
		s.create("jane")
		token := s.mailed()
		if n := s.smtp.Offered(); n != 3 {
			t.Errorf("%d attempts", n)
		}
		if log := s.Log.String(); !strings.Contains(log, "it will be tried again") || strings.Contains(log, token) || strings.Contains(log, "example.com") {
			t.Errorf("log: %s", log)
		}
	})
}

// sender is a service that mails, or does not for the first few times.
type sender struct {
	fails  int
	inputs chan []byte
}

func (s *sender) InvokeService(_ context.Context, name, cid string, input []byte) ([]byte, error) {
	s.inputs <- input
	if s.fails--; s.fails >= 0 || name != "mail.send" || cid != "test-cid" {
		return nil, errors.New("jane@example.com: not now")
	}
	return []byte(`"whatever"`), nil
}

func TestServiceMails(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		service := &sender{fails: 1, inputs: make(chan []byte, 10)}
		s := newResetSite(t, env, mailtest.Options{}, func(cfg *core.Config, o *core.Options) {
			cfg.Main.EmailService, o.Services = "mail.send", service
			cfg.PasswordReset.ValidFor = 90
		})
		id := s.User("jane", jane)
		s.create("jane")
		first, second := <-service.inputs, <-service.inputs
		if string(first) != string(second) {
			t.Errorf("tried again with %s, first %s", second, first)
		}
		var got map[string]any
		if err := json.Unmarshal(first, &got); err != nil {
			t.Fatal(err)
		}
		token := tokens(s.Env, id)[0]
		body, _ := got["body"].(string)
		if !strings.Contains(body, token) || !strings.Contains(body, "1.5 hours") {
			t.Errorf("body %q", body)
		}
		for key, want := range map[string]any{"type": "password_reset", "from": "Example <noreply@example.com>", "to": "jane@example.com",
			"subject": "Password reset", "language": "en_GB", "user_id": id, "username": "jane", "site_name": "Example",
			"token": token, "expiration_time_hours": 1.5} {
			if got[key] != want {
				t.Errorf("%s: %v, want %v", key, got[key], want)
			}
		}
		s.flushed()
		if len(service.inputs) != 0 || s.smtp.Offered() != 0 {
			t.Error("it was mailed twice")
		}
		if log := s.Log.String(); !strings.Contains(log, "service mail.send failed") || strings.Contains(log, token) || strings.Contains(log, "example.com") {
			t.Errorf("log: %s", log)
		}
	})
}

// TestPasswordResetFillsNoMailbox asks for more resets than there may be.
func TestPasswordResetFillsNoMailbox(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		jane, john := env.User("jane", nil), env.User("john", nil)
		ask := func(addr string, times int, usernames ...string) {
			t.Helper()
			for range times {
				for _, username := range usernames {
					call := ssotest.Call("")
					call.RemoteAddr = addr
					if err := env.Core.CreateResetToken(t.Context(), call, username); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		most := env.Config.Login.Throttle.UserAttempts
		ask("192.0.2.1", most+2, "jane", "nobody")
		ask("192.0.2.2", 2, "jane")
		if n := len(tokens(env, jane)); n != most {
			t.Errorf("%d tokens, want %d", n, most)
		}
		ask("192.0.2.1", 1, "john")
		if n := len(tokens(env, john)); n != 1 {
			t.Errorf("%d tokens of another user", n)
		}
		entries := env.Audit(sso.OpCreateResetToken)
		if last := entries[len(entries)-2]; last.Result != store.ResultError || last.Target != "" {
			t.Errorf("audit: %+v", last)
		}
		env.Clock.Forward(time.Duration(env.Config.Login.Throttle.Window) * time.Second)
		ask("192.0.2.1", 1, "jane")
		if n := len(tokens(env, jane)); n != most+1 {
			t.Errorf("%d tokens after the window, want %d", n, most+1)
		}
	})
}

// TestResetTokensEndWithWhatTheyWereMailedFor changes the password, and where
// mail goes, after tokens were mailed.
func TestResetTokensEndWithWhatTheyWereMailedFor(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", func(user *sso.NewUser) { user.Email = sso.Some("jane@example.com") })
		call := ssotest.Call(env.Login("jane"))
		for what, change := range map[string]func() error{
			"password": func() error {
				return env.Core.ChangePassword(t.Context(), call, sso.PasswordChange{OldPassword: ssotest.Password, NewPassword: nextPassword})
			},
			"e-mail": func() error {
				return env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"email": "other@example.com"}))
			},
		} {
			if err := env.Core.CreateResetToken(t.Context(), ssotest.Call(""), "jane"); err != nil {
				t.Fatal(err)
			}
			token := tokens(env, id)[0]
			if err := env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"first_name": "Jane"})); err != nil {
				t.Fatal(err)
			}
			if len(tokens(env, id)) != 1 {
				t.Error("another change took the token back")
			}
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if _, err := env.Core.AccessResetToken(t.Context(), ssotest.Call(""), token); codeOf(err) != "E010001" {
				t.Errorf("after a change of the %s: %v", what, err)
			}
		}
	})
}
