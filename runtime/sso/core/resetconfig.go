package core

import (
	"net/mail"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gatehouse/runtime/internal/settings"
	"gatehouse/runtime/internal/similar"
)

// PasswordResetConfig says who may reset his password, for how long, and what
// the mail looks like.
type PasswordResetConfig struct {
	ValidFor                      int    `yaml:"valid_for"`                        // minutes, of a token
	PasswordChangeSessionDuration int    `yaml:"password_change_session_duration"` // seconds, from accessing the token to the new password
	UserSearchBy                  string `yaml:"user_search_by"`                   // username, email or both
	EndSessions                   bool   `yaml:"end_sessions"`                     // of the user, when the password was reset

	EmailFrom     string `yaml:"email_from"`
	EmailLanguage string `yaml:"email_language"` // such as en_GB
	EmailTemplate string `yaml:"email_template"` // file; "" is the built-in one of the language

	// EmailTitles are the subjects: email_title_en_GB and the like. Those of
	// other languages than EmailLanguage are ignored.
	EmailTitles map[string]string `yaml:",inline"`
}

// What a credential is, in user_search_by.
const (
	SearchByUsername = "username"
	SearchByEmail    = "email"
	SearchByBoth     = "both"
)

// titlePrefix begins the names of the settings that EmailTitles has.
const titlePrefix = "email_title_"

// HasExtra reports whether a setting is a subject.
func (*PasswordResetConfig) HasExtra(setting string) bool {
	return strings.HasPrefix(setting, titlePrefix)
}

func defaultPasswordReset() PasswordResetConfig {
	return PasswordResetConfig{
		ValidFor: 1440, PasswordChangeSessionDuration: 1800, UserSearchBy: SearchByUsername, EndSessions: true,
		EmailLanguage: "en_GB", EmailTitles: map[string]string{titlePrefix + "en_GB": "Password reset"},
	}
}

// title is the subject of a mail.
func (c *PasswordResetConfig) title() string { return c.EmailTitles[titlePrefix+c.EmailLanguage] }

// Limits that keep times within what both engines can store.
const (
	maxResetMinutes = 10 * 366 * 24 * 60
	maxResetSeconds = 366 * 24 * 60 * 60
)

func (c *PasswordResetConfig) check(main *MainConfig, fault settings.Fault, limit func(setting string, value, most int)) {
	const section = "password_reset."
	limit(section+"valid_for", c.ValidFor, maxResetMinutes)
	limit(section+"password_change_session_duration", c.PasswordChangeSessionDuration, maxResetSeconds)
	if by := []string{SearchByUsername, SearchByEmail, SearchByBoth}; !slices.Contains(by, c.UserSearchBy) {
		fault(section+"user_search_by", "must be %s, %s or %s, not %q", by[0], by[1], by[2], c.UserSearchBy)
	}
	for name, title := range c.EmailTitles {
		switch {
		case !strings.HasPrefix(name, titlePrefix):
			fault(section+name, "there is no such setting%s", similar.Hint(name, settings.Names(reflect.TypeFor[PasswordResetConfig]())))
		case !isOneLine(title):
			fault(section+name, "must be one line of text")
		}
	}
	if c.EmailTemplate != "" {
		if _, err := c.template(); err != nil {
			fault(section+"email_template", "%v", err)
		}
	} else if _, there := builtInTemplates[c.EmailLanguage]; !there {
		fault(section+"email_language", "there is no built-in mail in %q: give one with sso.%semail_template, or choose en_GB", c.EmailLanguage, section)
	}
	if !isOneLine(main.SiteName) {
		fault("main.site_name", "must be one line of text")
	}
	if c.EmailFrom != "" {
		if _, err := mail.ParseAddress(c.EmailFrom); err != nil || !isOneLine(c.EmailFrom) {
			fault(section+"email_from", "must be an address such as noreply@example.com, or Example <noreply@example.com>")
		}
	}
	if main.SMTPConn == "" && main.EmailService == "" {
		return
	}
	if main.SMTPConn != "" && main.EmailService == "" && c.EmailFrom == "" {
		fault(section+"email_from", "mail needs a sender, such as noreply@example.com")
	}
	if c.title() == "" {
		fault(section+titlePrefix+c.EmailLanguage, "mail needs a subject")
	}
}

// isOneLine reports whether text can stand in a header of a mail.
func isOneLine(text string) bool {
	return isPlainText(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' })
}

// hours writes minutes as hours: 24, or 0.5.
func hours(minutes int) string {
	text := strconv.FormatFloat(float64(minutes)/60, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
