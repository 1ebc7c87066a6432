package runtime_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// configured adds sections in YAML to a configuration that was begun.
func configured(t *testing.T, text string) func(*runtime.Config) {
	t.Helper()
	path := configFile(t, text)
	return func(cfg *runtime.Config) {
		loaded, err := runtime.LoadConfig(path)
		if err != nil {
			t.Fatal(err)
		}
		loaded.Listen, loaded.Data, loaded.Database, loaded.Services = cfg.Listen, cfg.Data, cfg.Database, cfg.Services
		*cfg = loaded
	}
}

const hooksConfig = `
sso:
  hash_secret: {algorithm: pbkdf2-sha512, rounds: 1000}
  apps: {signup_allowed: [CRM]}
  session: {expiry_hook: expiry.expiry}
  signup: {callback_service_list: [welcome.fail, welcome.welcome]}
  user_validation: {service: [zato.sso.signup.validate, validate.validate]}
`

// hookScripts are services that the configuration names, and one that signs
// up itself.
var hookScripts = map[string]string{
	"validate.go": script("Validate", "strings", `
	self.Logger.Info("validating", "input", self.Request.Raw)
	if strings.HasSuffix(self.Request.Get("email", ""), "@example.com") {
		self.Response.Payload = service.Dict{"is_valid": true}
		return nil
	}
	self.Response.Payload = service.Dict{"is_valid": false, "sub_status": []string{"E900001"}}
	return nil`),
	"welcome.go": `package services

import "gatehouse/runtime/service"

type Welcome struct{ service.Service }

func (self *Welcome) Handle() error {
	return self.SSO.User.ConfirmSignup(self.CID, self.Request.Get("confirm_token", ""), "CRM", "127.0.0.1")
}

type Fail struct{ service.Service }

func (self *Fail) Handle() error { panic("no mail goes out") }
`,
	"expiry.go": script("Expiry", "errors", `
	switch self.Request.Get("username", "") {
	case "brief":
		self.Response.Payload = service.Dict{"expiry": 5}
	case "wrong":
		self.Response.Payload = service.Dict{"expiry": "a while"}
	case "failing":
		return errors.New("no lifetime today")
	default:
		self.Response.Payload = service.Dict{"expiry": self.Request.Input["default_expiry"]}
	}
	return nil`),
	"signup.go": script("Signup", "", `
	token, err := self.SSO.User.Signup(self.CID, self.Request.Input, "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	self.Response.Payload = service.Dict{"token": token}
	return nil`),
}

// TestHooks has interpreted services decide on sign-ups and sessions, over
// REST and from services.
func TestHooks(t *testing.T) {
	t.Parallel()
	o := options{services: hookScripts, change: configured(t, hooksConfig)}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		signUp := func(username, email string) answer {
			return h.send(http.MethodPost, "/zato/sso/user/signup",
				fmt.Sprintf(`{"current_app": "CRM", "username": %q, "password": %q, "email": %q}`, username, ssotest.Password, email))
		}
		got := signUp("over-rest", "rest@example.com")
		if got.status != 200 || len(fmt.Sprint(got.json["confirm_token"])) != 32 {
			t.Fatalf("%v", got)
		}
		token := fmt.Sprint(got.json["confirm_token"])
		if got := signUp("elsewhere", "rest@example.org"); got.status != 403 || !reflect.DeepEqual(got.json["sub_status"], []any{"E900001"}) {
			t.Errorf("a validator refused: %v", got)
		}
		input := map[string]any{"username": "from-service", "password": ssotest.Password, "email": "service@example.com", "app_list": []string{"CRM"}}
		if got := h.invoke("signup.signup", input); got.status != 200 || len(fmt.Sprint(got.json["token"])) != 32 {
			t.Errorf("from a service: %v", got)
		}
		if got := h.invoke("signup.signup", input); got.status != 403 || !reflect.DeepEqual(got.json["sub_status"], []any{"E005001"}) {
			t.Errorf("a second time: %v", got)
		}
		for _, username := range []string{"over-rest", "from-service"} { // the callback has confirmed them
			user, err := h.sso.SSO().UserByUsername(t.Context(), ssotest.Trusted(), username, false)
			if err != nil || user == nil || user.SignUpStatus != "final" || user.ApprovalStatus != "before_decision" {
				t.Errorf("%s: %+v, %v", username, user, err)
			}
		}
		for username, minutes := range map[string]int{"brief": 5, "wrong": 60, "failing": 60, "other": 60} {
			_, ust := h.user(username, nil)
			sessions, err := h.sso.SSO().Sessions(t.Context(), ssotest.Call(ust), sso.SessionList{UST: ust})
			if err != nil || len(sessions) != 1 {
				t.Fatalf("%s: %v, %v", username, sessions, err)
			}
			if got := sessions[0].ExpirationTime.Sub(sessions[0].CreationTime); got != time.Duration(minutes)*time.Minute {
				t.Errorf("%s: %v", username, got)
			}
		}
		log := h.log.String()
		for _, wanted := range []string{"no mail goes out", "no lifetime today", `msg=validating`, "must be a whole number of minutes"} {
			if !strings.Contains(log, wanted) {
				t.Errorf("the log does not tell: %s", wanted)
			}
		}
		if strings.Contains(log, ssotest.Password) || strings.Contains(log, token) {
			t.Error("a password or a token was logged")
		}
	})
}

// TestSlowHook has a hook run into its time limit: the login goes on without.
func TestSlowHook(t *testing.T) {
	t.Parallel()
	change := configured(t, hooksConfig)
	h := start(t, options{
		services: map[string]string{"expiry.go": script("Expiry", "", `
	<-self.Context().Done()
	self.Response.Payload = service.Dict{"expiry": 5}
	return nil`)},
		change: func(cfg *runtime.Config) {
			change(cfg)
			cfg.Services.Timeouts = map[string]time.Duration{"expiry.expiry": 100 * time.Millisecond}
		},
	})
	h.user("jane", nil)
	session, err := h.sso.SSO().Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: "jane", Password: ssotest.Password})
	if err != nil || session.ExpirationTime.Sub(session.CreationTime) != time.Hour {
		t.Errorf("%+v, %v", session, err)
	}
}

// TestHooksNeedNoTurn has as many services sign up at once as there are
// interpreters: their hooks, in the same directory, do not wait for one.
func TestHooksNeedNoTurn(t *testing.T) {
	t.Parallel()
	change := configured(t, hooksConfig)
	h := start(t, options{services: hookScripts, change: func(cfg *runtime.Config) {
		change(cfg)
		cfg.Services.PoolSize, cfg.Services.Timeout = 1, 2*time.Minute
	}})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			name := fmt.Sprintf("user-%d", i)
			got := h.invoke("signup.signup", map[string]any{"username": name, "password": ssotest.Password, "email": name + "@example.com"})
			if got.status != 200 {
				t.Errorf("%s: %v", name, got)
			}
		})
	}
	wg.Wait()
}

// endless signs up in its own validator.
type endless struct{ service.Service }

func (e *endless) Handle() error {
	_, err := e.SSO.User.Signup(e.CID, service.Dict{"username": "inner", "password": ssotest.Password, "email": "inner@example.com"}, "CRM", "127.0.0.1")
	e.Response.Payload = service.Dict{"is_valid": err == nil}
	return nil
}

// TestHooksInACircle has a validator ask for itself: it is told so, at once.
func TestHooksInACircle(t *testing.T) {
	t.Parallel()
	h := start(t, options{
		compiled: map[string]func() service.Handler{"validate.endless": func() service.Handler { return new(endless) }},
		change: configured(t, `
sso: {apps: {signup_allowed: [CRM]}, user_validation: {service: [validate.endless]}}
`),
	})
	_, err := h.sso.SSO().Signup(context.Background(), ssotest.Call(""), sso.Signup{Username: "jane", Password: ssotest.Password})
	if !sso.HasCode(err, sso.NotAllowed) || !strings.Contains(h.log.String(), "would run it again") {
		t.Errorf("%v", err)
	}
}

// TestIgnoredSettings takes the settings of Zato's that do nothing, and no
// others.
func TestIgnoredSettings(t *testing.T) {
	t.Parallel()
	open := func(text string) error {
		cfg := runtime.DefaultConfig()
		configured(t, text)(&cfg)
		cfg.Data = t.TempDir()
		r, err := runtime.Open(t.Context(), openOptions(cfg))
		if err == nil {
			err = r.Close(t.Context())
		}
		return err
	}
	err := open(`
sso:
  backend: {default: sql}
  sql: {name: }
  login: {inform_if_not_approved: true}
  password: {log_in_if_about_to_expire: true, min_complexity_algorithm: zxcvbn}
  signup:
    is_email_required: false
    email_required: true
    password_allow_whitespace: true
    always_return_confirm_token: true
    email_confirm_enabled: true
    email_confirm_from: confirm@example.com
    email_confirm_cc: [a, b]
    email_welcome_template: sso-welcome.txt
`)
	if err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		"sso:\n  signup:\n    email_conform_from: x":       "line 3: sso.signup.email_conform_from",
		"sso:\n  backend: {driver: x}":                     "driver",
		"sso:\n  sql: {url: x}":                            "url",
		"sso:\n  apps: {signup_allowed: [ERP]}":            "line 2: sso.apps.signup_allowed",
		"sso:\n  user_validation: {service: ['']}":         "sso.user_validation.service",
		"sso:\n  signup:\n    callback_service_list: ['']": "line 3: sso.signup.callback_service_list",
		"sso:\n  user_validation: {reject_usernames: [x]}": "reject_usernames",
		"sso:\n  session: {expiry_hook: [x]}":              "line 2: ",
		"sso:\n  signup: {inform_if_user_exists: perhaps}": "true or false",
	} {
		if err := open(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestMissingHooks has the start tell of hooks that are not there.
func TestMissingHooks(t *testing.T) {
	t.Parallel()
	h := start(t, options{
		services: map[string]string{"there.go": script("There", "", "return nil")},
		change: configured(t, `
sso:
  session: {expiry_hook: no.hook}
  signup: {callback_service_list: [there.there, no.callback]}
  user_validation: {service: [zato.sso.signup.validate, no.validator]}
`)})
	log := h.log.String()
	for setting, missing := range map[string]string{
		"sso.session.expiry_hook": "no.hook", "sso.signup.callback_service_list": "no.callback", "sso.user_validation.service": "no.validator",
	} {
		if !strings.Contains(log, `msg="`+setting+` names a service that is not there" service=`+missing) {
			t.Errorf("%s is not told of", missing)
		}
	}
	if strings.Count(log, "names a service that is not there") != 3 {
		t.Errorf("more is told: %s", log)
	}
}
