package channel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

const right = "s3cret-pass"

var cidForm = regexp.MustCompile(`^[a-z0-9]{24,32}$`)

// checkFailure checks the shape of an error: no keys but the expected ones.
func checkFailure(t *testing.T, got reply, status int, details string, more ...string) {
	t.Helper()
	if got.status != status {
		t.Errorf("status is %d, want %d", got.status, status)
	}
	object := got.object(t)
	if object["result"] != "Error" || object["cid"] != got.header.Get("X-Zato-CID") {
		t.Errorf("answer is %s", got.body)
	}
	if text, _ := object["details"].(string); !strings.Contains(text, details) {
		t.Errorf("details are %q, want …%s…", text, details)
	}
	for key := range object {
		if key != "result" && key != "cid" && key != "details" && !slices.Contains(more, key) {
			t.Errorf("answer has %s: %s", key, got.body)
		}
	}
}

func TestPaths(t *testing.T) {
	h := start(t, nil)
	for name, test := range map[string]struct {
		method, path, credentials, body string
		status                          int
		answer                          string            // for 200
		details                         string            // for errors
		headers                         map[string]string // of the answer
	}{
		"ping":                 {method: "GET", path: "/zato/ping", status: 200, answer: `{"pong":"zato"}`},
		"ping with a query":    {method: "GET", path: "/zato/ping?x=%zz", status: 200, answer: `{"pong":"zato"}`},
		"HEAD":                 {method: "HEAD", path: "/zato/ping", status: 200, headers: map[string]string{"Content-Length": "16"}},
		"OPTIONS":              {method: "OPTIONS", path: "/zato/ping", status: 204, headers: map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		"wrong verb":           {method: "POST", path: "/zato/ping", status: 405, details: "GET, HEAD, OPTIONS", headers: map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		"unknown verb":         {method: "BREW", path: "/zato/api/invoke/a.b", credentials: right, status: 405, details: "PATCH", headers: map[string]string{"Allow": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"}},
		"TRACE":                {method: "TRACE", path: "/zato/ping", status: 405, details: "not allowed"},
		"root":                 {method: "GET", path: "/", status: 404, details: "No such path"},
		"unknown path":         {method: "GET", path: "/zato/nothing", status: 404, details: "No such path"},
		"trailing slash":       {method: "GET", path: "/zato/ping/", status: 404, details: "No such path"},
		"double slash":         {method: "GET", path: "//zato/ping", status: 404, details: "No such path"},
		"dots":                 {method: "GET", path: "/zato/../zato/ping", status: 404, details: "No such path"},
		"alive":                {method: "GET", path: "/healthz", status: 200, answer: `{"healthy":true}`},
		"ready":                {method: "GET", path: "/readyz", status: 200, answer: `{"ready":true}`},
		"services":             {method: "GET", path: "/zato/services", credentials: right, status: 200, answer: `[{"name":"a.b"}]`},
		"services, anonymous":  {method: "GET", path: "/zato/services", status: 401, details: "of a security definition", headers: map[string]string{"WWW-Authenticate": `Basic realm="services", charset="UTF-8"`}},
		"invoke":               {method: "POST", path: "/zato/api/invoke/a.b", credentials: right, status: 200, answer: `{"ok":true}`, headers: map[string]string{"X-Gatehouse-Version": "v-1"}},
		"invoke, anonymous":    {method: "POST", path: "/zato/api/invoke/a.b", status: 401, details: "of a security definition", headers: map[string]string{"WWW-Authenticate": `Basic realm="services", charset="UTF-8"`}},
		"invoke, wrong":        {method: "POST", path: "/zato/api/invoke/a.b", credentials: "guess", status: 401, details: "of a security definition"},
		"invoke nothing":       {method: "POST", path: "/zato/api/invoke/", credentials: right, status: 404, details: "No such path"},
		"invoke more":          {method: "POST", path: "/zato/api/invoke/a/b", credentials: right, status: 404, details: "No such path"},
		"OPTIONS of invoke":    {method: "OPTIONS", path: "/zato/api/invoke/a.b", status: 204},
		"anonymous large body": {method: "POST", path: "/zato/api/invoke/a.b", body: strings.Repeat(" ", 2<<20), status: 401, details: "of a security definition"},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.send(t, test.method, test.path, test.credentials, test.body)
			if test.details != "" {
				checkFailure(t, got, test.status, test.details)
			}
			if got.status != test.status || test.answer != "" && strings.TrimSpace(got.body) != test.answer {
				t.Errorf("answer is %d %s", got.status, got.body)
			}
			if !cidForm.MatchString(got.header.Get("X-Zato-CID")) {
				t.Errorf("X-Zato-CID is %q", got.header.Get("X-Zato-CID"))
			}
			if got.body != "" && got.header.Get("Content-Type") != "application/json" {
				t.Errorf("Content-Type is %q", got.header.Get("Content-Type"))
			}
			for header, want := range test.headers {
				if got.header.Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.header.Get(header), want)
				}
			}
			if taken := h.invoker.taken(); (taken != nil) != (name == "invoke") {
				t.Errorf("the invoker was asked for %+v", taken)
			}
		})
	}
}

func TestWhatAServiceIsGiven(t *testing.T) {
	h := start(t, nil)
	got := h.send(t, "PATCH", "/zato/api/invoke/user-api.update?a=1&a=2&b=%C5%BC", right, ` {"name": "a\u0000b"} `,
		"User-Agent", "test/1", "Cookie", "session=secret", "Proxy-Authorization", "Basic secret", "X-Mine", "one", "X-Mine", "two")
	taken := h.invoker.taken()
	if got.status != 200 || taken == nil {
		t.Fatalf("answer is %d %s", got.status, got.body)
	}
	if taken.Service != "user-api.update" || taken.CID != got.header.Get("X-Zato-CID") || string(taken.Body) != ` {"name": "a\u0000b"} ` {
		t.Errorf("request is %+v", taken)
	}
	http := taken.HTTP
	if http.Method != "PATCH" || http.Path != "/zato/api/invoke/user-api.update" || http.RemoteAddr != "127.0.0.1" || http.UserAgent != "test/1" {
		t.Errorf("HTTP is %+v", http)
	}
	if fmt.Sprint(http.Query) != "map[a:[1 2] b:[ż]]" {
		t.Errorf("query is %v", http.Query)
	}
	if fmt.Sprint(http.Headers["X-Mine"]) != "[one two]" {
		t.Errorf("headers are %v", http.Headers)
	}
	for _, secret := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		if http.Headers.Get(secret) != "" {
			t.Errorf("the service is given %s", secret)
		}
	}
	if log := h.log.String(); strings.Contains(log, "secret") || strings.Contains(log, right) || strings.Contains(log, "%C5") {
		t.Errorf("the log has secrets or the query:\n%s", log)
	}
	for _, empty := range []string{"", " \r\n\t"} {
		h.send(t, "GET", "/zato/api/invoke/a.b?x=1", right, empty)
		if taken := h.invoker.taken(); len(taken.Body) != 0 || taken.HTTP.Query.Get("x") != "1" {
			t.Errorf("with the body %q: %q, %v", empty, taken.Body, taken.HTTP.Query)
		}
	}
}

func TestInputThatIsRefused(t *testing.T) {
	h := start(t, nil)
	for name, test := range map[string]struct {
		query, body string
		status      int
		details     string
	}{
		"not JSON":       {body: `name=x`, status: 400, details: "not valid JSON"},
		"cut JSON":       {body: `{"a":`, status: 400, details: "not valid JSON"},
		"duplicate key":  {body: `{"name":1,"other":{},"name":2}`, status: 400, details: `duplicate key "name" at byte 22`},
		"invalid UTF-8":  {body: "{\"name\":\"\xff\"}", status: 400, details: "invalid UTF-8 at byte 10"},
		"half character": {body: `{"name":"\udead"}`, status: 400, details: "half a surrogate pair"},
		"10 MB":          {body: `"` + strings.Repeat("x", 10<<20) + `"`, status: 413, details: "larger than 1048576 bytes"},
		"1 MiB and one":  {body: `"` + strings.Repeat("x", 1<<20-1) + `"`, status: 413, details: "larger than"},
		"bad query":      {query: "?a=%zz", status: 400, details: "The query"},
		"query UTF-8":    {query: "?a=%ff", status: 400, details: `invalid UTF-8 in parameter "a"`},
		"query key":      {query: "?%ff=a", status: 400, details: "invalid UTF-8 in parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			checkFailure(t, h.send(t, "POST", "/zato/api/invoke/a.b"+test.query, right, test.body), test.status, test.details)
			if h.invoker.taken() != nil {
				t.Error("the service was invoked")
			}
		})
	}
	if got := h.send(t, "POST", "/zato/api/invoke/a.b", right, `"`+strings.Repeat("x", 1<<20-2)+`"`); got.status != 200 {
		t.Errorf("1 MiB: %d %s", got.status, got.body)
	}
}

// TestLargeBodyWithoutLength sends 10 MB in chunks.
func TestLargeBodyWithoutLength(t *testing.T) {
	h := start(t, nil)
	request, err := http.NewRequest("POST", h.url+"/zato/api/invoke/a.b", struct{ *strings.Reader }{strings.NewReader(strings.Repeat(" ", 10<<20))})
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = -1
	request.SetBasicAuth("client", right)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 413 {
		t.Errorf("status is %d", response.StatusCode)
	}
}

func TestAnswersOfServices(t *testing.T) {
	h := start(t, nil)
	for name, test := range map[string]struct {
		response invocation.Response
		status   int
		body     string
		headers  map[string]string
	}{
		"status and header": {
			invocation.Response{Status: 201, Body: []byte(`[1]`), Headers: http.Header{"location": {"/x"}, "X-Many": {"a", "b"}}},
			201, `[1]`, map[string]string{"Location": "/x", "X-Many": "a", "Content-Type": "application/json"}},
		"empty":        {invocation.Response{Status: 200}, 200, ``, map[string]string{"Content-Length": "0", "Content-Type": ""}},
		"204":          {invocation.Response{Status: 204, Body: []byte(`{}`)}, 204, ``, nil},
		"404":          {invocation.Response{Status: 404, Body: []byte(`{"a":1}`)}, 404, `{"a":1}`, nil},
		"own type":     {invocation.Response{Status: 200, Body: []byte(`{}`), Headers: http.Header{"Content-Type": {"application/problem+json"}}}, 200, `{}`, map[string]string{"Content-Type": "application/problem+json"}},
		"not its own":  {invocation.Response{Status: 200, Body: []byte(`{}`), Headers: http.Header{"x-zato-cid": {"mine"}, "Content-Length": {"7"}, "Connection": {"close"}, "transfer-encoding": {"x"}, "X-Gatehouse-Version": {"mine"}}, Version: "v-2"}, 200, `{}`, map[string]string{"Content-Length": "2", "X-Gatehouse-Version": "v-2", "Connection": ""}},
		"caching":      {invocation.Response{Status: 200, Body: []byte(`{}`), Headers: http.Header{"Cache-Control": {"max-age=60"}}}, 200, `{}`, map[string]string{"Cache-Control": "max-age=60"}},
		"no caching":   {invocation.Response{Status: 200, Body: []byte(`{}`)}, 200, `{}`, map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}},
		"status 0":     {invocation.Response{Body: []byte(`{}`)}, 500, "", nil},
		"status 100":   {invocation.Response{Status: 100}, 500, "", nil},
		"status 1000":  {invocation.Response{Status: 1000}, 500, "", nil},
		"header lines": {invocation.Response{Status: 200, Headers: http.Header{"X-A": {"a\r\nX-B: b"}}}, 500, "", nil},
		"header NUL":   {invocation.Response{Status: 200, Headers: http.Header{"X-A": {"a\x00"}}}, 500, "", nil},
		"header name":  {invocation.Response{Status: 200, Headers: http.Header{"X-A: b\r\nX-C": {"a"}}}, 500, "", nil},
		"no name":      {invocation.Response{Status: 200, Headers: http.Header{"": {"a"}}}, 500, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h.invoker.respond = func(context.Context, invocation.Request) (invocation.Response, error) { return test.response, nil }
			got := h.send(t, "GET", "/zato/api/invoke/a.b", right, "")
			if test.status == 500 {
				checkFailure(t, got, 500, "Internal error")
				if got.header.Get("X-B") != "" || !strings.Contains(h.log.String(), "the service answered with") {
					t.Errorf("headers %v, log:\n%s", got.header, h.log)
				}
				return
			}
			if got.status != test.status || got.body != test.body {
				t.Errorf("answer is %d %s", got.status, got.body)
			}
			if !cidForm.MatchString(got.header.Get("X-Zato-CID")) {
				t.Errorf("X-Zato-CID is %q", got.header.Get("X-Zato-CID"))
			}
			for header, want := range test.headers {
				if got.header.Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.header.Get(header), want)
				}
			}
		})
	}
}

func TestErrorsOfServices(t *testing.T) {
	h := start(t, nil)
	secret := errors.New("secret cause jane@example.com")
	for name, test := range map[string]struct {
		err     error
		status  int
		details string
		more    []string
		retry   bool
	}{
		"message": {&invocation.Error{Status: 404, Message: "no such customer", Cause: secret}, 404, "no such customer", nil, false},
		"fields": {&invocation.Error{Status: 400, Message: "invalid input: name is required",
			Fields: []invocation.Field{{Name: "name", Message: "is required"}}}, 400, "name is required", []string{"fields"}, false},
		"SSO": {&invocation.Error{Status: 403, Message: "not allowed", SubStatus: []string{"E005001"}}, 403, "not allowed",
			[]string{"status", "sub_status"}, false},
		"no message":      {&invocation.Error{Status: 409}, 409, "Conflict", nil, false},
		"internal":        {&invocation.Error{Status: 500, Message: "secret message", SubStatus: []string{"E"}, Cause: secret}, 500, "Internal error", nil, false},
		"unavailable":     {&invocation.Error{Status: 503, Message: "the CRM is away", Cause: secret}, 503, "the CRM is away", nil, true},
		"timeout":         {&invocation.Error{Status: 504, Message: "took longer than 30s"}, 504, "took longer than 30s", nil, false},
		"too many":        {&invocation.Error{Status: 429, Message: "slow down"}, 429, "slow down", nil, true},
		"odd status":      {&invocation.Error{Status: 200, Message: "secret"}, 500, "Internal error", nil, false},
		"another error":   {secret, 500, "Internal error", nil, false},
		"wrapped":         {fmt.Errorf("invoking: %w", &invocation.Error{Status: 413, Message: "too large"}), 413, "too large", nil, false},
		"database is out": {&database.Error{Kind: database.Unavailable, Err: secret}, 503, "The database is unavailable", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			var known *invocation.Error
			if errors.As(test.err, &known) {
				known.Version = "v-9"
			}
			h.invoker.respond = func(context.Context, invocation.Request) (invocation.Response, error) {
				return invocation.Response{}, test.err
			}
			got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}")
			checkFailure(t, got, test.status, test.details, test.more...)
			if strings.Contains(got.body, "secret") {
				t.Errorf("the answer tells the cause: %s", got.body)
			}
			if (got.header.Get("Retry-After") != "") != test.retry {
				t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
			}
			if known != nil && got.header.Get("X-Gatehouse-Version") != "v-9" {
				t.Errorf("the version is %q", got.header.Get("X-Gatehouse-Version"))
			}
			for _, key := range test.more {
				if got.object(t)[key] == nil {
					t.Errorf("no %s: %s", key, got.body)
				}
			}
			switch name {
			case "fields":
				if !strings.Contains(got.body, `"fields":[{"field":"name","message":"is required"}]`) {
					t.Errorf("answer is %s", got.body)
				}
			case "SSO":
				if !strings.Contains(got.body, `"status":"error","sub_status":["E005001"]`) {
					t.Errorf("answer is %s", got.body)
				}
			}
		})
	}
}

func TestEveryLineOfARequestHasItsCID(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/logging", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			channel.Logger(r.Context()).Info("working")
			channel.WriteJSON(w, 200, channel.CID(r.Context())+channel.RemoteAddr(r))
		})}}
	})
	got := h.send(t, "GET", "/logging?token=hidden", "", "")
	cid := got.header.Get("X-Zato-CID")
	if strings.TrimSpace(got.body) != `"`+cid+`127.0.0.1"` {
		t.Errorf("answer is %s", got.body)
	}
	h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}")
	h.send(t, "GET", "/healthz", "", "")
	var lines []map[string]any
	for line := range strings.Lines(h.log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fields)
	}
	if len(lines) != 4 {
		t.Fatalf("the log is\n%s", h.log)
	}
	working, access, invoked, health := lines[0], lines[1], lines[2], lines[3]
	if working["msg"] != "working" || working["cid"] != cid || access["cid"] != cid {
		t.Errorf("lines are %v and %v", working, access)
	}
	if access["method"] != "GET" || access["path"] != "/logging" || access["status"] != 200.0 || access["remote_addr"] != "127.0.0.1" || access["duration"] == nil || access["size"] == 0.0 {
		t.Errorf("access line is %v", access)
	}
	if invoked["version"] != "v-1" || invoked["security"] != "pubapi" || invoked["cid"] == cid {
		t.Errorf("line of the invocation is %v", invoked)
	}
	if health["level"] != "DEBUG" {
		t.Errorf("line of the health check is %v", health)
	}
	if strings.Contains(h.log.String(), "hidden") {
		t.Errorf("the log has the query:\n%s", h.log)
	}
}

func TestPanics(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Routes = []channel.Route{
			{Pattern: "/early", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("early secret") })},
			{Pattern: "/late", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("{"))
				_ = http.NewResponseController(w).Flush()
				panic("late secret")
			})},
			{Pattern: "/value", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				channel.WriteJSON(w, 200, func() {})
			})},
		}
	})
	for _, path := range []string{"/early", "/value"} {
		got := h.send(t, "GET", path, "", "")
		checkFailure(t, got, 500, "Internal error")
		if log := h.log.String(); !strings.Contains(log, "channel_test.go") || !strings.Contains(log, got.header.Get("X-Zato-CID")) {
			t.Errorf("%s: no stack in the log:\n%s", path, log)
		}
	}
	response, err := http.Get(h.url + "/late")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if broken, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("an answer that broke off looks complete: %s", broken)
	}
	if got := h.send(t, "GET", "/zato/ping", "", ""); got.status != 200 {
		t.Errorf("after panics: %d", got.status)
	}
}

func TestDatabaseAway(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		definitions := config.Authenticator.(*security.Definitions)
		config.Ready = func(ctx context.Context) error {
			_, err := definitions.List(ctx)
			return err
		}
	})
	if got := h.send(t, "GET", "/readyz", "", ""); got.status != 200 {
		t.Fatalf("ready is %d %s", got.status, got.body)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	got := h.send(t, "GET", "/readyz", "", "")
	checkFailure(t, got, 503, "Not ready")
	got = h.send(t, "POST", "/zato/api/invoke/a.b", "never seen", "{}")
	checkFailure(t, got, 503, "The database is unavailable")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if got := h.send(t, "GET", "/healthz", "", ""); got.status != 200 {
		t.Errorf("health is %d", got.status)
	}
}

// denied is an authenticator that always has the same error.
type denied struct{ err error }

func (d denied) Verify(context.Context, security.Client, string, string) (security.Principal, error) {
	return security.Principal{}, d.err
}

func (d denied) VerifyToken(context.Context, security.Client, string) (security.Principal, error) {
	return security.Principal{}, d.err
}

func TestBusyAuthentication(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		config.Authenticator = denied{security.ErrBusy}
	})
	got := h.send(t, "POST", "/zato/api/invoke/a.b", right, "{}")
	checkFailure(t, got, 503, "Too busy")
	if got.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
