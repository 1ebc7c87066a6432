package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// BuiltInValidator is the name, in sso.user_validation.service, of the rules of
// sign-up that are not those of all users. No service has it.
const BuiltInValidator = "zato.sso.signup.validate"

// checkSignup decides whether a sign-up may be, as far as that does not depend
// on other users: by the applications, by the rules of all users, and by the
// validators in their order.
func (op *operation) checkSignup(ctx context.Context, signup *sso.Signup) error {
	c := op.core
	if !slices.Contains(c.cfg.Apps.SignupAllowed, op.call.App) {
		return refuse(sso.AppNoSignup, "sso.apps.signup_allowed does not list %q", printable(op.call.App))
	}
	if err := signup.Problem(); err != nil {
		return refuse(sso.InvalidInput, "%v", err)
	}
	for _, app := range signup.Apps {
		if !slices.Contains(c.cfg.Apps.All, app) {
			return refuse(sso.AppInvalid, "app_list has an unknown application %q", printable(app))
		}
	}
	if err := c.checkValues(&sso.UserPatch{Username: sso.Some(signup.Username)}); err != nil {
		return err
	}
	if err := c.checkValues(&sso.UserPatch{Email: signup.Email}); err != nil {
		return err
	}
	if err := c.checkPassword(signup.Password, namesOfNew(&sso.NewUser{Username: signup.Username, Email: signup.Email})...); err != nil {
		return err
	}
	for _, name := range c.cfg.UserValidation.Services {
		if name == BuiltInValidator {
			if err := c.validateSignup(signup); err != nil {
				return err
			}
			continue
		}
		if err := op.askValidator(ctx, name, signup); err != nil {
			return err
		}
	}
	return nil
}

// validateSignup is the built-in validator.
func (c *Core) validateSignup(signup *sso.Signup) error {
	email, _ := signup.Email.Get()
	switch {
	case containsAny(signup.Username, c.cfg.UserValidation.RejectUsername):
		return refuse(sso.UsernameInvalid, "username contains what sso.user_validation.reject_username forbids")
	case email == "" && c.cfg.Signup.IsEmailRequired:
		return refuse(sso.EmailMissing, "email is missing, which sso.signup.is_email_required asks for")
	case containsAny(email, c.cfg.UserValidation.RejectEmail):
		return refuse(sso.EmailInvalid, "email contains what sso.user_validation.reject_email forbids")
	}
	return nil
}

// containsAny reports whether a text contains one of others, whatever the case.
func containsAny(text string, others []string) bool {
	lower := strings.ToLower(text)
	return slices.ContainsFunc(others, func(other string) bool {
		return other != "" && strings.Contains(lower, strings.ToLower(other))
	})
}

// verdict is what a validator answers.
type verdict struct {
	IsValid   *bool `json:"is_valid"`
	SubStatus codes `json:"sub_status"`
}

// codes is a list of codes, or one of them.
type codes []sso.Code

var codeForm = regexp.MustCompile(`^[EW][0-9]{6}$`)

// UnmarshalJSON implements json.Unmarshaler.
func (c *codes) UnmarshalJSON(text []byte) error {
	var list []string
	var one *string
	if err := json.Unmarshal(text, &one); err != nil {
		if err := json.Unmarshal(text, &list); err != nil {
			return errors.New("sub_status must be a list of codes")
		}
	} else if one != nil && *one != "" {
		list = []string{*one}
	}
	for _, code := range list {
		if !codeForm.MatchString(code) {
			return fmt.Errorf("sub_status has %q, which is no code such as %s", printable(code), sso.UsernameInvalid)
		}
		*c = append(*c, sso.Code(code))
	}
	return nil
}

// askValidator asks a service about a sign-up. One that fails, or does not
// answer, lets nobody in: that is a failure of the host's, not a refusal.
func (op *operation) askValidator(ctx context.Context, name string, signup *sso.Signup) error {
	var answer verdict
	if err := op.core.runHook(ctx, name, op.call.CID, signupInput(op.call, signup), &answer); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// Its text alone: what it was to the service, it is not to the caller.
		return errors.New("sso.user_validation.service: " + err.Error())
	}
	switch {
	case answer.IsValid == nil:
		return fmt.Errorf("sso.user_validation.service: service %s did not answer whether is_valid", name)
	case *answer.IsValid:
		return nil
	case len(answer.SubStatus) == 0:
		answer.SubStatus = codes{sso.NotAllowed}
	}
	return &refusal{codes: answer.SubStatus, detail: fmt.Sprintf("service %s, of sso.user_validation.service, refused", name)}
}

// signupInput is what services see of a sign-up: all of it but the password,
// which nobody has a use for that would be worth the risk.
func signupInput(call sso.Call, signup *sso.Signup) map[string]any {
	input := map[string]any{
		"username": signup.Username, "email": nil, "app_list": listOf(signup.Apps),
		"current_app": call.App, "remote_addr": joinAddresses(call.RemoteAddr), "user_agent": call.UserAgent,
	}
	if email, ok := signup.Email.Get(); ok {
		input["email"] = email
	}
	return input
}

// tellOfSignup calls the services of sso.signup.callback_service_list in turn. The
// user is there, so they are called although the caller may have gone, each as
// long as its own time limit lets it; what fails is logged and changes nothing.
func (c *Core) tellOfSignup(ctx context.Context, call sso.Call, signup *sso.Signup, row *store.User) {
	if len(c.cfg.Signup.CallbackServices) == 0 {
		return
	}
	input := signupInput(call, signup)
	input["user_id"] = row.UserID
	input["sign_up_status"] = row.SignUpStatus
	input["approval_status"] = row.ApprovalStatus
	input["confirm_token"] = row.SignUpConfirmToken
	ctx = context.WithoutCancel(ctx)
	for _, name := range c.cfg.Signup.CallbackServices {
		if err := c.runHook(ctx, name, call.CID, input, nil); err != nil {
			c.logger.ErrorContext(ctx, "a service of sso.signup.callback_service_list failed; the user has signed up",
				"cid", tidy(call.CID), "service", name, "user_id", row.UserID, "cause", err)
		}
	}
}
