package script_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/script"
)

const endlessVariable = "\nvar x = endless()\n\nfunc endless() int {\n\ts := []int{1}\n\tfor {\n\t\tif s[0] < 0 {\n\t\t\treturn 1\n\t\t}\n\t}\n}\n"

// initialising returns a service whose package takes a while to initialise.
func initialising(name, how string) string {
	return source(name, "\tself.Response.Payload = service.Dict{\"value\": x}\n\treturn nil", "time") +
		"\nvar x = slow()\n\nfunc slow() int {\n\t" + how + "\n\treturn 7\n}\n"
}

// A directory that is initialised for ever holds up neither the others nor its
// own next version, and the engine can be closed.
func TestAnEndlessInitialisationHoldsUpNobody(t *testing.T) {
	h := newHost(t, map[string]string{
		"bad/bad.go":    strings.ReplaceAll(answering("1"), "Hello", "Bad"),
		"good/greet.go": answering("1"),
	}, func(c *script.Config) { c.LoadTimeout = time.Hour })
	before := runtime.NumGoroutine()
	h.watch(t)
	for round := range 3 {
		h.write(t, "bad/bad.go", source("Bad", "\t_ = x\n\treturn nil")+endlessVariable)
		for n := range 3 {
			value := fmt.Sprint(10*round + n)
			h.write(t, "good/greet.go", answering(value))
			h.becomes(t, "greet.hello", `{"value":`+value+`}`)
		}
		if got := h.call("bad.bad", ""); got.err != nil { // the last good version
			t.Fatalf("got %+v", got)
		}
		value := fmt.Sprint(100 + round)
		h.write(t, "bad/bad.go", strings.ReplaceAll(answering(value), "Hello", "Bad"))
		h.becomes(t, "bad.bad", `{"value":`+value+`}`)
	}
	h.write(t, "bad/bad.go", source("Bad", "\t_ = x\n\treturn nil")+endlessVariable)
	h.write(t, "good/greet.go", answering("1000"))
	h.becomes(t, "greet.hello", `{"value":1000}`)
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "nothing is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestAnEndlessInitialisationIsReportedWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"loop": {source("Bad", "\t_ = x\n\treturn nil") + endlessVariable, "bad.go:17: the package variables were not initialised within 300ms"},
		"host": {strings.Replace(initialising("Bad", "time.Sleep(0)\n\tnew(big.Int).Exp(big.NewInt(3), big.NewInt(1<<27), nil)"), "import ", "import \"math/big\"\nimport ", 1), "300ms; they wait in a function of the host"},
		"wait": {initialising("Bad", "time.Sleep(time.Hour)"), "bad.go:16: the package variables were not initialised within 300ms"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": c.text}, func(c *script.Config) { c.LoadTimeout = 300 * time.Millisecond })
			infos := h.Services()
			if len(infos) != 1 || !strings.Contains(infos[0].LastError, c.want) {
				t.Errorf("got %+v, want %q", infos, c.want)
			}
		})
	}
}

// generated returns a service and so many functions that it calls in turn.
func generated(functions int, value string) string {
	var text strings.Builder
	text.WriteString(answering("f0(" + value + ")"))
	for n := range functions {
		next := fmt.Sprintf("f%d(n)", n+1)
		if n == functions-1 || n%50 == 49 {
			next = "n"
		}
		fmt.Fprintf(&text, "\nfunc f%d(n int) int {\n\ttotal := 0\n\tfor i := range 3 {\n\t\tif i == n {\n\t\t\ttotal += i\n\t\t}\n\t}\n\t_ = min(total, n)\n\treturn %s\n}\n", n, next)
	}
	return text.String()
}

// Small sources that say something huge are refused, and nobody notices.
func TestSourcesThatAreTooMuchAreRefusedBesideOthers(t *testing.T) {
	doubled := "type t0 = int\n"
	for n := range 60 {
		doubled += fmt.Sprintf("type t%d = struct{ x, y t%d }\n", n+1, n)
	}
	files := map[string]string{"good/greet.go": answering("1")}
	huge := map[string]string{
		"nested":  answering("1") + "\nvar x " + strings.Repeat("*", 20_000) + "int\n",
		"doubled": answering("1") + "\n" + doubled,
		"array":   answering("1") + "\nvar x [1 << 40]int\n",
	}
	for name, text := range huge {
		files[name+"/bad.go"] = text
	}
	h := newHost(t, files)
	if got := h.call("greet.hello", ""); got.payload != `{"value":1}` {
		t.Errorf("got %+v", got)
	}
	infos := h.Services()
	if len(infos) != 1+len(huge) {
		t.Fatalf("services %+v", infos)
	}
	for _, info := range infos[1:] {
		if !strings.Contains(info.LastError, "bad.go:12:") && !strings.Contains(info.LastError, "parts when its types are written out") {
			t.Errorf("got %+v", info)
		}
	}
}

// What takes longer to compile than it may is reported at once, and served
// when it is done.
func TestALateCompilationIsReportedAndServedInTheEnd(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": generated(500, "1")}, func(c *script.Config) { c.CompileTimeout = time.Microsecond })
	infos := h.Services()
	if len(infos) != 1 || !strings.Contains(infos[0].LastError, "could not be compiled within 1µs") {
		t.Errorf("services %+v", infos)
	}
	h.watch(t)
	h.becomes(t, "greet.hello", `{"value":1}`)
	if infos := h.Services(); len(infos) != 1 || infos[0].LastError != "" {
		t.Errorf("services %+v", infos)
	}
	h.write(t, "greet.go", generated(500, "2"))
	h.becomes(t, "greet.hello", `{"value":2}`)
	if n := strings.Count(h.log.String(), "could not be compiled within"); n < 1 || n > 2 {
		t.Errorf("told %d times:\n%s", n, h.log)
	}
}

// A service that moves to a directory that takes long to load is there all the
// time.
func TestAServiceThatMovesToASlowDirectoryIsNeverMissing(t *testing.T) {
	h := newHost(t, map[string]string{
		"a/greet.go": answering("1"),
		"a/other.go": source("Other", "\treturn nil"),
		"b/slow.go":  initialising("Slow", "time.Sleep(600 * time.Millisecond)"),
	})
	h.watch(t)
	var stop atomic.Bool
	done := make(chan bool)
	go func() {
		defer close(done)
		for !stop.Load() {
			if got := h.call("greet.hello", ""); got.err != nil {
				t.Errorf("got %+v", got)
				return
			}
		}
	}()
	check(t, os.Rename(h.path("a/greet.go"), h.path("b/greet.go")))
	eventually(t, "the service has moved", func() bool {
		for _, info := range h.Services() {
			if info.Name == "greet.hello" {
				return info.File == h.path("b/greet.go")
			}
		}
		return false
	})
	stop.Store(true)
	<-done
	if strings.Contains(h.log.String(), "level=ERROR") {
		t.Errorf("log:\n%s", h.log)
	}
}

// Of two directories that define one name, the first keeps it at the start,
// also where the other is faster to load.
func TestTheFirstDefinitionIsKeptNotTheFastest(t *testing.T) {
	h := newHost(t, map[string]string{
		"a/greet.go": strings.ReplaceAll(initialising("Hello", "time.Sleep(600 * time.Millisecond)"), "return 7", "return 1"),
		"b/greet.go": answering("2"),
	})
	if got := h.call("greet.hello", ""); got.payload != `{"value":1}` {
		t.Errorf("got %+v", got)
	}
}

// Load can be called while the engine watches, and gives up with its context.
func TestLoadBesideAWatch(t *testing.T) {
	h := newHost(t, map[string]string{"good/greet.go": answering("1")}, func(c *script.Config) { c.LoadTimeout = time.Hour })
	h.watch(t)
	h.write(t, "bad/bad.go", source("Bad", "\t_ = x\n\treturn nil")+endlessVariable)
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := h.Load(ctx); err == nil {
		t.Error("loaded what is initialised for ever")
	}
	h.write(t, "good/greet.go", answering("2"))
	h.becomes(t, "greet.hello", `{"value":2}`)
}
