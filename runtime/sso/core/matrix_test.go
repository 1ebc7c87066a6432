package core_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/totp"
)

// The permission matrix: who may make which call, and what he is told who may
// not. Callers are the columns, calls the rows.

// party is who makes a call, and on whom.
type party struct {
	name     string
	isSuper  bool
	onOther  bool // the call is about somebody else
	app      string
	addr     string
	prepare  map[string]any          // what is done to the caller once he has a session
	ust      func(ust string) string // what he sends instead of it
	later    time.Duration           // when he makes the call
	standard string                  // what a call that needs a session answers
	rights   func(rights) string     // or where to look up what it answers
}

// rights are the answers of a call to those who have a good session.
type rights struct {
	self, other, superSelf, superOther string
}

var (
	everyone  = rights{}
	superUser = rights{"E005001", "E005001", "", ""}

	// trusting is what a call answers that asks for no session, because trusted
	// code alone can make it.
	trusting = map[string]string{
		"no UST": "", "garbage": "", "expired": "", "locked": "", "unapproved": "", "not confirmed": "", "expired password": "",
		"forbidden address": "", "super-user, forbidden address": "",
	}
)

var parties = []party{
	{name: "regular on self", rights: func(r rights) string { return r.self }},
	{name: "regular on another", onOther: true, rights: func(r rights) string { return r.other }},
	{name: "super-user on self", isSuper: true, rights: func(r rights) string { return r.superSelf }},
	{name: "super-user on another", isSuper: true, onOther: true, rights: func(r rights) string { return r.superOther }},
	{name: "must change", prepare: map[string]any{"password_must_change": true}, rights: func(r rights) string { return r.self }},
	{name: "no UST", ust: func(string) string { return "" }, standard: "E007001"},
	{name: "garbage", ust: func(string) string { return "gAAAAABgarbage" }, standard: "E007001"},
	{name: "expired", later: 61 * time.Minute, standard: "E007001"},
	{name: "locked", prepare: map[string]any{"is_locked": true}, standard: "E007001"},
	{name: "unapproved", prepare: map[string]any{"approval_status": "before_decision"}, standard: "E007001"},
	{name: "not confirmed", prepare: map[string]any{"sign_up_status": "before_confirmation"}, standard: "E005003"},
	{name: "expired password", prepare: map[string]any{"password_expiry": time.Unix(0, 0)}, standard: "E003004"},
	{name: "wrong app", app: "NOPE", standard: "E004001"},
	{name: "super-user, wrong app", isSuper: true, onOther: true, app: "NOPE", standard: "E004001"},
	{name: "forbidden address", addr: "192.168.1.1", standard: "E005001"},
	{name: "super-user, forbidden address", isSuper: true, onOther: true, addr: "192.168.1.1", standard: "E005001"},
}

// someone is a user of the matrix.
type someone struct{ id, name, ust string }

// row is a call. differs holds the answers of calls that need no session.
type row struct {
	rights  rights
	differs map[string]string // caller → answer
	call    func(t *testing.T, env *ssotest.Env, call sso.Call, self, target someone) error
}

const nextPassword = "Another-Fine-Phrase-7"

// matrix has a row for every method of sso.Core.
var matrix = map[string]row{
	"CreateUser": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		_, err := env.Core.CreateUser(t.Context(), call, sso.NewUser{Username: "new-" + self.name})
		return err
	}},
	"CurrentUser": {rights: everyone, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		user, err := env.Core.CurrentUser(t.Context(), call, false)
		return expect(err, user.UserID, self.id)
	}},
	"UserByUsername": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		user, err := env.Core.UserByUsername(t.Context(), call, target.name, false)
		if err != nil {
			return err
		}
		return expect(nil, user.UserID, target.id)
	}},
	"UserByID": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		user, err := env.Core.UserByID(t.Context(), call, target.id, false)
		return expect(err, user.Username, target.name)
	}},
	"UpdateCurrentUser": {rights: everyone, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, _ someone) error {
		return env.Core.UpdateCurrentUser(t.Context(), call, sso.PatchFromMap(map[string]any{"display_name": "x"}))
	}},
	"UpdateUserByID": {rights: rights{"E005001", "E008002", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.UpdateUserByID(t.Context(), call, target.id, sso.PatchFromMap(map[string]any{"display_name": "x"}))
	}},
	"Search": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		result, err := env.Core.Search(t.Context(), call, sso.SearchCriteria{UserID: target.id})
		return expect(err, fmt.Sprint(result.Total), "1")
	}},
	"LockUser": {rights: rights{"E005001", "E005001", "E008001", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.LockUser(t.Context(), call, target.id)
	}},
	"UnlockUser": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.UnlockUser(t.Context(), call, target.id)
	}},
	"ApproveUser": {rights: rights{"E008002", "E008002", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.ApproveUser(t.Context(), call, target.id)
	}},
	"RejectUser": {rights: rights{"E008002", "E008002", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.RejectUser(t.Context(), call, target.id)
	}},
	"DeleteUserByID": {rights: rights{"E005001", "E005001", "E008001", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.DeleteUserByID(t.Context(), call, target.id)
	}},
	"DeleteUserByUsername": {rights: rights{"E005001", "E005001", "E008001", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.DeleteUserByUsername(t.Context(), call, target.name)
	}},
	"ChangePassword": {rights: rights{"", "E008002", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, target someone) error {
		change := sso.PasswordChange{UserID: target.id, NewPassword: nextPassword}
		if self == target {
			change.OldPassword = ssotest.Password
		}
		return env.Core.ChangePassword(t.Context(), call, change)
	}},
	"SetPassword": {rights: everyone, differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.SetPassword(t.Context(), call, sso.PasswordChange{UserID: target.id, NewPassword: nextPassword})
	}},
	"ResetTOTPKey": {rights: rights{"", "E008002", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		key, err := env.Core.ResetTOTPKey(t.Context(), call, target.id, sso.Some(""), sso.Null[string]())
		return expect(err, fmt.Sprint(len(key) >= 16), "true")
	}},
	"Login": {
		differs: map[string]string{
			"regular on another": "E005001", "super-user on another": "E005001", "must change": "E003007", "no UST": "", "garbage": "",
			"expired": "", "locked": "E005002", "unapproved": "E005001",
		},
		call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, target someone) error {
			password := ssotest.Password
			if self != target {
				password = "not-the-password"
			}
			info, err := env.Core.Login(t.Context(), call, sso.LoginRequest{Username: target.name, Password: password})
			return expect(err, info.UserID, target.id)
		},
	},
	"Signup": {differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		_, err := env.Core.Signup(t.Context(), call, newcomer(self))
		return err
	}},
	"ConfirmSignup": {differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		token, err := env.Core.Signup(t.Context(), ssotest.Call(""), newcomer(self))
		if err != nil {
			t.Fatal(err)
		}
		return env.Core.ConfirmSignup(t.Context(), call, token)
	}},
	"CreateResetToken": {differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.CreateResetToken(t.Context(), call, target.name)
	}},
	"AccessResetToken": {differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		key, err := env.Core.AccessResetToken(t.Context(), call, resetToken(t, env, self))
		return expect(err, fmt.Sprint(key != ""), "true")
	}},
	"ChangeResetPassword": {differs: trusting, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, _ someone) error {
		token := resetToken(t, env, self)
		key, err := env.Core.AccessResetToken(t.Context(), ssotest.Call(""), token)
		if err != nil {
			t.Fatal(err)
		}
		return env.Core.ChangeResetPassword(t.Context(), call, sso.ResetPasswordChange{NewPassword: nextPassword, Token: token, ResetKey: key})
	}},
	"ValidateTOTPCode": {rights: everyone, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, target someone) error {
		key, err := env.Keys.Decrypt(*env.Row(target.id).TOTPKey)
		if err != nil {
			t.Fatal(err)
		}
		code, err := totp.Code(string(key), env.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if self == target {
			return env.Core.ValidateTOTPCode(t.Context(), call, code, "")
		}
		call.UST = ""
		return env.Core.ValidateTOTPCode(t.Context(), call, code, target.name)
	}, differs: map[string]string{"super-user, forbidden address": ""}},
	"UserByLinkedAuth": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		user, err := env.Core.UserByLinkedAuth(t.Context(), call, sso.AuthBasic, linked(t, env, target), false)
		return expect(err, user.UserID, target.id)
	}},
	"LinkedAuth": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		linked(t, env, target)
		links, err := env.Core.LinkedAuth(t.Context(), call, target.id)
		return expect(err, fmt.Sprint(len(links)), "1")
	}},
	"CreateLinkedAuth": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.CreateLinkedAuth(t.Context(), call, sso.NewLink{UserID: target.id, AuthType: sso.AuthBasic, AuthUsername: definition(env, target), IsActive: true})
	}},
	"DeleteLinkedAuth": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.DeleteLinkedAuth(t.Context(), call, target.id, sso.AuthBasic, linked(t, env, target))
	}},
	"ExternalSession": {
		differs: map[string]string{
			"no UST": "", "garbage": "", "expired": "", "must change": "E003007", "locked": "E005002", "unapproved": "E005004",
			"forbidden address": "E005001", "super-user, forbidden address": "",
		},
		call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
			auth := sso.ExternalAuth{Type: sso.AuthBasic, ID: definitionID(env, linked(t, env, target))}
			ust, err := env.Core.ExternalSession(t.Context(), call, auth)
			return expect(err, fmt.Sprint(ust != ""), "true")
		},
	},
	"Logout": {rights: everyone, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, _ someone) error {
		return env.Core.Logout(t.Context(), call)
	}},
	"Session": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		session, err := env.Core.Session(t.Context(), call, target.ust)
		return expect(err, session.AuthPrincipal, target.name)
	}},
	"VerifySession": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		isValid, err := env.Core.VerifySession(t.Context(), call, target.ust)
		return expect(err, fmt.Sprint(isValid), "true")
	}},
	"RenewSession": {rights: everyone, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, _ someone) error {
		_, err := env.Core.RenewSession(t.Context(), call)
		return err
	}},
	"Sessions": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, self, target someone) error {
		list := sso.SessionList{UST: call.UST}
		if self != target {
			list = sso.SessionList{CurrentUST: call.UST, TargetUST: target.ust}
		}
		sessions, err := env.Core.Sessions(t.Context(), call, list)
		return expect(err, fmt.Sprint(len(sessions)), "1")
	}},
	"ListAudit": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		result, err := env.Core.ListAudit(t.Context(), call, sso.AuditFromMap(map[string]any{"actor": target.name, "op": sso.OpLogin}))
		return expect(err, fmt.Sprint(len(result.Entries)), "1")
	}},
	"ExportAudit": {rights: superUser, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		lines := 0
		err := env.Core.ExportAudit(t.Context(), call, sso.AuditFromMap(map[string]any{"actor": target.id, "op": sso.OpLogin}),
			func(entries []sso.AuditEntry) error { lines += len(entries); return nil })
		return expect(err, fmt.Sprint(lines), "1")
	}},
	"WriteAttributes": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		change := []sso.AttributeChange{{Name: "x", Value: sso.Some[any]("y")}}
		if err := env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{UserID: target.id}, sso.CreateAttribute, change); err != nil {
			return err
		}
		return env.Core.WriteAttributes(t.Context(), call, sso.AttributeOwner{TargetUST: target.ust}, sso.SetAttribute, change)
	}},
	"DeleteAttributes": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		return env.Core.DeleteAttributes(t.Context(), call, sso.AttributeOwner{UserID: target.id}, []string{"x"})
	}},
	"Attributes": {rights: rights{"", "E005001", "", ""}, call: func(t *testing.T, env *ssotest.Env, call sso.Call, _, target someone) error {
		_, err := env.Core.Attributes(t.Context(), call, sso.AttributeOwner{TargetUST: target.ust}, sso.AttributeQuery{Decrypt: true})
		return err
	}},
}

// newcomer is a sign-up that may be.
func newcomer(self someone) sso.Signup {
	name := "new-" + self.name
	return sso.Signup{Username: name, Password: ssotest.Password, Email: sso.Some(name + "@example.com")}
}

// resetToken returns a token of a password reset of somebody who has no other
// fault.
func resetToken(t *testing.T, env *ssotest.Env, self someone) string {
	id := env.User(self.name+"-forgetful", nil)
	if err := env.Core.CreateResetToken(t.Context(), ssotest.Call(""), self.name+"-forgetful"); err != nil {
		t.Fatal(err)
	}
	return tokens(env, id)[0]
}

// linked links somebody to a security definition of his own, and returns its
// username.
func linked(t *testing.T, env *ssotest.Env, target someone) string {
	username := definition(env, target)
	err := env.Core.CreateLinkedAuth(t.Context(), ssotest.Trusted(),
		sso.NewLink{UserID: target.id, AuthType: sso.AuthBasic, AuthUsername: username, IsActive: true})
	if err != nil {
		t.Fatal(err)
	}
	return username
}

// definition makes a security definition for somebody, and returns its username.
func definition(env *ssotest.Env, target someone) string {
	username := "of-" + target.name
	env.Definitions[sso.AuthBasic][int64(len(env.Definitions[sso.AuthBasic])+1)] = username
	return username
}

func definitionID(env *ssotest.Env, username string) int64 {
	for id, name := range env.Definitions[sso.AuthBasic] {
		if name == username {
			return id
		}
	}
	return 0
}

// expect turns an answer that is not the right one into an error.
func expect(err error, got, want string) error {
	if err == nil && got != want {
		return fmt.Errorf("answered %q, want %q", got, want)
	}
	return err
}

func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	contract := reflect.TypeFor[sso.Core]()
	for i := range contract.NumMethod() {
		method := contract.Method(i)
		hasCaller := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[sso.Call]()
		if hasCaller && matrix[method.Name].call == nil {
			t.Errorf("the permission matrix has no row for %s", method.Name)
		}
	}
	ssotest.Each(t, func(cfg *core.Config) {
		cfg.Apps.SignupAllowed = []string{"CRM"}
		cfg.UserAddressList = map[string][]string{}
		for name := range matrix {
			for _, c := range parties {
				if c.addr != "" {
					cfg.UserAddressList[c.username(name)] = []string{ssotest.Addr}
				}
			}
		}
	}, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("root-of-all")
		for name, row := range matrix {
			for _, c := range parties {
				t.Run(name+"/"+c.name, func(t *testing.T) { c.run(t, env, name, row) })
			}
		}
	})
}

func (c party) username(call string) string {
	return strings.ReplaceAll(call+"-"+c.name, " ", "-")
}

func (c party) run(t *testing.T, env *ssotest.Env, name string, row row) {
	person := func(name string, isSuper bool) someone {
		id := env.User(name, func(user *sso.NewUser) { user.IsSuperUser = isSuper })
		return someone{id, name, env.Login(name)}
	}
	self := person(c.username(name), c.isSuper)
	target := self
	if c.onOther {
		target = person(self.name+"-other", false)
	}
	if c.prepare != nil {
		root := ssotest.Call(env.Login("root-of-all"))
		if err := env.Core.UpdateUserByID(t.Context(), root, self.id, sso.PatchFromMap(c.prepare)); err != nil {
			t.Fatal(err)
		}
	}
	call := ssotest.Call(self.ust)
	if c.ust != nil {
		call.UST = c.ust(self.ust)
	}
	if c.app != "" {
		call.App = c.app
	}
	if c.addr != "" {
		call.RemoteAddr = c.addr
	}
	env.Clock.Forward(c.later)
	want := c.standard
	if c.rights != nil {
		want = c.rights(row.rights)
	}
	if differs, ok := row.differs[c.name]; ok {
		want = differs
	}
	if got := codeOf(row.call(t, env, call, self, target)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
