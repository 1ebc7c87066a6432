package mail_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"gatehouse/runtime/mail"
	"gatehouse/runtime/mail/mailtest"
)

func connect(t *testing.T, cfg mail.Config) *mail.Connections {
	t.Helper()
	connections, err := mail.New(map[string]mail.Config{"main": cfg})
	if err != nil {
		t.Fatal(err)
	}
	return connections
}

var message = mail.Message{From: "Café <noreply@example.com>", To: "jane@example.com", Subject: "Neues Paßwort", Text: "Grüße\n.\n\nEnde\n"}

func TestSend(t *testing.T) {
	t.Parallel()
	for _, way := range []string{mail.NoTLS, mail.StartTLS, mail.TLS} {
		for _, login := range []bool{false, true} {
			name := way
			o := mailtest.Options{TLS: way}
			if login {
				name, o.Username, o.Password = way+" with login", "user", "secret word"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				server := mailtest.Start(t, o)
				if err := connect(t, server.Config).Send(t.Context(), "main", message); err != nil {
					t.Fatal(err)
				}
				got := server.Next()
				if got.From != "noreply@example.com" || got.To != "jane@example.com" || got.Subject != message.Subject || got.Text != message.Text {
					t.Errorf("got %+v", got)
				}
				if got.TLS != (way != mail.NoTLS) {
					t.Errorf("encrypted: %v", got.TLS)
				}
				for header, want := range map[string]string{"Auto-Submitted": "auto-generated", "To": "<jane@example.com>"} {
					if value := got.Header.Get(header); value != want {
						t.Errorf("%s: %q", header, value)
					}
				}
			})
		}
	}
}

func TestNothingCanBeAdded(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{})
	connections := connect(t, server.Config)
	const bcc = "\r\nBcc: eve@example.com"
	for _, change := range []func(*mail.Message){
		func(m *mail.Message) { m.To += bcc },
		func(m *mail.Message) { m.To += ", eve@example.com" },
		func(m *mail.Message) { m.To = "Jane <jane@example.com>" },
		func(m *mail.Message) { m.To = "" },
		func(m *mail.Message) { m.To = "jane@example.com\nX: y" },
		func(m *mail.Message) { m.From += bcc },
		func(m *mail.Message) { m.From = "" },
		func(m *mail.Message) { m.Subject += bcc },
		func(m *mail.Message) { m.Subject += "\nBcc: eve@example.com" },
	} {
		m := message
		change(&m)
		err := connections.Send(t.Context(), "main", m)
		var failed *mail.Error
		if !errors.As(err, &failed) || !failed.Permanent() || strings.Contains(err.Error(), "example.com") {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if n := server.Offered(); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
	m := message
	m.Text = "x\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<eve@example.com>\r\n"
	if err := connections.Send(t.Context(), "main", m); err != nil {
		t.Fatal(err)
	}
	if got := server.Next(); got.To != "jane@example.com" || !strings.Contains(got.Text, "RCPT TO:<eve") || server.Waiting() != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestRefusals holds errors to be fit for the log: the server's words are not.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options   mailtest.Options
		change    func(*mail.Config)
		want      string
		permanent bool
	}{
		"recipient": {options: mailtest.Options{Refuse: func(int, string) error {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user jane@example.com"}
		}}, want: "refused the recipient (550)", permanent: true},
		"not now": {options: mailtest.Options{Refuse: func(int, string) error {
			return &smtp.SMTPError{Code: 451, Message: "jane@example.com: later"}
		}}, want: "refused the recipient (451)"},
		"login": {options: mailtest.Options{TLS: mail.StartTLS, Username: "user", Password: "p"},
			change: func(c *mail.Config) { c.Password = "other-word" }, want: "the login (535)", permanent: true},
		"no login there": {options: mailtest.Options{TLS: mail.StartTLS},
			change: func(c *mail.Config) { c.Username, c.Password = "user", "other-word" }, want: "takes no login"},
		"no STARTTLS": {options: mailtest.Options{TLS: mail.NoTLS},
			change: func(c *mail.Config) { c.TLS = mail.StartTLS }, want: "does not offer STARTTLS"},
		"STARTTLS of a stranger": {options: mailtest.Options{TLS: mail.StartTLS},
			change: func(c *mail.Config) { c.CAFile = "" }, want: "certificate does not check"},
		"TLS of a stranger": {options: mailtest.Options{TLS: mail.TLS},
			change: func(c *mail.Config) { c.CAFile = "" }, want: "certificate does not check"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.options)
			cfg := server.Config
			if c.change != nil {
				c.change(&cfg)
			}
			err := connect(t, cfg).Send(t.Context(), "main", message)
			var failed *mail.Error
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), c.want) || failed.Permanent() != c.permanent {
				t.Fatalf("got %v", err)
			}
			for _, secret := range []string{"jane", "other-word"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %s: %v", secret, err)
				}
			}
			if server.Waiting() != 0 {
				t.Error("a mail was sent")
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // it accepts, and never says a word
	port := listener.Addr().(*net.TCPAddr).Port
	silent := connect(t, mail.Config{Host: "127.0.0.1", Port: port, TLS: mail.NoTLS, Timeout: 50 * time.Millisecond})
	if err := silent.Send(t.Context(), "main", message); err == nil || !strings.Contains(err.Error(), "not done in time") {
		t.Errorf("got %v", err)
	}
	patient := connect(t, mail.Config{Host: "127.0.0.1", Port: port, TLS: mail.NoTLS, Timeout: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := patient.Send(ctx, "main", message); err == nil || !strings.Contains(err.Error(), "given up") {
		t.Errorf("got %v", err)
	}
	if err := patient.Send(t.Context(), "other", message); err == nil || !strings.Contains(err.Error(), "smtp.other: there is no such connection") {
		t.Errorf("got %v", err)
	}
	listener.Close()
	if err := patient.Send(t.Context(), "main", message); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestConfig(t *testing.T) {
	good := mail.Config{Host: "mail.example.com"}
	with := func(change func(*mail.Config)) map[string]mail.Config {
		cfg := good
		change(&cfg)
		return map[string]mail.Config{"main": cfg}
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		configs map[string]mail.Config
		want    []string
	}{
		"no host":       {with(func(c *mail.Config) { c.Host = "" }), []string{"smtp.main.host"}},
		"no host name":  {with(func(c *mail.Config) { c.Host = "smtp://x" }), []string{"smtp.main.host"}},
		"port":          {with(func(c *mail.Config) { c.Port = 70000 }), []string{"smtp.main.port"}},
		"tls":           {with(func(c *mail.Config) { c.TLS = "ssl" }), []string{"smtp.main.tls", `"ssl"`}},
		"timeout":       {with(func(c *mail.Config) { c.Timeout = -1 }), []string{"smtp.main.timeout"}},
		"no password":   {with(func(c *mail.Config) { c.Username = "u" }), []string{"smtp.main.password", "GATEHOUSE_SMTP_MAIN_PASSWORD"}},
		"no username":   {with(func(c *mail.Config) { c.Password = "p" }), []string{"smtp.main.username"}},
		"in clear":      {with(func(c *mail.Config) { c.Username, c.Password, c.TLS = "u", "p", mail.NoTLS }), []string{"smtp.main.tls", "in clear"}},
		"no CA":         {with(func(c *mail.Config) { c.CAFile = open }), []string{"smtp.main.ca_file"}},
		"no file":       {with(func(c *mail.Config) { c.Username, c.PasswordFile = "u", open+"x" }), []string{"smtp.main.password_file"}},
		"open file":     {with(func(c *mail.Config) { c.Username, c.PasswordFile = "u", open }), []string{"smtp.main.password_file", "chmod"}},
		"two passwords": {with(func(c *mail.Config) { c.Username, c.Password, c.PasswordFile = "u", "p", open }), []string{"smtp.main.password_file"}},
		"name":          {map[string]mail.Config{"a b": good}, []string{"smtp.a b"}},
		"twins":         {map[string]mail.Config{"a-b": good, "a_b": good}, []string{"smtp.a_b"}},
		"two faults":    {map[string]mail.Config{"a": {}, "b": {}}, []string{"smtp.a.host", "smtp.b.host"}},
	} {
		_, err := mail.New(c.configs)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	connections, err := mail.New(map[string]mail.Config{"b": good, "a": good})
	if err != nil || !connections.Has("a") || connections.Has("c") || strings.Join(connections.Names(), " ") != "a b" {
		t.Errorf("%v, %v", connections.Names(), err)
	}
}

func TestWhereThePasswordComesFrom(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{Username: "user", Password: "right"})
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("right\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	send := func(change func(*mail.Config)) {
		t.Helper()
		cfg := server.Config
		change(&cfg)
		if err := connect(t, cfg).Send(t.Context(), "main", message); err != nil {
			t.Error(err)
		}
		server.Next()
	}
	send(func(*mail.Config) {})
	send(func(c *mail.Config) { c.Password, c.PasswordFile = "", file })
	t.Setenv(mail.PasswordVariable("main"), "right")
	send(func(c *mail.Config) { c.Password = "wrong" })
	send(func(c *mail.Config) { c.Password, c.PasswordFile = "", "/nosuch" })
}
