// Package http is what scripts get for http.Client, which is named by this
// package where its type is printed.
//
// The transport of net/http reads the body of a request on goroutines of its
// own, where a panic ends the process, and reads its headers there for as long
// as the exchange lasts, even after the client has given up: a script that
// changes them by then ends the process as well ("concurrent map iteration and
// map write"). So the transport gets nothing of a script's: bodies are read
// whole before they are sent, and what is sent is a copy.
package http

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Client stands for http.Client. Its RoundTripper, its CookieJar and
// CheckRedirect, which can be a script's, run where Do was called.
type Client struct {
	Transport     http.RoundTripper
	CheckRedirect func(req *http.Request, via []*http.Request) error
	Jar           http.CookieJar
	Timeout       time.Duration
}

// mostRedirects bounds what a CheckRedirect lets pass: one that is stopped with
// its script lets everything pass.
const mostRedirects = 100

// client returns the host's client for c. Connections are those of the whole
// host, unless a script has a RoundTripper of its own.
func (c *Client) client() *http.Client {
	client := http.Client(*c)
	if client.Transport == nil {
		client.Transport = &carrier{timeout: c.Timeout, begun: time.Now(), most: mostEndless}
	}
	if check := client.CheckRedirect; check != nil {
		client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
			if len(via) >= mostRedirects {
				return fmt.Errorf("stopped after %d redirects", mostRedirects)
			}
			return check(req, via)
		}
	}
	return &client
}

// Do sends a request.
func (c *Client) Do(req *http.Request) (*http.Response, error) { return c.client().Do(req) }

// Get sends a GET request.
func (c *Client) Get(url string) (*http.Response, error) {
	return c.client().Get(url) //nolint:noctx // it is what http.Client has
}

// Head sends a HEAD request.
func (c *Client) Head(url string) (*http.Response, error) {
	return c.client().Head(url) //nolint:noctx // it is what http.Client has
}

// Post sends a POST request.
func (c *Client) Post(url, contentType string, body io.Reader) (*http.Response, error) {
	return c.client().Post(url, contentType, body) //nolint:noctx // it is what http.Client has
}

// PostForm sends a POST request with a form.
func (c *Client) PostForm(url string, data url.Values) (*http.Response, error) {
	return c.client().PostForm(url, data) //nolint:noctx // it is what http.Client has
}

// CloseIdleConnections does nothing: the idle connections are those of the
// whole host.
func (c *Client) CloseIdleConnections() {}
