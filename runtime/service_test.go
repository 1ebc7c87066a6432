package runtime_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// script makes a service file of one Handle body.
func script(name, imports, body string) string {
	var list strings.Builder
	for path := range strings.FieldsSeq(imports) {
		list.WriteString("\t\"" + path + "\"\n")
	}
	return "package services\n\nimport (\n" + list.String() + "\t\"gatehouse/runtime/service\"\n)\n\ntype " + name +
		" struct{ service.Service }\n\nfunc (self *" + name + ") Handle() error {\n" + body + "\n}\n"
}

var scripts = map[string]string{
	"echo.go": script("Echo", "", `
	self.Response.Payload = service.Dict{
		"input": self.Request.Input, "raw": string(self.Request.Raw), "method": self.Request.HTTP.Method,
		"path": self.Request.HTTP.Path, "x": self.Request.HTTP.Headers.Get("X-Test"), "q": self.Request.HTTP.Query.Get("q"),
		"addr": self.Request.HTTP.RemoteAddr, "cid": self.CID,
		"auth": self.Request.HTTP.Headers.Get("Authorization"),
		"get": self.Request.Get("name", "nobody"),
	}
	self.Response.Status = 201
	self.Response.SetHeader("X-Answer", "42")
	self.Logger.Info("echoed", "key", "value")
	return nil`),
	"nothing.go": script("Nothing", "", "return nil"),
	"fail.go":    script("Fail", "errors", `return errors.New("a private cause")`),
	"refuse.go": script("Refuse", "errors", `
	switch self.Request.Get("how", "") {
	case "400":
		return service.BadRequest("want %s", "an id")
	case "401":
		return service.Unauthorized("who are you")
	case "403":
		return service.Forbidden("not you")
	case "404":
		return service.NotFound("no customer %d", 7)
	case "405":
		return service.MethodNotAllowed("use POST")
	case "409":
		return service.Conflict("changed meanwhile")
	case "413":
		return service.TooLarge("too much")
	case "429":
		return service.TooManyRequests("slowly")
	case "503":
		return service.Unavailable("later").WithCause(errors.New("a private cause"))
	}
	return nil`),
	"bind.go": `package services

import "gatehouse/runtime/service"

type order struct {
	Name  string ` + "`json:\"name\" validate:\"required,max=10\"`" + `
	Email string ` + "`json:\"email\" validate:\"omitempty,email\"`" + `
	Count int    ` + "`json:\"count\" validate:\"min=1\"`" + `
	ID    int64  ` + "`json:\"id\"`" + `
	Address struct {
		City string ` + "`json:\"city\" validate:\"required_with=Street\"`" + `
		Street string ` + "`json:\"street\"`" + `
	} ` + "`json:\"address\"`" + `
	Lines []line ` + "`json:\"lines,omitempty\" validate:\"dive\"`" + `
	secret string
}

type line struct {
	Quantity int ` + "`json:\"quantity\" validate:\"min=1\"`" + `
}

type Bind struct{ service.Service }

func (self *Bind) Handle() error {
	var input order
	if err := self.Request.Bind(&input); err != nil {
		return err
	}
	input.secret = "unexported"
	self.Response.Payload = input
	return nil
}
`,
	"invoke.go": script("Caller", "errors", `
	result, err := self.Invoke(self.Request.Get("service", ""), service.Dict{"name": "inner", "how": self.Request.Get("how", "")})
	if err != nil {
		var refused *service.Error
		if errors.As(err, &refused) {
			self.Response.Payload = service.Dict{"status": refused.Status, "message": refused.Message}
			if errors.Is(err, service.ErrNoSuchService) {
				self.Response.Payload = "there is none"
			}
			return nil
		}
		return err
	}
	self.Response.Payload = service.Dict{"result": result}
	return nil`),
	"circle.go": script("Circle", "", `
	_, err := self.Invoke("circle.circle", nil)
	return err`),
	"login.go": `package services

import "gatehouse/runtime/service"

type Login struct{ service.Service }

func (self *Login) Handle() error {
	session, err := self.SSO.User.Login(self.CID, self.Request.Get("username", ""), self.Request.Get("password", ""), "CRM", "127.0.0.1", "")
	if err != nil {
		return err
	}
	user, err := self.SSO.User.GetCurrentUser(self.CID, session.UST, "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	self.Response.Payload = service.Dict{"session": session, "user": user}
	return nil
}
`,
	"attributes.go": script("Attributes", "gatehouse/runtime/sso", `
	user, err := self.SSO.User.GetCurrentUser(self.CID, self.Request.Get("ust", ""), "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	if err := user.Attr.Create("pin", "1234", sso.AttributeOptions{Encrypt: true, Expiration: 60}); err != nil {
		return err
	}
	if err := user.Attr.SetMany([]service.Dict{{"name": "theme", "value": "dark"}, {"name": "sizes", "value": []any{1, 2}, "expiration": 60}}); err != nil {
		return err
	}
	pin, err := user.Attr.Get("pin")
	if err != nil {
		return err
	}
	exists, err := user.Attr.ExistsMany([]string{"theme", "none"})
	if err != nil {
		return err
	}
	all, err := user.Attr.ToMap()
	if err != nil {
		return err
	}
	sessions, err := self.SSO.User.Session.GetList(self.CID, self.Request.Get("ust", ""), "", "", "CRM", "127.0.0.1")
	if err != nil {
		return err
	}
	if err := sessions[0].Attr.Set("cart", service.Dict{"n": 1}); err != nil {
		return err
	}
	cart, err := sessions[0].Attr.ToMap()
	if err != nil {
		return err
	}
	wrong := user.Attr.SetMany([]service.Dict{{"name": "x", "colour": 1}})
	self.Response.Payload = service.Dict{"pin": pin.Value, "encrypted": pin.IsEncrypted, "exists": exists, "all": all, "cart": cart,
		"again": sso.HasCode(user.Attr.Create("pin", 1), sso.AttributeExists), "wrong": sso.HasCode(wrong, sso.InvalidInput)}
	return nil`),
	"slow.go": script("Slow", "", `
	n := 0
	for {
		n++
	}`),
	"late.go": script("Late", "time", `
	time.Sleep(1100 * time.Millisecond)
	for {
		err := self.SSO.User.UpdateCurrentUser(self.CID, service.Dict{"first_name": "Late"}, self.Request.Get("ust", ""), "CRM", "127.0.0.1")
		if err != nil && self.Request.Get("stop", "") != "" {
			return err
		}
	}`),
	"endless.go": `package services

import (
	"fmt"
	"gatehouse/runtime/service"
)

type ring struct {
	Next *ring ` + "`json:\"next\" validate:\"required\"`" + `
}

type Endless struct{ service.Service }

func (self *Endless) Handle() error {
	list := make([]any, 1)
	list[0] = list
	switch self.Request.Get("how", "") {
	case "print":
		fmt.Println(list)
	case "text":
		self.Response.Payload = fmt.Sprintf("%v", list)
	case "log":
		self.Logger.Info("endless", "list", list)
		self.Logger.With("list", list).Info("endless")
	case "panic":
		panic(list)
	case "payload":
		self.Response.Payload = list
	case "deep":
		var deep any
		for i := 0; i < 3000000; i++ {
			deep = []any{deep}
		}
		self.Response.Payload = deep
	case "chain":
		var chain *ring
		for i := 0; i < 3000000; i++ {
			chain = &ring{Next: chain}
		}
		self.Response.Payload = chain
	case "invoke":
		_, err := self.Invoke("nothing.nothing", service.Dict{"list": list})
		return err
	case "refuse":
		return service.BadRequest("not %v", list)
	case "bind":
		var r ring
		r.Next = &r
		return self.Request.Bind(&r)
	}
	return nil
}
`,
	"nan.go":    script("Nan", "math", `self.Response.Payload = math.NaN(); return nil`),
	"status.go": script("Status", "", `self.Response.Status = 99; return nil`),
}

func TestServices(t *testing.T) {
	t.Parallel()
	h := start(t, options{services: scripts})

	t.Run("request and response", func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, h.url+"/zato/api/invoke/echo.echo?q=1", strings.NewReader(`{"name": "Jane", "n": [1, null]}`))
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth(runtime.InvokeDefinition, apiPassword)
		request.Header.Set("X-Test", "yes")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 201 || response.Header.Get("X-Answer") != "42" || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		got := h.send(http.MethodPut, "/zato/api/invoke/echo.echo?q=1", `{"name": "Jane", "n": [1, null]}`)
		want := map[string]any{"input": map[string]any{"name": "Jane", "n": []any{1.0, nil}}, "raw": `{"name": "Jane", "n": [1, null]}`,
			"method": "PUT", "path": "/zato/api/invoke/echo.echo", "x": "", "q": "1", "addr": "127.0.0.1",
			"cid": got.header.Get("X-Zato-CID"), "auth": "", "get": "Jane"}
		if !reflect.DeepEqual(got.json, want) {
			t.Errorf("got  %v\nwant %v", got.json, want)
		}
		if log := h.log.String(); !strings.Contains(log, "msg=echoed") || !strings.Contains(log, "cid="+got.header.Get("X-Zato-CID")) {
			t.Error("the service's log line is missing, or lacks the correlation ID")
		}
		got = h.send(http.MethodGet, "/zato/api/invoke/echo.echo?name=Ann&l=1&l=2", "")
		if input := got.json["input"]; !reflect.DeepEqual(input, map[string]any{"name": "Ann", "l": []any{"1", "2"}}) {
			t.Errorf("query in: %v", input)
		}
		if got := h.send(http.MethodGet, "/zato/api/invoke/nothing.nothing", ""); got.status != 200 || got.text != "" {
			t.Errorf("an empty answer: %v", got)
		}
	})

	t.Run("errors", func(t *testing.T) {
		for how, message := range map[string]string{
			"400": "want an id", "401": "who are you", "403": "not you", "404": "no customer 7", "405": "use POST",
			"409": "changed meanwhile", "413": "too much", "429": "slowly", "503": "later",
		} {
			got := h.invoke("refuse.refuse", map[string]any{"how": how})
			if got.json["details"] != message || got.json["result"] != "Error" ||
				got.json["cid"] != got.header.Get("X-Zato-CID") || strings.Contains(got.text, "private") {
				t.Errorf("%s: %v", how, got)
			}
			if want := map[string]int{"400": 400, "401": 401, "403": 403, "404": 404, "405": 405, "409": 409, "413": 413, "429": 429, "503": 503}[how]; got.status != want {
				t.Errorf("%s: status %d", how, got.status)
			}
		}
		for _, name := range []string{"fail.fail", "nan.nan", "status.status"} {
			got := h.invoke(name, nil)
			if got.status != 500 || got.json["details"] != "Internal error" || strings.Contains(got.text, "private") || len(got.json) != 3 {
				t.Errorf("%s: %v", name, got)
			}
			if !strings.Contains(h.log.String(), got.header.Get("X-Zato-CID")) {
				t.Errorf("%s: the log does not have the correlation ID", name)
			}
		}
		if !strings.Contains(h.log.String(), "a private cause") {
			t.Error("the cause is not in the log")
		}
		if got := h.invoke("no.such-service", nil); got.status != 404 || !strings.Contains(got.text, "no.such-service") {
			t.Errorf("unknown service: %v", got)
		}
	})

	t.Run("values that hold themselves", func(t *testing.T) {
		for how, want := range map[string]int{"print": 500, "text": 500, "log": 200, "panic": 500, "payload": 500, "bind": 500,
			"deep": 500, "chain": 500, "invoke": 500, "refuse": 400} {
			if got := h.invoke("endless.endless", map[string]any{"how": how}); got.status != want {
				t.Errorf("%s: %v", how, got)
			}
		}
		if !strings.Contains(h.log.String(), "holds itself") {
			t.Error("the log does not tell")
		}
	})

	t.Run("bind", func(t *testing.T) {
		got := h.invoke("bind.bind", map[string]any{"name": "Jane", "count": 2, "id": int64(9007199254740993), "secret": "x"})
		if got.status != 200 || strings.Contains(got.text, "ecret") || strings.Contains(got.text, "unexported") || !strings.Contains(got.text, "9007199254740993") {
			t.Errorf("%v", got)
		}
		got = h.invoke("bind.bind", map[string]any{"email": "nobody", "count": 0})
		want := []any{
			map[string]any{"field": "name", "message": "is required"},
			map[string]any{"field": "email", "message": "must be an e-mail address"},
			map[string]any{"field": "count", "message": "must be at least 1"},
		}
		if got.status != 400 || !reflect.DeepEqual(got.json["fields"], want) {
			t.Errorf("%v", got)
		}
		got = h.invoke("bind.bind", map[string]any{"name": 7})
		if got.status != 400 || !reflect.DeepEqual(got.json["fields"], []any{map[string]any{"field": "name", "message": "must be a string, not number"}}) {
			t.Errorf("%v", got)
		}
		got = h.invoke("bind.bind", map[string]any{"name": "Jane", "count": 1, "address": map[string]any{"street": "Main"},
			"lines": []any{map[string]any{"quantity": 1}, map[string]any{"quantity": 0}}})
		want = []any{
			map[string]any{"field": "address.city", "message": "does not satisfy required_with=Street"},
			map[string]any{"field": "lines[1].quantity", "message": "must be at least 1"},
		}
		if got.status != 400 || !reflect.DeepEqual(got.json["fields"], want) {
			t.Errorf("%v", got)
		}
		if got := h.invoke("bind.bind", []int{1}); got.status != 400 {
			t.Errorf("a list: %v", got)
		}
	})

	t.Run("invoke", func(t *testing.T) {
		got := h.invoke("invoke.caller", map[string]any{"service": "echo.echo"})
		inner, _ := got.json["result"].(map[string]any)
		if inner["get"] != "inner" || inner["cid"] != got.header.Get("X-Zato-CID") || inner["method"] != "" {
			t.Errorf("%v", got)
		}
		got = h.invoke("invoke.caller", map[string]any{"service": "refuse.refuse", "how": "409"})
		if !reflect.DeepEqual(got.json, map[string]any{"status": 409.0, "message": "changed meanwhile"}) {
			t.Errorf("%v", got)
		}
		if got = h.invoke("invoke.caller", map[string]any{"service": "nowhere"}); got.text != `"there is none"` {
			t.Errorf("%v", got)
		}
		if got = h.invoke("invoke.caller", map[string]any{"service": "refuse.refuse", "how": "404"}); got.json["status"] != 404.0 {
			t.Errorf("%v", got)
		}
		if !strings.Contains(h.log.String(), `msg="a service was invoked that is not there"`) {
			t.Error("the log does not tell of the service that is missing")
		}
		if got := h.invoke("circle.circle", nil); got.status != 500 {
			t.Errorf("a circle: %v", got)
		}
		if log := h.log.String(); !strings.Contains(log, "round in a circle") || strings.Contains(log, "failed, as the log tells: ") {
			t.Error("the log does not tell of the circle, or tells of it again and again")
		}
	})

	t.Run("sso", func(t *testing.T) {
		h.user("jane", func(u *sso.NewUser) { u.Email = sso.Some("jane@example.com") })
		got := h.invoke("login.login", map[string]any{"username": "jane", "password": ssotest.Password})
		user, _ := got.json["user"].(map[string]any)
		session, _ := got.json["session"].(map[string]any)
		if got.status != 200 || user["email"] != "jane@example.com" || user["display_name"] != nil || len(user) != 9 ||
			!strings.HasPrefix(session["ust"].(string), "gAAAA") || session["has_w_about_to_exp"] != false {
			t.Errorf("%v", got)
		}
		ust := session["ust"]
		got = h.invoke("attributes.attributes", map[string]any{"ust": ust})
		want := map[string]any{"pin": "1234", "encrypted": true, "exists": map[string]any{"theme": true, "none": false},
			"all":  map[string]any{"pin": "1234", "theme": "dark", "sizes": []any{1.0, 2.0}},
			"cart": map[string]any{"cart": map[string]any{"n": 1.0}}, "again": true, "wrong": true}
		if got.status != 200 || !reflect.DeepEqual(got.json, want) {
			t.Errorf("attributes: %v", got)
		}
		got = h.invoke("login.login", map[string]any{"username": "jane", "password": "wrong"})
		if got.status != 403 || !reflect.DeepEqual(got.json["sub_status"], []any{"E005001"}) {
			t.Errorf("%v", got)
		}
	})
}

// TestDeadline has services that run away: their callers get an answer in
// time, others are served, and nothing of theirs is written afterwards.
func TestDeadline(t *testing.T) {
	t.Parallel()
	o := options{services: scripts, change: func(cfg *runtime.Config) {
		cfg.Services.Timeouts = map[string]time.Duration{"slow.slow": time.Second, "late.late": time.Second} // enough for a new interpreter
	}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		id, ust := h.user("jane", nil)
		for range 3 {
			if got := h.invoke("slow.slow", nil); got.status != http.StatusGatewayTimeout || !strings.Contains(got.text, "slow.slow") || !strings.Contains(got.text, "1s") {
				t.Errorf("%v", got)
			}
			if got := h.invoke("late.late", map[string]any{"ust": ust}); got.status != http.StatusGatewayTimeout {
				t.Errorf("%v", got)
			}
			if got := h.invoke("nothing.nothing", nil); got.status != 200 {
				t.Errorf("another service: %v", got)
			}
		}
		time.Sleep(300 * time.Millisecond)
		if row := h.row(id); row.FirstName != nil {
			t.Errorf("a call that had ended wrote %q", *row.FirstName)
		}
	})
}
