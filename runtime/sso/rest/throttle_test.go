package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/ssotest"
)

// raw sends a body and returns the response with its body read.
func (s *site) raw(method, path, body string) (*http.Response, string) {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.T.Error(err)
		return &http.Response{}, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.T.Error(err)
	}
	return response, string(text)
}

func loginBody(username, password string) string {
	return `{"current_app": "CRM", "username": "` + username + `", "password": "` + password + `"}`
}

// TestTooManyLogins compares all that a client sees of throttled logins, of a
// user and of a name that nobody has.
func TestTooManyLogins(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.User("jane", nil)
		answers := map[string][]string{}
		for _, username := range []string{"jane", "nobody"} {
			for range 7 {
				response, text := s.raw(http.MethodPost, "/user/login", loginBody(username, "Not-The-Password"))
				header := response.Header.Clone()
				text = strings.ReplaceAll(text, header.Get("X-Zato-CID"), "CID")
				header.Del("X-Zato-CID")
				header.Del("Date")
				encoded, err := json.Marshal(header)
				if err != nil {
					t.Fatal(err)
				}
				answers[username] = append(answers[username], response.Status+string(encoded)+text)
			}
			response, text := s.raw(http.MethodPost, "/user/login", loginBody(username, ssotest.Password))
			var got map[string]any
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			delete(got, "cid")
			if response.StatusCode != 429 || response.Header.Get("Retry-After") != "1" || !reflect.DeepEqual(got, refused("E005001")) {
				t.Errorf("%s, with the right password: %s, Retry-After %q, %s", username, response.Status, response.Header.Get("Retry-After"), text)
			}
		}
		if !reflect.DeepEqual(answers["jane"], answers["nobody"]) {
			t.Errorf("a user and a name that nobody has can be told apart:\n%q\n%q", answers["jane"], answers["nobody"])
		}
		s.Clock.Forward(2 * time.Second)
		s.loginOver("jane")
	})
}

// TestMadeUpAddresses sends another address with each guess, which an app must
// be allowed to.
func TestMadeUpAddresses(t *testing.T) {
	t.Parallel()
	each(t, func(cfg *core.Config) {
		cfg.Login.Throttle.AddressAttempts, cfg.Login.Throttle.SharedAddresses = 3, nil
	}, func(t *testing.T, s *site) {
		for i := range 4 {
			status, _ := s.call(http.MethodPost, "/user/login", map[string]any{
				"username": "user-" + string(rune('a'+i)), "password": "x", "remote_addr": "203.0.113." + string(rune('1'+i)),
			})
			if want := map[bool]int{false: 403, true: 429}[i == 3]; status != want {
				t.Errorf("guess %d: %d, want %d", i+1, status, want)
			}
		}
	})
}

func TestTooManyCalls(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		now := s.Clock.Now()
		s.Clock.Forward(now.Truncate(time.Hour).Add(time.Hour).Sub(now))
		s.User("jane", func(user *sso.NewUser) {
			user.IsRateLimitActive, user.RateLimitDef = sso.Some(true), sso.Some("*=2/h")
		})
		ust := s.loginOver("jane")
		body := `{"current_app": "CRM", "ust": "` + ust + `"}`
		for i := range 3 {
			response, text := s.raw(http.MethodGet, "/user", body)
			wantStatus, wantRetry := 200, ""
			if i == 2 {
				wantStatus, wantRetry = 429, "3600"
			}
			if response.StatusCode != wantStatus || response.Header.Get("Retry-After") != wantRetry {
				t.Errorf("call %d: %s, Retry-After %q: %s", i+1, response.Status, response.Header.Get("Retry-After"), text)
			}
		}
		s.want(429, refused("E005001"), http.MethodGet, "/user", map[string]any{"ust": ust})
		s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": ust})
		s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": ust})
	})
}

// TestFloodOfLogins has many log in at once on a host that hashes one password
// at a time, and others look at themselves meanwhile.
func TestFloodOfLogins(t *testing.T) {
	t.Parallel()
	each(t, func(cfg *core.Config) {
		cfg.HashSecret.Rounds, cfg.HashSecret.MaxConcurrent, cfg.HashSecret.MaxWaiting = 50_000, 1, 4
	}, func(t *testing.T, s *site) {
		s.User("jane", nil)
		ust := s.loginOver("jane")
		var flood sync.WaitGroup
		for i := range 40 {
			flood.Go(func() {
				response, text := s.raw(http.MethodPost, "/user/login", loginBody(fmt.Sprintf("user-%d", i), "x"))
				switch response.StatusCode {
				case 403:
				case 503:
					if response.Header.Get("Retry-After") == "" || !strings.Contains(text, "Too busy") {
						t.Errorf("Retry-After %q: %s", response.Header.Get("Retry-After"), text)
					}
				default:
					t.Errorf("a login: %s %s", response.Status, text)
				}
			})
		}
		for range 10 {
			if status, got := s.call(http.MethodGet, "/user", map[string]any{"ust": ust}); status != 200 {
				t.Errorf("a call without a password: %d %v", status, got)
			}
		}
		flood.Wait()
	})
}

// busy is a core that is too busy to log anybody in.
type busy struct{ sso.Core }

func (busy) Login(context.Context, sso.Call, sso.LoginRequest) (sso.SessionInfo, error) {
	return sso.SessionInfo{}, &sso.Error{Op: sso.OpLogin, Codes: []sso.Code{sso.InternalError},
		Err: errors.Join(sso.ErrBusy, errors.New("a private cause"))}
}

func TestTooBusy(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s = serve(t, s.Env, busy{s.Core}, rest.Options{})
		response, text := s.raw(http.MethodPost, "/user/login", loginBody("jane", ssotest.Password))
		if response.StatusCode != 503 || response.Header.Get("Retry-After") == "" || strings.Contains(text, "private") {
			t.Errorf("%s %s", response.Status, text)
		}
	})
}
