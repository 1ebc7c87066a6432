package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/client"
)

const aCID = "4wq7hzjp3nbxkc5rty2gvfmd6a"

func TestNew(t *testing.T) {
	t.Parallel()
	for url, problem := range map[string]string{
		"sso.example.com": "http or https", "ftp://sso.example.com": "http or https", "https://": "http or https", "https:///x": "http or https",
		"https://jane:secret-1@sso.example.com": "no username", "https://sso.example.com?ust=secret-1": "no username", "https://sso.example.com#secret-1": "no username",
		"https://sso.example.com?": "no username", "https://sso.example.com/x/?": "no username", "https://sso.example.com#": "no username",
		"https://jane:secret-1@sso.example.com:port": "no URL", "": "http or https",
	} {
		c, err := client.New(url, "CRM")
		if err == nil || c != nil || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "secret-1") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for problem, option := range map[string]client.Option{"WithHTTPClient": client.WithHTTPClient(nil), "WithMaxAnswer": client.WithMaxAnswer(0)} {
		if _, err := client.New("https://sso.example.com", "CRM", option); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
	for _, userAgent := range []string{"secret-1\n", "secret-1\x00", "secret-1\x7f"} {
		if _, err := client.New("https://sso.example.com", "CRM", client.WithUserAgent(userAgent)); err == nil || !strings.Contains(err.Error(), "WithUserAgent") || strings.Contains(err.Error(), "secret-1") {
			t.Errorf("%q: %v", userAgent, err)
		}
	}
	if _, err := client.New("https://sso.example.com", ""); err == nil || !strings.Contains(err.Error(), "application") {
		t.Errorf("without an application: %v", err)
	}
}

// serve answers in place of a host, or of something on the way to it.
func serve(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server
}

// echo is what was sent, which answers may have in them.
func echo(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	return string(body)
}

// TestAnswersOfOthers has something else than a host answer, with what it was
// sent in the answer.
func TestAnswersOfOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status       int
		kind, format string // %s is what was sent, as a JSON text
		want         string
	}{
		"a page":                 {502, "text/html; charset=utf-8", "<html>%s</html>", "502 Bad Gateway: a page instead of the answer of a Gatehouse host"},
		"a page, done":           {200, "text/html", "<html>%s</html>", "200 OK: a page instead"},
		"a text":                 {403, "text/plain", "%s", "403 Forbidden: a text instead"},
		"other JSON":             {200, "application/json", `{"message": %s}`, "200 OK: other JSON instead"},
		"another type":           {200, `x/secret`, `%s`, "200 OK: something else instead"},
		"a list":                 {200, "application/json", `[%s]`, "other JSON"},
		"a scalar":               {200, "application/json", `%s`, "other JSON"},
		"nothing":                {200, "application/json", "%.0s", "other JSON"},
		"half an answer":         {200, "application/json", `{"cid": "` + aCID + `", "status": "ok", "sub_status": [], "x": %s`, "other JSON"},
		"no CID":                 {200, "application/json", `{"status": "ok", "sub_status": [], "ust": %s}`, "other JSON"},
		"a CID that is none":     {403, "application/json", `{"cid": %s, "status": "error", "sub_status": ["E005001"]}`, "other JSON"},
		"a code that is none":    {403, "application/json", `{"cid": "` + aCID + `", "status": "error", "sub_status": ["E005001", %s]}`, "other JSON"},
		"done with a failure":    {500, "application/json", `{"cid": "` + aCID + `", "status": "ok", "sub_status": [], "ust": %s}`, "other JSON"},
		"a failure with 200":     {200, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "other JSON"},
		"a wrong type":           {200, "application/json", `{"cid": "` + aCID + `", "status": "ok", "sub_status": [], "ust": [%s]}`, "200 OK: the answer lacks what it should have"},
		"details with a secret":  {400, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "400 Bad Request: an element is missing, empty or of a wrong type, or the body was dropped on the way; the log of the host has more under " + aCID},
		"an old host":            {404, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "404 Not Found: the host has no such path"},
		"too large":              {413, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "larger than the host takes"},
		"broken":                 {500, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "500 Internal Server Error: the host failed"},
		"too late":               {408, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "408 Request Timeout: the request did not come in time"},
		"busy":                   {503, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "503 Service Unavailable: the host is too busy, or its database is away"},
		"too many":               {429, "application/json", `{"cid": "` + aCID + `", "result": "Error", "details": %s}`, "429 Too Many Requests: there were too many calls"},
		"refused with 200":       {200, "application/json", `{"cid": "` + aCID + `", "status": "error", "sub_status": ["E004001"], "x": %s}`, "200 OK: E004001 (the application is unknown"},
		"several codes":          {403, "application/json", `{"cid": "` + aCID + `", "status": "error", "sub_status": ["E999999", "E005001"], "x": %s}`, "403 Forbidden: E999999, E005001 (not allowed"},
		"longer than is allowed": {200, "application/json", `{"cid": "` + aCID + `", "status": "ok", "sub_status": [], "ust": %s, "more": "` + strings.Repeat("x", 2000) + `"}`, "longer than 2000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.WriteHeader(test.status)
				fmt.Fprintf(w, test.format, fmt.Sprintf("%q", echo(r)))
			})
			session, err := newClient(t, server.URL, client.WithMaxAnswer(2000)).Login(t.Context(), client.Credentials{Username: "jane@example.com", Password: janePassword, TOTPCode: totpKey})
			var failed *client.Error
			if session != nil || !errors.As(err, &failed) || failed.Status != test.status || !strings.HasPrefix(err.Error(), "login: ") || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want %s", err, test.want)
			}
			checkText(t, err.Error())
			isOfHost := failed.CID == aCID && !errors.Is(err, client.ErrUnexpectedAnswer)
			if isUnexpected := errors.Is(err, client.ErrUnexpectedAnswer); isUnexpected == isOfHost {
				t.Errorf("of a host: %v, unexpected: %v", isOfHost, isUnexpected)
			}
			if (failed.Details != "") != strings.Contains(test.format, `"details"`) && test.status != 200 {
				t.Errorf("details %q", failed.Details)
			}
			if errors.Is(err, sso.ErrTooMany) != (test.status == 429) || failed.IsTemporary() != (test.status == 429 || test.status == 503) {
				t.Errorf("too many: %v, temporary: %v", errors.Is(err, sso.ErrTooMany), failed.IsTemporary())
			}
		})
	}
}

// TestRedirects has nothing sent to where redirects point.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		for location, want := range map[string]string{
			other.URL + "/secret-1": "a redirect to " + strings.TrimPrefix(other.URL, "http://"),
			"/elsewhere":            "a redirect to 127.0.0.1:",
			"http://<secret-1>/":    "a redirect elsewhere",
			"":                      "a redirect elsewhere",
		} {
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/elsewhere") {
					reached.Add(1)
				}
				if location != "" {
					w.Header().Set("Location", location)
				}
				w.WriteHeader(status)
			})
			following := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
			c := newClient(t, server.URL, client.WithHTTPClient(following))
			_, err := c.Login(t.Context(), client.Credentials{Username: "jane", Password: janePassword})
			_, err2 := c.Session("token").User(t.Context())
			for _, err := range []error{err, err2} {
				if !errors.Is(err, client.ErrUnexpectedAnswer) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret-1") {
					t.Errorf("%d to %q: %v", status, location, err)
				}
			}
			if following.CheckRedirect == nil || following.CheckRedirect(nil, nil) != nil {
				t.Error("the caller's HTTP client was changed")
			}
		}
	}
	if reached.Load() > 0 {
		t.Errorf("%d requests were sent to where redirects point", reached.Load())
	}
}

// TestUnreachable has calls fail on their way.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	_, err := newClient(t, server.URL).Login(t.Context(), client.Credentials{Username: "jane@example.com", Password: janePassword})
	var answered *client.Error
	if err == nil || errors.As(err, &answered) || !strings.HasPrefix(err.Error(), "login: ") {
		t.Errorf("%v", err)
	} else {
		checkText(t, err.Error())
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newClient(t, server.URL).Session("token").User(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	cut := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"cid": `)
	})
	if _, err := newClient(t, cut.URL).Session("token").User(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "getUser: read the answer") {
		t.Errorf("cut: %v", err)
	}
}

// TestEchoes has a peer answer with what it was sent where the HTTP client, or a
// reader of JSON, puts what it does not take into the text of its error.
func TestEchoes(t *testing.T) {
	t.Parallel()
	const secret, number = "secret-1", "77123456789"
	ok := "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
	for name, answer := range map[string]string{ // %s is what was sent
		"no HTTP":           "%s\r\n\r\n",
		"status":            "HTTP/1.1 %s\r\n\r\n",
		"header line":       "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"length":            "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"transfer encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
		"location":          "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://[%s\r\nContent-Length: 0\r\n\r\n",
		"trailer":           ok + "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n%s\r\n\r\n",
		"chunk":             ok + "Transfer-Encoding: chunked\r\n\r\n%s\r\n\r\n",
		"time of an entry":  ok + "Connection: close\r\n\r\n{\"time\": \"" + secret + "\"}\n%.0s",
		"type of an entry":  ok + "Connection: close\r\n\r\n{\"time\": \"2026-01-02T03:04:05\", \"cid\": " + number + "}\n%.0s",
		"ID of an entry":    ok + "Connection: close\r\n\r\n{\"time\": \"2026-01-02T03:04:05\", \"id\": " + number + ".5}\n%.0s",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				sent := echo(r)
				connection, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Fprintf(connection, answer, sent)
				_ = connection.Close()
			})
			c := newClient(t, server.URL)
			errs := map[string]error{}
			for _, err := range c.Session(secret).ExportAudit(t.Context(), client.AuditCriteria{Actor: secret}) {
				errs["exportAudit: "] = err
			}
			if !strings.Contains(name, "entry") {
				_, errs["login: "] = c.Login(t.Context(), client.Credentials{Username: "jane", Password: secret})
			}
			for op, err := range errs {
				var answered *client.Error
				if err == nil || !strings.HasPrefix(err.Error(), op) || errors.As(err, &answered) || errors.Unwrap(err) == nil {
					t.Errorf("%s%v", op, err)
				}
				for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
					if text := fmt.Sprintf(verb, err); strings.Contains(text, secret) || strings.Contains(text, number) {
						t.Errorf("%s repeats what was sent: %s", verb, text)
					}
				}
			}
		})
	}
}

// TestReasons has errors of the network say what they are.
func TestReasons(t *testing.T) {
	t.Parallel()
	encrypted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(encrypted.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	gone := serve(t, func(http.ResponseWriter, *http.Request) {})
	gone.Close()
	release := make(chan struct{})
	silent := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) }) // before the server is closed
	for name, test := range map[string]struct {
		url, want string
		through   *http.Client
	}{
		"refused":     {gone.URL, "connection refused", &http.Client{}},
		"certificate": {encrypted.URL, "x509: ", &http.Client{}},
		"scheme":      {strings.Replace(plain.URL, "http:", "https:", 1), http.ErrSchemeMismatch.Error(), &http.Client{}},
		"timeout":     {silent.URL, "it took too long", &http.Client{Timeout: time.Millisecond}},
		"proxy": {encrypted.URL, "connection refused", &http.Client{Transport: &http.Transport{
			Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(gone.URL) }}}},
	} {
		_, err := newClient(t, test.url, client.WithHTTPClient(test.through)).Login(t.Context(), client.Credentials{Username: "jane", Password: janePassword})
		if err == nil || !strings.HasPrefix(err.Error(), "login: POST "+test.url+"/zato/sso/user/login: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTextThatIsNone has nothing sent that JSON would turn into something else.
func TestTextThatIsNone(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	_, err := newClient(t, server.URL).Login(t.Context(), client.Credentials{Username: "jane", Password: "secret-1\xff"})
	if !sso.HasCode(err, sso.InvalidInput) || err.Error() != "login: E008002: password is not valid UTF-8" {
		t.Errorf("%v", err)
	}
}

// transport answers in place of a network.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return f(r), nil
}

// TestRetries lets a clock of its own run.
func TestRetries(t *testing.T) {
	t.Parallel()
	const refusal = `{"cid": "` + aCID + `", "status": "error", "sub_status": ["E005001"]}`
	const failure = `{"cid": "` + aCID + `", "result": "Error", "details": "Too busy"}`
	user := func(ctx context.Context, c *client.Client) error { _, err := c.Session("token").User(ctx); return err }
	update := func(ctx context.Context, c *client.Client) error {
		return c.Session("token").Update(ctx, sso.UserPatch{FirstName: sso.Some("Jane")})
	}
	login := func(ctx context.Context, c *client.Client) error {
		_, err := c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword})
		return err
	}
	create := func(ctx context.Context, c *client.Client) error {
		return c.Session("token").Attributes().Create(ctx, client.Attr("a", 1))
	}
	retries := client.WithRetries(2, 10*time.Second)
	for name, test := range map[string]struct {
		options []client.Option
		call    func(context.Context, *client.Client) error
		status  int
		header  string
		failing int // how many are answered with that, before one is done
		limit   time.Duration

		wantCalls int
		wantTime  time.Duration
		wantDone  bool
	}{
		"once unless told":      {nil, user, 503, "1", 1, 0, 1, 0, false},
		"after 503":             {[]client.Option{retries}, user, 503, "3", 1, 0, 2, 3 * time.Second, true},
		"after 429":             {[]client.Option{retries}, user, 429, "10", 2, 0, 3, 20 * time.Second, true},
		"an update":             {[]client.Option{retries}, update, 503, "1", 1, 0, 2, time.Second, true},
		"a time":                {[]client.Option{retries}, user, 503, "Sat, 01 Jan 2000 00:00:04 GMT", 1, 0, 2, 4 * time.Second, true}, // the clock begins with 2000
		"so many":               {[]client.Option{retries}, user, 503, "1", 9, 0, 3, 2 * time.Second, false},
		"not longer":            {[]client.Option{retries}, user, 503, "11", 1, 0, 1, 0, false},
		"never said":            {[]client.Option{retries}, user, 503, "", 1, 0, 1, 0, false},
		"no number":             {[]client.Option{retries}, user, 503, "-1", 1, 0, 1, 0, false},
		"a huge number":         {[]client.Option{retries}, user, 503, "99999999999999999999", 1, 0, 1, 0, false},
		"a time that is past":   {[]client.Option{retries}, user, 503, "Sat, 01 Jan 1999 00:00:00 GMT", 1, 0, 1, 0, false},
		"no time for it":        {[]client.Option{retries}, user, 503, "3", 1, 2 * time.Second, 1, 0, false},
		"time for one":          {[]client.Option{retries}, user, 503, "3", 9, 4 * time.Second, 2, 3 * time.Second, false},
		"not another status":    {[]client.Option{retries}, user, 500, "1", 1, 0, 1, 0, false},
		"not a login":           {[]client.Option{retries}, login, 429, "1", 1, 0, 1, 0, false},
		"not a creation":        {[]client.Option{retries}, create, 503, "1", 1, 0, 1, 0, false},
		"not when it went well": {[]client.Option{retries}, user, 503, "1", 0, 0, 1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				var bodies []string
				answer := transport(func(r *http.Request) *http.Response {
					calls++
					bodies = append(bodies, echo(r))
					recorder := httptest.NewRecorder()
					recorder.Header().Set("Content-Type", "application/json")
					switch {
					case calls > test.failing:
						fmt.Fprint(recorder, `{"cid": "`+aCID+`", "status": "ok", "sub_status": []}`)
					default:
						recorder.Header().Set("Retry-After", test.header)
						recorder.WriteHeader(test.status)
						if test.status == 429 {
							fmt.Fprint(recorder, refusal)
						} else {
							fmt.Fprint(recorder, failure)
						}
					}
					return recorder.Result()
				})
				ctx := t.Context()
				if test.limit > 0 {
					var cancel func()
					ctx, cancel = context.WithTimeout(ctx, test.limit)
					defer cancel()
				}
				begin := time.Now()
				err := test.call(ctx, newClient(t, "https://sso.example.com", append(test.options, client.WithHTTPClient(&http.Client{Transport: answer}))...))
				if took := time.Since(begin); calls != test.wantCalls || took != test.wantTime || (err == nil) != test.wantDone {
					t.Errorf("%d calls in %v: %v", calls, took, err)
				}
				for _, body := range bodies {
					if body == "" || body != bodies[0] {
						t.Errorf("sent %q, then %q", bodies[0], body)
					}
				}
				if failed := new(client.Error); err != nil && (!errors.As(err, &failed) || failed.Status != test.status) {
					t.Errorf("%v", err)
				}
			})
		})
	}

	t.Run("cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			answer := transport(func(*http.Request) *http.Response {
				recorder := httptest.NewRecorder()
				recorder.Header().Set("Retry-After", "5")
				recorder.WriteHeader(503)
				fmt.Fprint(recorder, failure)
				return recorder.Result()
			})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			begin := time.Now()
			err := user(ctx, newClient(t, "https://sso.example.com", retries, client.WithHTTPClient(&http.Client{Transport: answer})))
			if failed := new(client.Error); !errors.Is(err, context.Canceled) || !errors.As(err, &failed) || time.Since(begin) != time.Second {
				t.Errorf("after %v: %v", time.Since(begin), err)
			}
		})
	})
}

// TestSearchEnds has a search ask for no page after one that says it is the last,
// whatever else is said, and for each page once.
func TestSearchEnds(t *testing.T) {
	t.Parallel()
	var asked []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, echo(r))
		w.Header().Set("Content-Type", "application/json")
		if len(asked) == 3 {
			w.WriteHeader(503)
			fmt.Fprint(w, `{"cid": "`+aCID+`", "result": "Error", "details": "Too busy"}`)
			return
		}
		fmt.Fprint(w, `{"cid": "`+aCID+`", "status": "ok", "sub_status": [], "cur_page": 1, "has_next_page": true, "result": [{"username": "jane"}]}`)
	})
	users, errs := 0, 0
	for _, err := range newClient(t, server.URL).Session("token").SearchAll(t.Context(), sso.SearchCriteria{}) {
		if err != nil {
			errs++
		} else {
			users++
		}
	}
	if users != 2 || errs != 1 || len(asked) != 3 {
		t.Errorf("%d users, %d errors, %d pages", users, errs, len(asked))
	}
	for i, body := range asked {
		if !strings.Contains(body, fmt.Sprintf(`"cur_page":%d`, i+1)) {
			t.Errorf("page %d was asked for by %s", i+1, body)
		}
	}
}

// TestAllKeys has calls made with all that they may have: each of it is sent,
// under the names that the SSO has.
func TestAllKeys(t *testing.T) {
	t.Parallel()
	var sent map[string]any
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = nil
		if err := json.Unmarshal([]byte(echo(r)), &sent); err != nil {
			t.Errorf("%v", err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"cid": "`+aCID+`", "status": "ok", "sub_status": []}`)
	})
	c := newClient(t, server.URL)
	s, x := c.Session("token"), sso.Some("x")
	for name, test := range map[string]struct {
		call func() error
		keys []sso.Key
	}{
		"sign-up": {func() error {
			_, err := c.SignUp(t.Context(), sso.Signup{Username: "x", Password: "x", Email: x, Apps: []string{"x"}})
			return err
		}, sso.KeysOfSignup()},
		"update": {func() error {
			on := sso.Some(true)
			return s.UpdateByID(t.Context(), "", sso.UserPatch{Email: x, DisplayName: x, FirstName: x, MiddleName: x, LastName: x, IsTOTPEnabled: on,
				TOTPKey: x, TOTPLabel: x, Username: x, IsLocked: on, PasswordExpiry: sso.Some(time.Now()), PasswordMustChange: on, SignUpStatus: x, ApprovalStatus: x})
		}, sso.KeysOfUpdate()},
		"search": {func() error {
			_, err := s.Search(t.Context(), sso.SearchCriteria{UserID: "x", Username: "x", DisplayName: x, FirstName: x, MiddleName: x, LastName: x, NamesOr: true,
				NamesContain: true, Email: x, SignUpStatus: x, ApprovalStatus: x, AllPages: true, Page: 1, PageSize: 1})
			return err
		}, sso.KeysOfSearch()},
		"password": {func() error {
			return s.ChangePassword(t.Context(), sso.PasswordChange{UserID: "x", OldPassword: "x", NewPassword: "x", Expiry: sso.Some(1), MustChange: sso.Some(true)})
		}, sso.KeysOfPasswordChange()},
		"attribute": {func() error {
			return s.Attributes().Update(t.Context(), sso.AttributeChange{Name: "x", Value: sso.Some[any](1), Expiration: sso.Some(1), Encrypt: sso.Some(true)})
		}, sso.KeysOfAttribute()},
	} {
		if err := test.call(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if data, isList := sent["data"].([]any); isList {
			sent, _ = data[0].(map[string]any)
		}
		delete(sent, "current_app")
		delete(sent, "ust")
		checkKeys(t, sent, test.keys)
	}
}
