package takeover

import (
	"context"
	"encoding/json"
	"strings"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/totp"
)

const userTable = "zato_sso_user"

// table lists the columns of a table of Zato's that Gatehouse reads.
type table struct {
	name    string
	columns []column
}

// column says what a column must hold; a nil check takes anything.
type column struct {
	name  string
	check func(r *reader, value, isEncrypted string) (problem string)
}

var tables = []table{
	{userTable, append(plain("user_id", "is_active", "is_internal", "is_super_user", "is_locked", "locked_by", "approval_status",
		"approval_status_mod_by", "username", "password_is_set", "password_must_change", "sign_up_status", "sign_up_confirm_token",
		"display_name", "first_name", "middle_name", "last_name", "display_name_upper", "first_name_upper", "middle_name_upper",
		"last_name_upper", "is_rate_limit_active", "rate_limit_type", "rate_limit_def", "rate_limit_check_parent_def", "is_totp_enabled"),
		column{"password", checkHash}, column{"email", checkText}, column{"totp_key", checkTOTPKey}, column{"totp_label", checkText},
		column{"creation_ctx", checkJSON}, column{"opaque1", checkJSON},
		column{"locked_time", checkDate}, column{"approval_status_mod_time", checkDate}, column{"password_last_set", checkDate},
		column{"password_expiry", checkDate}, column{"sign_up_time", checkDate}, column{"sign_up_confirm_time", checkDate})},
	{"zato_sso_session", append(plain("remote_addr", "user_agent", "auth_type", "auth_principal", "ext_session_id", "user_id"),
		column{"ust", checkUST}, column{"opaque1", checkJSON}, column{"creation_time", checkDate}, column{"expiration_time", checkDate})},
	{"zato_sso_attr", append(plain("is_session_attr", "is_encrypted", "serial_method", "name", "_ust_string", "user_id", "ust"),
		column{"value", checkAttribute}, column{"opaque1", checkJSON},
		column{"creation_time", checkDate}, column{"last_modified", checkDate}, column{"expiration_time", checkDate})},
	{"zato_sso_linked_auth", append(plain("is_active", "is_internal", "has_ext_principal", "auth_type", "auth_id", "auth_principal", "auth_source", "user_id"),
		column{"opaque1", checkJSON}, column{"creation_time", checkDate}, column{"last_modified", checkDate})},
	{"zato_sso_password_reset", append(plain("token", "type_", "reset_key", "has_been_accessed", "is_password_reset", "user_id"),
		column{"creation_ctx", checkJSON}, column{"access_ctx", checkJSON}, column{"password_reset_ctx", checkJSON}, column{"opaque1", checkJSON},
		column{"creation_time", checkDate}, column{"expiration_time", checkDate}, column{"reset_key_exp_time", checkDate},
		column{"access_time", checkDate}, column{"password_reset_time", checkDate})},
}

func plain(names ...string) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i].name = name
	}
	return columns
}

// reader checks values, and counts tokens and those that the key opens.
type reader struct {
	keys           *secret.Keyring
	tokens, opened int
	faults         []Fault
}

// read checks all values of a table.
func (r *reader) read(ctx context.Context, db database.DB, of table) error {
	var checked []column
	selected := []string{"id"}
	isEncrypted := "'false'"
	for _, column := range of.columns {
		if column.name == "is_encrypted" {
			isEncrypted = "CAST(is_encrypted AS text)"
		}
		if column.check != nil {
			checked = append(checked, column)
			selected = append(selected, "CAST("+column.name+" AS text)")
		}
	}
	selected = append(selected, isEncrypted)
	values, encrypted := make([]*string, len(checked)), ""
	var id int64
	destinations := []any{&id}
	for i := range values {
		destinations = append(destinations, &values[i])
	}
	destinations = append(destinations, &encrypted)
	return db.Stream(ctx, database.Query{
		SQL: "SELECT " + strings.Join(selected, ", ") + " FROM " + of.name + " ORDER BY id",
		Row: func(scan func(...any) error) error {
			if err := scan(destinations...); err != nil {
				return err
			}
			for i, column := range checked {
				if values[i] == nil {
					continue
				}
				if problem := column.check(r, *values[i], encrypted); problem != "" {
					r.faults = append(r.faults, Fault{of.name, id, column.name, problem})
				}
			}
			return nil
		}})
}

// Problems, in the words of the report.
const (
	cannotDecrypt = "cannot be decrypted with this secret key"
	notJSON       = "holds no JSON"
)

// open returns a value in clear.
func (r *reader) open(value string) (clear, problem string) {
	clear, err := r.keys.DecryptStored(value)
	if err == nil && clear == value { // it was never encrypted
		return clear, ""
	}
	r.tokens++
	if err != nil {
		return "", cannotDecrypt
	}
	r.opened++
	return clear, ""
}

func checkText(r *reader, value, _ string) string {
	_, problem := r.open(value)
	return problem
}

func checkHash(r *reader, value, _ string) string {
	hash, problem := r.open(value)
	if problem == "" && password.Known(hash) != nil {
		problem = "is no hash of a known kind: its user cannot log in"
	}
	return problem
}

func checkTOTPKey(r *reader, value, _ string) string {
	key, problem := r.open(value)
	if problem == "" && key != "" && !totp.ValidKey(key) {
		problem = "is no TOTP key: want base32, 16 characters or more"
	}
	return problem
}

func checkUST(_ *reader, value, _ string) string {
	if !ident.IsUST(value) {
		return "is no ID of a session: it cannot be used"
	}
	return ""
}

// checkJSON takes JSON that was encoded once or twice, and nothing.
func checkJSON(_ *reader, value, _ string) string {
	if value == "" {
		return ""
	}
	var outer any
	if json.Unmarshal([]byte(value), &outer) != nil {
		return notJSON
	}
	if inner, isText := outer.(string); isText && inner != "" && !json.Valid([]byte(inner)) {
		return notJSON
	}
	return ""
}

func checkAttribute(r *reader, value, isEncrypted string) string {
	var decoded any
	if json.Unmarshal([]byte(value), &decoded) != nil {
		return notJSON
	}
	token, isText := decoded.(string)
	if isEncrypted != "true" || !isText {
		return ""
	}
	_, problem := r.open(token)
	return problem
}

// checkDate takes the dates that both engines hold, as PostgreSQL writes them.
func checkDate(_ *reader, value, _ string) string {
	year, _, _ := strings.Cut(value, "-")
	switch {
	case value == "-infinity", strings.HasSuffix(value, " BC"):
		return "is out of range: it is read as the first day of the year 1"
	case len(year) != 4 || strings.Trim(year, "0123456789") != "":
		return "is out of range: it is read as the last day of the year 9999"
	}
	return ""
}
