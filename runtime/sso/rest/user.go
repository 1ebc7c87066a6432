package rest

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/runtime/sso"
)

func (a api) userDefinitions() []*definition {
	return []*definition{
		{
			method: http.MethodGet, path: "/user", tag: usersTag,
			id: "getUser", summary: "Get a user",
			description: "The caller, or for super-users anybody. Owners see less than super-users, and NULL is null.",
			elements:    elements(byUST, ofCaller()),
			example:     []string{"user_id"},
			answers:     []shape{userKeys(false)},
			do:          a.getUser,
		},
		{
			method: http.MethodPost, path: "/user", tag: usersTag,
			id: "createUser", summary: "Create a user",
			description: "For super-users. The answer is the user as created. What is left out, or null, takes its default: a password and a TOTP key are made. Without a username it is E001001.",
			elements:    elements(byUST, newUserTable.elements()),
			example:     []string{"password", "email", "first_name", "last_name"},
			answers:     []shape{userKeys(false)},
			do:          a.createUser,
		},
		{
			method: http.MethodPatch, path: "/user", tag: usersTag,
			id: "updateUser", summary: "Update a user",
			description: "The caller, or for super-users anybody. A key with null becomes NULL, a key that is left out stays as it is. One key is needed at least (E008003), and those that are not the caller's to change are refused (E008002).",
			elements:    elements(byUST, ofCaller(), updateTable.elements()),
			example:     []string{"display_name", "email"},
			do:          a.updateUser,
		},
		{
			method: http.MethodDelete, path: "/user", tag: usersTag,
			id: "deleteUser", summary: "Delete a user",
			description: "For super-users. Nobody deletes himself (E008001).",
			elements:    elements(byUST, needed("user_id")),
			do:          a.deleteUser,
		},
		{
			path: "/user/search", methods: []string{http.MethodGet, http.MethodPost}, tag: usersTag,
			id: "searchUsers", summary: "Search users",
			description: "For super-users: by user_id, else username, exactly and alone; else by all that is given of the others. E-mails are found although they are stored encrypted.",
			elements:    elements(byUST, meaning(searchTable.elements(), map[string]string{"page_size": "Users on a page; 0 is what the host is configured for."})),
			example:     []string{"last_name", "is_name_exact", "page_size"},
			answers: []shape{{
				always("total", sso.Count), always("num_pages", sso.Count), always("page_size", sso.Count), always("cur_page", sso.Count),
				always("has_next_page", sso.Boolean), always("has_prev_page", sso.Boolean), orNull("next_page", sso.Count), orNull("prev_page", sso.Count),
				result("The users of the page.", listOf(object("User", "A user as super-users see it.", userKeys(true)...))),
			}},
			do: a.search,
		},
	}
}

// hiddenFromGet are the fields that users have in searches but not here.
var hiddenFromGet = []string{"is_rate_limit_active", "rate_limit_type", "rate_limit_def", "rate_limit_check_parent_def"}

func isHidden(name string) bool { return slices.Contains(hiddenFromGet, name) }

func (a api) getUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call("ust"), in.text("user_id")
	if in.fault != nil {
		return answer{}, in.fault
	}
	var user sso.User
	var err error
	if userID == "" {
		user, err = a.core.CurrentUser(ctx, call, false)
	} else {
		user, err = a.core.UserByID(ctx, call, userID, false)
	}
	return userAnswer(user), err
}

func userAnswer(user sso.User) answer {
	keys := user.ToDict()
	for _, name := range hiddenFromGet {
		delete(keys, name)
	}
	return answer{keys: keys}
}

func (a api) createUser(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	user := newUserTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	created, err := a.core.CreateUser(ctx, call, user)
	return userAnswer(created), err
}

func (a api) updateUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call("ust"), in.text("user_id")
	patch := updateTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	if userID == "" {
		return answer{}, a.core.UpdateCurrentUser(ctx, call, patch)
	}
	return answer{}, a.core.UpdateUserByID(ctx, call, userID, patch)
}

// deleteUser is for a user_id that, unlike those of the other calls, may be
// missing: it is refused by the SSO.
func (a api) deleteUser(ctx context.Context, in *input) (answer, error) {
	call, userID := in.call("ust"), in.text("user_id")
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{}, a.core.DeleteUserByID(ctx, call, userID)
}

// search answers any method, as in Zato.
func (a api) search(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	criteria := searchTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	result, err := a.core.Search(ctx, call, criteria)
	return answer{keys: result.ToDict()}, err
}
