package sso

import "slices"

// Operations, as errors and audit entries name them.
const (
	OpCreateUser        = "user.create_user"
	OpCreateSuperUser   = "user.create_super_user"
	OpGetCurrentUser    = "user.get_current_user"
	OpGetUserByID       = "user.get_user_by_id"
	OpUpdateCurrentUser = "user.update_current_user"
	OpGetUserByUsername = "user.get_user_by_username"
	OpUpdateUserByID    = "user.update_user_by_id"
	OpLogin             = "user.login"
	OpLogout            = "user.logout"

	OpSignup        = "user.signup"
	OpConfirmSignup = "user.confirm_signup"

	OpSearch               = "user.search"
	OpLockUser             = "user.lock_user"
	OpUnlockUser           = "user.unlock_user"
	OpApproveUser          = "user.approve_user"
	OpRejectUser           = "user.reject_user"
	OpDeleteUserByID       = "user.delete_user_by_id"
	OpDeleteUserByUsername = "user.delete_user_by_username"
	OpChangePassword       = "user.change_password"
	OpSetPassword          = "user.set_password"
	OpResetTOTPKey         = "user.reset_totp_key"

	OpCreateResetToken    = "password_reset.create_token"
	OpAccessResetToken    = "password_reset.access_token"
	OpChangeResetPassword = "password_reset.change_password"

	OpValidateTOTPCode    = "totp.validate_code"
	OpTOTPURI             = "totp.uri"
	OpGetUserByLinkedAuth = "user.get_user_by_linked_auth"
	OpGetLinkedAuthList   = "user.get_linked_auth_list"
	OpCreateLinkedAuth    = "user.create_linked_auth"
	OpDeleteLinkedAuth    = "user.delete_linked_auth"
	OpExternalSession     = "session.external_auth"
	OpEndExternalSessions = "session.end_external"

	OpGetSession    = "session.get"
	OpVerifySession = "session.verify"
	OpRenewSession  = "session.renew"
	OpListSessions  = "session.get_list"

	OpCreateAttribute = "attr.create"
	OpSetAttribute    = "attr.set"
	OpUpdateAttribute = "attr.update"
	OpDeleteAttribute = "attr.delete"
	OpGetAttribute    = "attr.get"

	OpListAudit   = "audit.list"
	OpExportAudit = "audit.export"
)

// Operations lists the operations that the audit has entries of, in the order of
// the constants.
func Operations() []string { return slices.Clone(operations) }

// operations are all of them, in the order of the constants.
var operations = []string{
	OpCreateUser, OpCreateSuperUser, OpGetCurrentUser, OpGetUserByID, OpUpdateCurrentUser, OpGetUserByUsername, OpUpdateUserByID,
	OpLogin, OpLogout, OpSignup, OpConfirmSignup,
	OpSearch, OpLockUser, OpUnlockUser, OpApproveUser, OpRejectUser, OpDeleteUserByID, OpDeleteUserByUsername,
	OpChangePassword, OpSetPassword, OpResetTOTPKey,
	OpCreateResetToken, OpAccessResetToken, OpChangeResetPassword,
	OpValidateTOTPCode, OpTOTPURI, OpGetUserByLinkedAuth, OpGetLinkedAuthList, OpCreateLinkedAuth, OpDeleteLinkedAuth,
	OpExternalSession, OpEndExternalSessions,
	OpGetSession, OpVerifySession, OpRenewSession, OpListSessions,
	OpCreateAttribute, OpSetAttribute, OpUpdateAttribute, OpDeleteAttribute, OpGetAttribute,
	OpListAudit, OpExportAudit,
}
