package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/sso"
)

func (a api) signupDefinitions() []*definition {
	return []*definition{
		{
			method: http.MethodPost, costly: true, path: "/user/signup", tag: signupTag,
			id: "signUp", summary: "Sign up",
			description: "Creates a user who has confirmed nothing yet. The host may be configured to ask for an e-mail.",
			elements:    elements(neededApp, signupTable.elements()),
			example:     []string{"email"},
			answers:     []shape{{always("confirm_token", sso.Text)}},
			ownCodes:    true,
			do:          a.signUp,
		},
		{
			method: http.MethodPatch, path: "/user/signup", tag: signupTag,
			id: "confirmSignup", summary: "Confirm a sign-up",
			description: "By the token that signing up has returned.",
			elements:    elements(neededApp, needed("confirm_token")),
			do:          a.confirmSignup,
		},
	}
}

func (a api) signUp(ctx context.Context, in *input) (answer, error) {
	call := in.anonymous()
	signup := signupTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	token, err := a.core.Signup(ctx, call, signup)
	return answer{keys: map[string]any{"confirm_token": token}}, err
}

func (a api) confirmSignup(ctx context.Context, in *input) (answer, error) {
	call, token := in.anonymous(), in.text("confirm_token")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ConfirmSignup(ctx, call, token)
}
