package runtime_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/mail/mailtest"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

// configuredBy changes a configuration to what a file says, but for where things
// are.
func configuredBy(t *testing.T, text string) func(*runtime.Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gatehouse.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(cfg *runtime.Config) {
		loaded, err := runtime.LoadConfig(path)
		if err != nil {
			t.Fatal(err)
		}
		loaded.Data, loaded.Database, loaded.Listen, loaded.Services.Directories = cfg.Data, cfg.Database, cfg.Listen, cfg.Services.Directories
		*cfg = loaded
	}
}

const resetService = `package reset

import (
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

type Ask struct{ service.Service }

func (self *Ask) Handle() error {
	return self.SSO.PasswordReset.CreateToken(self.CID, self.Request.Input["who"].(string), "CRM", "127.0.0.1", "script")
}

type Choose struct{ service.Service }

func (self *Choose) Handle() error {
	in := self.Request.Input
	key, err := self.SSO.PasswordReset.AccessToken(self.CID, in["token"].(string), "CRM", "127.0.0.1", "script")
	if err != nil {
		return err
	}
	err = self.SSO.PasswordReset.ChangePassword(self.CID, "short", in["token"].(string), key, "CRM", "127.0.0.1", "script")
	if !sso.HasCode(err, sso.PasswordTooShort) {
		return service.BadRequest("a short password: %v", err)
	}
	return self.SSO.PasswordReset.ChangePassword(self.CID, in["password"].(string), in["token"].(string), key, "CRM", "127.0.0.1", "script")
}

type Enrol struct{ service.Service }

func (self *Enrol) Handle() error {
	ust := self.Request.Input["ust"].(string)
	key, err := self.SSO.User.ResetTOTPKey(self.CID, ust, "", "", "", "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	uri, err := self.SSO.TOTP.URI(key, "jane")
	if err != nil {
		return err
	}
	ctx := sso.TOTPContext{CID: self.CID, RemoteAddr: "127.0.0.1"}
	for code, want := range map[string]sso.Code{"": sso.TOTPCodeMissing, "no code": sso.NotAllowed} {
		for _, err := range []error{self.SSO.TOTP.ValidateCode(ctx, code, ust, ""), self.SSO.TOTP.ValidateCode(ctx, code, "", "jane")} {
			if !sso.HasCode(err, want) {
				return service.BadRequest("code %q: %v", code, err)
			}
		}
	}
	self.Response.Payload = service.Dict{"uri": uri, "key": key}
	return nil
}
`

// TestPasswordResetOfAHost goes from a configuration file to a mail and back, by
// way of a script.
func TestPasswordResetOfAHost(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{TLS: mail.StartTLS, Username: "gatehouse", Password: "mail-secret-1"})
	template := filepath.Join(t.TempDir(), "mail.txt")
	if err := os.WriteFile(template, []byte("{username} {site_name} {expiration_time_hours}\nTOKEN={token}.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options{services: map[string]string{"reset.go": resetService}, change: configuredBy(t, fmt.Sprintf(`
smtp:
  main: {host: 127.0.0.1, port: %d, ca_file: %q, username: gatehouse, password: mail-secret-1}
sso:
  main: {smtp_conn: main, site_name: "Café"}
  prt: {user_search_by: email, valid_for: 120}
  password_reset:
    user_search_by: username
    email_from: noreply@example.com
    email_title_en_GB: Neues Passwort
    email_title_en_US: ignored
    email_template: %q
`, server.Config.Port, server.Config.CAFile, template))}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		name := strings.ReplaceAll(t.Name(), "/", "-")
		email := name + "@example.com"
		h.user("jane", func(u *sso.NewUser) { u.Email = sso.Some(email) })
		if a := h.invoke("reset.ask", service.Dict{"who": email}); a.status != http.StatusOK {
			t.Fatal(a)
		}
		if a := h.invoke("reset.ask", service.Dict{"who": "jane"}); a.status != http.StatusOK { // prt goes before password_reset
			t.Fatal(a)
		}
		got := server.Next()
		found := regexp.MustCompile(`^jane Café 2\nTOKEN=([0-9a-z]+)\.\n`).FindStringSubmatch(got.Text)
		if found == nil || got.Subject != "Neues Passwort" || !got.TLS {
			t.Fatalf("mail %+v", got)
		}
		token := found[1]
		if a := h.invoke("reset.choose", service.Dict{"token": token, "password": "Another-Horse-8-Stable"}); a.status != http.StatusOK {
			t.Error(a)
		}
		if a := h.invoke("reset.choose", service.Dict{"token": token, "password": "Another-Horse-8-Stable"}); a.status != http.StatusForbidden || !strings.Contains(a.text, "E010001") {
			t.Error(a)
		}
		a := h.send(http.MethodPost, "/zato/sso/user/login", `{"current_app": "CRM", "username": "jane", "password": "Another-Horse-8-Stable"}`)
		if a.status != http.StatusOK {
			t.Fatal(a)
		}
		a = h.invoke("reset.enrol", service.Dict{"ust": a.json["ust"]})
		if a.status != http.StatusOK || a.json["uri"] != fmt.Sprintf("otpauth://totp/Caf%%C3%%A9:jane?secret=%s&issuer=Caf%%C3%%A9&algorithm=SHA1&digits=6&period=30", a.json["key"]) {
			t.Error(a)
		}
		h.stop()
		for _, secret := range []string{token, "mail-secret-1", email} {
			if strings.Contains(h.log.String(), secret) {
				t.Errorf("the log has %s", secret)
			}
		}
	})
	if server.Waiting() != 0 {
		t.Error("there was another mail")
	}
}

// mailer is a service that does not mail at first.
type mailer struct {
	service.Service
	inputs chan service.Dict
}

func (self *mailer) Handle() error {
	self.inputs <- self.Request.Input
	if self.Request.Input["username"] != "jane" {
		return errors.New("who is that?")
	}
	if len(self.inputs) == 1 { // nobody has looked at the first attempt yet
		return errors.New("not yet")
	}
	return nil
}

// TestMailIsSentBeforeServicesEnd has a host stop while a mail waits for another
// try: services, and so the one that mails, are still there for it.
func TestMailIsSentBeforeServicesEnd(t *testing.T) {
	t.Parallel()
	change := configuredBy(t, "sso:\n  main: {email_service: mail.send}\n")
	for name, database := range map[string]func(*testing.T) string{"SQLite": func(*testing.T) string { return "" }, "PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inputs := make(chan service.Dict, 10)
			h := start(t, options{database: database(t), change: change, compiled: map[string]func() service.Handler{
				"mail.send": func() service.Handler { return &mailer{inputs: inputs} },
			}})
			h.user("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
			if a := h.send(http.MethodPost, "/zato/sso/password/reset", `{"current_app": "CRM", "credential": "jane"}`); a.status != http.StatusOK {
				t.Fatal(a)
			}
			for !strings.Contains(h.log.String(), "it will be tried again") {
				time.Sleep(time.Millisecond)
			}
			h.stop()
			if len(inputs) != 2 || strings.Count(h.log.String(), "a mail was sent") != 1 {
				t.Fatalf("%d attempts, log: %s", len(inputs), h.log)
			}
			first, second := <-inputs, <-inputs
			if token, _ := first["token"].(string); !reflect.DeepEqual(first, second) || token == "" || strings.Contains(h.log.String(), token) {
				t.Errorf("got %v and %v", first, second)
			}
		})
	}
}
