package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

func (a api) sessionDefinitions() []*definition {
	return []*definition{
		{
			method: http.MethodGet, path: "/user/session", tag: sessionsTag,
			id: "getSession", summary: "Get a session",
			description: "For super-users.",
			elements:    elements(byCurrentUST, needed("target_ust")),
			answers:     []shape{sessionKeys},
			do:          a.getSession,
		},
		{
			method: http.MethodPost, path: "/user/session", tag: sessionsTag,
			id: "verifySession", summary: "Verify a session",
			description: "For super-users. A session that there is none of is not valid.",
			elements:    elements(byCurrentUST, optional("target_ust")),
			example:     []string{"target_ust"},
			answers:     []shape{{always("is_valid", sso.Boolean)}},
			do:          a.verifySession,
		},
		{
			method: http.MethodPatch, path: "/user/session", tag: sessionsTag,
			id: "renewSession", summary: "Renew a session",
			description: "For its owner.",
			elements:    elements(inSession),
			answers:     []shape{{always("expiration_time", sso.Instant)}},
			do:          a.renewSession,
		},
		{
			method: http.MethodGet, path: "/user/session/list", tag: sessionsTag,
			id: "listSessions", summary: "List sessions",
			description: "The open sessions of the caller (ust) or, for super-users, of the owner of another session (current_ust and target_ust). What mixes the two is refused (E008002).",
			elements:    elements(currentApp, optional("ust"), optional("current_ust"), optional("target_ust")),
			example:     []string{"ust"},
			answers:     []shape{{result("The sessions.", listOf(sessionSchema))}},
			do:          a.listSessions,
		},
	}
}

// sessionKeys are what GET tells of a session.
var sessionKeys = shape{
	always("creation_time", sso.Instant), always("expiration_time", sso.Instant), always("remote_addr", sso.Text), always("user_agent", sso.Text),
}

var sessionSchema = object("Session", "An open session.",
	describe(always("ust", sso.Text), "Token of the session."),
	always("creation_time", sso.Instant), always("expiration_time", sso.Instant), always("remote_addr", sso.Text), always("user_agent", sso.Text),
	openapi.Property{Name: "auth_type", Required: true, Description: "How it was opened.", Schema: oneOf([]string{"default", sso.AuthBasic, sso.AuthJWT})},
	always("auth_principal", sso.Text), orNull("ext_session_id", sso.Text),
	openapi.Property{Name: "session_state_change_list", Required: true, Description: glossary["session_state_change_list"].about,
		Schema: listOf(object("SessionStateChange", "One opening or renewal of a session.",
			always("remote_addr", sso.Text), always("user_agent", sso.Text),
			openapi.Property{Name: "timestamp_utc", Required: true, Description: "When, in ISO 8601.", Schema: types(openapi.String), Example: toldTime},
			openapi.Property{Name: "ctx_source", Required: true, Description: "What happened.", Schema: types(openapi.String), Example: "login"},
			openapi.Property{Name: "idx", Required: true, Description: "Its number, from 1.", Schema: types(openapi.Integer), Example: 1}))},
)

func (a api) getSession(ctx context.Context, in *input) (answer, error) {
	call, target := in.call("current_ust"), in.text("target_ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	session, err := a.core.Session(ctx, call, target)
	if err != nil {
		return answer{}, err
	}
	all, keys := session.ToDict(), map[string]any{}
	for _, key := range sessionKeys {
		keys[key.Name] = all[key.Name]
	}
	return answer{keys: keys}, nil
}

func (a api) verifySession(ctx context.Context, in *input) (answer, error) {
	call, target := in.call("current_ust"), in.text("target_ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	isValid, err := a.core.VerifySession(ctx, call, target)
	return answer{keys: map[string]any{"is_valid": isValid}}, err
}

func (a api) renewSession(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	until, err := a.core.RenewSession(ctx, call)
	return answer{keys: map[string]any{"expiration_time": sso.FormatTime(until)}}, err
}

func (a api) listSessions(ctx context.Context, in *input) (answer, error) {
	list := sso.SessionList{UST: in.text("ust"), CurrentUST: in.text("current_ust"), TargetUST: in.text("target_ust")}
	call := in.anonymous()
	if call.UST = list.UST; call.UST == "" {
		call.UST = list.CurrentUST
	}
	if in.fault != nil {
		return answer{}, in.fault
	}
	sessions, err := a.core.Sessions(ctx, call, list)
	rows := make([]map[string]any, len(sessions))
	for i, session := range sessions {
		rows[i] = session.ToDict()
	}
	return answer{keys: map[string]any{"result": rows}}, err
}
