package script_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/script"
)

// watch watches until the test ends.
func (h *host) watch(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- h.Watch(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// becomes waits until a service answers with a value.
func (h *host) becomes(t testing.TB, name, payload string) {
	t.Helper()
	eventually(t, name+" answers "+payload, func() bool { return h.call(name, "").payload == payload })
}

// saves are the ways in which programs write a file that is there.
var saves = map[string]func(t testing.TB, path, text string){
	"write in place": func(t testing.TB, path, text string) {
		check(t, os.WriteFile(path, []byte(text), 0o644))
	},
	"rename over": func(t testing.TB, path, text string) {
		temporary := filepath.Join(filepath.Dir(path), ".new-"+filepath.Base(path))
		check(t, os.WriteFile(temporary, []byte(text), 0o644))
		check(t, os.Rename(temporary, path))
	},
	"backup and write": func(t testing.TB, path, text string) {
		check(t, os.Rename(path, path+"~"))
		check(t, os.WriteFile(path, []byte(text), 0o644))
		check(t, os.Remove(path+"~"))
	},
	"truncate, later write": func(t testing.TB, path, text string) {
		file, err := os.Create(path)
		check(t, err)
		time.Sleep(30 * time.Millisecond)
		_, err = file.WriteString(text)
		check(t, err)
		check(t, file.Close())
	},
	"write in pieces": func(t testing.TB, path, text string) {
		file, err := os.Create(path)
		check(t, err)
		for len(text) > 0 {
			piece := text[:min(len(text), 60)]
			_, err = file.WriteString(piece)
			check(t, err)
			text = text[len(piece):]
			time.Sleep(5 * time.Millisecond)
		}
		check(t, file.Close())
	},
	"remove, later write": func(t testing.TB, path, text string) {
		check(t, os.Remove(path))
		time.Sleep(30 * time.Millisecond)
		check(t, os.WriteFile(path, []byte(text), 0o644))
	},
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// Whatever the way of saving, calls are answered all the time, each by one
// complete version, and the versions come in order.
func TestNoCallFailsBecauseOfAReload(t *testing.T) {
	text := func(n int) string {
		return source("Hello", fmt.Sprintf("\tself.Response.Payload = service.Dict{\"a\": %d, \"b\": number()}\n\treturn nil", n)) +
			fmt.Sprintf("\nfunc number() int { return %d }\n", n)
	}
	for name, save := range saves {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"greet.go": text(0)},
				// A busy machine must not make a pause of a save a long one.
				func(c *script.Config) { c.Grace = 5 * time.Second })
			h.watch(t)
			rounds := 15
			if testing.Short() {
				rounds = 4
			}
			var stop atomic.Bool
			var answers atomic.Int64
			var versions sync.Map
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					last := -1
					for !stop.Load() {
						got := h.call("greet.hello", "")
						var a, b int
						if _, err := fmt.Sscanf(got.payload, `{"a":%d,"b":%d}`, &a, &b); got.err != nil || err != nil || a != b || a < last {
							t.Errorf("after %d: %+v", last, got)
							return
						}
						if other, known := versions.LoadOrStore(got.version, a); known && other != a {
							t.Errorf("version %s gave %d and %d", got.version, other, a)
						}
						last = a
						answers.Add(1)
					}
				})
			}
			for n := 1; n <= rounds; n++ {
				save(t, h.path("greet.go"), text(n))
				if n%3 != 0 { // some are written over before they are live
					h.becomes(t, "greet.hello", fmt.Sprintf(`{"a":%d,"b":%d}`, n, n))
				}
			}
			h.becomes(t, "greet.hello", fmt.Sprintf(`{"a":%d,"b":%d}`, rounds, rounds))
			stop.Store(true)
			wg.Wait()
			if answers.Load() == 0 {
				t.Error("no answers")
			}
			if strings.Contains(h.log.String(), "level=ERROR") {
				t.Errorf("log:\n%s", h.log)
			}
		})
	}
}

func TestCallsInFlightFinishOnTheirVersion(t *testing.T) {
	text := func(n int) string {
		return source("Slow", fmt.Sprintf("\ttime.Sleep(300 * time.Millisecond)\n\tself.Response.Payload = %d\n\treturn nil", n), "time")
	}
	h := newHost(t, map[string]string{"slow.go": text(1)})
	h.watch(t)
	old := make(chan answer)
	go func() { old <- h.call("slow.slow", "") }()
	time.Sleep(20 * time.Millisecond)
	h.write(t, "slow.go", text(2))
	eventually(t, "the new version is live", func() bool {
		return strings.Count(h.log.String(), "services loaded") == 2
	})
	got := h.call("slow.slow", "")
	before := <-old
	if before.err != nil || before.payload != "1" || got.err != nil || got.payload != "2" || got.version == before.version {
		t.Errorf("got %+v, then %+v", before, got)
	}
	eventually(t, "the interpreters of the old version are closed", func() bool { return goroutines() <= 2 })
}

func TestABrokenVersionLeavesTheOldOneAndIsToldOnce(t *testing.T) {
	h := newHost(t, map[string]string{"greet.go": answering("1")}, func(c *script.Config) { c.Poll = 20 * time.Millisecond })
	h.watch(t)
	h.write(t, "greet.go", answering("nothing"))
	lastError := func() string { return h.Services()[0].LastError }
	eventually(t, "the error is listed", func() bool { return strings.Contains(lastError(), "greet.go:8:48: undefined: nothing") })
	time.Sleep(100 * time.Millisecond) // several polls
	if n := strings.Count(h.log.String(), "undefined: nothing"); n != 1 {
		t.Errorf("told %d times:\n%s", n, h.log)
	}
	if got := h.call("greet.hello", ""); got.payload != `{"value":1}` {
		t.Errorf("got %+v", got)
	}
	h.write(t, "greet.go", answering("1"))
	eventually(t, "the error is gone", func() bool { return lastError() == "" })
	h.write(t, "greet.go", answering("2"))
	h.becomes(t, "greet.hello", `{"value":2}`)
	// A version whose variables cannot be initialised is a broken one too.
	h.write(t, "greet.go", answering("3")+"\nvar x = []int{}[len(\"a\")]\n")
	eventually(t, "the error is listed", func() bool { return strings.Contains(lastError(), "index out of range") })
	if got := h.call("greet.hello", ""); got.payload != `{"value":2}` {
		t.Errorf("got %+v", got)
	}
}

func TestFilesAndDirectoriesComeAndGo(t *testing.T) {
	for _, pollOnly := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll only: %t", pollOnly), func(t *testing.T) {
			h := newHost(t, nil, func(c *script.Config) { c.PollOnly = pollOnly })
			h.watch(t)
			gone := func(name string) {
				t.Helper()
				eventually(t, name+" is gone", func() bool { return h.call(name, "").err != nil })
			}
			h.write(t, "greet.go", answering("1")) // the services directory appears
			h.becomes(t, "greet.hello", `{"value":1}`)
			h.write(t, "crm/deep/er/customer.go", answering("2"))
			h.becomes(t, "customer.hello", `{"value":2}`)
			check(t, os.Rename(h.path("crm"), h.path("erp"))) // the service stays
			eventually(t, "the service is at its new place", func() bool {
				infos := h.Services()
				return len(infos) == 2 && infos[0].File == h.path("erp/deep/er/customer.go")
			})
			h.write(t, "erp/deep/er/customer.go", answering("3"))
			h.becomes(t, "customer.hello", `{"value":3}`)
			check(t, os.Rename(h.path("greet.go"), h.path("welcome.go")))
			h.becomes(t, "welcome.hello", `{"value":1}`)
			gone("greet.hello")
			check(t, os.Remove(h.path("welcome.go")))
			gone("welcome.hello")
			check(t, os.RemoveAll(h.dir))
			gone("customer.hello")
			if infos := h.Services(); len(infos) != 0 {
				t.Errorf("services %+v", infos)
			}
			h.write(t, "greet.go", answering("4"))
			h.becomes(t, "greet.hello", `{"value":4}`)
			if strings.Contains(h.log.String(), "level=ERROR") {
				t.Errorf("log:\n%s", h.log)
			}
		})
	}
}

// A service that moves from one directory to another is there all the time.
func TestAMovedServiceIsNeverMissing(t *testing.T) {
	h := newHost(t, map[string]string{
		"a/greet.go": answering("1"),
		"a/other.go": source("Other", "\treturn nil"),
		"b/more.go":  source("More", "\treturn nil"),
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
	at := "a"
	for range 6 {
		next := map[string]string{"a": "b", "b": "a"}[at]
		check(t, os.Rename(h.path(at+"/greet.go"), h.path(next+"/greet.go")))
		eventually(t, "the service has moved", func() bool {
			for _, info := range h.Services() {
				if info.Name == "greet.hello" {
					return info.File == h.path(next+"/greet.go")
				}
			}
			return false
		})
		at = next
	}
	stop.Store(true)
	<-done
	if strings.Contains(h.log.String(), "level=ERROR") {
		t.Errorf("log:\n%s", h.log)
	}
}

func TestARefusedNameIsServedOnceItIsFree(t *testing.T) {
	h := newHost(t, map[string]string{"b/greet.go": answering(`"first"`)})
	h.watch(t)
	h.write(t, "a/greet.go", answering(`"second"`))
	eventually(t, "the second definition is refused", func() bool { return strings.Contains(h.log.String(), "is defined already") })
	if got := h.call("greet.hello", ""); got.payload != `{"value":"first"}` {
		t.Errorf("got %+v", got)
	}
	check(t, os.Remove(h.path("b/greet.go")))
	h.becomes(t, "greet.hello", `{"value":"second"}`)
}

func TestAChangeOfOneDirectoryLeavesTheOthers(t *testing.T) {
	h := newHost(t, map[string]string{"a/greet.go": answering("1"), "b/other.go": answering("2")})
	h.watch(t)
	version := h.call("other.hello", "").version
	h.write(t, "a/helper.go", "package services\n\nfunc helper() int { return 5 }\n")
	h.write(t, "a/greet.go", answering("helper()"))
	h.becomes(t, "greet.hello", `{"value":5}`)
	if got := h.call("other.hello", ""); got.version != version {
		t.Errorf("version %s, was %s", got.version, version)
	}
	if n := strings.Count(h.log.String(), "other.hello"); n != 1 {
		t.Errorf("loaded %d times:\n%s", n, h.log)
	}
}
