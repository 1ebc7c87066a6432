package rest

import (
	"context"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/sso"
)

// inReset reads who calls. A missing application, like all that a reset lacks,
// is refused by the SSO rather than as a bad request.
func (in *input) inReset() sso.Call {
	return sso.Call{
		CID:        channel.CID(in.request.Context()),
		App:        in.optional("current_app"),
		RemoteAddr: channel.RemoteAddr(in.request),
		UserAgent:  in.request.UserAgent(),
	}
}

func (a api) createResetToken(ctx context.Context, in *input) (answer, error) {
	call, credential := in.inReset(), in.optional("credential")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.CreateResetToken(ctx, call, credential)
}

func (a api) accessResetToken(ctx context.Context, in *input) (answer, error) {
	call, token := in.inReset(), in.optional("token")
	if in.fault != nil {
		return answer{}, in.fault
	}
	key, err := a.core.AccessResetToken(ctx, call, token)
	return answer{keys: map[string]any{"reset_key": key}}, err
}

func (a api) changeResetPassword(ctx context.Context, in *input) (answer, error) {
	call := in.inReset()
	change := sso.ResetPasswordChange{
		Token: in.optional("token"), ResetKey: in.optional("reset_key"), NewPassword: in.optional("password"),
	}
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ChangeResetPassword(ctx, call, change)
}
