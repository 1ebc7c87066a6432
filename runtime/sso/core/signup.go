package core

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Signup signs a user up (section 5 of the specification) and returns the token
// that confirms it.
//
// What depends on other users is decided last, and no earlier than a password
// has been hashed: refusals that may not be told cost the same whatever was
// refused. Then come the services of sso.signup.callback_service_list, after the
// commit.
func (c *Core) Signup(ctx context.Context, call sso.Call, signup sso.Signup) (string, error) {
	op, err := c.begin(sso.OpSignup, call, false)
	var row *store.User
	if err == nil {
		row, err = op.signUp(ctx, signup)
	}
	if err := op.finish(ctx, c.hideSignup(err), true); err != nil {
		return "", err
	}
	c.tellOfSignup(ctx, call, &signup, row)
	return row.SignUpConfirmToken, nil
}

func (op *operation) signUp(ctx context.Context, signup sso.Signup) (*store.User, error) {
	c := op.core
	refused := op.checkSignup(ctx, &signup)
	if refused != nil && !c.isHiddenAtSignup(refused) {
		return nil, refused
	}
	hash, err := c.hasher.Hash(ctx, signup.Password)
	if err != nil && (refused == nil || ctx.Err() != nil) {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	user := sso.NewUser{
		Username: signup.Username, Password: signup.Password, Email: signup.Email,
		SignUpStatus: sso.SignUpBeforeConfirmation,
	}
	if err := c.checkNewUser(&user); err != nil {
		return nil, err
	}
	row := c.newRow(&user, hash)
	row.CreationCtx = signupCtx(op.call, &signup)
	taken := store.Taken{Username: user.Username}
	if email, _ := user.Email.Get(); email != "" {
		taken.Email, taken.EmailDigests = email, c.emailDigests(email)
	}
	err = op.change(ctx, store.Lookup{Taken: &taken}, func(found store.Found, now time.Time) ([]store.Change, error) {
		switch {
		case found.UsernameTaken:
			return nil, errUsernameTaken
		case found.EmailTaken:
			return nil, refuse(sso.EmailExists, "the e-mail is taken")
		}
		c.stamp(row, "auto", now)
		op.entry.Target = row.UserID
		return []store.Change{store.InsertUser{User: row}}, nil
	})
	if err != nil {
		op.entry.Target = ""
	}
	if errors.Is(err, store.ErrUsernameTaken) { // by one who was quicker
		err = errUsernameTaken
	}
	return row, err
}

var errUsernameTaken = refuse(sso.UsernameExists, "the username is taken")

// signupCtx tells whoever decides on the user what was signed up to.
func signupCtx(call sso.Call, signup *sso.Signup) string {
	return jsonText(map[string]any{"current_app": call.App, "app_list": listOf(signup.Apps)})
}

// listOf makes JSON's [] of no list.
func listOf(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// toldAtSignup reports whether the configuration lets a code of a refused
// sign-up be told.
func (c *Core) toldAtSignup(code sso.Code) bool {
	told := &c.cfg.Signup
	switch code {
	case sso.UsernameExists:
		return told.InformIfUserExists
	case sso.EmailExists:
		return told.InformIfEmailExists
	case sso.AppInvalid, sso.AppNoSignup:
		return c.cfg.Apps.InformIfAppInvalid
	}
	switch {
	case strings.HasPrefix(string(code), "E001"):
		return told.InformIfUserInvalid
	case strings.HasPrefix(string(code), "E002"):
		return told.InformIfEmailInvalid
	case strings.HasPrefix(string(code), "E003"):
		return c.cfg.Password.InformIfInvalid
	}
	return true
}

// isHiddenAtSignup reports whether a refusal has a code that may not be told.
func (c *Core) isHiddenAtSignup(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && slices.ContainsFunc(refused.codes, func(code sso.Code) bool { return !c.toldAtSignup(code) })
}

// hideSignup marks a refusal that may not be told as such.
func (c *Core) hideSignup(err error) error {
	var refused *refusal
	if !errors.As(err, &refused) {
		return err
	}
	marked := *refused
	return marked.hiddenUnless(!c.isHiddenAtSignup(err))
}

// ConfirmSignup makes the sign-up final that a token came from.
func (c *Core) ConfirmSignup(ctx context.Context, call sso.Call, token string) error {
	op, err := c.begin(sso.OpConfirmSignup, call, false)
	if err == nil && (token == "" || !isPlainText(token)) {
		err = errNoSignupToken
	}
	if err != nil {
		return op.finish(ctx, err, false)
	}
	err = op.change(ctx, store.Lookup{SignupToken: token}, func(found store.Found, now time.Time) ([]store.Change, error) {
		switch {
		case found.Target == nil:
			return nil, errNoSignupToken
		case found.Target.SignUpStatus == sso.SignUpFinal:
			return nil, refuse(sso.SignupConfirmed, "the sign-up was confirmed already")
		}
		patch := sso.UserPatch{SignUpStatus: sso.Some(sso.SignUpFinal)}
		op.entry.Keys = strings.Join(patch.Keys(), ",")
		op.entry.Changes = c.auditChanges(&patch, found.Target)
		return []store.Change{store.ConfirmSignup{PK: found.Target.PK, Time: now}}, nil
	})
	return op.finish(ctx, err, true)
}

var errNoSignupToken = refuse(sso.NoSuchSignupToken, "there is no such sign-up token")
