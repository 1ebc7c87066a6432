package rest

import (
	"context"
	"net/http"

	"gatehouse/runtime/sso"
)

func (a api) linkDefinitions() []*definition {
	// What is missing of these is refused in its turn, a definition that there
	// is none of as a bad request.
	link := elements(byUST, needed("user_id"),
		needed("auth_type").oneOf(sso.AuthBasic, sso.AuthJWT), needed("auth_username"))
	return []*definition{
		{
			method: http.MethodGet, path: "/user/linked", tag: linksTag,
			id: "listLinks", summary: "List the links of a user",
			description: "Those of the caller, or for super-users of anybody.",
			elements:    elements(byUST, ofCaller()),
			example:     []string{"user_id"},
			answers:     []shape{{result("The links.", listOf(linkSchema))}},
			do:          a.listLinks,
		},
		{
			method: http.MethodPost, path: "/user/linked", tag: linksTag,
			id: "createLink", summary: "Link a user to a security definition",
			description: "For super-users. A definition that there is none of is a bad request.",
			elements:    elements(link, meaning(linkTable.elements(), map[string]string{"is_active": "Whether the link opens sessions."})),
			do:          a.createLink,
		},
		{
			method: http.MethodDelete, path: "/user/linked", tag: linksTag,
			id: "deleteLink", summary: "Delete a link",
			description: "For super-users. It ends the sessions that the link has opened. A definition that there is none of is a bad request.",
			elements:    link,
			do:          a.deleteLink,
		},
	}
}

var linkSchema = object("Link", "A link of a user to a security definition.",
	describe(always("is_active", sso.Boolean), "Whether the link opens sessions."),
	always("creation_time", sso.Instant),
	property("auth_type", oneOf([]string{sso.AuthBasic, sso.AuthJWT})),
	describe(orNull("auth_username", sso.Text), "Username of the definition; null where it is none of this installation."),
)

func (a api) listLinks(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call("ust"), in.text("user_id")
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

// nameLink reads which user and which definition a call is about.
func (in *input) nameLink(link sso.NewLink) sso.NewLink {
	link.UserID, link.AuthType, link.AuthUsername = in.text("user_id"), in.text("auth_type"), in.text("auth_username")
	return link
}

func (a api) createLink(ctx context.Context, in *input) (answer, error) {
	call, link := in.call("ust"), in.nameLink(linkTable.read(in))
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.CreateLinkedAuth(ctx, call, link)
}

func (a api) deleteLink(ctx context.Context, in *input) (answer, error) {
	call, link := in.call("ust"), in.nameLink(sso.NewLink{})
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.DeleteLinkedAuth(ctx, call, link.UserID, link.AuthType, link.AuthUsername)
}
