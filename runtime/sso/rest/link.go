package rest

import (
	"context"

	"gatehouse/runtime/sso"
)

func (a api) listLinks(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call(), in.optional("user_id")
	if in.fault != nil {
		return answer{}, in.fault
	}
	links, err := a.core.LinkedAuth(ctx, call, userID)
	rows := make([]map[string]any, len(links))
	for i, link := range links {
		rows[i] = link.ToDict()
	}
	return answer{keys: map[string]any{"result": rows}}, err
}

// newLink reads which user and which definition a call is about. What is
// missing of these is refused in its turn.
func (in *input) newLink() sso.NewLink {
	return sso.NewLink{UserID: in.optional("user_id"), AuthType: in.optional("auth_type"), AuthUsername: in.optional("auth_username")}
}

// createLink makes an active link, unless is_active says otherwise.
func (a api) createLink(ctx context.Context, in *input) (answer, error) {
	call, link := in.call(), in.newLink()
	link.IsActive = in.elements["is_active"] == nil || in.isTrue("is_active")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.CreateLinkedAuth(ctx, call, link)
}

func (a api) deleteLink(ctx context.Context, in *input) (answer, error) {
	call, link := in.call(), in.newLink()
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.DeleteLinkedAuth(ctx, call, link.UserID, link.AuthType, link.AuthUsername)
}
