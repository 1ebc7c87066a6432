package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

// inSession reads who calls, with a UST under one of two names; a missing one
// is refused by the SSO rather than as a bad request.
func (in *input) inSession(name string) sso.Call {
	call := in.anonymous()
	call.UST = in.optional(name)
	return call
}

func (a api) getSession(ctx context.Context, in *input) (answer, error) {
	call, target := in.inSession("current_ust"), in.optional("target_ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	session, err := a.core.Session(ctx, call, target)
	if err != nil {
		return answer{}, err
	}
	all, keys := session.ToDict(), map[string]any{}
	for _, name := range []string{"creation_time", "expiration_time", "remote_addr", "user_agent"} {
		keys[name] = all[name]
	}
	return answer{keys: keys}, nil
}

func (a api) verifySession(ctx context.Context, in *input) (answer, error) {
	call, target := in.inSession("current_ust"), in.optional("target_ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	isValid, err := a.core.VerifySession(ctx, call, target)
	return answer{keys: map[string]any{"is_valid": isValid}}, err
}

func (a api) renewSession(ctx context.Context, in *input) (answer, error) {
	call := in.inSession("ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	until, err := a.core.RenewSession(ctx, call)
	return answer{keys: map[string]any{"expiration_time": sso.FormatTime(until)}}, err
}

func (a api) listSessions(ctx context.Context, in *input) (answer, error) {
	list := sso.SessionList{UST: in.optional("ust"), CurrentUST: in.optional("current_ust"), TargetUST: in.optional("target_ust")}
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
