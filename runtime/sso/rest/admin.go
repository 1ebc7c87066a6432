package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/sso"
)

func (a api) adminDefinitions() []*definition {
	on := func(method, path, id, summary, description string, do func(context.Context, sso.Call, string) error) *definition {
		return &definition{
			method: method, path: path, tag: usersTag, id: id, summary: summary, description: description,
			elements: elements(byUST, required("user_id")),
			do:       onUser(do),
		}
	}
	return []*definition{
		on(http.MethodPost, "/user/approve", "approveUser", "Approve a user", "For super-users.", a.core.ApproveUser),
		on(http.MethodPost, "/user/reject", "rejectUser", "Reject a user", "For super-users.", a.core.RejectUser),
		on(http.MethodPost, "/user/lock", "lockUser", "Lock a user", "For super-users. It ends the user's sessions. Nobody locks himself (E008001).", a.core.LockUser),
		on(http.MethodDelete, "/user/lock", "unlockUser", "Unlock a user", "For super-users.", a.core.UnlockUser),
	}
}

// onUser answers a call about one user, which must be named.
func onUser(do func(ctx context.Context, call sso.Call, userID string) error) operation {
	return func(ctx context.Context, in *input) (answer, error) {
		call, userID := in.call("ust"), in.text("user_id")
		if in.fault != nil {
			return answer{}, in.fault
		}
		return answer{}, do(ctx, call, userID)
	}
}
