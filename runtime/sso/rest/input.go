package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/sso"
)

// errBadRequest is the answer to a request that lacks a required element, or
// has one of a type that cannot be text.
var errBadRequest = errors.New("bad request")

// input reads the elements of a request. The first one that is missing makes
// it faulty; what a handler then returns does not count.
type input struct {
	elements map[string]any
	request  *http.Request
	fault    error
}

// text returns a required element as text; null is "".
func (in *input) text(name string) string {
	value, present := in.elements[name]
	if !present {
		in.fault = fmt.Errorf("%w: element %q is missing", errBadRequest, name)
	}
	return in.asText(name, value)
}

// optional returns an element as text, "" where it is missing or null.
func (in *input) optional(name string) string { return in.asText(name, in.elements[name]) }

func (in *input) asText(name string, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case json.Number:
		return value.String()
	}
	in.fault = fmt.Errorf("%w: element %q is not text", errBadRequest, name)
	return ""
}

// call reads who calls, with a UST.
func (in *input) call() sso.Call {
	call := in.anonymous()
	call.UST = in.text("ust")
	return call
}

// anonymous reads who calls, without a UST.
func (in *input) anonymous() sso.Call { return in.callFor(in.text("current_app")) }

// fromNobody is anonymous where a missing application, like all that the call
// lacks, is refused by the SSO rather than as a bad request.
func (in *input) fromNobody() sso.Call { return in.callFor(in.optional("current_app")) }

func (in *input) callFor(app string) sso.Call {
	return sso.Call{
		CID:        channel.CID(in.request.Context()),
		App:        app,
		RemoteAddr: channel.RemoteAddr(in.request),
		UserAgent:  in.request.UserAgent(),
	}
}

// isTrue reads an optional boolean, which may come as text.
func (in *input) isTrue(name string) bool {
	value, err := sso.BoolFromJSON(in.elements[name])
	if err != nil {
		in.fault = &sso.Error{Op: in.request.URL.Path, Codes: []sso.Code{sso.InvalidInput}, Detail: name + ": " + err.Error()}
	}
	return value
}
