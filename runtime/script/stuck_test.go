package script_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// blockingLog is a function of the host that minds no context: a log whose
// writes wait until it is opened.
type blockingLog struct {
	slog.Handler
	open    chan struct{}
	reached *atomic.Bool // set by a write
}

func (b blockingLog) Handle(context.Context, slog.Record) error {
	b.reached.Store(true)
	<-b.open
	return nil
}

// callWithLog calls a service whose self.Logger blocks.
func (h *host) callWithLog(ctx context.Context, name string, open chan struct{}) error {
	return h.callBlocked(ctx, name, blockingLog{h.handler(), open, new(atomic.Bool)})
}

func (h *host) callBlocked(ctx context.Context, name string, log blockingLog) error {
	_, err := h.Call(ctx, name, func(ctx context.Context, s *service.Service) {
		service.Attach(s, service.Call{Context: ctx, Logger: slog.New(log), Invoker: blockedInvoker{h, log}})
	}, func(*service.Service) error { return nil })
	return err
}

func (h *host) handler() slog.Handler { return slog.NewTextHandler(h.log, nil) }

// blockedInvoker gives invoked services the same log.
type blockedInvoker struct {
	host *host
	log  blockingLog
}

func (i blockedInvoker) InvokeService(ctx context.Context, name, _ string, _ []byte) ([]byte, error) {
	return []byte("null"), i.host.callBlocked(ctx, name, i.log)
}

// stick has n calls of a service get stuck in the log, and returns once they
// were given up. Where the machine is so busy that one does not get there
// before its deadline, it is made again.
func (h *host) stick(t *testing.T, name string, n int, open chan struct{}) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for log := (blockingLog{h.handler(), open, new(atomic.Bool)}); !log.reached.Load(); {
				var timeout *script.TimeoutError
				if err := h.callBlocked(context.Background(), name, log); !errors.As(err, &timeout) {
					t.Errorf("got %v, want a TimeoutError", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// logsAndGreets are a service that is stuck once its log blocks and one beside
// it.
var logsAndGreets = map[string]string{
	"bad/bad.go":   source("Bad", "\tself.Logger.Info(\"x\")\n\treturn nil"),
	"bad/good.go":  strings.ReplaceAll(answering("1"), "Hello", "Good"),
	"bad/over.go":  source("Over", "\t_, err := self.Invoke(\"bad.bad\", nil)\n\treturn err"),
	"good/good.go": strings.ReplaceAll(answering("2"), "Hello", "Best"),
}

func TestStuckCallsCloseTheirPackageAloneUntilTheyEnd(t *testing.T) {
	h := newHost(t, logsAndGreets, withinOf("bad.bad", 50*time.Millisecond), func(c *script.Config) { c.PoolSize = 6 })
	open := make(chan struct{})
	h.stick(t, "bad.bad", 2, open)
	if got := h.call("good.good", ""); got.err != nil {
		t.Errorf("beside two stuck calls: %v", got.err)
	}
	h.stick(t, "bad.bad", 1, open)
	var stuck *script.StuckError
	eventually(t, "new calls are refused", func() bool { return errors.As(h.call("good.good", "").err, &stuck) })
	if stuck.Service != "good.good" || stuck.Calls != 3 || stuck.Compiled {
		t.Errorf("got %+v", stuck)
	}
	for _, want := range []string{"service good.good is not served for now", "3 calls of its package", "self.Context()"} {
		if !strings.Contains(stuck.Error(), want) {
			t.Errorf("no %q in %q", want, stuck)
		}
	}
	if got := h.call("good.best", ""); got.payload != `{"value":2}` {
		t.Errorf("another package: %+v", got)
	}
	close(open)
	eventually(t, "calls are served again", func() bool { return h.call("good.good", "").err == nil })
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
	for range 12 { // all turns are there again
		if got := h.call("good.good", ""); got.err != nil {
			t.Error(got.err)
		}
	}
}

// A call that is stuck keeps its turn, so that there are never more at work
// than the pool allows.
func TestAStuckCallKeepsItsTurn(t *testing.T) {
	h := newHost(t, logsAndGreets, within(50*time.Millisecond), func(c *script.Config) { c.PoolSize = 1 })
	open := make(chan struct{})
	h.stick(t, "bad.bad", 1, open)
	var timeout *script.TimeoutError
	var stuck *script.StuckError
	got := h.call("good.good", "") // before the first counts as stuck, or after
	if (!errors.As(got.err, &timeout) || !timeout.Queued) && !errors.As(got.err, &stuck) {
		t.Errorf("got %+v, although the only turn is taken", got)
	}
	close(open)
	eventually(t, "the turn is given back", func() bool { return h.call("good.good", "").err == nil })
}

// Calls that wait for their turn do not wait for stuck ones to the end.
func TestWaitingCallsAreRefusedWhenTheOthersAreStuck(t *testing.T) {
	h := newHost(t, logsAndGreets, func(c *script.Config) {
		c.PoolSize = 2
		c.Timeout = time.Hour
		c.Timeouts = map[string]time.Duration{"bad.bad": 50 * time.Millisecond}
	})
	open := make(chan struct{})
	defer close(open)
	h.stick(t, "bad.bad", 2, open)
	var stuck *script.StuckError
	if got := h.call("good.good", ""); !errors.As(got.err, &stuck) {
		t.Errorf("got %+v, want a StuckError", got)
	}
}

func TestInvokedCallsThatAreStuckCount(t *testing.T) {
	h := newHost(t, map[string]string{
		"bad/bad.go":   logsAndGreets["bad/bad.go"],
		"over/over.go": logsAndGreets["bad/over.go"],
	}, within(50*time.Millisecond), func(c *script.Config) { c.PoolSize = 4 })
	open := make(chan struct{})
	h.stick(t, "over.over", 2, open)
	var stuck *script.StuckError
	eventually(t, "invocations are refused", func() bool {
		return errors.As(h.callWithLog(context.Background(), "over.over", open), &stuck)
	})
	if stuck.Service != "bad.bad" {
		t.Errorf("got %+v", stuck)
	}
	close(open)
	eventually(t, "they are served again", func() bool {
		return h.callWithLog(context.Background(), "over.over", open) == nil
	})
}

func TestStuckCompiledInServiceIsRefused(t *testing.T) {
	h := newHost(t, nil, withinOf("native", 50*time.Millisecond), func(c *script.Config) { c.PoolSize = 4 })
	block := make(chan struct{})
	for _, name := range []string{"native", "other"} {
		if err := h.Register(name, func() service.Handler { return &compiled{block: block} }); err != nil {
			t.Fatal(err)
		}
	}
	var stuck *script.StuckError
	eventually(t, "it is refused", func() bool { return errors.As(h.call("native", `{"how": "block"}`).err, &stuck) })
	if !stuck.Compiled || stuck.Calls != 2 || !strings.Contains(stuck.Error(), "2 calls of it that were stopped") {
		t.Errorf("got %+v", stuck)
	}
	if got := h.call("other", ""); got.err != nil {
		t.Errorf("another service: %v", got.err)
	}
	close(block)
	eventually(t, "it is served again", func() bool { return h.call("native", "").err == nil })
}

// A new version of a package is not held to what the old one left behind, and
// calls that wait for a turn of the old one go over to it.
func TestANewVersionServesAlthoughTheOldOneIsStuck(t *testing.T) {
	h := newHost(t, logsAndGreets, func(c *script.Config) {
		c.PoolSize = 3 // two stuck calls make the limit
		c.Timeout = time.Hour
		c.Timeouts = map[string]time.Duration{"bad.bad": 50 * time.Millisecond}
	})
	open := make(chan struct{})
	defer close(open)
	h.stick(t, "bad.bad", 2, open)
	var stuck *script.StuckError
	eventually(t, "new calls are refused", func() bool { return errors.As(h.call("good.good", "").err, &stuck) })
	h.write(t, "bad/good.go", strings.ReplaceAll(answering("3"), "Hello", "Good"))
	if err := h.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := h.call("good.good", ""); got.payload != `{"value":3}` {
		t.Errorf("got %+v", got)
	}
}

// Many calls that a script's own loops hold up end at their deadline together,
// and close nothing.
func TestStoppedLoopsAreNotStuck(t *testing.T) {
	h := newHost(t, map[string]string{
		"bad.go":  source("Bad", "\tselect {}"),
		"good.go": strings.ReplaceAll(answering("1"), "Hello", "Good"),
	}, func(c *script.Config) {
		c.PoolSize = 4
		c.Timeouts = map[string]time.Duration{"bad.bad": 30 * time.Millisecond}
	})
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() { h.call("bad.bad", "") })
	}
	wg.Wait()
	if got := h.call("good.good", ""); got.err != nil {
		t.Error(got.err)
	}
}

func TestCloseDoesNotWaitForStuckCalls(t *testing.T) {
	h := newHost(t, logsAndGreets, within(50*time.Millisecond))
	before := runtime.NumGoroutine()
	open := make(chan struct{})
	h.stick(t, "bad.bad", 2, open)
	closed := make(chan error)
	go func() { closed <- h.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the engine does not close")
	}
	if !strings.Contains(h.log.String(), "calls=2") {
		t.Errorf("the log does not say how many calls are left:\n%s", h.log)
	}
	close(open)
	eventually(t, "nothing is left", func() bool { return h.Stuck() == 0 && runtime.NumGoroutine() <= before })
}

// A call whose context ends as it begins leaves nothing behind: neither does it
// count as stuck for ever, nor does it keep its turn.
func TestCallsThatEndAsTheyBegin(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": answering("1")}, func(c *script.Config) { c.PoolSize = 2 })
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 200 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i*(worker+1))*time.Microsecond)
				call(ctx, h.Engine, "greet.hello", "")
				cancel()
			}
		})
	}
	wg.Wait()
	eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
	for range 6 {
		if got := h.call("greet.hello", ""); got.err != nil {
			t.Error(got.err)
		}
	}
}

func TestWaitingCallsGoOverToANewVersion(t *testing.T) {
	h := newHost(t, logsAndGreets, func(c *script.Config) { c.PoolSize = 1 })
	open := make(chan struct{})
	long := make(chan error)
	log := blockingLog{h.handler(), open, new(atomic.Bool)}
	go func() { long <- h.callBlocked(context.Background(), "bad.bad", log) }()
	eventually(t, "the only turn is taken", log.reached.Load)
	waiting := make(chan answer)
	go func() { waiting <- h.call("good.good", "") }()
	time.Sleep(20 * time.Millisecond) // the second call waits, or comes later: it is answered either way
	h.write(t, "bad/good.go", strings.ReplaceAll(answering("3"), "Hello", "Good"))
	if err := h.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-waiting:
		if got.payload != `{"value":3}` {
			t.Errorf("got %+v", got)
		}
	case <-time.After(20 * time.Second):
		t.Error("the call waits for a turn of the old version")
	}
	close(open)
	if err := <-long; err != nil {
		t.Errorf("the call in flight: %v", err)
	}
}
