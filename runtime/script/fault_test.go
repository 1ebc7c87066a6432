package script_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// runaways are bodies that do not end by themselves.
var runaways = map[string]struct {
	body    string
	imports []string
}{
	"loop":        {body: "\tfor {\n\t}"},
	"busy loop":   {body: "\tfor n := 0; ; n++ {\n\t\tself.CID = \"\"\n\t}"},
	"channel":     {body: "\t<-make(chan int)\n\treturn nil"},
	"send":        {body: "\tmake(chan int) <- 1\n\treturn nil"},
	"range":       {body: "\tfor range make(chan int) {\n\t}\n\treturn nil"},
	"select":      {body: "\tselect {}"},
	"select case": {body: "\tselect {\n\tcase <-make(chan int):\n\t}\n\treturn nil"},
	"sleep":       {body: "\ttime.Sleep(time.Hour)\n\treturn nil", imports: []string{"time"}},
	"timer":       {body: "\t<-time.After(time.Hour)\n\treturn nil", imports: []string{"time"}},
	"sort": {
		body:    "\ts := []int{3, 2, 1}\n\tsort.Slice(s, func(i, j int) bool {\n\t\tfor {\n\t\t}\n\t})\n\treturn nil",
		imports: []string{"sort"},
	},
	"deferred": {body: "\tdefer func() {\n\t\tfor {\n\t\t}\n\t}()\n\treturn nil"},
	"recovers": {body: "\tdefer func() {\n\t\trecover()\n\t\tfor {\n\t\t}\n\t}()\n\tpanic(1)"},
}

func TestRunawayCallEndsAtItsDeadlineAndAloneDoes(t *testing.T) {
	good := strings.ReplaceAll(answering("1"), "Hello", "Good")
	for name, runaway := range runaways {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{
				"bad.go":  source("Bad", runaway.body, runaway.imports...),
				"good.go": good,
			}, func(c *script.Config) { c.Timeouts = map[string]time.Duration{"bad.bad": 50 * time.Millisecond} })
			for round := range 3 {
				bad := make(chan answer)
				go func() { bad <- h.call("bad.bad", "") }()
				for over := false; !over; {
					if got := h.call("good.good", ""); got.err != nil || got.payload != `{"value":1}` {
						t.Fatalf("the service beside: %+v\n%s", got, h.log)
					}
					select {
					case got := <-bad:
						over = true
						var timeout *script.TimeoutError
						if !errors.As(got.err, &timeout) || timeout.Service != "bad.bad" || timeout.Limit != 50*time.Millisecond {
							t.Fatalf("got %v, want a TimeoutError", got.err)
						}
						if timeout.Queued && round == 0 {
							t.Error("the call did not begin")
						}
						if !errors.Is(got.err, context.DeadlineExceeded) || got.version == "" {
							t.Errorf("got %+v", got)
						}
					default:
					}
				}
			}
			eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
		})
	}
}

func TestSetupAndFinishAreHeldToTheDeadline(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": answering("1")}, within(2*time.Second))
	release := make(chan struct{})
	nothing := func(context.Context, *service.Service) {}
	for name, parts := range map[string]struct {
		setup  func(context.Context, *service.Service)
		finish func(*service.Service) error
	}{
		"setup":  {func(context.Context, *service.Service) { <-release }, func(*service.Service) error { t.Error("finish ran"); return nil }},
		"finish": {nothing, func(*service.Service) error { <-release; return nil }},
	} {
		_, err := h.Call(context.Background(), "greet.hello", parts.setup, parts.finish)
		var timeout *script.TimeoutError
		if !errors.As(err, &timeout) {
			t.Errorf("%s: got %v, want a TimeoutError", name, err)
		}
	}
	if h.Stuck() != 2 {
		t.Errorf("%d calls are stuck, want 2", h.Stuck())
	}
	close(release)
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })

	var fault *script.PanicError
	_, err := h.Call(context.Background(), "greet.hello", nothing, func(*service.Service) error { panic("boom") })
	if !errors.As(err, &fault) || fault.Message != "boom" {
		t.Errorf("got %v, want a PanicError", err)
	}
	refused := errors.New("too large")
	_, err = h.Call(context.Background(), "greet.hello", nothing, func(*service.Service) error { return refused })
	if !errors.Is(err, refused) {
		t.Errorf("got %v, want the error of finish", err)
	}
}

func TestCancelledCallEndsAtOnce(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": source("Bad", "\tselect {}")})
	cause := errors.New("the client went away")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
	got := call(ctx, h.Engine, "bad.bad", "")
	var cancelled *script.CancelledError
	if !errors.As(got.err, &cancelled) || !errors.Is(got.err, context.Canceled) || !errors.Is(got.err, cause) {
		t.Errorf("got %v, want a CancelledError", got.err)
	}
}

func TestDeadlineOfAService(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": source("Bad", "\tselect {}")}, func(c *script.Config) {
		c.Timeouts = map[string]time.Duration{"bad.bad": 30 * time.Millisecond}
	})
	var timeout *script.TimeoutError
	if got := h.call("bad.bad", ""); !errors.As(got.err, &timeout) || timeout.Limit != 30*time.Millisecond {
		t.Errorf("got %v", got.err)
	}
}

// A script that waits in the host does nothing more once its call has ended.
func TestNothingRunsAfterTheDeadline(t *testing.T) {
	called := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called <- r.URL.Path
		if r.URL.Path == "/slow" {
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Second):
			}
		}
	}))
	defer server.Close()
	h := newHost(t, map[string]string{
		"sleep.go": source("Sleep", "\ttime.Sleep(time.Hour)\n\t_, err := self.Invoke(\"probe\", nil)\n\treturn err", "time"),
		"fetch.go": source("Fetch", `	r, err := http.NewRequest("GET", self.Request.Get("url", "")+"/slow", nil)
	if err != nil {
		return err
	}
	_, err = (&http.Client{}).Do(r)
	self.Invoke("probe", nil)
	return err`, "net/http"),
	}, within(2*time.Second))
	probed := make(chan bool, 10)
	if err := h.Register("probe", func() service.Handler { return &probe{probed: probed} }); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sleep.sleep", "fetch.fetch"} {
		var timeout *script.TimeoutError
		if got := h.call(name, `{"url": "`+server.URL+`"}`); !errors.As(got.err, &timeout) {
			t.Fatalf("%s: got %v, want a TimeoutError", name, got.err)
		}
	}
	select {
	case path := <-called:
		if path != "/slow" {
			t.Error(path)
		}
	default:
		t.Error("the script did not come to its request before its deadline")
	}
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
	if len(probed) > 0 {
		t.Error("the script went on after its deadline")
	}
}

type probe struct {
	service.Service
	probed chan bool
}

func (p *probe) Handle() error {
	p.probed <- true
	return nil
}

func TestPanicTellsWhatAndWhere(t *testing.T) {
	const nilDereference = "invalid memory address or nil pointer dereference"
	for name, scenario := range map[string]struct {
		statement string
		message   string
		imports   []string
	}{
		"nil field":       {"var p *thing; self.CID = p.name", nilDereference, nil},
		"nil field set":   {"var p *thing; p.name = \"x\"", nilDereference, nil},
		"nil method":      {"var i talker; i.talk()", nilDereference, nil},
		"nil func":        {"var f func(); f()", nilDereference, nil},
		"nil pointer":     {"var p *int; *p = 1", nilDereference, nil},
		"nil map":         {"var m map[string]int; m[\"a\"] = 1", "assignment to entry in nil map", nil},
		"slice index":     {"k := 3; s := []int{1}; s[k] = 1", "index out of range", nil},
		"slice read":      {"k := 3; s := []int{1}; _ = s[k]", "index out of range", nil},
		"array index":     {"k := 3; s := [2]int{1}; s[k] = 1", "index out of range", nil},
		"string index":    {"k := 9; _ = self.CID[k]", "index out of range", nil},
		"slice bounds":    {"k := 9; s := []int{1}; _ = s[1:k]", "slice bounds out of range", nil},
		"division":        {"k := 0; _ = 1 / k", "integer divide by zero", nil},
		"assertion":       {"var a any = 1; _ = a.(string)", "interface conversion: interface {} is int, not string", nil},
		"close nil":       {"var c chan int; close(c)", "close of nil channel", nil},
		"closed channel":  {"c := make(chan int); close(c); close(c)", "close of closed channel", nil},
		"negative length": {"k := -1; _ = make([]int, k)", "makeslice: len or cap out of range", nil},
		"text":            {"panic(\"boom\")", "boom", nil},
		"error":           {"panic(errors.New(\"boom\"))", "boom", []string{"errors"}},
		"value":           {"panic(thing{\"boom\"})", "{boom}", nil},
		"in the host":     {"_ = strings.Repeat(\"x\", -1)", "strings: negative Repeat count", []string{"strings"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := source("Bad", "\tself.CID = \"\"\n\tif self.CID == \"\" {\n\t\t"+scenario.statement+"\n\t}\n\treturn nil", scenario.imports...) +
				"\ntype thing struct{ name string }\n\ntype talker interface{ talk() }\n"
			h := newHost(t, map[string]string{"bad.go": text})
			line := 1 + strings.Count(text[:strings.Index(text, scenario.statement)], "\n")
			for range 2 {
				got := h.call("bad.bad", "")
				var fault *script.PanicError
				if !errors.As(got.err, &fault) {
					t.Fatalf("got %v, want a PanicError\n%s", got.err, h.log)
				}
				if !strings.HasPrefix(fault.Message, scenario.message) {
					t.Errorf("message %q, want %q", fault.Message, scenario.message)
				}
				if fault.File != h.path("bad.go") || fault.Line != line || !strings.Contains(fault.Function, "Handle") {
					t.Errorf("at %s:%d in %s, want line %d", fault.File, fault.Line, fault.Function, line)
				}
			}
		})
	}
}

func TestEndlessRecursionIsAPanic(t *testing.T) {
	h := newHost(t, map[string]string{
		"bad.go":  source("Bad", "\treturn down(1)") + "\nfunc down(n int) error { return down(n + 1) }\n",
		"good.go": strings.ReplaceAll(answering("1"), "Hello", "Good"),
	})
	for range 2 {
		var fault *script.PanicError
		if got := h.call("bad.bad", ""); !errors.As(got.err, &fault) || !strings.Contains(fault.Message, "recursion") {
			t.Fatalf("got %v, want a PanicError that tells of recursion", got.err)
		}
		if got := h.call("good.good", ""); got.err != nil {
			t.Fatal(got.err)
		}
	}
}

func TestAScriptCannotEndTheProcess(t *testing.T) {
	for _, scenario := range []struct{ path, body string }{
		{"os", "\tos.Exit(1)\n\treturn nil"},
		{"log", "\tlog.Fatal(1)\n\treturn nil"},
		{"syscall", "\tsyscall.Exit(1)\n\treturn nil"},
		{"runtime", "\truntime.Goexit()\n\treturn nil"},
	} {
		h := newHost(t, map[string]string{"bad.go": source("Bad", scenario.body, scenario.path)})
		var missing *script.NotFoundError
		if got := h.call("bad.bad", ""); !errors.As(got.err, &missing) {
			t.Errorf("%s: got %v", scenario.path, got.err)
		}
		infos := h.Services()
		if len(infos) != 1 || !strings.Contains(infos[0].LastError, scenario.path) {
			t.Errorf("%s: services %+v", scenario.path, infos)
		}
	}
}

func TestErrorsOfAServiceOutliveItsCall(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": `package services

import (
	"fmt"

	"gatehouse/runtime/service"
)

type fault struct{ code int }

func (f *fault) Error() string { return fmt.Sprint("fault ", f.code) }

type Own struct{ service.Service }

func (self *Own) Handle() error { return &fault{7} }

type Wrapped struct{ service.Service }

func (self *Wrapped) Handle() error {
	return fmt.Errorf("while testing: %w", service.Conflict("taken").WithCause(&fault{8}))
}
`})
	if got := h.call("bad.own", ""); got.err == nil || got.err.Error() != "fault 7" {
		t.Errorf("got %v", got.err)
	}
	got := h.call("bad.wrapped", "")
	var refusal *service.Error
	if !errors.As(got.err, &refusal) || refusal.Status != http.StatusConflict || refusal.Err.Error() != "fault 8" {
		t.Fatalf("got %v", got.err)
	}
	if want := "while testing: 409 Conflict: taken"; got.err.Error() != want {
		t.Errorf("got %q, want %q", got.err, want)
	}
}

func TestInitialisationIsBounded(t *testing.T) {
	for name, scenario := range map[string]struct{ declaration, message string }{
		"loop":  {"var x = endless()\n\nfunc endless() int {\n\tfor {\n\t}\n}\n", "were not initialised within"},
		"panic": {"var m map[string]int\n\nvar x = broken()\n\nfunc broken() int { k := 0; return 1 / k }\n", "integer divide by zero"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{
				"bad/bad.go":   source("Bad", "\t_ = x\n\treturn nil") + "\n" + scenario.declaration,
				"good/good.go": strings.ReplaceAll(answering("1"), "Hello", "Good"),
			}, func(c *script.Config) { c.LoadTimeout = 500 * time.Millisecond })
			if got := h.call("good.good", ""); got.err != nil {
				t.Error(got.err)
			}
			infos := h.Services()
			if len(infos) != 2 || infos[1].Name != "" || !strings.Contains(infos[1].LastError, scenario.message) {
				t.Errorf("services %+v", infos)
			}
			if text := h.log.String(); strings.Count(text, scenario.message) != 1 {
				t.Errorf("log:\n%s", text)
			}
		})
	}
}

func TestPoolAndGoroutinesSurviveFaults(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": source("Bad", `	switch self.Request.Get("how", "") {
	case "panic":
		var m map[string]int
		m["x"] = 1 //nolint:staticcheck // the panic is the point
	case "loop":
		for {
		}
	case "error":
		return service.BadRequest("no")
	}
	return nil`)}, func(c *script.Config) { c.PoolSize = 2 })
	if got := h.call("bad.bad", ""); got.err != nil {
		t.Fatal(got.err)
	}
	before := runtime.NumGoroutine()
	panics, kills := 1000, 100
	if testing.Short() {
		panics, kills = 50, 10
	}
	for range panics {
		var fault *script.PanicError
		if got := h.call("bad.bad", `{"how": "panic"}`); !errors.As(got.err, &fault) {
			t.Fatal(got.err)
		}
	}
	for range kills {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		var timeout *script.TimeoutError
		if got := call(ctx, h.Engine, "bad.bad", `{"how": "loop"}`); !errors.As(got.err, &timeout) {
			t.Fatal(got.err)
		}
		cancel()
	}
	for range panics {
		if got := h.call("bad.bad", `{"how": "error"}`); got.err == nil {
			t.Fatal("no error")
		}
	}
	eventually(t, "goroutines are as many as before", func() bool { return runtime.NumGoroutine() <= before+4 })
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
	if got := h.call("bad.bad", ""); got.err != nil {
		t.Error(got.err)
	}
}

// compiled is a compiled-in service that does as it is told.
type compiled struct {
	service.Service
	block chan struct{}
}

func (c *compiled) Handle() error {
	switch c.Request.Get("how", "") {
	case "block":
		<-c.block
	case "panic":
		var m map[string]int
		m["x"] = 1 //nolint:staticcheck // the panic is the point
	case "exit":
		runtime.Goexit()
	}
	c.Response.Payload = service.Dict{"value": c.Request.Get("name", "world")}
	return nil
}

func TestCompiledInService(t *testing.T) {
	h := newHost(t, nil, within(2*time.Second), func(c *script.Config) { c.StuckAfter = time.Millisecond })
	block := make(chan struct{})
	if err := h.Register("crm.compiled", func() service.Handler { return &compiled{block: block} }); err != nil {
		t.Fatal(err)
	}
	if err := h.Register("crm.compiled", func() service.Handler { return &compiled{} }); err == nil {
		t.Error("a name was registered twice")
	}
	if got := h.call("crm.compiled", `{"name": "Ada"}`); got.payload != `{"value":"Ada"}` || got.version != script.CompiledVersion {
		t.Errorf("got %+v", got)
	}
	var fault *script.PanicError
	if got := h.call("crm.compiled", `{"how": "panic"}`); !errors.As(got.err, &fault) ||
		fault.Message != "assignment to entry in nil map" || !strings.HasSuffix(fault.File, "fault_test.go") ||
		!strings.Contains(fault.Function, "Handle") || len(fault.Stack) == 0 {
		t.Errorf("got %+v", got.err)
	}
	if got := h.call("crm.compiled", `{"how": "exit"}`); !errors.As(got.err, &fault) {
		t.Errorf("got %v", got.err)
	}
	var timeout *script.TimeoutError
	if got := h.call("crm.compiled", `{"how": "block"}`); !errors.As(got.err, &timeout) {
		t.Errorf("got %v", got.err)
	}
	if h.Stuck() != 1 {
		t.Errorf("%d calls are stuck, want 1", h.Stuck())
	}
	eventually(t, "the log names the stuck call", func() bool { return strings.Contains(h.log.String(), "crm.compiled") })
	close(block)
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
}

// eventually waits for what happens soon.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about that %s", what)
		}
	}
}
