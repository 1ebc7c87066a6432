package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/sso"
)

func (a api) passwordResetDefinitions() []*definition {
	return []*definition{
		{
			method: http.MethodPost, costly: true, path: "/password/reset", tag: passwordsTag,
			id: "createResetToken", summary: "Ask for a new password",
			description: "Mails a token to the user. The answer is the same whether or not there is such a user.",
			elements:    elements(neededApp, optional("credential")),
			example:     []string{"credential"},
			do:          a.createResetToken,
		},
		{
			method: http.MethodPatch, path: "/password/reset", tag: passwordsTag,
			id: "accessResetToken", summary: "Access a token that was mailed",
			description: "Exchanges the token for a key, once. Whatever is wrong with a token is E010001.",
			elements:    elements(neededApp, needed("token")),
			answers:     []shape{{always("reset_key", sso.Text)}},
			do:          a.accessResetToken,
		},
		{
			method: http.MethodDelete, path: "/password/reset", tag: passwordsTag,
			id: "changeResetPassword", summary: "Set a password by a token",
			description: "A password that is refused (E003…) leaves the token and the key as they are; whatever else is wrong is E010001.",
			elements:    elements(neededApp, needed("token"), needed("reset_key"), needed("password").meaning("The new password.")),
			do:          a.changeResetPassword,
		},
	}
}

func (a api) createResetToken(ctx context.Context, in *input) (answer, error) {
	call, credential := in.anonymous(), in.text("credential")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.CreateResetToken(ctx, call, credential)
}

func (a api) accessResetToken(ctx context.Context, in *input) (answer, error) {
	call, token := in.anonymous(), in.text("token")
	if in.fault != nil {
		return answer{}, in.fault
	}
	key, err := a.core.AccessResetToken(ctx, call, token)
	return answer{keys: map[string]any{"reset_key": key}}, err
}

func (a api) changeResetPassword(ctx context.Context, in *input) (answer, error) {
	call := in.anonymous()
	change := sso.ResetPasswordChange{
		Token: in.text("token"), ResetKey: in.text("reset_key"), NewPassword: in.text("password"),
	}
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ChangeResetPassword(ctx, call, change)
}
