package core_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
)

// names returns the names of the services that were called.
func names(calls []ssotest.ServiceCall) []string {
	var all []string
	for _, call := range calls {
		all = append(all, call.Name)
	}
	return all
}

func withValidators(services ...string) func(*core.Config) {
	return func(cfg *core.Config) {
		openToAll(cfg)
		cfg.UserValidation.Services = services
	}
}

// TestValidators has services decide on sign-ups.
func TestValidators(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withValidators("first", core.BuiltInValidator, "second"), func(t *testing.T, env *ssotest.Env) {
		env.Services.Answer("first", `{"is_valid": true, "sub_status": []}`)
		env.Services.Answer("second", `{"is_valid": true, "sub_status": null, "more": 1}`)
		signup := signupOf("jane")
		signup.Apps = []string{"CRM"}
		call := ssotest.Call("")
		call.RemoteAddr = "10.0.0.1,10.0.0.2"
		if _, err := env.Core.Signup(t.Context(), call, signup); err != nil {
			t.Fatal(err)
		}
		calls := env.Services.Calls()
		if !slices.Equal(names(calls), []string{"first", "second"}) {
			t.Fatalf("called %v", names(calls))
		}
		want := map[string]any{"username": "jane", "email": "jane@example.com", "app_list": []any{"CRM"}, "current_app": "CRM",
			"remote_addr": "10.0.0.1, 10.0.0.2", "user_agent": "ssotest"}
		for _, call := range calls {
			if call.CID != "test-cid" || !reflect.DeepEqual(call.Input, want) {
				t.Errorf("%s got %+v", call.Name, call)
			}
		}

		// Who refuses comes last.
		for _, c := range []struct {
			username string
			called   []string
		}{
			{"a b", nil},
			{"admin", []string{"first"}},
			{"jane", []string{"first", "second"}},
		} {
			if _, err := env.Core.Signup(t.Context(), call, signupOf(c.username)); err == nil {
				t.Errorf("%s has signed up", c.username)
			}
			if called := names(env.Services.Calls()); !slices.Equal(called, c.called) {
				t.Errorf("%s: called %v, want %v", c.username, called, c.called)
			}
		}
		env.Services.Answer("first", `{"is_valid": false, "sub_status": ["E001001", "E900001"]}`)
		_, err := env.Core.Signup(t.Context(), call, signupOf("john"))
		if !slices.Equal(sso.CodesOf(err), []sso.Code{"E001001", "E900001"}) || len(env.Services.Calls()) != 1 {
			t.Errorf("got %v", err)
		}
	})
}

// TestVerdicts goes through what a validator may answer. What is no verdict
// lets nobody in, and is the host's failure rather than the caller's.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withValidators("validator"), func(t *testing.T, env *ssotest.Env) {
		for i, c := range []struct{ answer, code, told string }{
			{`{"is_valid": true}`, "", ""},
			{`{"is_valid": true, "sub_status": ["E001001"]}`, "", ""},
			{`{"is_valid": false}`, "E005001", "E005001"},
			{`{"is_valid": false, "sub_status": []}`, "E005001", "E005001"},
			{`{"is_valid": false, "sub_status": ""}`, "E005001", "E005001"},
			{`{"is_valid": false, "sub_status": ["E001001"]}`, "E001001", "E005001"},
			{`{"is_valid": false, "sub_status": "E002001"}`, "E002001", "E005001"},
			{`{"is_valid": false, "sub_status": ["E003008"]}`, "E003008", "E003008"},
			{`{"is_valid": false, "sub_status": ["E900001"]}`, "E900001", "E900001"},
			{`{"is_valid": false, "sub_status": ["no code"]}`, "E008004", "E008004"},
			{`{"is_valid": false, "sub_status": [1]}`, "E008004", "E008004"},
			{`{"is_valid": false, "sub_status": {}}`, "E008004", "E008004"},
			{`{"is_valid": null}`, "E008004", "E008004"},
			{`{"is_valid": "yes"}`, "E008004", "E008004"},
			{`{"sub_status": ["E001001"]}`, "E008004", "E008004"},
			{`{}`, "E008004", "E008004"},
			{`[]`, "E008004", "E008004"},
			{`null`, "E008004", "E008004"},
			{`"yes"`, "E008004", "E008004"},
		} {
			env.Services.Answer("validator", c.answer)
			username := fmt.Sprintf("user-%d", i)
			_, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf(username))
			var refused *sso.Error
			if codeOf(err) != c.code || errors.As(err, &refused) && string(refused.Told()[0]) != c.told {
				t.Errorf("%s: %v, want %s", c.answer, err, c.code)
			}
			if isThere := env.ID(username) != username; isThere != (c.code == "") {
				t.Errorf("%s: signed up is %v", c.answer, isThere)
			}
		}
		env.Services.Set("validator", func(context.Context, map[string]any) (any, error) { return nil, errors.New("out of order") })
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("jane")); codeOf(err) != "E008004" {
			t.Errorf("a validator that fails: %v", err)
		}
		env.Services.Set("validator", func(context.Context, map[string]any) (any, error) { return nil, nil })
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("jane")); codeOf(err) != "E008004" {
			t.Errorf("a validator with nothing to say: %v", err)
		}
		if log := env.Log.String(); !strings.Contains(log, "service validator: out of order") || strings.Contains(log, ssotest.Password) {
			t.Error("the log does not tell why, or tells a password")
		}
		env.Services.Set("validator", nil)
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("jane")); codeOf(err) != "E008004" {
			t.Errorf("a validator that is not there: %v", err)
		}
	})
}

// TestWithoutBuiltInValidator lets in what only its rules forbid; the rules of
// all users hold.
func TestWithoutBuiltInValidator(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withValidators(), func(t *testing.T, env *ssotest.Env) {
		signUp(t, env, sso.Signup{Username: "admin", Password: ssotest.Password})
		signup := signupOf("jane")
		signup.Password = "short"
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signup); codeOf(err) != "E003002" {
			t.Errorf("a short password: %v", err)
		}
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("admin")); codeOf(err) != "E001002" {
			t.Errorf("a name that is taken: %v", err)
		}
	})
}

// TestValidatorsInACircle has a validator sign somebody up itself.
func TestValidatorsInACircle(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withValidators("validator"), func(t *testing.T, env *ssotest.Env) {
		env.Services.Set("validator", func(ctx context.Context, _ map[string]any) (any, error) {
			_, err := env.Core.Signup(ctx, ssotest.Call(""), signupOf("inner"))
			if codeOf(err) != "E008004" {
				t.Errorf("within: %v", err)
			}
			return map[string]any{"is_valid": true}, nil
		})
		signUp(t, env, signupOf("jane"))
		if calls := env.Services.Calls(); len(calls) != 1 {
			t.Errorf("%d calls", len(calls))
		}
	})
}

// TestSignupCallbacks has services called once a user is there: all of them,
// whatever fails, and although the caller has gone.
func TestSignupCallbacks(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		openToAll(cfg)
		cfg.Signup.CallbackServices = []string{"failing", "missing", "approving", "nonsense"}
	}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		env.Services.Answer("nonsense", `["?"]`)
		ctx, cancel := context.WithCancel(t.Context())
		env.Services.Set("failing", func(context.Context, map[string]any) (any, error) {
			cancel()
			return nil, errors.New("the mail server is away")
		})
		env.Services.Set("approving", func(ctx context.Context, input map[string]any) (any, error) {
			if err := env.Core.ApproveUser(ctx, ssotest.Trusted(), input["user_id"].(string)); err != nil {
				t.Error(err)
			}
			return nil, env.Core.ConfirmSignup(ctx, ssotest.Call(""), input["confirm_token"].(string))
		})
		token, err := env.Core.Signup(ctx, ssotest.Call(""), signupOf("jane"))
		if err != nil {
			t.Fatal(err)
		}
		if got := login(t, env, "jane"); got != "" {
			t.Errorf("login after the callbacks: %s", got)
		}
		want := map[string]any{"username": "jane", "email": "jane@example.com", "app_list": []any{}, "current_app": "CRM",
			"remote_addr": ssotest.Addr, "user_agent": "ssotest", "user_id": env.ID("jane"), "confirm_token": token,
			"sign_up_status": "before_confirmation", "approval_status": "before_decision"}
		calls := env.Services.Calls()
		if !slices.Equal(names(calls), []string{"failing", "missing", "approving", "nonsense"}) {
			t.Errorf("called %v", names(calls))
		}
		for _, call := range calls {
			if call.CID != "test-cid" || !reflect.DeepEqual(call.Input, want) {
				t.Errorf("%s got %+v", call.Name, call)
			}
		}
		log := env.Log.String()
		for _, wanted := range []string{"the mail server is away", "there is no service missing"} {
			if !strings.Contains(log, wanted) {
				t.Errorf("the log does not tell: %s", wanted)
			}
		}
		if strings.Contains(log, token) || strings.Contains(log, ssotest.Password) || strings.Contains(log, "jane@example.com") {
			t.Error("a secret was logged")
		}
		if _, err := env.Core.Signup(t.Context(), ssotest.Call(""), signupOf("jane")); err == nil || len(env.Services.Calls()) != 0 {
			t.Errorf("callbacks of a refused sign-up, %v", err)
		}
	})
}

func withExpiryHook(cfg *core.Config) { cfg.Session.ExpiryHook = "expiry" }

// TestExpiryHook goes through what the hook may answer, at login and renewal.
func TestExpiryHook(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withExpiryHook, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		request := sso.LoginRequest{Username: "jane", Password: ssotest.Password}
		for answer, minutes := range map[string]int{
			`{"expiry": 5}`:             5,
			`{"expiry": 1}`:             1,
			`{"expiry": 5256000}`:       5256000,
			`{"expiry": 7, "more": []}`: 7,
			`{"expiry": 5256001}`:       60,
			`{"expiry": 1e300}`:         60,
			`{"expiry": 0}`:             60,
			`{"expiry": -1}`:            60,
			`{"expiry": 1.5}`:           60,
			`{"expiry": "5"}`:           60,
			`{"expiry": null}`:          60,
			`{"expiry": [5]}`:           60,
			`{"expiry": true}`:          60,
			`{"Expire": 5}`:             60,
			`{}`:                        60,
			`5`:                         60,
			`null`:                      60,
			`[]`:                        60,
		} {
			env.Services.Answer("expiry", answer)
			before := len(env.Log.String())
			want := time.Duration(minutes) * time.Minute
			session, err := env.Core.Login(t.Context(), ssotest.Call(""), request)
			if err != nil || session.ExpirationTime.Sub(session.CreationTime) != want {
				t.Errorf("%s: %v from login, %v", answer, session.ExpirationTime.Sub(session.CreationTime), err)
			}
			env.Clock.Forward(30 * time.Second)
			until, err := env.Core.RenewSession(t.Context(), ssotest.Call(session.UST))
			if got := until.Sub(session.CreationTime) - 30*time.Second; err != nil || got != want {
				t.Errorf("%s: %v from renewal, %v", answer, got, err)
			}
			calls := env.Services.Calls()
			input := map[string]any{"username": "jane", "current_app": "CRM", "default_expiry": 60.0}
			if len(calls) != 2 || !reflect.DeepEqual(calls[0].Input, input) || !reflect.DeepEqual(calls[1].Input, input) || calls[0].CID != "test-cid" {
				t.Errorf("%s: calls %+v", answer, calls)
			}
			told := strings.Count(env.Log.String()[before:], "session.expiry_hook failed")
			if want := map[bool]int{true: 2, false: 0}[minutes == 60]; told != want {
				t.Errorf("%s: the log tells %d times of a failure, want %d", answer, told, want)
			}
		}
	})
}

// TestExpiryHookIsNotAsked by calls that are refused.
func TestExpiryHookIsNotAsked(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withExpiryHook, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		env.User("john", func(u *sso.NewUser) { u.IsLocked = true })
		call := ssotest.Call("")
		for _, request := range []sso.LoginRequest{
			{Username: "jane", Password: "wrong"}, {Username: "nobody", Password: "wrong"}, {Username: "john", Password: ssotest.Password},
		} {
			if _, err := env.Core.Login(t.Context(), call, request); err == nil {
				t.Errorf("%s was let in", request.Username)
			}
		}
		if _, err := env.Core.RenewSession(t.Context(), ssotest.Call("garbage")); codeOf(err) != "E007001" {
			t.Error(err)
		}
		if calls := env.Services.Calls(); len(calls) != 0 {
			t.Errorf("calls %+v", calls)
		}
		// There is no such service: login goes on, and so does renewal.
		ust := env.Login("jane")
		env.Clock.Forward(2 * time.Hour)
		env.Services.Calls()
		if _, err := env.Core.RenewSession(t.Context(), ssotest.Call(ust)); codeOf(err) != "E007001" {
			t.Error(err)
		}
		entries := env.Audit(sso.OpRenewSession)
		if last := entries[len(entries)-1]; last.Actor != env.ID("jane") || last.SubStatus != "E007001" {
			t.Errorf("audit %+v", last)
		}
		if calls := env.Services.Calls(); len(calls) != 0 {
			t.Errorf("calls of an expired session %+v", calls)
		}
	})
}

// TestExpiryHookLocksNobodyOut has the hook work on the very user, log in
// itself, and last until its call has ended.
func TestExpiryHookLocksNobodyOut(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, withExpiryHook, func(t *testing.T, env *ssotest.Env) {
		id := env.User("jane", nil)
		request := sso.LoginRequest{Username: "jane", Password: ssotest.Password}
		env.Services.Set("expiry", func(ctx context.Context, _ map[string]any) (any, error) {
			patch := sso.PatchFromMap(map[string]any{"first_name": "Jane"})
			if err := env.Core.UpdateUserByID(ctx, ssotest.Trusted(), id, patch); err != nil {
				t.Error(err)
			}
			inner, err := env.Core.Login(ctx, ssotest.Call(""), request)
			if err != nil || inner.ExpirationTime.Sub(inner.CreationTime) != time.Hour {
				t.Errorf("a login of the hook's: %+v, %v", inner, err)
			}
			return map[string]any{"expiry": 5}, nil
		})
		session, err := env.Core.Login(t.Context(), ssotest.Call(""), request)
		if err != nil || session.ExpirationTime.Sub(session.CreationTime) != 5*time.Minute || *env.Row(id).FirstName != "Jane" {
			t.Errorf("%+v, %v", session, err)
		}
		if calls := env.Services.Calls(); len(calls) != 1 {
			t.Errorf("%d calls", len(calls))
		}
		ctx, cancel := context.WithCancel(t.Context())
		env.Services.Set("expiry", func(ctx context.Context, _ map[string]any) (any, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if _, err := env.Core.Login(ctx, ssotest.Call(""), request); codeOf(err) != "E008004" {
			t.Errorf("a login whose caller has gone: %v", err)
		}
		// What the hook changes meanwhile is seen: the user is decided on again.
		env.Services.Set("expiry", func(ctx context.Context, _ map[string]any) (any, error) {
			return nil, env.Core.LockUser(ctx, ssotest.Trusted(), id)
		})
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), request); codeOf(err) != "E005002" {
			t.Errorf("a user locked meanwhile: %v", err)
		}
	})
}
