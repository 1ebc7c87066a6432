package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

func (a api) signUp(ctx context.Context, in *input) (answer, error) {
	call := in.fromNobody()
	if in.fault != nil {
		return answer{}, in.fault
	}
	token, err := a.core.Signup(ctx, call, sso.SignupFromJSON(in.elements))
	return answer{keys: map[string]any{"confirm_token": token}}, err
}

func (a api) confirmSignup(ctx context.Context, in *input) (answer, error) {
	call, token := in.fromNobody(), in.optional("confirm_token")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ConfirmSignup(ctx, call, token)
}
