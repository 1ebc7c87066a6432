package service

import (
	"fmt"
	"net/http"
	"net/url"
)

// Request is what the caller sent.
type Request struct {
	// Input holds the JSON object of the body, or, when there is no body,
	// the parameters of the query (a parameter given several times is a
	// list). It is never nil.
	Input Dict

	// Raw is the body as it came.
	Raw []byte

	// HTTP tells how the request came in. Its fields are empty when the
	// service was invoked by another service or from the command line.
	HTTP HTTP
}

// HTTP describes the HTTP request behind a call.
type HTTP struct {
	Method     string      // upper case, such as POST
	Path       string      // decoded, such as /zato/api/invoke/crm.get-customer
	Headers    http.Header // without Authorization and Cookie
	Query      url.Values
	RemoteAddr string // the client's address, without port
	UserAgent  string // "" when the client sent none
}

// Get returns the input under key as text, or fallback when the key is
// absent or null. Numbers and booleans come back in their JSON spelling.
func (r Request) Get(key, fallback string) string {
	switch value := r.Input[key].(type) {
	case nil:
		return fallback
	case string:
		return value
	default:
		return fmt.Sprint(value)
	}
}

// Response is what the caller gets.
type Response struct {
	// Payload becomes the JSON body. A nil payload is an empty answer.
	Payload any

	// Status is the HTTP status; 0 means 200.
	Status int

	// Headers are added to the answer's own.
	Headers http.Header
}

// SetHeader sets a header of the answer.
func (r *Response) SetHeader(name, value string) {
	if r.Headers == nil {
		r.Headers = http.Header{}
	}
	r.Headers.Set(name, value)
}
