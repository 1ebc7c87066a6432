package ssoconf

import (
	"maps"
	"slices"
	"strings"

	"gatehouse/runtime/internal/similar"
)

// known are the names of section 10 of the specification, by section: one that
// the settings at hand do not have is told from one that never was.
var known = map[string]string{
	"main":          "encrypt_email encrypt_password email_service smtp_conn site_name",
	"hash_secret":   "rounds salt_size algorithm",
	"apps":          "all default http_header signup_allowed login_allowed login_metadata_allowed inform_if_app_invalid",
	"login":         "reject_if_not_listed inform_if_locked inform_if_not_confirmed inform_if_totp_missing totp_single_use throttle",
	resetSection:    "valid_for password_change_session_duration user_search_by email_title_en_GB email_from end_sessions",
	"session":       "expiry expiry_hook",
	passwordSection: "expiry inform_if_expired inform_if_about_to_expire inform_if_must_be_changed inform_if_invalid about_to_expire_threshold min_length max_length min_complexity reject_list end_sessions",
	"signup": "inform_if_user_exists inform_if_user_invalid inform_if_email_exists inform_if_email_invalid is_email_required max_length_username " +
		"max_length_email is_approval_needed callback_service_list",
	"user_validation": "service reject_username reject_email",
	"search":          "default_page_size max_page_size",
	"compatibility":   "status_200_on_app_error",
}

const (
	resetSection    = "password_reset"
	passwordSection = "password"

	// olderResetSection is what the section is called in older files; it goes
	// before the other.
	olderResetSection = "prt"
)

// ignored are names that are accepted and change nothing, and why.
var ignored = []struct{ section, prefix, reason string }{
	{"backend", "default", "users are kept in the database that the setting database names"},
	{"sql", "name", "users are kept in the database that the setting database names"},
	{resetSection, "email_title_", "titles of languages that there is no template for are not used"},
	{"login", "inform_if_not_approved", "users who are not approved count as unknown"},
	{passwordSection, "min_complexity_algorithm", "there is one measure of complexity"},
	{passwordSection, "log_in_if_about_to_expire", "nothing reads it: inform_if_about_to_expire decides"},
	{"signup", "email_required", "is_email_required decides"},
	{"signup", "password_allow_whitespace", "passwords may contain whitespace"},
	{"signup", "always_return_confirm_token", "nothing reads it"},
	{"signup", "email_confirm_", "mails of sign-ups are sent by the services of callback_service_list"},
	{"signup", "email_welcome_", "mails of sign-ups are sent by the services of callback_service_list"},
}

// reasonFor says why a setting that we do not have is not taken, and whether
// it is one that is accepted and ignored.
func reasonFor(section, key string) (reason string, isIgnored bool) {
	for _, name := range ignored {
		if section == name.section && (key == name.prefix || strings.HasSuffix(name.prefix, "_") && strings.HasPrefix(key, name.prefix)) {
			return "accepted and ignored: " + name.reason, true
		}
	}
	names, isSection := known[section]
	switch {
	case section == "":
		return "it stands before all sections", false
	case !isSection:
		return "there is no such section" + similar.Hint(section, slices.Collect(maps.Keys(known))), false
	}
	for _, name := range strings.Fields(names) {
		if name == key {
			return "this version of Gatehouse has no such setting", false
		}
	}
	return "there is no such setting in section " + section + similar.Hint(key, strings.Fields(names)), false
}
