package blackbox

// ownerKeys are those of a user who looks at himself.
var ownerKeys = keys{
	"user_id": userID, "username": text, "email": orNull(text),
	"display_name": orNull(text), "first_name": orNull(text), "middle_name": orNull(text), "last_name": orNull(text),
	"is_totp_enabled": boolean, "totp_label": orNull(text),
}

// superUserKeys are those of a user whom a super-user looks at.
var superUserKeys = ownerKeys.with(keys{
	"is_active": boolean, "is_approval_needed": boolean, "is_internal": boolean, "is_super_user": boolean,
	"is_locked": boolean, "locked_time": orNull(date), "locked_by": orNull(text), "creation_ctx": text,
	"approval_status": text, "approval_status_mod_by": text, "approval_status_mod_time": date,
	"password_expiry": date, "password_is_set": boolean, "password_must_change": boolean, "password_last_set": date,
	"sign_up_status": text, "sign_up_time": date,
})

// searchKeys are those of a user in the result of a search.
var searchKeys = superUserKeys.with(keys{
	"is_rate_limit_active": orNull(boolean), "rate_limit_type": orNull(text),
	"rate_limit_def": orNull(text), "rate_limit_check_parent_def": orNull(boolean),
})

var pageKeys = keys{
	"total": integer, "num_pages": integer, "page_size": integer, "cur_page": integer,
	"has_next_page": boolean, "has_prev_page": boolean, "next_page": orNull(integer), "prev_page": orNull(integer),
	"result": listOf(searchKeys.values()),
}

var sessionKeys = keys{"creation_time": date, "expiration_time": date, "remote_addr": text, "user_agent": text}

var sessionRowKeys = sessionKeys.with(keys{
	"ust": encrypted, "auth_type": text, "auth_principal": text, "ext_session_id": orNull(text),
	"session_state_change_list": list,
})

var linkKeys = keys{"is_active": boolean, "creation_time": date, "auth_type": text, "auth_username": text}

// attributeKeys are those of an attribute that was found.
var attributeKeys = keys{
	"found": true, "name": text, "value": whatever, "creation_time": date, "last_modified": orNull(date),
	"expiration_time": orNull(date), "is_encrypted": boolean,
}

// notFound is an attribute that was not found.
var notFound = keys{"found": false}
