// Package rest answers the REST paths of the SSO (section 8 of the
// specification) in the exact shapes that clients of Zato's SSO know.
package rest

import (
	"context"
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

// Routes returns the routes of the SSO below /zato/sso.
func Routes(core sso.Core, options Options) []channel.Route {
	a := api{core: core}
	route := func(method, path string, answers operation) channel.Route {
		return channel.Route{Method: method, Pattern: path, Handler: handler{answers, options}}
	}
	costly := func(r channel.Route) channel.Route {
		r.Costly = true
		return r
	}
	routes := []channel.Route{
		route("", "/zato/sso/user/login", a.login),
		route("", "/zato/sso/user/logout", a.logout),
		route(http.MethodGet, "/zato/sso/user", a.getUser),
		route(http.MethodPost, "/zato/sso/user", a.createUser),
		route(http.MethodPatch, "/zato/sso/user", a.updateUser),
		route(http.MethodDelete, "/zato/sso/user", a.deleteUser),
		costly(route(http.MethodPost, "/zato/sso/user/signup", a.signUp)),
		route(http.MethodPatch, "/zato/sso/user/signup", a.confirmSignup),
		route("", "/zato/sso/user/search", a.search),
		route(http.MethodPost, "/zato/sso/user/approve", onUser(core.ApproveUser)),
		route(http.MethodPost, "/zato/sso/user/reject", onUser(core.RejectUser)),
		route(http.MethodPost, "/zato/sso/user/lock", onUser(core.LockUser)),
		route(http.MethodDelete, "/zato/sso/user/lock", onUser(core.UnlockUser)),
		route(http.MethodPatch, "/zato/sso/user/password", a.changePassword),
		route(http.MethodPatch, "/zato/sso/user/totp", a.resetTOTPKey),
		costly(route(http.MethodPost, "/zato/sso/password/reset", a.createResetToken)),
		route(http.MethodPatch, "/zato/sso/password/reset", a.accessResetToken),
		route(http.MethodDelete, "/zato/sso/password/reset", a.changeResetPassword),
		route(http.MethodGet, "/zato/sso/user/linked", a.listLinks),
		route(http.MethodPost, "/zato/sso/user/linked", a.createLink),
		route(http.MethodDelete, "/zato/sso/user/linked", a.deleteLink),
		route(http.MethodGet, "/zato/sso/user/session", a.getSession),
		route(http.MethodPost, "/zato/sso/user/session", a.verifySession),
		route(http.MethodPatch, "/zato/sso/user/session", a.renewSession),
		route(http.MethodGet, "/zato/sso/user/session/list", a.listSessions),
	}
	for path, o := range map[string]owned{"/zato/sso/user/attr": {a, false}, "/zato/sso/session/attr": {a, true}} {
		routes = append(routes,
			route(http.MethodPost, path, o.write(sso.CreateAttribute)),
			route(http.MethodPut, path, o.write(sso.SetAttribute)),
			route(http.MethodPatch, path, o.write(sso.UpdateAttribute)),
			route(http.MethodGet, path, o.get),
			route(http.MethodDelete, path, o.delete),
			route(http.MethodGet, path+"/exists", o.exists),
			route(http.MethodGet, path+"/names", o.list),
		)
	}
	return routes
}

type api struct{ core sso.Core }

// answer is what an operation answers with beside cid, status and sub_status.
// A warning turns the status into one.
type answer struct {
	keys    map[string]any
	warning sso.Code
}

// operation is what a route does with its input.
type operation func(context.Context, *input) (answer, error)

// handler answers a route.
type handler struct {
	operation operation
	options   Options
}

// ServeHTTP reads the input and writes the answer.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	elements, err := channel.DecodeObject(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	reply, err := h.operation(r.Context(), &input{elements: elements, request: r})
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	body := map[string]any{"cid": channel.CID(r.Context()), "status": "ok", "sub_status": []sso.Code{}}
	if reply.warning != "" {
		body["status"], body["sub_status"] = "warning", []sso.Code{reply.warning}
	}
	for key, value := range reply.keys {
		body[key] = value
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

// badRequest tells clients no more than Zato does; the log tells the cause.
func badRequest(w http.ResponseWriter, r *http.Request, err error) {
	channel.Logger(r.Context()).Info("bad request", "path", r.URL.Path, "cause", err)
	channel.WriteError(w, r, &invocation.Error{Status: http.StatusBadRequest, Message: "Bad request", Cause: err})
}
