// Package client talks to the SSO of a Gatehouse host over its REST paths.
//
//	c, err := client.New("https://sso.example.com", "CRM")
//	session, err := c.Login(ctx, client.Credentials{Username: username, Password: password})
//	if sso.HasCode(err, sso.TOTPCodeMissing) {
//		// ask for a code, and log in with it
//	}
//	user, err := session.User(ctx)
//	err = session.Update(ctx, sso.UserPatch{DisplayName: sso.Some("Jane Doe"), MiddleName: sso.Null[string]()})
//
// A [Client] acts for one application, a [Session] for who has logged in. Both
// are safe for concurrent use. Types and codes are those that services of the
// host know, of package sso; a type here is one that differs over REST.
//
// # Errors
//
// What the host refuses is an [*Error]. Its codes are found as services find
// theirs, by sso.HasCode(err, sso.UserLocked), and too many calls by
// errors.Is(err, sso.ErrTooMany). A call that did not get through is the error
// of the HTTP client, wrapped. No text of an error has anything secret in it.
// That holds for the errors that calls return, not for what errors.Unwrap finds
// in them: the HTTP client's own may quote an answer that quotes the request.
//
// # What is sent
//
// Elements of all calls are in the body, those of GET too, as tokens do not
// belong in URLs, which everything on the way logs. Something on the way that
// drops bodies of GET makes these calls a 400: have it let them pass. (Searches
// are POSTs.) With an http base URL, passwords and tokens are in the clear:
// that is for the loopback address and for networks that can be trusted.
//
// Redirects are not followed: who answers with one would get a password sent
// elsewhere. The one that a host has, from http to https, comes when the password
// was sent in the clear already: begin with https.
package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/runtime/sso"
)

// Client calls a host for an application.
type Client struct {
	base      string // address of the host, and what all paths begin with
	app       string
	http      *http.Client
	userAgent string
	maxAnswer int64

	retries     int
	longestWait time.Duration
}

// An Option changes what New makes.
type Option func(*Client)

// WithHTTPClient has calls made through an HTTP client: with its transport, its
// timeout and its cookies. Its CheckRedirect is not asked. Without it, calls
// take half a minute at most.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) { c.http = client }
}

// WithUserAgent sets the header User-Agent, which the host keeps with sessions
// that are opened. It is "gatehouse-client" otherwise.
func WithUserAgent(userAgent string) Option {
	return func(c *Client) { c.userAgent = userAgent }
}

// WithMaxAnswer bounds how many bytes of an answer are read; it is 16 MiB
// otherwise. A longer answer is an error.
func WithMaxAnswer(bytes int64) Option {
	return func(c *Client) { c.maxAnswer = bytes }
}

// WithRetries has calls that the host is too busy for (429), or its database
// is away for (503), made again, up to so many times, when the host has said to
// come back (Retry-After). Otherwise nothing is tried twice.
//
// That is for calls which are the same made twice: those that only read, and
// Update, UpdateByID, LockUser, UnlockUser, ApproveUser, RejectUser, Renew,
// Logout, and Set and Delete of attributes. A wait that would be longer than
// longest, or than the context of the call has time for, is not begun.
func WithRetries(most int, longest time.Duration) Option {
	return func(c *Client) { c.retries, c.longestWait = most, longest }
}

// New returns a client of the host at a base URL, such as
// https://sso.example.com, for an application that the host knows, such as CRM.
// It does not call the host.
func New(baseURL, app string, options ...Option) (*Client, error) {
	address, err := url.Parse(baseURL)
	switch {
	case err != nil:
		return nil, errors.New("client: the base URL is no URL, such as https://sso.example.com") // which may hold a password
	case address.Scheme != "http" && address.Scheme != "https", address.Host == "":
		return nil, errors.New("client: the base URL must be http or https and have a host, such as https://sso.example.com")
	case address.User != nil, address.RawQuery != "", address.ForceQuery, strings.Contains(baseURL, "#"): // empty ones, too
		return nil, errors.New("client: the base URL must have no username, query or fragment: what is secret does not belong in URLs")
	case app == "":
		return nil, errors.New("client: an application is needed, one of sso.apps.all of the host, such as CRM")
	}
	c := &Client{
		base: strings.TrimRight(address.String(), "/") + "/zato/sso", app: app,
		http: &http.Client{Timeout: 30 * time.Second}, userAgent: "gatehouse-client", maxAnswer: 16 << 20,
	}
	for _, option := range options {
		option(c)
	}
	if c.http == nil {
		return nil, errors.New("client: WithHTTPClient was given nil")
	}
	if c.maxAnswer <= 0 {
		return nil, fmt.Errorf("client: WithMaxAnswer was given %d bytes, which no answer fits in", c.maxAnswer)
	}
	if strings.ContainsFunc(c.userAgent, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return nil, errors.New("client: WithUserAgent was given control characters, such as a line feed, which no header can have")
	}
	ours := *c.http // the caller's stays as it is
	ours.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &ours
	return c, nil
}

// Credentials are what a user logs in with.
type Credentials struct {
	Username string
	Password string

	TOTPCode    string // needed where the user has TOTP enabled: sso.TOTPCodeMissing without it
	NewPassword string // needed where the password must be changed: sso.PasswordMustChange without it

	// RemoteAddr and UserAgent are those of the person, for applications that
	// may send them (sso.apps.login_metadata_allowed).
	RemoteAddr string
	UserAgent  string
}

// Login opens a session.
func (c *Client) Login(ctx context.Context, credentials Credentials) (*Session, error) {
	in := elements{"username": credentials.Username, "password": credentials.Password}
	in.setText("totp_code", credentials.TOTPCode)
	in.setText("new_password", credentials.NewPassword)
	in.setText("remote_addr", credentials.RemoteAddr)
	in.setText("user_agent", credentials.UserAgent)
	var out struct{ UST string }
	warning, err := c.call(ctx, opLogin, in, &out)
	if err != nil {
		return nil, err
	}
	session := c.Session(out.UST)
	session.Warning = warning
	return session, nil
}

// Session returns the session of a token that Login has returned before, such as
// one that is kept in a session of a web application, or that a service was given
// by X-Zato-SSO-UST. It does not call the host.
func (c *Client) Session(ust string) *Session { return &Session{client: c, ust: ust} }

// SignUp makes a user who has confirmed nothing yet, and returns the token that
// ConfirmSignUp takes. A refusal may have codes of the host's own services.
func (c *Client) SignUp(ctx context.Context, signup sso.Signup) (confirmToken string, err error) {
	if err := refuse(opSignUp, signup.Problem()); err != nil {
		return "", err
	}
	in := elements{"username": signup.Username, "password": signup.Password}
	set(in, "email", signup.Email)
	if signup.Apps != nil {
		in["app_list"] = signup.Apps
	}
	var out struct {
		ConfirmToken string `json:"confirm_token"`
	}
	_, err = c.call(ctx, opSignUp, in, &out)
	return out.ConfirmToken, err
}

// ConfirmSignUp confirms a sign-up.
func (c *Client) ConfirmSignUp(ctx context.Context, confirmToken string) error {
	_, err := c.call(ctx, opConfirmSignUp, elements{"confirm_token": confirmToken}, nil)
	return err
}

// RequestPasswordReset has a token mailed to who is known by a credential: a
// username or an e-mail, as the host is configured. It is done whether or not
// there is such a user.
func (c *Client) RequestPasswordReset(ctx context.Context, credential string) error {
	_, err := c.call(ctx, opCreateResetToken, elements{"credential": credential}, nil)
	return err
}

// AccessPasswordReset exchanges a token that was mailed for a key, once.
func (c *Client) AccessPasswordReset(ctx context.Context, token string) (resetKey string, err error) {
	var out struct {
		ResetKey string `json:"reset_key"`
	}
	_, err = c.call(ctx, opAccessResetToken, elements{"token": token}, &out)
	return out.ResetKey, err
}

// ResetPassword sets a password by a token and its key, once.
func (c *Client) ResetPassword(ctx context.Context, change sso.ResetPasswordChange) error {
	in := elements{"token": change.Token, "reset_key": change.ResetKey, "password": change.NewPassword}
	_, err := c.call(ctx, opChangeResetPassword, in, nil)
	return err
}
