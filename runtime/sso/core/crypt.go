package core

import (
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// noLabel is what Zato stored for no TOTP label.
const noLabel = "<default-label>"

func asItIs(text string) string { return text }

func (c *Core) encrypted(text string) string { return c.keys.Encrypt([]byte(text)) }

// storedEmail encrypts, whatever the configuration, what would be decrypted when
// it is read: else users could have any token of this installation opened.
func (c *Core) storedEmail(email string) string {
	if !c.cfg.Main.EncryptEmail && !secret.IsReadAsToken(email) {
		return email
	}
	return c.encrypted(email)
}

func (c *Core) storedHash(hash string) string {
	if !c.cfg.Main.EncryptPassword {
		return hash
	}
	return c.encrypted(hash)
}

// readUser returns a row as its reader may see it. A column that cannot be
// decrypted is NULL to the reader and named in the log.
func (c *Core) readUser(row *store.User, reader sso.Reader) sso.User {
	open := func(column string, stored *string) *string {
		if stored == nil {
			return nil
		}
		clear, err := c.keys.DecryptStored(*stored)
		if err != nil {
			c.logger.Error("a column cannot be decrypted with the keys of this installation",
				"table", "zato_sso_user", "column", column, "user_id", row.UserID)
			return nil
		}
		return &clear
	}
	user := sso.User{
		UserID:                  row.UserID,
		Username:                row.Username,
		Email:                   open("email", row.Email),
		DisplayName:             row.DisplayName,
		FirstName:               row.FirstName,
		MiddleName:              row.MiddleName,
		LastName:                row.LastName,
		IsTOTPEnabled:           row.IsTOTPEnabled,
		TOTPLabel:               open("totp_label", row.TOTPLabel),
		IsActive:                row.IsActive,
		IsApprovalNeeded:        row.ApprovalStatus != sso.ApprovalApproved,
		IsInternal:              row.IsInternal,
		IsSuperUser:             row.IsSuperUser,
		IsLocked:                row.IsLocked,
		LockedTime:              row.LockedTime,
		LockedBy:                row.LockedBy,
		CreationCtx:             &row.CreationCtx,
		ApprovalStatus:          row.ApprovalStatus,
		ApprovalStatusModTime:   row.ApprovalStatusTime,
		ApprovalStatusModBy:     row.ApprovalStatusBy,
		PasswordExpiry:          row.PasswordExpiry,
		PasswordIsSet:           row.PasswordIsSet,
		PasswordMustChange:      row.PasswordMustChange,
		PasswordLastSet:         row.PasswordLastSet,
		SignUpStatus:            row.SignUpStatus,
		SignUpTime:              row.SignUpTime,
		IsRateLimitActive:       row.IsRateLimitActive,
		RateLimitType:           row.RateLimitType,
		RateLimitDef:            row.RateLimitDef,
		RateLimitCheckParentDef: row.RateLimitCheckParent,
	}
	if user.TOTPLabel != nil && *user.TOTPLabel == noLabel {
		user.TOTPLabel = nil
	}
	if reader == sso.AsTrusted {
		user.TOTPKey = open("totp_key", row.TOTPKey)
	}
	return sso.SeenBy(user, reader)
}
