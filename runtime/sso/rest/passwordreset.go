package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

func (a api) createResetToken(ctx context.Context, in *input) (answer, error) {
	call, credential := in.fromNobody(), in.optional("credential")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.CreateResetToken(ctx, call, credential)
}

func (a api) accessResetToken(ctx context.Context, in *input) (answer, error) {
	call, token := in.fromNobody(), in.optional("token")
	if in.fault != nil {
		return answer{}, in.fault
	}
	key, err := a.core.AccessResetToken(ctx, call, token)
	return answer{keys: map[string]any{"reset_key": key}}, err
}

func (a api) changeResetPassword(ctx context.Context, in *input) (answer, error) {
	call := in.fromNobody()
	change := sso.ResetPasswordChange{
		Token: in.optional("token"), ResetKey: in.optional("reset_key"), NewPassword: in.optional("password"),
	}
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ChangeResetPassword(ctx, call, change)
}
