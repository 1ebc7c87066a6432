package sso

// Operations, as errors and audit entries name them.
const (
	OpCreateUser        = "user.create_user"
	OpCreateSuperUser   = "user.create_super_user"
	OpGetCurrentUser    = "user.get_current_user"
	OpGetUserByID       = "user.get_user_by_id"
	OpUpdateCurrentUser = "user.update_current_user"
	OpUpdateUserByID    = "user.update_user_by_id"
	OpLogin             = "user.login"
	OpLogout            = "user.logout"
)
