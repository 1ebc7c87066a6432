package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

func (a api) login(ctx context.Context, in *input) (answer, error) {
	call := in.anonymous()
	login := sso.LoginRequest{
		Username:    in.text("username"),
		Password:    in.text("password"),
		NewPassword: in.optional("new_password"),
		TOTPCode:    in.optional("totp_code"),
	}
	if addr := in.optional("remote_addr"); addr != "" {
		login.PeerAddr = call.RemoteAddr
		call.RemoteAddr, login.HasRemoteAddr = addr, true
	}
	if agent := in.optional("user_agent"); agent != "" {
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
	call := in.call()
	if in.fault != nil {
		return answer{}, in.fault
	}
	err := a.core.Logout(ctx, call)
	if err != nil && sso.HasCode(err, sso.InternalError) {
		return answer{}, err
	}
	return answer{}, nil
}

// hiddenFromGet are the fields that users have in searches but not here.
var hiddenFromGet = []string{"is_rate_limit_active", "rate_limit_type", "rate_limit_def", "rate_limit_check_parent_def"}

func (a api) getUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call(), in.optional("user_id")
	if in.fault != nil {
		return answer{}, in.fault
	}
	var user sso.User
	var err error
	if userID == "" {
		user, err = a.core.CurrentUser(ctx, call, false)
	} else {
		user, err = a.core.UserByID(ctx, call, userID, false)
	}
	return userAnswer(user), err
}

func userAnswer(user sso.User) answer {
	keys := user.ToDict()
	for _, name := range hiddenFromGet {
		delete(keys, name)
	}
	return answer{keys: keys}
}

func (a api) createUser(ctx context.Context, in *input) (answer, error) {
	call := in.call()
	user := sso.NewUserFromJSON(in.elements)
	user.AutoApprove = in.isTrue("auto_approve")
	if in.fault != nil {
		return answer{}, in.fault
	}
	created, err := a.core.CreateUser(ctx, call, user)
	return userAnswer(created), err
}

func (a api) updateUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call(), in.optional("user_id")
	patch := sso.PatchFromJSON(in.elements)
	if in.fault != nil {
		return answer{}, in.fault
	}
	if userID == "" {
		return answer{}, a.core.UpdateCurrentUser(ctx, call, patch)
	}
	return answer{}, a.core.UpdateUserByID(ctx, call, userID, patch)
}
