// Package rest answers the REST paths of the SSO (section 8 of the
// specification) in the exact shapes that clients of Zato's SSO know.
package rest

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/sso"
)

// Options are what answers depend on.
type Options struct {
	// Status200OnAppError refuses an unknown application with 200, as Zato
	// did, rather than with 403.
	Status200OnAppError bool
}

// base is what all paths begin with.
const base = "/zato/sso"

// Routes returns the routes of the SSO below /zato/sso.
func Routes(core sso.Core, options Options) []channel.Route {
	var routes []channel.Route
	for _, definition := range (api{core}).definitions() {
		routes = append(routes, definition.route(options))
	}
	return routes
}

type api struct{ core sso.Core }

// definitions are all operations that there are, in the order that the
// documentation has them.
func (a api) definitions() []*definition {
	return slices.Concat(
		a.loginDefinitions(),
		a.sessionDefinitions(),
		a.userDefinitions(),
		a.adminDefinitions(),
		a.signupDefinitions(),
		a.passwordDefinitions(),
		a.passwordResetDefinitions(),
		a.linkDefinitions(),
		a.auditDefinitions(),
		owned{a, userAttributes}.definitions(),
		owned{a, sessionAttributes}.definitions(),
	)
}

// handler answers a route.
type handler struct {
	definition *definition
	options    Options
}

// ServeHTTP reads the input and writes the answer.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	elements, err := channel.DecodeObject(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	reply, err := h.definition.do(r.Context(), &input{definition: h.definition, elements: elements, request: r})
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	if reply.lines != nil {
		h.sendLines(w, r, reply.lines)
		return
	}
	body := reply.keys
	if body == nil {
		body = make(map[string]any, 3)
	}
	body["cid"], body["status"], body["sub_status"] = channel.CID(r.Context()), "ok", []sso.Code{}
	if reply.warning != "" {
		body["status"], body["sub_status"] = "warning", []sso.Code{reply.warning}
	}
	channel.WriteJSON(w, http.StatusOK, body)
}

// refuse writes what was wrong. What is not a refusal of the SSO tells only
// that it failed; its cause goes to the log.
func (h handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var refused *sso.Error
	var unreadable *invocation.Error
	switch {
	case errors.As(err, &refused) && errors.Is(err, sso.ErrUnavailable):
		channel.WriteError(w, r, &invocation.Error{Status: http.StatusServiceUnavailable,
			Message: "The database is unavailable: try again later", Cause: err})
	case refused != nil && errors.Is(err, sso.ErrBusy):
		channel.WriteError(w, r, &invocation.Error{Status: http.StatusServiceUnavailable,
			Message: "Too busy: try again in a few seconds", Cause: err})
	case errors.Is(err, sso.ErrNoSuchDefinition):
		badRequest(w, r, err)
	case refused != nil && !sso.HasCode(err, sso.InternalError):
		status := http.StatusForbidden
		switch {
		case errors.Is(err, sso.ErrTooMany):
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", strconv.Itoa(refused.RetrySeconds()))
		case h.options.Status200OnAppError && slices.Equal(refused.Told(), []sso.Code{sso.AppInvalid}):
			status = http.StatusOK
		}
		channel.WriteJSON(w, status, map[string]any{
			"cid": channel.CID(r.Context()), "status": "error", "sub_status": refused.Told(),
		})
	case errors.Is(err, errBadRequest), errors.As(err, &unreadable) && unreadable.Status == http.StatusBadRequest:
		badRequest(w, r, err)
	default:
		channel.WriteError(w, r, err)
	}
}

const badRequestMessage = "Bad request"

// badRequest tells clients no more than Zato does; the log tells the cause.
func badRequest(w http.ResponseWriter, r *http.Request, err error) {
	channel.Logger(r.Context()).Info("bad request", "path", r.URL.Path, "cause", err)
	channel.WriteError(w, r, &invocation.Error{Status: http.StatusBadRequest, Message: badRequestMessage, Cause: err})
}
