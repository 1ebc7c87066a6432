package script_test

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/runtime/script"
)

// mistake is a body of Handle, with declarations beside it, that would end or
// change the process if the host let it.
type mistake struct {
	body         string
	imports      []string
	declarations string
	want         string // part of the panic, of the load error or of the payload
}

func (m mistake) source() string {
	return source("Bad", m.body+"\n\treturn nil", m.imports...) + "\n" + m.declarations
}

// panics runs mistakes that must end in a panic of their call, and in nothing
// else: a fatal error ends the test.
func panics(t *testing.T, mistakes map[string]mistake) {
	t.Helper()
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": mistake.source()})
			got := h.call("bad.bad", "")
			var fault *script.PanicError
			if !errors.As(got.err, &fault) || !strings.Contains(fault.Message, mistake.want) {
				t.Errorf("got %v, want a PanicError with %q\n%s", got.err, mistake.want, h.log)
			}
		})
	}
}

// refused loads mistakes that must be refused, at the line of the body where
// the refusal says so.
func refused(t *testing.T, mistakes map[string]mistake) {
	t.Helper()
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": mistake.source()})
			infos := h.Services()
			if len(infos) != 1 || infos[0].Name != "" {
				t.Fatalf("it was loaded: %+v", infos)
			}
			if text := infos[0].LastError; !strings.Contains(text, mistake.want) || !strings.Contains(text, "bad.go:") {
				t.Errorf("got  %s\nwant %s", text, mistake.want)
			}
		})
	}
}

// works runs what is right, whose payload must be as it is compiled.
func works(t *testing.T, programs map[string]mistake) {
	t.Helper()
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": program.source()})
			if got := h.call("bad.bad", ""); got.err != nil || got.payload != program.want {
				t.Errorf("got %s, %v\nwant %s\n%s", got.payload, got.err, program.want, h.log)
			}
		})
	}
}

func TestLocksCannotEndTheProcess(t *testing.T) {
	sync := []string{"sync"}
	panics(t, map[string]mistake{
		"unlock":             {"var m sync.Mutex\nm.Unlock()", sync, "", "sync: unlock of unlocked mutex"},
		"unlock twice":       {"var m sync.Mutex\nm.Lock()\nm.Unlock()\nm.Unlock()", sync, "", "sync: unlock of unlocked mutex"},
		"lock twice":         {"var m sync.Mutex\nm.Lock()\nm.Lock()", sync, "", "deadlock: Lock of a sync.Mutex"},
		"write unlock":       {"var m sync.RWMutex\nm.Unlock()", sync, "", "sync: Unlock of unlocked RWMutex"},
		"read unlock":        {"var m sync.RWMutex\nm.RUnlock()", sync, "", "sync: RUnlock of unlocked RWMutex"},
		"read unlock locked": {"var m sync.RWMutex\nm.Lock()\nm.RUnlock()", sync, "", "sync: RUnlock of unlocked RWMutex"},
		"read locker":        {"var m sync.RWMutex\nm.RLocker().Unlock()", sync, "", "sync: RUnlock of unlocked RWMutex"},
		"write twice":        {"var m sync.RWMutex\nm.Lock()\nm.Lock()", sync, "", "deadlock: Lock of a sync.RWMutex"},
		"write while read":   {"var m sync.RWMutex\nm.RLock()\nm.Lock()", sync, "", "deadlock: Lock of a sync.RWMutex"},
		"read while written": {"var m sync.RWMutex\nm.Lock()\nm.RLock()", sync, "", "deadlock: RLock of a sync.RWMutex"},
		"condition unlocked": {"sync.NewCond(&sync.Mutex{}).Wait()", sync, "", "sync: unlock of unlocked mutex"},
		"condition":          {"c := sync.NewCond(&sync.Mutex{})\nc.L.Lock()\ndefer c.L.Unlock()\nc.Wait()", sync, "", "deadlock: Wait of a sync.Cond"},
		"negative counter":   {"var w sync.WaitGroup\nw.Done()", sync, "", "sync: negative WaitGroup counter"},
		"endless wait":       {"var w sync.WaitGroup\nw.Add(1)\nw.Wait()", sync, "", "deadlock: Wait of a sync.WaitGroup"},
		"hidden goroutine":   {"var w interface{ Go(func()) } = &sync.WaitGroup{}\nw.Go(func() {})", sync, "", "which services cannot"},
		"once in once":       {"var o sync.Once\no.Do(func() { o.Do(func() {}) })", sync, "", "deadlock: Do of a sync.Once"},
		"once func in itself": {"var f func()\nf = sync.OnceFunc(func() { f() })\nf()", sync, "",
			"deadlock: Do of a sync.Once"},
		"once value in itself": {"var f func() int\nf = sync.OnceValue(func() int { return f() })\nf()", sync, "", "deadlock: Do of a sync.Once"},
		"embedded":             {"var c counter\nc.Unlock()", sync, "type counter struct {\n\tsync.Mutex\n\tn int\n}\n", "sync: unlock of unlocked mutex"},
		"embedded pointer":     {"c := counter{Mutex: &sync.Mutex{}}\nc.Unlock()", sync, "type counter struct{ *sync.Mutex }\n", "sync: unlock of unlocked mutex"},
		"locker":               {"var l sync.Locker = &sync.Mutex{}\nl.Unlock()", sync, "", "sync: unlock of unlocked mutex"},
	})
	h := newHost(t, map[string]string{"bad.go": mistake{
		body: "\t_ = x", imports: sync,
		declarations: "var x = func() int { var m sync.Mutex; m.Unlock(); return 1 }()\n",
	}.source()})
	if infos := h.Services(); len(infos) != 1 || !strings.Contains(infos[0].LastError, "sync: unlock of unlocked mutex") {
		t.Errorf("an initialiser: %+v", infos)
	}
}

func TestLocksLock(t *testing.T) {
	imports := []string{"sync", "fmt"}
	works(t, map[string]mistake{
		"mutex": {"var m sync.Mutex\nm.Lock()\na := m.TryLock()\nm.Unlock()\nb := m.TryLock()\nself.Response.Payload = fmt.Sprint(a, b)", imports, "", `"false true"`},
		"readers": {`var m sync.RWMutex
m.RLock()
m.RLock()
a := m.TryLock()
m.RUnlock()
m.RLocker().Unlock()
b := m.TryLock()
c := m.TryRLock()
self.Response.Payload = fmt.Sprint(a, b, c)`, imports, "", `"false true false"`},
		"embedded": {"c := &counter{}\nc.add()\nc.add()\nc.Lock()\nself.Response.Payload = fmt.Sprint(c.n, c.TryLock())", imports,
			"type counter struct {\n\tsync.Mutex\n\tn int\n}\n\nfunc (c *counter) add() {\n\tc.Lock()\n\tdefer c.Unlock()\n\tc.n++\n}\n", `"2 false"`},
		"once": {`n := 0
var o sync.Once
for range 3 {
	o.Do(func() { n++ })
}
f := sync.OnceFunc(func() { n += 10 })
f()
f()
v := sync.OnceValue(func() int { n += 100; return n })
w := sync.OnceValues(func() (int, error) { n += 1000; return n, nil })
a, _ := w()
b, err := w()
c, d := v(), v()
self.Response.Payload = fmt.Sprint(n, a, b, c, d, err == nil)`, imports, "", `"1111 1011 1011 1111 1111 true"`},
		"once that panics": {`f := sync.OnceFunc(func() { panic("boom") })
try := func() (text any) {
	defer func() { text = recover() }()
	f()
	return
}
self.Response.Payload = fmt.Sprint(try(), try())`, imports, "", `"boom boom"`},
		"wait group": {"var w sync.WaitGroup\nw.Add(2)\nw.Done()\nw.Done()\nw.Wait()\nself.Response.Payload = fmt.Sprintf(\"%T %T\", &w, sync.Mutex{})", imports, "", `"*sync.WaitGroup sync.Mutex"`},
		"condition":  {"c := sync.Cond{L: &sync.Mutex{}}\nc.L.Lock()\nc.Signal()\nc.Broadcast()\nc.L.Unlock()\nself.Response.Payload = \"ok\"", imports[:1], "", `"ok"`},
		"after a deadlock": {`c := sync.NewCond(&sync.Mutex{})
func() {
	defer func() { recover() }()
	c.L.Lock()
	defer c.L.Unlock()
	c.Wait()
}()
c.L.Lock()
var p sync.Pool
p.Put(1)
var m sync.Map
m.Store("a", 2)
v, _ := m.Load("a")
self.Response.Payload = v`, imports[:1], "", `2`},
	})
}
