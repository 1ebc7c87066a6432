package store

import (
	"slices"

	"gatehouse/runtime/database"
)

const userColumns = `u.id, u.user_id, u.is_active, u.is_internal, u.is_super_user, u.is_locked, u.locked_time, u.creation_ctx,
	u.locked_by, u.approval_status, u.approval_status_mod_time, u.approval_status_mod_by, u.username, u.password,
	u.password_is_set, u.password_must_change, u.password_last_set, u.password_expiry, u.sign_up_status, u.sign_up_time,
	u.email, u.display_name, u.first_name, u.middle_name, u.last_name, u.is_rate_limit_active, u.rate_limit_type,
	u.rate_limit_def, u.rate_limit_check_parent_def, u.is_totp_enabled, u.totp_key, u.totp_label, u.gatehouse_email_digest`

const sessionColumns = `s.id, s.ust, s.creation_time, s.expiration_time, s.remote_addr, s.user_agent, s.auth_type, s.auth_principal,
	s.ext_session_id, COALESCE(s.opaque1, ''), s.user_id, s.gatehouse_not_after`

// statements are all the SQL that runs while the host serves. They are few
// and fixed, so that each can be prepared when a connection is made.
type statements struct {
	read, lock lookupStatements

	// sessionWithOwner finds what userOfUST and session do, without locks.
	sessionWithOwner string

	updateUser    string
	insertUser    string
	insertSession string
	endSession    string
	endSessionsOf string

	endOtherSessionsOf string
	deleteUser         string
	completeUser       string

	attribute, allAttributes                          attributeStatements
	insertAttribute, updateAttribute, deleteAttribute string

	links                                       linkStatements
	insertLink, deleteLink, endExternalSessions string

	renewSession string
	listSessions string

	signup signupStatements
	resets resetStatements

	useTOTPStep     string
	forgetTOTPSteps string
	addAudit        string
	seals           sealStatements

	throttles, countFailure, forgetFailures, rememberSuccess string
}

// lookupStatements find the rows of a Lookup, with or without locks.
type lookupStatements struct {
	userOfUST       string
	userByID        string
	userByName      string
	userByToken     string // of a sign-up
	session         string
	sessionToChange string
}

func newStatements(dialect database.Dialect) statements {
	// SQLite has no row locks and needs none: its one writer is alone.
	lockUser, lockSession, lockSessionToChange := "", "", ""
	if dialect == database.PostgreSQL {
		lockUser, lockSession, lockSessionToChange = " FOR NO KEY UPDATE", " FOR KEY SHARE", " FOR UPDATE"
	}
	lookups := func(lockUser, lockSession, lockSessionToChange string) lookupStatements {
		user := "SELECT " + userColumns + " FROM zato_sso_user u WHERE "
		session := "SELECT " + sessionColumns + " FROM zato_sso_session s WHERE s.ust = $1"
		return lookupStatements{
			userOfUST:       user + "u.id = (SELECT s.user_id FROM zato_sso_session s WHERE s.ust = $1)" + lockUser,
			userByID:        user + "u.user_id = $1" + lockUser,
			userByName:      user + "u.username = $1" + lockUser,
			userByToken:     user + "u.sign_up_confirm_token = $1" + lockUser,
			session:         session + lockSession,
			sessionToChange: session + lockSessionToChange,
		}
	}
	return statements{
		signup: newSignupStatements(dialect),

		read: lookups("", "", ""),
		lock: lookups(lockUser, lockSession, lockSessionToChange),

		sessionWithOwner: "SELECT " + userColumns + ", " + sessionColumns +
			" FROM zato_sso_session s JOIN zato_sso_user u ON u.id = s.user_id WHERE s.ust = $1",

		// One fixed statement for every update: its caller holds the row's
		// lock and writes back what it does not change.
		updateUser: `UPDATE zato_sso_user SET
			username = $2, password = $3, password_is_set = $4, password_must_change = $5, password_last_set = $6,
			password_expiry = $7, is_locked = $8, locked_time = $9, locked_by = $10, approval_status = $11,
			approval_status_mod_time = $12, approval_status_mod_by = $13, sign_up_status = $14, email = $15,
			display_name = $16, first_name = $17, middle_name = $18, last_name = $19,
			display_name_upper = $20, first_name_upper = $21, middle_name_upper = $22, last_name_upper = $23,
			is_totp_enabled = $24, totp_key = $25, totp_label = $26, gatehouse_email_digest = $27
			WHERE id = $1`,
		insertUser: `INSERT INTO zato_sso_user (user_id, is_active, is_internal, is_super_user, is_locked, locked_time,
			creation_ctx, locked_by, approval_status, approval_status_mod_time, approval_status_mod_by, username, password,
			password_is_set, password_must_change, password_last_set, password_expiry, sign_up_status, sign_up_time,
			sign_up_confirm_token, email, display_name, first_name, middle_name, last_name, display_name_upper,
			first_name_upper, middle_name_upper, last_name_upper, is_rate_limit_active, rate_limit_type, rate_limit_def,
			rate_limit_check_parent_def, is_totp_enabled, totp_key, totp_label, gatehouse_email_digest)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
			$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)`,
		insertSession: `INSERT INTO zato_sso_session (ust, creation_time, expiration_time, remote_addr, user_agent,
			auth_type, auth_principal, opaque1, user_id, ext_session_id, gatehouse_not_after)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		endSession:         `DELETE FROM zato_sso_session WHERE id = $1`,
		endSessionsOf:      `DELETE FROM zato_sso_session WHERE user_id = $1`,
		endOtherSessionsOf: `DELETE FROM zato_sso_session WHERE user_id = $1 AND id <> $2`,
		renewSession:       `UPDATE zato_sso_session SET expiration_time = $2, opaque1 = $3, gatehouse_not_after = $4 WHERE id = $1`,
		listSessions:       `SELECT ` + sessionColumns + ` FROM zato_sso_session s WHERE s.user_id = $1 AND s.expiration_time > $2 ORDER BY s.id`,
		attribute:          newAttributeStatements(` AND a.name = $2`),
		allAttributes:      newAttributeStatements(` ORDER BY a.name`),
		insertAttribute: `INSERT INTO zato_sso_attr (creation_time, last_modified, expiration_time, is_session_attr, is_encrypted,
			serial_method, name, value, _ust_string, user_id, ust) VALUES ($1, $2, $3, $4, $5, 'json', $6, $7, $8, $9, $10)`,
		updateAttribute: `UPDATE zato_sso_attr SET creation_time = $2, last_modified = $3, expiration_time = $4, is_encrypted = $5, value = $6 WHERE id = $1`,
		deleteAttribute: `DELETE FROM zato_sso_attr WHERE id = $1`,
		links:           newLinkStatements(dialect, lockUser, lockSessionToChange),
		insertLink: `INSERT INTO zato_sso_linked_auth (is_active, is_internal, creation_time, has_ext_principal, auth_type, auth_id,
			auth_principal, auth_source, user_id) VALUES ($1, false, $2, false, $3, $4, 'reserved', 'reserved', $5)`,
		deleteLink:          `DELETE FROM zato_sso_linked_auth WHERE id = $1`,
		endExternalSessions: `DELETE FROM zato_sso_session WHERE user_id = $1 AND ` + openedBy("$2", "$3"),
		completeUser: `UPDATE zato_sso_user SET gatehouse_email_digest = $2, display_name_upper = $4, first_name_upper = $5,
			middle_name_upper = $6, last_name_upper = $7 WHERE id = $1 AND email IS NOT DISTINCT FROM $3
			AND display_name IS NOT DISTINCT FROM $8 AND first_name IS NOT DISTINCT FROM $9
			AND middle_name IS NOT DISTINCT FROM $10 AND last_name IS NOT DISTINCT FROM $11`,
		deleteUser:      `DELETE FROM zato_sso_user WHERE id = $1`,
		resets:          newResetStatements(lockUser, lockSessionToChange),
		useTOTPStep:     `INSERT INTO gatehouse_sso_totp_used (user_id, step) VALUES ($1, $2)`,
		forgetTOTPSteps: `DELETE FROM gatehouse_sso_totp_used WHERE user_id = $1 AND step < $2`,
		addAudit: `INSERT INTO gatehouse_audit (time, cid, op, actor, target, app, remote_addr, user_agent, result,
			sub_status, keys, changes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		seals: newSealStatements(dialect),

		throttles: readThrottles, countFailure: countFailure, forgetFailures: forgetFailures, rememberSuccess: rememberSuccess,
	}
}

// Statements lists the SQL to prepare when a connection is made.
func Statements(dialect database.Dialect) []string {
	sql := newStatements(dialect)
	all := slices.Concat(sql.signup.all(), sql.resets.all(), sql.links.all(), []string{
		sql.insertLink, sql.deleteLink, sql.endExternalSessions,
		sql.sessionWithOwner, sql.read.userOfUST, sql.read.userByID, sql.read.userByName,
		sql.lock.userOfUST, sql.lock.userByID, sql.lock.userByName, sql.lock.session, sql.lock.sessionToChange,
		sql.updateUser, sql.insertUser, sql.insertSession, sql.endSession, sql.endSessionsOf,
		sql.endOtherSessionsOf, sql.deleteUser, sql.renewSession, sql.listSessions,
		sql.attribute.ofUserID, sql.attribute.ofUST, sql.attribute.ofSession,
		sql.allAttributes.ofUserID, sql.allAttributes.ofUST, sql.allAttributes.ofSession,
		sql.insertAttribute, sql.updateAttribute, sql.deleteAttribute,
		sql.useTOTPStep, sql.forgetTOTPSteps, sql.addAudit,
		sql.throttles, sql.countFailure, sql.forgetFailures, sql.rememberSuccess,
		sql.read.userByToken, sql.lock.userByToken,
		sql.seals.head, sql.seals.lockHead, sql.seals.unsealed, sql.seals.between,
		sql.seals.insert, sql.seals.updateHead,
	})
	if sql.seals.transactions != "" {
		all = append(all, sql.seals.transactions)
	}
	return all
}
