package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

// onUser answers a call about one user, which must be named.
func onUser(do func(ctx context.Context, call sso.Call, userID string) error) func(context.Context, *input) (answer, error) {
	return func(ctx context.Context, in *input) (answer, error) {
		call, userID := in.call(), in.text("user_id")
		if in.fault != nil {
			return answer{}, in.fault
		}
		return answer{}, do(ctx, call, userID)
	}
}

// deleteUser is for a user_id that, unlike those of the other calls, may be
// missing: it is refused by the SSO.
func (a api) deleteUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call(), in.optional("user_id")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.DeleteUserByID(ctx, call, userID)
}

func (a api) changePassword(ctx context.Context, in *input) (answer, error) {
	call := in.call()
	in.text("new_password") // which must be there
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ChangePassword(ctx, call, sso.PasswordChangeFromJSON(in.elements))
}

func (a api) resetTOTPKey(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call(), in.optional("user_id")
	key, label := in.text("totp_key"), in.text("totp_label")
	if in.fault != nil {
		return answer{}, in.fault
	}
	stored := sso.Some(label)
	if label == "" {
		stored = sso.Null[string]()
	}
	made, err := a.core.ResetTOTPKey(ctx, call, userID, sso.Some(key), stored)
	return answer{keys: map[string]any{"totp_key": made}}, err
}

// search answers any method, as in Zato.
func (a api) search(ctx context.Context, in *input) (answer, error) {
	call := in.call()
	if in.fault != nil {
		return answer{}, in.fault
	}
	result, err := a.core.Search(ctx, call, sso.SearchFromJSON(in.elements))
	return answer{keys: result.ToDict()}, err
}
