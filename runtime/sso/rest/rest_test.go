package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/openapi/openapitest"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/ssotest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// noServices stands for the parts of a channel that the SSO's paths never
// reach; a request that does is a failure.
type noServices struct{ t *testing.T }

func (n noServices) Invoke(context.Context, invocation.Request) (invocation.Response, error) {
	n.t.Error("a service was invoked")
	return invocation.Response{}, errors.New("no services")
}

func (n noServices) Verify(context.Context, security.Client, string, string) (security.Principal, error) {
	n.t.Error("Basic Auth was asked for")
	return security.Principal{}, errors.New("no Basic Auth")
}

func (n noServices) VerifyToken(context.Context, security.Client, string) (security.Principal, error) {
	n.t.Error("a token was asked for")
	return security.Principal{}, errors.New("no JWT")
}

// site is the SSO's REST over HTTP. Its client checks all that is sent and
// answered against the document that the site publishes.
type site struct {
	*ssotest.Env
	client *http.Client
	url    string
}

// serve answers the routes of an SSO.
func serve(t *testing.T, env *ssotest.Env, core sso.Core, options rest.Options) *site {
	t.Helper()
	handler, err := channel.New(channel.Config{Invoker: noServices{t}, Authenticator: noServices{t}, Routes: rest.Routes(core, options)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &site{env, openapitest.Client(t, server.URL), server.URL + "/zato/sso"}
}

func each(t *testing.T, change func(*core.Config), test func(t *testing.T, s *site)) {
	t.Helper()
	cfg := core.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	options := rest.Options{Status200OnAppError: cfg.Compatibility.Status200OnAppError}
	ssotest.Each(t, change, func(t *testing.T, env *ssotest.Env) {
		test(t, serve(t, env, env.Core, options))
	})
}

// send sends a body as it is and returns the status and the answer.
func (s *site) send(method, path, body string) (int, map[string]any) {
	s.T.Helper()
	response, answer := s.exchange(method, path, body)
	return response.StatusCode, answer
}

// exchange is send that returns the header of the answer, too.
func (s *site) exchange(method, path, body string) (*http.Response, map[string]any) {
	s.T.Helper()
	response, text := s.transfer(s.client, method, path, body)
	var answer map[string]any
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		s.T.Fatalf("%s %s: %d, not a JSON object: %s", method, path, response.StatusCode, text)
	}
	if cid := response.Header.Get("X-Zato-CID"); cid == "" || answer["cid"] != cid {
		s.T.Errorf("%s %s: cid %v in the body, %q in the header", method, path, answer["cid"], cid)
	}
	if response.Header.Get("Content-Type") != "application/json" {
		s.T.Errorf("%s %s: content type %q", method, path, response.Header.Get("Content-Type"))
	}
	delete(answer, "cid")
	return response, answer
}

// transfer sends a body with headers, which are names and values, and reads the
// answer.
func (s *site) transfer(client *http.Client, method, path, body string, headers ...string) (*http.Response, string) {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return response, string(text)
}

// body is an object with the app CRM in it.
func (s *site) body(elements map[string]any) string {
	s.T.Helper()
	body := map[string]any{"current_app": "CRM"}
	maps.Copy(body, elements)
	return s.text(body)
}

func (s *site) text(value any) string {
	s.T.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		s.T.Fatal(err)
	}
	return string(text)
}

// call sends an object with the app CRM in it.
func (s *site) call(method, path string, elements map[string]any) (int, map[string]any) {
	s.T.Helper()
	return s.send(method, path, s.body(elements))
}

var ok = map[string]any{"status": "ok", "sub_status": []any{}}

func refused(code string) map[string]any {
	return map[string]any{"status": "error", "sub_status": []any{code}}
}

var badRequest = map[string]any{"result": "Error", "details": "Bad request"}

func (s *site) want(wantStatus int, want map[string]any, method, path string, elements map[string]any) {
	s.T.Helper()
	status, got := s.call(method, path, elements)
	if status != wantStatus || !reflect.DeepEqual(got, want) {
		s.T.Errorf("%s %s: %d %v, want %d %v", method, path, status, got, wantStatus, want)
	}
}

func (s *site) loginOver(username string) string {
	s.T.Helper()
	status, got := s.call(http.MethodPost, "/user/login", map[string]any{"username": username, "password": ssotest.Password})
	ust, _ := got["ust"].(string)
	if status != 200 || got["status"] != "ok" || !strings.HasPrefix(ust, "gAAAA") || len(got) != 3 {
		s.T.Fatalf("login: %d %v", status, got)
	}
	return ust
}

// TestStatusOnAppError has an unknown application be refused with 200 where that
// is configured, and nothing else.
func TestStatusOnAppError(t *testing.T) {
	t.Parallel()
	for _, compatible := range []bool{false, true} {
		status := map[bool]int{false: 403, true: 200}[compatible]
		each(t, func(cfg *core.Config) { cfg.Compatibility.Status200OnAppError = compatible }, func(_ *testing.T, s *site) {
			s.SuperUser("admin")
			ust := s.loginOver("admin")
			s.want(status, refused("E004001"), http.MethodPost, "/user/login",
				map[string]any{"username": "admin", "password": ssotest.Password, "current_app": "ERP"})
			s.want(status, refused("E004001"), http.MethodGet, "/user", map[string]any{"ust": ust, "current_app": "ERP"})
			s.want(403, refused("E005001"), http.MethodPost, "/user/login", map[string]any{"username": "admin", "password": "wrong"})
			s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": "gAAAAAB"})
			s.want(400, badRequest, http.MethodPost, "/user/login", map[string]any{"username": "admin", "current_app": "ERP"})
		})
	}
	each(t, func(cfg *core.Config) {
		cfg.Compatibility.Status200OnAppError, cfg.Apps.InformIfAppInvalid = true, false
	}, func(_ *testing.T, s *site) {
		s.want(403, refused("E005001"), http.MethodPost, "/user/login", map[string]any{"username": "a", "password": "b", "current_app": "ERP"})
	})
}

func TestLoginAndLogout(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) {
		cfg.Apps.All = []string{"CRM", "META"}
		cfg.Apps.LoginAllowed, cfg.Apps.LoginMetadataAllowed = cfg.Apps.All, []string{"META"}
		cfg.UserAddressList = map[string][]string{"far": {"10.0.0.1"}}
	}
	each(t, change, func(t *testing.T, s *site) {
		s.User("jane", nil)
		s.User("far", nil)
		ust := s.loginOver("jane")
		login := func(elements map[string]any) map[string]any { return elements }
		for _, c := range []struct {
			name     string
			elements map[string]any
			status   int
			want     map[string]any
		}{
			{"wrong password", login(map[string]any{"username": "jane", "password": "x"}), 403, refused("E005001")},
			{"unknown user", login(map[string]any{"username": "x", "password": "x"}), 403, refused("E005001")},
			{"null user", login(map[string]any{"username": nil, "password": "x"}), 403, refused("E005001")},
			{"empty password", login(map[string]any{"username": "jane", "password": ""}), 403, refused("E005001")},
			{"number as password", login(map[string]any{"username": "jane", "password": 123}), 403, refused("E005001")},
			{"no user", login(map[string]any{"password": "x"}), 400, badRequest},
			{"no password", login(map[string]any{"username": "jane"}), 400, badRequest},
			{"unknown app", login(map[string]any{"username": "jane", "password": ssotest.Password, "current_app": "X"}), 403, refused("E004001")},
			{"metadata", login(map[string]any{"username": "jane", "password": ssotest.Password, "remote_addr": "10.0.0.1"}), 403, refused("E006001")},
			{"far", login(map[string]any{"username": "far", "password": ssotest.Password}), 403, refused("E005001")},
		} {
			if status, got := s.call(http.MethodPost, "/user/login", c.elements); status != c.status || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %d %v", c.name, status, got)
			}
		}
		if status, got := s.call(http.MethodPost, "/user/login", map[string]any{"username": "far", "password": ssotest.Password,
			"current_app": "META", "remote_addr": "10.0.0.1", "user_agent": "app"}); status != 200 || got["status"] != "ok" {
			t.Errorf("an app that may send metadata: %d %v", status, got)
		}
		// Who may not say where he comes from has not done so in the audit.
		forged := map[string]any{"username": "jane", "password": "x", "remote_addr": "6.6.6.6", "user_agent": "forged"}
		s.want(403, refused("E005001"), http.MethodPost, "/user/login", forged)
		for _, entry := range s.Audit(sso.OpLogin) {
			if isAllowed := entry.App == "META"; !isAllowed && (entry.RemoteAddr != ssotest.Addr || !strings.HasPrefix(entry.UserAgent, "Go-http-client")) ||
				isAllowed && (entry.RemoteAddr != "10.0.0.1" || entry.UserAgent != "app") {
				t.Errorf("audit: %+v", entry)
			}
		}
		s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": ust})
		s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": ust})
		s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": "garbage"})
		s.want(400, badRequest, http.MethodPost, "/user/logout", nil)
		s.want(403, refused("E007001"), http.MethodGet, "/user", map[string]any{"ust": ust})
	})
}

func TestLoginWarning(t *testing.T) {
	t.Parallel()
	each(t, func(cfg *core.Config) { cfg.Password.Expiry = 10 }, func(t *testing.T, s *site) {
		s.User("jane", nil)
		status, got := s.call(http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": ssotest.Password})
		if ust, _ := got["ust"].(string); status != 200 || got["status"] != "warning" || !reflect.DeepEqual(got["sub_status"], []any{"W003005"}) || ust == "" {
			t.Errorf("%d %v", status, got)
		}
	})
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		id := s.User("jane", func(u *sso.NewUser) { u.Email, u.FirstName = sso.Some("jane@example.com"), sso.Some("") })
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		want := map[string]any{"status": "ok", "sub_status": []any{}, "user_id": id, "username": "jane", "email": "jane@example.com",
			"display_name": nil, "first_name": "", "middle_name": nil, "last_name": nil, "is_totp_enabled": false, "totp_label": ""}
		s.want(200, want, http.MethodGet, "/user", map[string]any{"ust": jane})
		s.want(200, want, http.MethodGet, "/user", map[string]any{"ust": jane, "user_id": nil, "unknown": []int{1}})
		s.want(200, want, http.MethodGet, "/user", map[string]any{"ust": jane, "user_id": ""})
		if status, got := s.send(http.MethodGet, "/user?current_app=CRM&ust="+jane, `{"ust": "garbage"}`); status != 200 || got["user_id"] != id {
			t.Errorf("query: %d %v", status, got)
		}
		s.want(403, refused("E005001"), http.MethodGet, "/user", map[string]any{"ust": jane, "user_id": id})
		s.want(403, refused("E005001"), http.MethodGet, "/user", map[string]any{"ust": admin, "user_id": "zusr0"})
		s.want(400, badRequest, http.MethodGet, "/user", nil)
		s.want(400, badRequest, http.MethodGet, "/user", map[string]any{"ust": []string{"x"}})

		_, got := s.call(http.MethodGet, "/user", map[string]any{"ust": admin, "user_id": id})
		keys := slices.Sorted(maps.Keys(got))
		wantKeys := []string{"approval_status", "approval_status_mod_by", "approval_status_mod_time", "creation_ctx", "display_name",
			"email", "first_name", "is_active", "is_approval_needed", "is_internal", "is_locked", "is_super_user", "is_totp_enabled",
			"last_name", "locked_by", "locked_time", "middle_name", "password_expiry", "password_is_set", "password_last_set",
			"password_must_change", "sign_up_status", "sign_up_time", "status", "sub_status", "totp_label", "user_id", "username"}
		if !slices.Equal(keys, wantKeys) {
			t.Errorf("a super-user sees %v", keys)
		}
		if at, err := sso.ParseTime(got["sign_up_time"].(string)); err != nil || !at.Equal(s.Row(id).SignUpTime) || strings.HasSuffix(got["sign_up_time"].(string), "Z") {
			t.Errorf("sign_up_time %v: %v", got["sign_up_time"], err)
		}
	})
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		id := s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		patch := func(status int, want map[string]any, elements map[string]any) {
			t.Helper()
			s.want(status, want, http.MethodPatch, "/user", elements)
		}
		patch(200, ok, map[string]any{"ust": jane, "display_name": "Jane", "unknown": 1})
		patch(200, ok, map[string]any{"ust": jane, "user_id": nil, "first_name": 7, "is_totp_enabled": "no"})
		row := s.Row(id)
		if *row.DisplayName != "Jane" || *row.FirstName != "7" {
			t.Errorf("%+v", row)
		}
		patch(200, ok, map[string]any{"ust": jane, "display_name": nil})
		if row := s.Row(id); row.DisplayName != nil || *row.FirstName != "7" {
			t.Errorf("%+v", row)
		}
		patch(403, refused("E008003"), map[string]any{"ust": jane})
		patch(403, refused("E008003"), map[string]any{"ust": jane, "unknown": 1})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "is_locked": true})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "is_totp_enabled": "maybe"})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "is_totp_enabled": nil})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "first_name": []string{"x"}})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "first_name": "a\x00b"})
		patch(403, refused("E008002"), map[string]any{"ust": jane, "user_id": "zusrx", "first_name": "x"})
		patch(403, refused("E005001"), map[string]any{"ust": jane, "user_id": id, "first_name": "x"})
		patch(403, refused("E002004"), map[string]any{"ust": jane, "email": "a b"})
		patch(403, refused("E007001"), map[string]any{"ust": "garbage", "email": "ab"})
		patch(403, refused("E007001"), map[string]any{"ust": "", "email": "ab"})
		patch(403, refused("E007001"), map[string]any{"ust": nil, "email": "ab"})
		patch(403, refused("E004001"), map[string]any{"ust": jane, "current_app": "X"})
		patch(400, badRequest, map[string]any{"email": "ab"})
		patch(403, refused("E001100"), map[string]any{"ust": admin, "user_id": "zusr0", "email": "ab"})
		for text, want := range map[string]time.Time{
			"2345-12-27T11:22:33":        time.Date(2345, 12, 27, 11, 22, 33, 0, time.UTC),
			"2345-12-27T11:22:33.123456": time.Date(2345, 12, 27, 11, 22, 33, 123456000, time.UTC),
			"2345-12-27":                 time.Date(2345, 12, 27, 0, 0, 0, 0, time.UTC),
			"2345-12-27T11:22:33+02:00":  time.Date(2345, 12, 27, 9, 22, 33, 0, time.UTC),
			"2345-12-27T11:22:33Z":       time.Date(2345, 12, 27, 11, 22, 33, 0, time.UTC),
		} {
			patch(200, ok, map[string]any{"ust": admin, "user_id": id, "password_expiry": text, "is_locked": "no"})
			if got := s.Row(id).PasswordExpiry; !got.Equal(want) {
				t.Errorf("%s: stored %v", text, got)
			}
		}
		late := s.loginOver("jane")
		patch(200, ok, map[string]any{"ust": admin, "user_id": id, "password_expiry": "2020-01-01"})
		patch(403, refused("E003004"), map[string]any{"ust": late, "email": "ab"})
		s.want(403, refused("E005001"), http.MethodPost, "/user/login", map[string]any{"username": "jane", "password": ssotest.Password})
		patch(200, ok, map[string]any{"ust": admin, "user_id": id, "password_expiry": "2345-01-01"})
		for _, text := range []any{"tomorrow", "2345-13-01", "", 7, "0000-01-01"} {
			patch(403, refused("E008002"), map[string]any{"ust": admin, "user_id": id, "password_expiry": text})
		}
		patch(403, refused("E001002"), map[string]any{"ust": jane, "username": "admin"})
	})
}

func TestCreateUser(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		status, got := s.call(http.MethodPost, "/user", map[string]any{"ust": admin, "username": "new", "first_name": "A", "last_name": "B", "auto_approve": "true", "unknown": 1})
		if status != 200 || got["username"] != "new" || got["display_name"] != "A B" || got["is_approval_needed"] != false || got["password"] != nil {
			t.Errorf("%d %v", status, got)
		}
		s.want(403, refused("E001002"), http.MethodPost, "/user", map[string]any{"ust": admin, "username": "new"})
		s.want(403, refused("E001001"), http.MethodPost, "/user", map[string]any{"ust": admin})
		s.want(403, refused("E005001"), http.MethodPost, "/user", map[string]any{"ust": jane, "username": "x"})
		s.want(403, refused("E008002"), http.MethodPost, "/user", map[string]any{"ust": admin, "username": "x", "auto_approve": "perhaps"})
	})
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		for _, body := range []string{"", "{", "[]", "null", "x", `{"current_app": "CRM", "current_app": "CRM"}`, "{\"current_app\": \"\xff\"}"} {
			if status, got := s.send(http.MethodPatch, "/user", body); status != 400 || !reflect.DeepEqual(got, badRequest) {
				t.Errorf("%q: %d %v", body, status, got)
			}
		}
		if status, got := s.send(http.MethodPatch, "/user", `{"x": "`+strings.Repeat("x", 10<<20)+`"}`); status != 413 || got["result"] != "Error" {
			t.Errorf("10 MB: %d %v", status, got)
		}
		if status, got := s.send(http.MethodPut, "/user", "{}"); status != 405 || got["result"] != "Error" {
			t.Errorf("PUT: %d %v", status, got)
		}
		if status, got := s.send(http.MethodGet, "/nothing", ""); status != 404 || got["result"] != "Error" {
			t.Errorf("unknown path: %d %v", status, got)
		}
	})
}
