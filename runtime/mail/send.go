package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"sync"

	gomail "github.com/wneessen/go-mail"
)

// Message is a mail of plain text to one recipient.
type Message struct {
	From    string // an address, or a name and an address in angle brackets
	To      string // an address
	Subject string // one line
	Text    string
}

// Error is a mail that was not sent. Its text names neither the recipient nor
// anything that the server said but its codes, so it can be logged.
type Error struct {
	Connection string
	Detail     string
	Code       int // of the server's answer; 0 where there was none

	// IsPermanent tells that the same mail would be refused again.
	IsPermanent bool
}

// Error tells what went wrong.
func (e *Error) Error() string {
	text := "smtp." + e.Connection + ": " + e.Detail
	if e.Code != 0 {
		text += " (" + strconv.Itoa(e.Code) + ")"
	}
	return text
}

// Permanent reports whether trying again is pointless.
func (e *Error) Permanent() bool { return e.IsPermanent }

// Send sends a mail through the connection of a name. It returns when the
// server has taken it, or when ctx or the connection's timeout has ended. Its
// error is an *Error.
func (c *Connections) Send(ctx context.Context, name string, m Message) error {
	connection, there := c.byName[name]
	if !there {
		return &Error{Connection: name, Detail: "there is no such connection", IsPermanent: true}
	}
	return connection.send(ctx, m)
}

func (c *connection) send(ctx context.Context, m Message) error {
	message, err := compose(m)
	if err != nil {
		return &Error{Connection: c.name, Detail: err.Error(), IsPermanent: true}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()

	// The library bounds each of its steps; the connection is closed when all of
	// them together take too long, and in any case at the end.
	var closeConn func()
	defer func() {
		if closeConn != nil {
			closeConn()
		}
	}()
	dial := func(_ context.Context, _, _ string) (net.Conn, error) {
		conn, err := c.dial(ctx)
		if err == nil {
			closeConn = sync.OnceFunc(func() { _ = conn.Close() }) // all that matters has been said
			context.AfterFunc(ctx, closeConn)
		}
		return conn, err
	}
	client, err := gomail.NewClient(c.Host, append(c.options(), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return c.failure(ctx, err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return c.failure(ctx, err)
	}
	if err := client.SendWithSMTPClient(session, message); err != nil && !message.IsDelivered() {
		return c.failure(ctx, err)
	}
	_ = client.CloseWithSMTPClient(session) // the server has the mail: how it says goodbye does not matter
	return nil
}

func (c *connection) options() []gomail.Option {
	options := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(c.tls)}
	switch c.TLS {
	case TLS:
		options = append(options, gomail.WithSSL())
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.Username == "" {
		return options
	}
	return append(options, gomail.WithUsername(c.Username), gomail.WithPassword(c.Password), gomail.WithOpportunisticSMTPAuth(
		gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
}

func (c *connection) dial(ctx context.Context) (net.Conn, error) {
	address := net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	if c.TLS == TLS {
		return (&tls.Dialer{Config: c.tls}).DialContext(ctx, "tcp", address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// compose makes a mail. Addresses are parsed and headers encoded, so no part of
// a message can add a header or a recipient.
func compose(m Message) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Name != "" {
		return nil, errors.New("the recipient is not an e-mail address")
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		return nil, errors.New("the subject is not one line")
	}
	message := gomail.NewMsg()
	if err := message.From(m.From); err != nil {
		return nil, errors.New("the sender is not an e-mail address")
	}
	if err := message.To(to.String()); err != nil {
		return nil, errors.New("the recipient is not an e-mail address")
	}
	message.Subject(m.Subject)
	message.SetDate()
	message.SetMessageID()
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no automatic replies
	message.SetBodyString(gomail.TypeTextPlain, m.Text)
	return message, nil
}

// steps say what a server has refused.
var steps = map[gomail.SendErrReason]string{
	gomail.ErrSMTPMailFrom:  "the server refused the sender",
	gomail.ErrSMTPRcptTo:    "the server refused the recipient",
	gomail.ErrSMTPData:      "the server refused the mail",
	gomail.ErrSMTPDataClose: "the server refused the mail",
}

// failure makes an Error of the library's, whose texts quote the server, and
// so the recipient.
func (c *connection) failure(ctx context.Context, err error) *Error {
	failed := &Error{Connection: c.name, Detail: "the server broke off, or answered what is not SMTP"}
	var sending *gomail.SendError
	var answer *textproto.Error
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	var timedOut interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil:
		failed.Detail = "not done in time"
		if errors.Is(ctx.Err(), context.Canceled) {
			failed.Detail = "given up"
		}
	case errors.As(err, &timedOut) && timedOut.Timeout(): // of one step
		failed.Detail = "not done in time"
	case errors.As(err, &sending):
		failed.Code = sending.ErrorCode()
		if step, known := steps[sending.Reason]; known && failed.Code != 0 {
			failed.Detail = step
		}
	case errors.As(err, &answer):
		failed.Code, failed.Detail = answer.Code, "the server refused the connection or the login"
	case errors.As(err, &certificate):
		failed.Detail = fmt.Sprintf("the server's certificate does not check: %v", certificate.Err)
	case errors.As(err, &network) && network.Op == "dial":
		failed.Detail = network.Error()
	case errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		failed.Detail = "the server takes none of the ways to log in that are known here: SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN"
	case strings.Contains(err.Error(), "STARTTLS"):
		failed.Detail = "the server does not offer STARTTLS: set tls to tls or none"
	case strings.Contains(err.Error(), "SMTP AUTH"):
		failed.Detail = "the server takes no login, or refused it"
	}
	failed.IsPermanent = failed.Code >= 500
	return failed
}
