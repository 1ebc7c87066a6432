package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

func (a api) loginDefinitions() []*definition {
	return []*definition{
		{
			path: "/user/login", tag: sessionsTag,
			id: "login", summary: "Log in",
			description: "Opens a session and returns its token. A password that must be changed needs new_password, a user with TOTP totp_code; remote_addr and user_agent may be sent by applications that are allowed to. The warning W003005 is that the password is about to expire.",
			elements: elements(currentApp, required("username"), required("password"), optional("totp_code"),
				optional("new_password"),
				optional("remote_addr").meaning("Address of the client, if it is not the application that asks."),
				optional("user_agent").meaning("Program of the client, if it is not the application that asks.")),
			answers: []shape{{describe(always("ust", sso.Text), "Token of the session that was opened.")}},
			warning: sso.PasswordAboutToExpire,
			do:      a.login,
		},
		{
			path: "/user/logout", tag: sessionsTag,
			id: "logout", summary: "Log out",
			description: "Ends the session. It is done whether or not there is such a session.",
			elements:    elements(currentApp, required("ust").orNull()),
			do:          a.logout,
		},
	}
}

func (a api) login(ctx context.Context, in *input) (answer, error) {
	call := in.anonymous()
	login := sso.LoginRequest{
		Username:    in.text("username"),
		Password:    in.text("password"),
		NewPassword: in.text("new_password"),
		TOTPCode:    in.text("totp_code"),
	}
	if addr := in.text("remote_addr"); addr != "" {
		login.PeerAddr = call.RemoteAddr
		call.RemoteAddr, login.HasRemoteAddr = addr, true
	}
	if agent := in.text("user_agent"); agent != "" {
		login.PeerAgent = call.UserAgent
		call.UserAgent, login.HasUserAgent = agent, true
	}
	if in.fault != nil {
		return answer{}, in.fault
	}
	session, err := a.core.Login(ctx, call, login)
	if err != nil {
		return answer{}, err
	}
	reply := answer{keys: map[string]any{"ust": session.UST}}
	if session.HasWAboutToExp {
		reply.warning = sso.PasswordAboutToExpire
	}
	return reply, nil
}

// logout answers ok whatever the SSO refuses.
func (a api) logout(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	if in.fault != nil {
		return answer{}, in.fault
	}
	err := a.core.Logout(ctx, call)
	if err != nil && sso.HasCode(err, sso.InternalError) {
		return answer{}, err
	}
	return answer{}, nil
}
