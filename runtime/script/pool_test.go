package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

func TestManyCallsAtOnceGetTheirOwnAnswers(t *testing.T) {
	h := newHost(t, map[string]string{"echo.go": source("Echo", `	total := 0
	var steps []func() int
	for i := 0; i < 5; i++ {
		steps = append(steps, func() int { return i })
	}
	for _, step := range steps {
		total += step()
	}
	self.Response.Payload = service.Dict{"n": self.Request.Input["n"], "total": total}
	return nil`)}, func(c *script.Config) { c.PoolSize = 4 })
	calls := 2000
	if testing.Short() {
		calls = 100
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range calls {
				n := worker*calls + i
				if got := h.call("echo.echo", fmt.Sprintf(`{"n": %d}`, n)); got.err != nil || got.payload != fmt.Sprintf(`{"n":%d,"total":10}`, n) {
					t.Errorf("call %d: %+v", n, got)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestCallsBeyondThePoolWaitTheirTurn(t *testing.T) {
	h := newHost(t, map[string]string{"wait.go": source("Wait", "\t_, err := self.Invoke(\"gate\", nil)\n\treturn err")},
		func(c *script.Config) { c.PoolSize = 2 })
	var inside, most atomic.Int32
	open := make(chan struct{})
	if err := h.Register("gate", func() service.Handler {
		return &counting{inside: &inside, most: &most, open: open}
	}); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 6)
	for range 6 {
		go func() { results <- h.call("wait.wait", "").err }()
	}
	eventually(t, "two calls are inside", func() bool { return inside.Load() == 2 })

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	var timeout *script.TimeoutError
	if got := call(ctx, h.Engine, "wait.wait", ""); !errors.As(got.err, &timeout) || !timeout.Queued {
		t.Errorf("got %v, want a TimeoutError of a queued call", got.err)
	}
	close(open)
	for range 6 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 2 {
		t.Errorf("%d calls ran at once, want 2", most.Load())
	}
}

type counting struct {
	service.Service
	inside, most *atomic.Int32
	open         chan struct{}
}

func (c *counting) Handle() error {
	now := c.inside.Add(1)
	defer c.inside.Add(-1)
	for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
	}
	<-c.open
	return nil
}

func TestServicesThatInvokeEachOtherDoNotLockEachOtherOut(t *testing.T) {
	h := newHost(t, map[string]string{
		"a/ping.go": source("Ping", `	n := int(self.Request.Input["n"].(float64))
	if n == 0 {
		self.Response.Payload = service.Dict{"bottom": self.CID}
		return nil
	}
	payload, err := self.Invoke("pong.pong", service.Dict{"n": n - 1})
	self.Response.Payload = payload
	return err`),
		"b/pong.go": source("Pong", `	payload, err := self.Invoke("ping.ping", self.Request.Input)
	self.Response.Payload = payload
	return err`),
	}, func(c *script.Config) { c.PoolSize = 1; c.Timeout = 20 * time.Second })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if got := h.call("ping.ping", `{"n": 4}`); got.err != nil || got.payload != `{"bottom":"cid-1"}` {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestServicesThatInvokeEachOtherForEverAreStopped(t *testing.T) {
	h := newHost(t, map[string]string{"again.go": source("Again", "\t_, err := self.Invoke(\"again.again\", nil)\n\treturn err")})
	var tooDeep *script.DepthError
	if got := h.call("again.again", ""); !errors.As(got.err, &tooDeep) || tooDeep.Service != "again.again" {
		t.Errorf("got %v, want a DepthError", got.err)
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	h := newHost(t, nil)
	h.write(t, "greet.go", answering("1"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := h.Load(context.Background()); err != nil || h.call("greet.hello", "").err != nil {
		t.Errorf("got %v", err)
	}
}

func TestCloseWaitsForCallsInFlight(t *testing.T) {
	h := newHost(t, map[string]string{"slow.go": source("Slow", "\ttime.Sleep(100 * time.Millisecond)\n\t_, err := self.Invoke(\"slow.end\", nil)\n\treturn err", "time") +
		"\ntype End struct{ service.Service }\n\nfunc (self *End) Handle() error { return nil }\n"})
	result := make(chan error)
	begun := make(chan bool)
	go func() {
		_, err := h.Call(context.Background(), "slow.slow",
			func(ctx context.Context, s *service.Service) {
				service.Attach(s, service.Call{Context: ctx, Invoker: invoker{h.Engine}})
				close(begun)
			}, func(*service.Service) error { return nil })
		result <- err
	}()
	<-begun
	closed := make(chan bool)
	go func() { h.Close(); close(closed) }()
	eventually(t, "new calls are refused", func() bool { return errors.Is(h.call("slow.end", "").err, script.ErrClosed) })
	select {
	case <-closed:
		t.Error("the engine closed while a call was in flight")
	default:
	}
	if err := <-result; err != nil {
		t.Errorf("the call in flight: %v", err)
	}
	<-closed
	if err := h.Load(context.Background()); !errors.Is(err, script.ErrClosed) {
		t.Errorf("load after close: %v", err)
	}
	if err := h.Watch(context.Background()); err != nil {
		t.Errorf("watch after close: %v", err)
	}
}

func TestIdleInterpretersAreGivenBack(t *testing.T) {
	h := newHost(t, map[string]string{"wait.go": source("Wait", "\ttime.Sleep(50 * time.Millisecond)\n\treturn nil", "time")},
		func(c *script.Config) { c.IdleTimeout = 20 * time.Millisecond })
	before := goroutines()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { h.call("wait.wait", "") })
	}
	wg.Wait()
	eventually(t, "idle interpreters are closed", func() bool { return goroutines() <= before })
	if got := h.call("wait.wait", ""); got.err != nil {
		t.Error(got.err)
	}
}

func TestServices(t *testing.T) {
	h := newHost(t, map[string]string{
		"crm/customer.go": strings.ReplaceAll(answering("1"), "Hello", "GetCustomer"),
		"bad/broken.go":   "package bad\n\nfunc f() int { return \"x\" }\n\nvar unused int = nothing\n",
		"testdata/no.go":  "not Go",
		".hidden/no.go":   "not Go",
		"vendor/no.go":    "not Go",
		"_off/no.go":      "not Go",
		"readme.txt":      "not Go",
		"x_test.go":       "not Go",
	})
	if err := h.Register("native", func() service.Handler { return &compiled{} }); err != nil {
		t.Fatal(err)
	}
	infos := h.Services()
	if len(infos) != 3 {
		t.Fatalf("services %+v", infos)
	}
	customer, native, broken := infos[0], infos[1], infos[2]
	if customer.Name != "customer.get-customer" || customer.File != h.path("crm/customer.go") || customer.Line != 5 ||
		customer.Version == "" || customer.LoadedAt.IsZero() || customer.LastError != "" || customer.Compiled {
		t.Errorf("%+v", customer)
	}
	if native.Name != "native" || !native.Compiled || native.Version != script.CompiledVersion {
		t.Errorf("%+v", native)
	}
	for _, want := range []string{"broken.go:3:23: ", "broken.go:5:18: undefined: nothing"} {
		if !strings.Contains(broken.LastError, want) {
			t.Errorf("no %q in %q", want, broken.LastError)
		}
	}
	if broken.Name != "" || broken.File != h.path("bad/broken.go") || broken.LastErrorAt.IsZero() {
		t.Errorf("%+v", broken)
	}
	if encoded, err := json.Marshal(customer); err != nil || strings.Contains(string(encoded), "last_error") {
		t.Errorf("%s, %v", encoded, err)
	}
}

func TestANameDefinedTwiceIsRefused(t *testing.T) {
	h := newHost(t, map[string]string{"a/greet.go": answering(`"first"`), "b/greet.go": answering(`"second"`)})
	if got := h.call("greet.hello", ""); got.payload != `{"value":"first"}` {
		t.Errorf("got %+v", got)
	}
	infos := h.Services()
	if len(infos) != 2 || infos[1].File != h.path("b/greet.go") ||
		!strings.Contains(infos[1].LastError, h.path("a/greet.go")) || !strings.Contains(infos[1].LastError, h.path("b/greet.go")) {
		t.Errorf("services %+v", infos)
	}
	report, err := script.Check([]string{h.dir})
	if err != nil || len(report.Diagnostics) != 1 || len(report.Services) != 1 {
		t.Errorf("check: %+v, %v", report, err)
	}
}

func TestCheck(t *testing.T) {
	h := newHost(t, map[string]string{
		"good/greet.go": answering("1"),
		"bad/bad.go":    source("Bad", "\tvar n int = \"x\"\n\treturn nil"),
		"worse/bad.go":  "package worse\n\nfunc {",
		"loops/loop.go": source("Loop", "\treturn nil") + "\nvar x = func() int {\n\tfor {\n\t}\n}()\n",
	})
	report, err := script.Check([]string{h.dir, h.dir + "/good", h.dir + "/missing"})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Services) != 2 || report.Services[0].Name != "greet.hello" {
		t.Errorf("services %+v", report.Services)
	}
	var text strings.Builder
	for _, diagnostic := range report.Diagnostics {
		fmt.Fprintln(&text, diagnostic)
	}
	for _, want := range []string{"bad.go:8:14: ", "worse/bad.go:3:6: ", "missing: there is no such directory"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, &text)
		}
	}
	if _, err := script.Check(nil); err == nil {
		t.Error("check of nothing succeeded")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, config := range map[string]script.Config{
		"timeout":  {Timeout: -1},
		"pool":     {PoolSize: -1},
		"timeouts": {Timeouts: map[string]time.Duration{"a": 0}},
	} {
		if _, err := script.New(config); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestPrintedLinesReachTheLog(t *testing.T) {
	h := newHost(t, map[string]string{"say.go": source("Say", "\tfmt.Print(\"one\\ntw\")\n\tfmt.Println(\"o\")\n\tfmt.Print(\"three\")\n\treturn nil", "fmt")})
	logger := slog.New(slog.NewTextHandler(h.log, nil)).With("cid", "cid-1")
	if got := callLogging(t.Context(), h.Engine, logger, "say.say", ""); got.err != nil {
		t.Fatal(got.err)
	}
	for _, want := range []string{"cid=cid-1 text=one", "cid=cid-1 text=two", "cid=cid-1 text=three"} {
		if !strings.Contains(h.log.String(), want) {
			t.Errorf("no %q in the log:\n%s", want, h.log)
		}
	}
}

// A directory of helpers alone has no interpreters, and is loaded, tidied up
// and closed all the same.
func TestAPackageWithoutServices(t *testing.T) {
	h := newHost(t, map[string]string{
		"help/help.go": "package help\n\nfunc help() int { return 1 }\n",
		"greet.go":     answering("1"),
	}, func(c *script.Config) { c.IdleTimeout = 2 * time.Millisecond })
	before := goroutines()
	for range 5 {
		time.Sleep(2 * time.Millisecond) // idle interpreters are looked for
		if got := h.call("greet.hello", ""); got.err != nil {
			t.Error(got.err)
		}
	}
	if now := goroutines(); now != before {
		t.Errorf("%d interpreters, were %d", now, before)
	}
}
