package rest

import "gatehouse/runtime/openapi"

// word is what an element or a key is, wherever it comes up, and an example of
// it. (One that means something special in an operation says so there.)
type word struct {
	about   string
	example any
}

// glossary has a word for each element and key.
var glossary = map[string]word{
	"current_app": {"The application that the caller acts for.", "CRM"},
	"ust":         {"Token of the caller's session, as login has returned it.", exampleUST},
	"current_ust": {"Token of the caller's session, as login has returned it.", exampleUST},
	"target_ust":  {"Token of the session that the call is about.", exampleUST},
	"user_id":     {"ID of the user.", "zusr1nt8j4t2rs9xa0jym1h25adzw9"},

	"username":     {"Name that the user logs in with.", "jane"},
	"password":     {"Password of the user.", "Correct-Horse-9-Battery"},
	"old_password": {"Password that the user has. Super-users need none for others.", "Correct-Horse-9-Battery"},
	"new_password": {"New password, where the password must be changed.", "Another-Fine-Phrase-7"},
	"totp_code":    {"Code of the user's authenticator app, where the user has TOTP enabled.", "123456"},
	"totp_key":     {"Key of the codes of the user's authenticator app, in Base32.", "JBSWY3DPEHPK3PXP"},
	"totp_label":   {"Label of the key.", "Phone"},
	"remote_addr":  {"Address of the client; several are joined by commas.", "192.0.2.7"},
	"user_agent":   {"Name of the client's program.", "Mozilla/5.0"},

	"email":           {"E-mail address.", "jane@example.com"},
	"display_name":    {"Name to show.", "Jane Doe"},
	"first_name":      {"First name.", "Jane"},
	"middle_name":     {"Middle name.", "M."},
	"last_name":       {"Last name.", "Doe"},
	"is_totp_enabled": {"Whether login asks for a TOTP code. It cannot be without a key.", false},

	"is_active":                   {"Whether the user is active.", true},
	"is_approval_needed":          {"Whether the user had to be approved.", true},
	"is_internal":                 {"Whether the user belongs to the installation.", false},
	"is_super_user":               {"Whether the user is a super-user.", false},
	"is_locked":                   {"Whether the user is locked, and cannot log in.", false},
	"locked_time":                 {"When the user was locked.", nil},
	"locked_by":                   {"ID of who has locked the user.", nil},
	"creation_ctx":                {"How the user was created, as JSON text.", nil},
	"approval_status":             {"Whether the user is approved: before_decision, approved or rejected.", "approved"},
	"approval_status_mod_time":    {"When that was last changed.", nil},
	"approval_status_mod_by":      {"ID of who has changed it.", "auto"},
	"password_expiry":             {"When the password expires.", nil},
	"password_is_set":             {"Whether the user has a password.", true},
	"password_must_change":        {"Whether the next login must change the password.", false},
	"password_last_set":           {"When the password was set.", nil},
	"sign_up_status":              {"Whether the sign-up is confirmed: before_confirmation or final.", "final"},
	"sign_up_time":                {"When the user signed up, or was created.", nil},
	"is_rate_limit_active":        {"Whether the calls of the user are limited.", false},
	"rate_limit_type":             {"Kind of the limit. It has no effect.", nil},
	"rate_limit_def":              {"How many calls the user may make from where.", "*=100/m"},
	"rate_limit_check_parent_def": {"Kept and shown, without effect.", nil},

	"auto_approve":  {"Whether the new user is approved at once.", false},
	"must_change":   {"Whether the next login must change the password. For super-users.", false},
	"app_list":      {"Applications that the user signs up to, beside current_app.", []string{"CRM"}},
	"confirm_token": {"Token that confirms a sign-up.", "3c5a3e8d0f7b4a0f9a1c2b6d7e8f9012"},
	"credential":    {"What the user is known by: a username, an e-mail or either, as the host is configured.", "jane"},
	"token":         {"Token that was mailed to the user.", "39bntxvnt9frrgvg8azvz6chv"},
	"reset_key":     {"Key that the token was exchanged for.", "gAAAAABqW0PzKx7mQ5nC1u9bJ4dT…"},

	"name_op":       {"Whether all of the names must match, or any of them.", "and"},
	"is_name_exact": {"Whether names must match as a whole, rather than in part. Case does not count.", true},
	"paginate":      {"Whether the result is in pages. Otherwise it is everybody.", true},
	"cur_page":      {"The page, from 1.", 1},
	"page_size":     {"Users on a page.", 50},
	"total":         {"Users on all pages.", 1},
	"num_pages":     {"Pages there are.", 1},
	"has_next_page": {"Whether there is a page after this one.", false},
	"has_prev_page": {"Whether there is a page before this one.", false},
	"next_page":     {"The page after this one.", nil},
	"prev_page":     {"The page before this one.", nil},

	"auth_type":     {"Type of the security definition.", "basic_auth"},
	"auth_username": {"Username of the security definition.", "crm"},

	"creation_time":             {"When it was made.", nil},
	"expiration_time":           {"When it ends.", nil},
	"last_modified":             {"When it was last changed.", nil},
	"auth_principal":            {"Username that the session was opened with.", "jane"},
	"ext_session_id":            {"Key of a session that a security definition has opened; null for those of a login.", nil},
	"session_state_change_list": {"When, and from where, the session was opened and renewed: the newest 100.", nil},
	"is_valid":                  {"Whether the session may be used.", true},

	"id":      {"ID of the entry.", 4711},
	"time":    {"When the call was made.", nil},
	"op":      {"The operation.", "user.login"},
	"actor":   {"User ID of the caller; empty where it is not known.", "zusr1nt8j4t2rs9xa0jym1h25adzw9"},
	"target":  {"User ID of the user that the call was about; empty for none.", "zusr1nt8j4t2rs9xa0jym1h25adzw9"},
	"app":     {"The application that the caller acted for.", "CRM"},
	"key":     {"A key that the call set, or chose by.", "email"},
	"changes": {"Old and new values, by keys, of what is neither personal nor secret.", map[string]any{"is_locked": []bool{false, true}}},
	"since":   {"Only calls from this time on.", "24h"},
	"until":   {"Only calls before this time.", "1h"},
	"order":   {"Order by ID.", nil},
	"before":  {"Only entries before this one, an ID.", nil},
	"after":   {"Only entries after this one, an ID.", nil},
	"next":    {"What to send as before, or in ascending order as after, for the next page; null in descending order where there is none.", 4711},

	"name":         {"Name of the attribute.", "theme"},
	"value":        {"Value of the attribute: whatever JSON can hold.", "dark"},
	"expiration":   {"When the attribute expires, in seconds from now; 0 and null are never. An update without it leaves that as it is.", 3600},
	"encrypt":      {"Whether the value is stored encrypted. An update without it leaves that as it is.", false},
	"decrypt":      {"Whether an encrypted value is decrypted.", true},
	"is_encrypted": {"Whether the value is stored encrypted.", false},
	"found":        {"Whether there is such an attribute.", true},
}

// toldExamples are those of answers where they differ from requests': of a user
// with few fields set, and the default of what is left out.
var toldExamples = map[string]any{
	"middle_name":                 openapi.ExampleNull,
	"totp_label":                  "",
	"is_approval_needed":          false,
	"approval_status_mod_by":      "zusr2k5cw2p9dx9rmtew2x5rkg1mh1",
	"approval_status_mod_time":    toldTime,
	"creation_ctx":                "null",
	"locked_by":                   openapi.ExampleNull,
	"locked_time":                 openapi.ExampleNull,
	"password_expiry":             "2028-06-30T12:00:00.123456",
	"password_last_set":           toldTime,
	"sign_up_time":                toldTime,
	"is_rate_limit_active":        openapi.ExampleNull,
	"rate_limit_type":             openapi.ExampleNull,
	"rate_limit_def":              openapi.ExampleNull,
	"rate_limit_check_parent_def": openapi.ExampleNull,

	"creation_time":   toldTime,
	"expiration_time": "2026-07-01T13:00:00.123456",
	"last_modified":   toldTime,
	"ext_session_id":  openapi.ExampleNull,
	"next_page":       openapi.ExampleNull,
	"prev_page":       openapi.ExampleNull,

	"time":  toldTime,
	"op":    "user.lock_user",
	"actor": "zusr2k5cw2p9dx9rmtew2x5rkg1mh1",
}

// variables are what commands have in the place of tokens and IDs.
var variables = map[string]string{"ust": "UST", "current_ust": "UST", "target_ust": "TARGET_UST", "user_id": "USER_ID"}

const toldTime = "2026-07-01T12:00:00.123456"

const exampleUST = "gAAAAABqW0NkYWxsZXM0N2pzZ3…"
