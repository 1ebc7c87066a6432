package openapitest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
)

// Path is where servers publish their documents.
const Path = "/openapi.json"

// Client returns a client that checks each of its exchanges with a server
// against the document that the server publishes: every answer, and every request
// that the server took, which is one that it answered with 200. What does not
// fit is an error of the test.
func Client(t *testing.T, baseURL string) *http.Client {
	t.Helper()
	text, err := fetch(t.Context(), baseURL+Path)
	if err != nil {
		t.Fatal(err)
	}
	return ClientOf(t, text)
}

// ClientOf returns a client that checks its exchanges against a document.
func ClientOf(t *testing.T, text []byte) *http.Client {
	t.Helper()
	document, err := parsed(text)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{
		Transport:     &checker{t: t, document: document},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return text, err
}

// known are the documents that were parsed: servers of tests are many, and most
// have the same.
var known sync.Map // of [32]byte to func() (*Document, error)

func parsed(text []byte) (*Document, error) {
	parse, _ := known.LoadOrStore(sha256.Sum256(text), sync.OnceValues(func() (*Document, error) { return Parse(text) }))
	return parse.(func() (*Document, error))()
}

// checker is the transport of a Client.
type checker struct {
	t        *testing.T
	document *Document
}

// RoundTrip implements http.RoundTripper.
func (c *checker) RoundTrip(request *http.Request) (*http.Response, error) {
	var sent []byte
	if request.Body != nil {
		var err error
		if sent, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
		request.Body.Close()
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(sent))
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	method := c.document.effective(request)
	if err := c.document.CheckAnswer(method, request.URL.Path, response, received); err != nil {
		c.t.Errorf("%s %s: the answer is not as documented: %v", request.Method, request.URL.Path, err)
	}
	if response.StatusCode == http.StatusOK {
		if err := c.document.CheckRequest(method, request.URL, sent); err != nil {
			c.t.Errorf("%s %s was answered with 200, and is not as documented: %v", request.Method, request.URL.Path, err)
		}
	}
	return response, nil
}
