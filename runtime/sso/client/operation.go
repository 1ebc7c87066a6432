package client

import "net/http"

// operation is one of the operations of the host, by its ID in the document that
// the host publishes.
type operation struct {
	id, method, path string

	// isSame tells that made twice it is the same as once: nothing else is
	// repeated.
	isSame bool
}

const (
	once  = false
	again = true
)

var (
	opLogin  = operation{"login", http.MethodPost, "/user/login", once}
	opLogout = operation{"logout", http.MethodPost, "/user/logout", again}

	opGetSession    = operation{"getSession", http.MethodGet, "/user/session", again}
	opVerifySession = operation{"verifySession", http.MethodPost, "/user/session", again}
	opRenewSession  = operation{"renewSession", http.MethodPatch, "/user/session", again}
	opListSessions  = operation{"listSessions", http.MethodGet, "/user/session/list", again}

	opGetUser     = operation{"getUser", http.MethodGet, "/user", again}
	opCreateUser  = operation{"createUser", http.MethodPost, "/user", once}
	opUpdateUser  = operation{"updateUser", http.MethodPatch, "/user", again}
	opDeleteUser  = operation{"deleteUser", http.MethodDelete, "/user", once}
	opSearchUsers = operation{"searchUsers", http.MethodPost, "/user/search", again} // GET does as well

	opApproveUser = operation{"approveUser", http.MethodPost, "/user/approve", again}
	opRejectUser  = operation{"rejectUser", http.MethodPost, "/user/reject", again}
	opLockUser    = operation{"lockUser", http.MethodPost, "/user/lock", again}
	opUnlockUser  = operation{"unlockUser", http.MethodDelete, "/user/lock", again}

	opSignUp        = operation{"signUp", http.MethodPost, "/user/signup", once}
	opConfirmSignUp = operation{"confirmSignup", http.MethodPatch, "/user/signup", once}

	opChangePassword = operation{"changePassword", http.MethodPatch, "/user/password", once}
	opResetTOTPKey   = operation{"resetTOTPKey", http.MethodPatch, "/user/totp", once}

	opCreateResetToken    = operation{"createResetToken", http.MethodPost, "/password/reset", once}
	opAccessResetToken    = operation{"accessResetToken", http.MethodPatch, "/password/reset", once}
	opChangeResetPassword = operation{"changeResetPassword", http.MethodDelete, "/password/reset", once}

	opListAudit   = operation{"listAudit", http.MethodGet, "/audit", again}
	opExportAudit = operation{"exportAudit", http.MethodGet, "/audit/export", once}

	opListLinks  = operation{"listLinks", http.MethodGet, "/user/linked", again}
	opCreateLink = operation{"createLink", http.MethodPost, "/user/linked", once}
	opDeleteLink = operation{"deleteLink", http.MethodDelete, "/user/linked", once}
)

// attributeOperations are the operations on attributes, of users or of sessions.
type attributeOperations struct {
	create, set, update, get, delete, exist, list operation
}

var (
	userAttributes    = attributesBelow("/user/attr", "User")
	sessionAttributes = attributesBelow("/session/attr", "Session")
)

func attributesBelow(path, of string) attributeOperations {
	return attributeOperations{
		create: operation{"create" + of + "Attributes", http.MethodPost, path, once},
		set:    operation{"set" + of + "Attributes", http.MethodPut, path, again},
		update: operation{"update" + of + "Attributes", http.MethodPatch, path, once},
		get:    operation{"get" + of + "Attributes", http.MethodGet, path, again},
		delete: operation{"delete" + of + "Attributes", http.MethodDelete, path, again},
		exist:  operation{"exist" + of + "Attributes", http.MethodGet, path + "/exists", again},
		list:   operation{"list" + of + "Attributes", http.MethodGet, path + "/names", again},
	}
}
