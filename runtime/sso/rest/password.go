package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/sso"
)

func (a api) passwordDefinitions() []*definition {
	return []*definition{
		{
			method: http.MethodPatch, path: "/user/password", tag: passwordsTag,
			id: "changePassword", summary: "Change a password",
			description: "That of the caller, who needs the old one, or for super-users that of anybody. It ends the user's other sessions, unless the host is configured otherwise.",
			elements: elements(byUST, meaning(passwordChangeTable.elements("new_password"), map[string]string{
				"user_id":         aboutCaller,
				"new_password":    "The new password.",
				"password_expiry": "How many days the new password is good for; 0 or nothing is what the host is configured for. For super-users.",
			})),
			example: []string{"old_password"},
			do:      a.changePassword,
		},
		{
			method: http.MethodPatch, path: "/user/totp", tag: passwordsTag,
			id: "resetTOTPKey", summary: "Set a TOTP key",
			description: "That of the caller, or for super-users that of anybody. A key that is empty or null is made.",
			elements:    elements(byUST, ofCaller(), required("totp_key").orNull(), required("totp_label").orNull()),
			answers:     []shape{{always("totp_key", sso.Text)}},
			do:          a.resetTOTPKey,
		},
	}
}

func (a api) changePassword(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	change := passwordChangeTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.ChangePassword(ctx, call, change)
}

func (a api) resetTOTPKey(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call("ust"), in.text("user_id")
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
