package core_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/sso/core"
)

func TestPasswordResetConfig(t *testing.T) {
	t.Parallel()
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "mail.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("Grüß Gott, {username}: {token}")
	for name, c := range map[string]struct {
		change func(*core.Config)
		want   string // "" is no fault
	}{
		"defaults":         {func(*core.Config) {}, ""},
		"by SMTP":          {mailing, ""},
		"by SMTP, nobody":  {func(c *core.Config) { c.Main.SMTPConn = "main" }, "sso.password_reset.email_from"},
		"by a service":     {func(c *core.Config) { c.Main.EmailService = "x.y" }, ""},
		"no subject":       {func(c *core.Config) { mailing(c); c.PasswordReset.EmailTitles = nil }, "sso.password_reset.email_title_en_GB"},
		"another language": {func(c *core.Config) { c.PasswordReset.EmailTitles["email_title_en_US"] = "x" }, ""},
		"no template":      {func(c *core.Config) { c.PasswordReset.EmailLanguage = "de_DE" }, "sso.password_reset.email_language"},
		"no such title": {func(c *core.Config) {
			mailing(c)
			c.PasswordReset.EmailLanguage, c.PasswordReset.EmailTemplate = "de_DE", good
		},
			"sso.password_reset.email_title_de_DE"},
		"German": {func(c *core.Config) {
			mailing(c)
			c.PasswordReset.EmailLanguage, c.PasswordReset.EmailTemplate = "de_DE", good
			c.PasswordReset.EmailTitles["email_title_de_DE"] = "Neues Passwort"
		}, ""},
		"no file":        {func(c *core.Config) { c.PasswordReset.EmailTemplate = good + "x" }, "sso.password_reset.email_template"},
		"bad template":   {func(c *core.Config) { c.PasswordReset.EmailTemplate = file("{tokn}") }, "line 1"},
		"not UTF-8":      {func(c *core.Config) { c.PasswordReset.EmailTemplate = file("{token}\xff") }, "UTF-8"},
		"header in from": {func(c *core.Config) { c.PasswordReset.EmailFrom = "a@b\r\nBcc: c@d" }, "sso.password_reset.email_from"},
		"no sender":      {func(c *core.Config) { c.PasswordReset.EmailFrom = "nobody" }, "sso.password_reset.email_from"},
		"header in title": {func(c *core.Config) { c.PasswordReset.EmailTitles["email_title_en_GB"] = "x\nBcc: c@d" },
			"sso.password_reset.email_title_en_GB"},
		"lines in the site's name": {func(c *core.Config) { c.Main.SiteName = "a\nb" }, "sso.main.site_name"},
		"unknown setting":          {func(c *core.Config) { c.PasswordReset.EmailTitles["emial"] = "x" }, "sso.password_reset.emial"},
		"valid for nothing":        {func(c *core.Config) { c.PasswordReset.ValidFor = 0 }, "sso.password_reset.valid_for"},
		"valid for ever":           {func(c *core.Config) { c.PasswordReset.ValidFor = 1 << 40 }, "sso.password_reset.valid_for"},
		"no session": {func(c *core.Config) { c.PasswordReset.PasswordChangeSessionDuration = -1 },
			"sso.password_reset.password_change_session_duration"},
		"search": {func(c *core.Config) { c.PasswordReset.UserSearchBy = "name" }, "sso.password_reset.user_search_by"},
	} {
		cfg := core.DefaultConfig()
		c.change(&cfg)
		switch err := cfg.Check(); {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	cfg := core.DefaultConfig()
	mailing(&cfg)
	if _, err := core.New(t.Context(), core.Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "sso.main.smtp_conn") {
		t.Errorf("SMTP without connections: %v", err)
	}
}
