package core

import (
	"context"

	"gatehouse/runtime/mail"
)

// Mailer sends mail through an SMTP connection that the configuration names.
// Its errors can be logged: they name no recipient.
type Mailer interface {
	Send(ctx context.Context, connection string, m mail.Message) error
}

// resetMail is a token on its way to a user.
type resetMail struct {
	cid, userID, username string
	email                 *string // as it is stored
	token                 string
}

// undeliverable is the error of a mail that no attempt could send.
type undeliverable string

func (u undeliverable) Error() string   { return string(u) }
func (u undeliverable) Permanent() bool { return true }

// mailForService is what the service that sso.main.email_service names gets.
type mailForService struct {
	Type                string  `json:"type"` // password_reset
	From                string  `json:"from"`
	To                  string  `json:"to"`
	Subject             string  `json:"subject"`
	Body                string  `json:"body"`
	Language            string  `json:"language"`
	UserID              string  `json:"user_id"`
	Username            string  `json:"username"`
	SiteName            string  `json:"site_name"`
	Token               string  `json:"token"`
	ExpirationTimeHours float64 `json:"expiration_time_hours"`
}

// deliver tries once to mail a token. Its errors name neither it nor the
// address.
func (c *Core) deliver(ctx context.Context, m resetMail) error {
	reset := &c.cfg.PasswordReset
	if c.cfg.Main.EmailService == "" && c.cfg.Main.SMTPConn == "" {
		return undeliverable("neither sso.main.email_service nor sso.main.smtp_conn is set")
	}
	if m.email == nil {
		return undeliverable("the user has no e-mail")
	}
	to, err := c.keys.DecryptStored(*m.email)
	switch {
	case err != nil:
		return undeliverable("the e-mail cannot be decrypted with the keys of this installation")
	case to == "":
		return undeliverable("the user has no e-mail")
	}
	body := c.resetMail.fill(map[string]string{
		"username": m.username, "site_name": c.cfg.Main.SiteName, "token": m.token,
		"expiration_time_hours": hours(reset.ValidFor),
	})
	service := c.cfg.Main.EmailService
	if service == "" {
		return c.mailer.Send(ctx, c.cfg.Main.SMTPConn, mail.Message{From: reset.EmailFrom, To: to, Subject: reset.title(), Text: body})
	}
	err = c.invoke(ctx, service, m.cid, mailForService{
		Type: "password_reset", From: reset.EmailFrom, To: to, Subject: reset.title(), Body: body, Language: reset.EmailLanguage,
		UserID: m.userID, Username: m.username, SiteName: c.cfg.Main.SiteName, Token: m.token,
		ExpirationTimeHours: float64(reset.ValidFor) / 60,
	}, nil)
	if err != nil {
		return serviceFailed(service) // whose own words may name the address
	}
	return nil
}

// serviceFailed is the error of a service that did not send a mail.
type serviceFailed string

func (s serviceFailed) Error() string {
	return "service " + string(s) + " failed: what the log has of its own call, under the same cid, tells why"
}
