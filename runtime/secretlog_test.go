package runtime_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/runtime/sso/ssotest"
)

// logsAll logs what has a password or a UST in it, as scripts nest it.
const logsAll = `package services

import (
	"fmt"

	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

type Everything struct{ service.Service }

type job struct {
	Name    string
	request sso.LoginOptions
	Again   *sso.LoginOptions
}

type tree struct {
	Name    string
	Kids    []tree
	request sso.LoginOptions
}

type colour int

func (colour) String() string { return "red" }

type fault struct{ Code int }

func (fault) Error() string { return "a fault" }

func (self *Everything) Handle() error {
	password := self.Request.Get("password", "")
	info, err := self.SSO.User.Login(self.CID, "jane", password, "CRM", "127.0.0.1", "")
	if err != nil {
		return err
	}
	sessions, err := self.SSO.User.Session.GetList(self.CID, info.UST, "", "", "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	user, err := self.SSO.User.GetCurrentUser(self.CID, info.UST, "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	request := sso.LoginOptions{NewPassword: password}
	self.Logger.Info("alone", "info", info, "pointer", &info, "session", sessions[0], "user", user, "attr", user.Attr, "api", self.SSO, "request", request)
	self.Logger.Info("nested", "sessions", sessions, "requests", []sso.LoginOptions{request}, "pointers", []*sso.LoginOptions{&request},
		"byName", map[string]sso.LoginOptions{"jane": request}, "any", []any{info, request, map[string]any{"session": sessions[0]}},
		"array", [1]sso.LoginOptions{request}, "users", []any{user})
	self.Logger.Info("fields", "job", job{"login", request, &request}, "jobs", []job{{"login", request, nil}}, "pointer", &job{"login", request, nil},
		"jobsByName", map[string]*job{"a": {"login", request, &request}})
	var err2 error = fault{7}
	self.Logger.Info("beside", "tree", tree{"root", []tree{{Name: "leaf", request: request}}, request}, "keys", map[any]any{"a": request},
		"list", []any{request, colour(3), err2, map[string]any(nil), []int(nil)})
	self.Logger.With("requests", []any{request}).WithGroup("g").Info("with", "requests", []any{request})
	self.Logger.Info(fmt.Sprint(info, sessions, request, user) + fmt.Sprintf("%v %+v %#v", sessions, []any{request, user}, &info))
	self.Response.Payload = service.Dict{"info": info, "sessions": sessions}
	return nil
}
`

// TestSecretsStayOutOfTheLog has a script log them in every way, as text and as
// JSON; answers have them.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	onEveryStore(t, options{services: map[string]string{"log.go": logsAll}, jsonLog: true}, func(t *testing.T, h *host) {
		h.user("jane", nil)
		got := h.invoke("log.everything", map[string]any{"password": ssotest.Password})
		info, _ := got.json["info"].(map[string]any)
		sessions, _ := got.json["sessions"].([]any)
		ust, _ := info["ust"].(string)
		if got.status != 200 || !strings.HasPrefix(ust, "gAAAA") || len(sessions) != 2 || !strings.HasPrefix(sessions[0].(map[string]any)["ust"].(string), "gAAAA") {
			t.Fatalf("%v\n%s", got, h.log.String())
		}
		log := h.log.String()
		for _, secret := range []string{ssotest.Password, "gAAAA", url.QueryEscape(ssotest.Password)} {
			for line := range strings.Lines(log) {
				if strings.Contains(line, secret) {
					t.Errorf("%.10s is in the log: %s", secret, line)
				}
			}
		}
		for _, beside := range []string{`"requests":["sso.LoginOptions{…}"]`, `"byName":{"jane":"sso.LoginOptions{…}"}`, `"Name":"login"`, "Name:login",
			`"auth_principal":"jane"`, `"ust":"…"`, "ust:…", "request:sso.LoginOptions{…}",
			`"tree":{"Kids":[{"Kids":null,"Name":"leaf"}],"Name":"root"}`, `"keys":{"a":"sso.LoginOptions{…}"}`, `"list":["sso.LoginOptions{…}",3,{"Code":7},null,null]`,
			`list="[sso.LoginOptions{…} red a fault map[] []]"`} {
			if !strings.Contains(log, beside) {
				t.Errorf("%s is not in the log: %s", beside, log)
			}
		}
	})
}
