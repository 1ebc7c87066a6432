package runtime_test

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// TestDatabaseStopsUnderLoad stops PostgreSQL and starts it again.
func TestDatabaseStopsUnderLoad(t *testing.T) {
	t.Parallel()
	cluster := pgtest.New(t, pgtest.Config{Durable: true})
	surviveUnderLoad(t, cluster.URL(), cluster.Stop, cluster.Start)
}

// TestFailoverUnderLoad has the primary crash and its standby take over, which
// every commit has waited for.
func TestFailoverUnderLoad(t *testing.T) {
	t.Parallel()
	primary := pgtest.New(t, pgtest.Config{Settings: map[string]string{"synchronous_standby_names": "*"}})
	standby := primary.Standby(t, pgtest.Config{})
	both := strings.Replace(primary.URL(), primary.Address(), primary.Address()+","+standby.Address(), 1)
	surviveUnderLoad(t, both+"&target_session_attrs=read-write", primary.Kill, standby.Promote)
}

// surviveUnderLoad takes the database away while clients update users and brings
// it back: there are errors while it is away, the host comes back by itself, and
// each update that was answered with 200 has its audit entry.
func surviveUnderLoad(t *testing.T, database string, goAway, comeBack func() error) {
	t.Helper()
	h := start(t, options{database: database, services: exampleSources(t)})
	_, ust := h.user("jane", nil)

	var done atomic.Bool
	var mu sync.Mutex
	var acknowledged []string
	var refused, succeeded atomic.Int64
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for !done.Load() {
				got := h.invoke("update-current-user.update-current-user", map[string]any{"current_ust": ust})
				switch got.status {
				case 200:
					mu.Lock()
					acknowledged = append(acknowledged, got.header.Get("X-Zato-CID"))
					mu.Unlock()
					succeeded.Add(1)
				case http.StatusServiceUnavailable:
					refused.Add(1)
					if got.header.Get("Retry-After") == "" || strings.Contains(got.text, "127.0.0.1") {
						t.Errorf("%v", got)
					}
				default:
					t.Errorf("%v", got)
				}
			}
		})
	}
	until(t, "updates", func() bool { return succeeded.Load() > 20 })
	if err := goAway(); err != nil {
		t.Fatal(err)
	}
	until(t, "errors", func() bool { return refused.Load() > 4 })
	if got := h.send(http.MethodGet, "/healthz", ""); got.status != 200 {
		t.Errorf("healthz: %v", got)
	}
	if got := h.send(http.MethodGet, "/readyz", ""); got.status != 503 {
		t.Errorf("readyz: %v", got)
	}
	if err := comeBack(); err != nil {
		t.Fatal(err)
	}
	before := succeeded.Load()
	until(t, "recovery", func() bool { return succeeded.Load() > before+20 })
	done.Store(true)
	wait.Wait()
	if got := h.send(http.MethodGet, "/readyz", ""); got.status != 200 {
		t.Errorf("readyz afterwards: %v", got)
	}
	audited := map[string]bool{}
	err := h.sso.Store().Audit(t.Context(), store.AuditFilter{Op: sso.OpUpdateCurrentUser}, func(e store.AuditEntry) error {
		if e.Result == store.ResultOK {
			audited[e.CID] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, cid := range acknowledged {
		if !audited[cid] {
			t.Errorf("update %s was acknowledged but is not in the audit", cid)
		}
	}
}

// until waits for something that happens soon, or never.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s in a minute", what)
		}
	}
}

// TestReloadUnderLoad rewrites a service while clients call it: no request
// fails, and each answer is of one version or the other.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	version := func(n string) string {
		return script("Versioned", "", `self.Response.Payload = service.Dict{"version": "`+n+`"}; return nil`)
	}
	h := start(t, options{services: map[string]string{"versioned.go": version("0"), "other/other.go": script("Other", "", "return nil")}})
	var done atomic.Bool
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for !done.Load() {
				if got := h.invoke("versioned.versioned", nil); got.status != 200 || got.json["version"] == nil || got.header.Get("X-Gatehouse-Version") == "" {
					t.Errorf("%v", got)
				}
			}
		})
	}
	serves := func(want string) func() bool {
		return func() bool { return h.invoke("versioned.versioned", nil).json["version"] == want }
	}
	path := h.dir + "/versioned.go"
	for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
		if n >= "4" { // as editors do: write beside, rename over
			if err := os.WriteFile(path+"~", []byte(version(n)), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+"~", path); err != nil {
				t.Fatal(err)
			}
		} else {
			h.write("versioned.go", version(n))
		}
		until(t, "version "+n, serves(n))
	}
	// One that does not check leaves the last one serving, and is reported.
	h.write("versioned.go", strings.Replace(version("7"), "return nil", "return nothing", 1))
	var listed answer
	until(t, "error in the list of services", func() bool {
		listed = h.send(http.MethodGet, "/zato/services", "")
		return strings.Contains(listed.text, "undefined: nothing")
	})
	if !serves("6")() || !strings.Contains(listed.text, "versioned.go:") {
		t.Errorf("after a version that does not check: %v", listed)
	}
	time.Sleep(200 * time.Millisecond)
	if n := strings.Count(h.log.String(), "undefined: nothing"); n != 1 {
		t.Errorf("the log has the error %d times", n)
	}
	h.write("versioned.go", version("8"))
	until(t, "version 8", serves("8"))
	if listed := h.send(http.MethodGet, "/zato/services", ""); strings.Contains(listed.text, "undefined") {
		t.Errorf("a mended error is still listed: %v", listed)
	}
	done.Store(true)
	wait.Wait()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	until(t, "removal", func() bool { return h.invoke("versioned.versioned", nil).status == 404 })
	if got := h.invoke("other.other", nil); got.status != 200 {
		t.Errorf("another directory's service: %v", got)
	}
}

// TestShutdownFinishesCalls stops the host while a call is on.
func TestShutdownFinishesCalls(t *testing.T) {
	t.Parallel()
	onEveryStore(t, options{services: map[string]string{
		"slow.go": script("Slow", "time", `
	self.Logger.Info("begun")
	time.Sleep(300 * time.Millisecond)
	return self.SSO.User.UpdateCurrentUser(self.CID, service.Dict{"first_name": "Done"}, self.Request.Get("ust", ""), "CRM", "127.0.0.1")`),
	}}, func(t *testing.T, h *host) {
		id, ust := h.user("jane", nil)
		answered := make(chan answer, 1)
		go func() { answered <- h.invoke("slow.slow", map[string]any{"ust": ust}) }()
		until(t, "begin", func() bool { return strings.Contains(h.log.String(), "msg=begun") })
		row := func() *string { return h.row(id).FirstName }
		if row() != nil {
			t.Fatal("too early")
		}
		h.stopServing()
		if got := <-answered; got.status != 200 {
			t.Errorf("the call in flight: %v", got)
		}
		if name := row(); name == nil || *name != "Done" {
			t.Errorf("its update: %v", name)
		}
		if _, err := http.Get(h.url + "/healthz"); err == nil {
			t.Error("the host still answers")
		}
	})
}

// TestWrongKey opens a database with another key than it was made with.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	database := pgtest.URL(t)
	start(t, options{database: database}).stop()
	cfg := runtime.DefaultConfig()
	cfg.Data, cfg.Database = t.TempDir(), database
	for range 2 {
		_, err := runtime.Open(t.Context(), openOptions(cfg))
		if err == nil || !strings.Contains(err.Error(), "the secret key of this database is missing") {
			t.Fatalf("got %v", err)
		}
		if _, err := os.Stat(cfg.Data + "/secret.key"); err == nil {
			t.Error("a key was left behind")
		}
	}
}

// TestTwoHostsBegin starts hosts on one empty database at once.
func TestTwoHostsBegin(t *testing.T) {
	t.Parallel()
	database, data := pgtest.URL(t), t.TempDir()
	cfg := runtime.DefaultConfig()
	cfg.Data, cfg.Database = data, database
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			r, err := runtime.Open(t.Context(), openOptions(cfg))
			if err != nil {
				t.Error(err)
				return
			}
			if err := r.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
