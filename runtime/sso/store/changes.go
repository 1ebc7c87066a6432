package store

import (
	"gatehouse/runtime/database"
)

// Change is one write: UpdateUser, InsertUser, DeleteUser, InsertSession,
// RenewSession, EndSession, EndSessionsOf, EndOtherSessionsOf, UseTOTPStep, ForgetTOTPSteps,
// InsertReset, UpdateReset, DropOtherResets, CountFailure, ForgetFailures,
// RememberSuccess or AddAudit.
type Change interface {
	query(sql *statements) database.Query
}

// UpdateUser writes a user's row. The row must come from the Lookup of the
// same Change, which holds its lock, so that what others wrote is not lost.
// The search columns follow the names.
type UpdateUser struct{ User *User }

// InsertUser adds a user.
type InsertUser struct{ User *User }

// InsertSession opens a session.
type InsertSession struct{ Session *Session }

// EndSession deletes one session.
type EndSession struct{ PK int64 }

// EndSessionsOf deletes all sessions of a user.
type EndSessionsOf struct{ UserPK int64 }

// EndOtherSessionsOf deletes all sessions of a user but one.
type EndOtherSessionsOf struct {
	UserPK int64
	KeepPK int64
}

// RenewSession writes a session's expiration time, latest end and state.
type RenewSession struct{ Session *Session }

// DeleteUser deletes a user, and with it all that belongs to it.
type DeleteUser struct{ PK int64 }

// UseTOTPStep records that a user's TOTP code of one time step was used. A
// second use of the step fails with ErrTOTPCodeUsed.
type UseTOTPStep struct {
	UserPK int64
	Step   int64
}

// ForgetTOTPSteps deletes the records of steps of a user before one that can
// still match.
type ForgetTOTPSteps struct {
	UserPK int64
	Before int64
}

// AddAudit adds an entry to the audit.
type AddAudit struct{ Entry *AuditEntry }

func (c UpdateUser) query(sql *statements) database.Query {
	u := c.User
	return database.Query{SQL: sql.updateUser, Args: []any{
		u.PK,
		u.Username, u.Password, u.PasswordIsSet, u.PasswordMustChange, u.PasswordLastSet, u.PasswordExpiry,
		u.IsLocked, u.LockedTime, u.LockedBy,
		u.ApprovalStatus, u.ApprovalStatusTime, u.ApprovalStatusBy, u.SignUpStatus,
		u.Email,
		u.DisplayName, u.FirstName, u.MiddleName, u.LastName,
		searchText(u.DisplayName), searchText(u.FirstName), searchText(u.MiddleName), searchText(u.LastName),
		u.IsTOTPEnabled, u.TOTPKey, u.TOTPLabel, u.EmailDigest,
	}}
}

func (c InsertUser) query(sql *statements) database.Query {
	u := c.User
	return database.Query{SQL: sql.insertUser, Args: []any{
		u.UserID, u.IsActive, u.IsInternal, u.IsSuperUser, u.IsLocked, u.LockedTime, u.CreationCtx, u.LockedBy,
		u.ApprovalStatus, u.ApprovalStatusTime, u.ApprovalStatusBy,
		u.Username, u.Password, u.PasswordIsSet, u.PasswordMustChange, u.PasswordLastSet, u.PasswordExpiry,
		u.SignUpStatus, u.SignUpTime, u.SignUpConfirmToken,
		u.Email,
		u.DisplayName, u.FirstName, u.MiddleName, u.LastName,
		searchText(u.DisplayName), searchText(u.FirstName), searchText(u.MiddleName), searchText(u.LastName),
		u.IsRateLimitActive, u.RateLimitType, u.RateLimitDef, u.RateLimitCheckParent,
		u.IsTOTPEnabled, u.TOTPKey, u.TOTPLabel, u.EmailDigest,
	}}
}

func (c InsertSession) query(sql *statements) database.Query {
	s := c.Session
	return database.Query{SQL: sql.insertSession, Args: []any{
		s.UST, s.CreationTime, s.ExpirationTime, s.RemoteAddr, s.UserAgent, s.AuthType, s.AuthPrincipal, s.State, s.UserPK, s.ExternalID, s.NotAfter,
	}}
}

func (c EndSession) query(sql *statements) database.Query {
	return database.Query{SQL: sql.endSession, Args: []any{c.PK}}
}

func (c EndSessionsOf) query(sql *statements) database.Query {
	return database.Query{SQL: sql.endSessionsOf, Args: []any{c.UserPK}}
}

func (c EndOtherSessionsOf) query(sql *statements) database.Query {
	return database.Query{SQL: sql.endOtherSessionsOf, Args: []any{c.UserPK, c.KeepPK}}
}

func (c RenewSession) query(sql *statements) database.Query {
	return database.Query{SQL: sql.renewSession, Args: []any{c.Session.PK, c.Session.ExpirationTime, c.Session.State, c.Session.NotAfter}}
}

func (c DeleteUser) query(sql *statements) database.Query {
	return database.Query{SQL: sql.deleteUser, Args: []any{c.PK}}
}

func (c UseTOTPStep) query(sql *statements) database.Query {
	return database.Query{SQL: sql.useTOTPStep, Args: []any{c.UserPK, c.Step}}
}

func (c ForgetTOTPSteps) query(sql *statements) database.Query {
	return database.Query{SQL: sql.forgetTOTPSteps, Args: []any{c.UserPK, c.Before}}
}

func (c AddAudit) query(sql *statements) database.Query {
	e := c.Entry
	return database.Query{SQL: sql.addAudit, Args: []any{
		e.Time, e.CID, e.Op, e.Actor, e.Target, e.App, e.RemoteAddr, e.UserAgent, e.Result, e.SubStatus, e.Keys, e.Changes,
	}}
}

// columns returns where the columns of a SELECT of userColumns go.
func (u *User) columns() []any {
	return []any{
		&u.PK, &u.UserID, &u.IsActive, &u.IsInternal, &u.IsSuperUser, &u.IsLocked, &u.LockedTime, &u.CreationCtx,
		&u.LockedBy, &u.ApprovalStatus, &u.ApprovalStatusTime, &u.ApprovalStatusBy, &u.Username, &u.Password,
		&u.PasswordIsSet, &u.PasswordMustChange, &u.PasswordLastSet, &u.PasswordExpiry, &u.SignUpStatus, &u.SignUpTime,
		&u.Email, &u.DisplayName, &u.FirstName, &u.MiddleName, &u.LastName, &u.IsRateLimitActive, &u.RateLimitType,
		&u.RateLimitDef, &u.RateLimitCheckParent, &u.IsTOTPEnabled, &u.TOTPKey, &u.TOTPLabel, &u.EmailDigest,
	}
}

// columns returns where the columns of a SELECT of sessionColumns go.
func (s *Session) columns() []any {
	return []any{
		&s.PK, &s.UST, &s.CreationTime, &s.ExpirationTime, &s.RemoteAddr, &s.UserAgent, &s.AuthType, &s.AuthPrincipal,
		&s.ExternalID, &s.State, &s.UserPK, &s.NotAfter,
	}
}
