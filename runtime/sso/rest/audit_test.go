package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// line is an entry as clients get it.
type line struct {
	ID         int64            `json:"id"`
	Time       string           `json:"time"`
	CID        string           `json:"cid"`
	Op         string           `json:"op"`
	Actor      string           `json:"actor"`
	Target     string           `json:"target"`
	App        string           `json:"app"`
	RemoteAddr string           `json:"remote_addr"`
	UserAgent  string           `json:"user_agent"`
	Result     string           `json:"result"`
	SubStatus  []string         `json:"sub_status"`
	Keys       []string         `json:"keys"`
	Changes    map[string][]any `json:"changes"`
}

func query(ust string, criteria map[string]string) string {
	values := url.Values{"current_app": {"CRM"}, "ust": {ust}}
	for name, value := range criteria {
		values.Set(name, value)
	}
	return "?" + values.Encode()
}

// page asks for a page of the audit.
func (s *site) page(ust string, criteria map[string]string) (entries []line, hasNext bool, next int64) {
	s.T.Helper()
	status, got := s.send(http.MethodGet, "/audit"+query(ust, criteria), "")
	if status != 200 || got["status"] != "ok" {
		s.T.Fatalf("%v: %d %v", criteria, status, got)
	}
	text, err := json.Marshal(got["result"])
	if err != nil {
		s.T.Fatal(err)
	}
	if err := json.Unmarshal(text, &entries); err != nil {
		s.T.Fatal(err)
	}
	number, _ := got["next"].(float64)
	return entries, got["has_next_page"] == true, int64(number)
}

// get asks for a URL.
func (s *site) get(url string) *http.Response {
	s.T.Helper()
	request, err := http.NewRequestWithContext(s.T.Context(), http.MethodGet, url, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.T.Fatal(err)
	}
	return response
}

// export asks for all of it.
func (s *site) export(ust string, criteria map[string]string) []line {
	s.T.Helper()
	response := s.get(s.url + "/audit/export" + query(ust, criteria))
	defer response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/x-ndjson" || len(response.Header.Get("X-Zato-CID")) != 26 {
		s.T.Fatalf("%v: %d %v", criteria, response.StatusCode, response.Header)
	}
	entries, err := lines(response.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return entries
}

func lines(body io.Reader) (entries []line, err error) {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	for {
		var entry line
		if err := decoder.Decode(&entry); errors.Is(err, io.EOF) {
			return entries, nil
		} else if err != nil {
			return entries, err
		}
		entries = append(entries, entry)
	}
}

func ids(entries []line) []int64 {
	all := []int64{}
	for _, entry := range entries {
		all = append(all, entry.ID)
	}
	return all
}

func TestAuditFilters(t *testing.T) {
	t.Parallel()
	each(t, func(cfg *core.Config) { cfg.Apps.All = []string{"CRM", "ERP"} }, func(t *testing.T, s *site) {
		adminID, janeID := s.SuperUser("admin"), s.User("jane", nil)
		at := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
		var changes []store.Change
		for i := range 60 {
			entry := &store.AuditEntry{Time: at.Add(time.Duration(i) * time.Minute), CID: fmt.Sprint("cid-", i/2), Op: []string{sso.OpLogin, sso.OpSignup}[i%2],
				Actor: []string{adminID, janeID, ""}[i%3], Target: []string{"", janeID}[i%2], App: []string{"CRM", "ERP", "gone"}[i%3],
				RemoteAddr: []string{"10.0.0.1", "10.0.0.1, 10.0.0.2"}[i%2], UserAgent: "ä<&>", Result: sso.AuditOK}
			switch i % 5 {
			case 1:
				entry.Result, entry.SubStatus = sso.AuditError, "E001001,E002001"
			case 2:
				entry.Result, entry.SubStatus = sso.AuditWarning, "W003005"
			case 3:
				entry.Keys, entry.Changes = "email,is_locked", `{"is_locked":[false,true]}`
			}
			changes = append(changes, store.AddAudit{Entry: entry})
		}
		if err := s.Store.Write(t.Context(), changes...); err != nil {
			t.Fatal(err)
		}
		ust := s.loginOver("admin")
		everything := s.export(ust, nil)
		if len(everything) < 63 {
			t.Fatalf("there are only %d entries", len(everything))
		}
		middle := everything[40].ID
		for _, c := range []struct {
			criteria map[string]string
			holds    func(e line) bool
		}{
			{nil, func(line) bool { return true }},
			{map[string]string{"cid": "cid-7"}, func(e line) bool { return e.CID == "cid-7" }},
			{map[string]string{"cid": "cid-"}, func(line) bool { return false }},
			{map[string]string{"op": sso.OpSignup}, func(e line) bool { return e.Op == sso.OpSignup }},
			{map[string]string{"actor": janeID}, func(e line) bool { return e.Actor == janeID }},
			{map[string]string{"actor": "jane"}, func(e line) bool { return e.Actor == janeID }},
			{map[string]string{"actor": "nobody"}, func(line) bool { return false }},
			{map[string]string{"target": "jane"}, func(e line) bool { return e.Target == janeID }},
			{map[string]string{"app": "gone"}, func(e line) bool { return e.App == "gone" }},
			{map[string]string{"remote_addr": "10.0.0.1"}, func(e line) bool { return e.RemoteAddr == "10.0.0.1" }},
			{map[string]string{"remote_addr": "10.0.0.1,10.0.0.2"}, func(e line) bool { return e.RemoteAddr == "10.0.0.1, 10.0.0.2" }},
			{map[string]string{"result": "ok", "app": "ERP"}, func(e line) bool { return e.Result == "ok" && e.App == "ERP" }},
			{map[string]string{"result": "error"}, func(e line) bool { return e.Result == "error" }},
			{map[string]string{"result": "warning"}, func(e line) bool { return e.Result == "warning" }},
			{map[string]string{"sub_status": "E002001"}, func(e line) bool { return slices.Contains(e.SubStatus, "E002001") }},
			{map[string]string{"sub_status": "E002002"}, func(line) bool { return false }},
			{map[string]string{"key": "email"}, func(e line) bool { return slices.Contains(e.Keys, "email") }},
			{map[string]string{"key": "is_locked"}, func(e line) bool { return slices.Contains(e.Keys, "is_locked") }},
			{map[string]string{"key": "EMAIL"}, func(line) bool { return false }},
			{map[string]string{"key": "mail"}, func(line) bool { return false }},
			{map[string]string{"key": "email,is_locked"}, func(e line) bool { return slices.Equal(e.Keys, []string{"email", "is_locked"}) }},
			{map[string]string{"key": "%"}, func(line) bool { return false }},
			{map[string]string{"since": "2031-02-03T04:45:06"}, func(e line) bool { return e.Time >= "2031-02-03T04:45:06" }},
			{map[string]string{"since": "2031-02-03T04:45:06", "until": "2031-02-03T05:45:06+01:00"}, func(line) bool { return false }},
			{map[string]string{"since": "2031-02-03T04:15:06", "until": "2031-02-03T05:45:06+01:00"}, func(e line) bool { return e.Time >= "2031-02-03T04:15:06" && e.Time < "2031-02-03T04:45:06" }},
			{map[string]string{"since": "2d", "until": "2031-01-01"}, func(e line) bool { return e.Time < "2031-01-01" }},
			{map[string]string{"until": "24h"}, func(line) bool { return false }},
			{map[string]string{"before": fmt.Sprint(middle)}, func(e line) bool { return e.ID < middle }},
			{map[string]string{"after": fmt.Sprint(middle)}, func(e line) bool { return e.ID > middle }},
			{map[string]string{"after": fmt.Sprint(middle), "before": fmt.Sprint(middle + 3), "order": "asc"}, func(e line) bool { return e.ID > middle && e.ID < middle+3 }},
			{map[string]string{"op": sso.OpLogin, "actor": "admin", "result": "error", "app": "CRM"}, func(e line) bool {
				return e.Op == sso.OpLogin && e.Actor == adminID && e.Result == "error" && e.App == "CRM"
			}},
		} {
			want := []line{}
			for _, entry := range everything {
				if c.holds(entry) {
					want = append(want, entry)
				}
			}
			// What has come in meanwhile is the reading of the audit itself.
			isOurs := func(e line) bool { return strings.HasPrefix(e.Op, "audit.") }
			criteria := map[string]string{"page_size": "1000"}
			maps.Copy(criteria, c.criteria)
			listed, _, _ := s.page(ust, criteria)
			exported := s.export(ust, c.criteria)
			got, same := slices.DeleteFunc(listed, isOurs), slices.DeleteFunc(exported, isOurs)
			want = slices.DeleteFunc(want, isOurs)
			if criteria["order"] != "asc" {
				slices.Reverse(got)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(same) != fmt.Sprint(want) {
				t.Errorf("%v: listed %v, exported %v, want %v", c.criteria, ids(got), ids(same), ids(want))
			}
		}
		// Those that are asked for in the body.
		status, got := s.call(http.MethodGet, "/audit", map[string]any{"ust": ust, "op": sso.OpSignup, "page_size": 2, "before": middle, "actor": nil})
		if rows, _ := got["result"].([]any); status != 200 || len(rows) != 2 || got["page_size"] != 2.0 || got["has_next_page"] != true {
			t.Errorf("got %d %v", status, got)
		}
		// An entry in full.
		entries, _, _ := s.page(ust, map[string]string{"key": "is_locked", "page_size": "1", "order": "asc"})
		entry := entries[0]
		if want := (line{ID: entry.ID, Time: "2031-02-03T04:08:06", CID: "cid-1", Op: sso.OpSignup, Actor: adminID, Target: janeID, App: "CRM",
			RemoteAddr: "10.0.0.1, 10.0.0.2", UserAgent: "ä<&>", Result: "ok", SubStatus: []string{}, Keys: []string{"email", "is_locked"},
			Changes: map[string][]any{"is_locked": {false, true}}}); fmt.Sprintf("%#v", entry) != fmt.Sprintf("%#v", want) {
			t.Errorf("got %#v", entry)
		}
	})
}

// TestNameLikeAnID has somebody call himself as somebody else's ID: the ID goes
// on to mean who has it.
func TestNameLikeAnID(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		janeID := s.User("jane", nil)
		s.User("other", nil)
		s.Exec("UPDATE zato_sso_user SET username = $1 WHERE username = 'other'", janeID) // as before such names were refused
		s.loginOver("jane")
		s.loginOver(janeID)
		entries, _, _ := s.page(s.loginOver("admin"), map[string]string{"actor": janeID})
		if len(entries) != 1 || entries[0].Actor != janeID {
			t.Errorf("got %v", entries)
		}
	})
}

func TestAuditIsForSuperUsers(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		gone := s.loginOver("admin")
		s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": gone})
		for _, path := range []string{"/audit", "/audit/export"} {
			get := func(status int, want map[string]any, elements map[string]any) {
				t.Helper()
				s.want(status, want, http.MethodGet, path, elements)
			}
			get(400, badRequest, nil)
			get(400, badRequest, map[string]any{"ust": []any{}})
			get(403, refused("E005001"), map[string]any{"ust": jane})
			get(403, refused("E005001"), map[string]any{"ust": jane, "op": "no such"})
			get(403, refused("E007001"), map[string]any{"ust": ""})
			get(403, refused("E007001"), map[string]any{"ust": "gAAAAAB"})
			get(403, refused("E007001"), map[string]any{"ust": gone})
			get(403, refused("E004001"), map[string]any{"ust": admin, "current_app": "ERP"})
			for name, values := range map[string][]any{
				"op": {"user.nothing", "", "USER.LOGIN", []any{sso.OpLogin}}, "result": {"bad", "", true}, "order": {"up", ""},
				"since": {"yesterday", "", "-1h", "1y", "2d-1h", "h", 5, "99999d", "0000-01-01"}, "until": {"tomorrow"},
				"before": {-1, 1.5, "x", "", 1 << 53, "1e3"}, "after": {"-1"}, "page_size": {-1, "x"},
				"sub_status": {"E1", "e005001", "E005001,E001001"}, "cid": {"\x00", true}, "actor": {"\x00", map[string]any{}},
				"target": {"a\x00"}, "user": {"jane"}, "nosuch": {1}, "app": {"\x00"}, "remote_addr": {"\x00"}, "key": {"\x00"},
			} {
				for _, value := range values {
					if name == "page_size" && path != "/audit" {
						continue
					}
					get(403, refused("E008002"), map[string]any{"ust": admin, name: value})
				}
			}
			for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
				if status, _ := s.call(method, path, map[string]any{"ust": admin}); status != 405 {
					t.Errorf("%s %s: %d", method, path, status)
				}
			}
		}
	})
}

// TestReadingIsAudited has an entry for each page and each export, with what
// was chosen by and not what was chosen.
func TestReadingIsAudited(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		adminID, _ := s.SuperUser("admin"), s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		const secret = "someone@secret.example"
		s.page(admin, map[string]string{"page_size": "1", "order": "asc"})
		s.page(admin, map[string]string{"actor": secret, "target": secret, "cid": secret, "app": secret, "key": secret, "remote_addr": secret,
			"op": "user.login", "result": "ok", "sub_status": "E005001", "since": "2d", "until": "1h", "before": "99", "after": "3"})
		s.export(admin, map[string]string{"actor": secret, "since": "24h"})
		s.want(403, refused("E005001"), http.MethodGet, "/audit", map[string]any{"ust": jane, "actor": secret})
		s.want(403, refused("E008002"), http.MethodGet, "/audit/export", map[string]any{"ust": admin, "actor": secret + "\x00"})
		var got []string
		for _, entry := range s.Audit("") {
			if strings.HasPrefix(entry.Op, "audit.") {
				got = append(got, strings.Join([]string{entry.Op, entry.Result, entry.SubStatus, entry.Keys, entry.Changes, strconv.FormatBool(entry.Actor == adminID)}, "|"))
			}
		}
		want := []string{"audit.list|ok||||true",
			"audit.list|ok||since,until,cid,op,actor,target,app,remote_addr,result,sub_status,key,before,after||true",
			"audit.export|ok||since,actor||true", "audit.list|error|E005001|||false", "audit.export|error|E008002|||true"}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if text := s.Log.String(); strings.Contains(text, secret) {
			t.Error("the log has what was looked for")
		}
	})
}

// TestPagesWhileEntriesComeIn goes through pages while others write, each
// several entries at once: no entry comes twice, and none is left out.
func TestPagesWhileEntriesComeIn(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		ust := s.loginOver("admin")
		write := func(cid string) {
			var changes []store.Change
			for range 7 {
				changes = append(changes, store.AddAudit{Entry: &store.AuditEntry{Time: s.Clock.Now(), CID: cid, Op: sso.OpLogin, Result: sso.AuditOK}})
			}
			if err := s.Store.Write(context.WithoutCancel(t.Context()), changes...); err != nil {
				t.Error(err)
			}
		}
		for range 40 {
			write("before")
		}
		before := ids(s.export(ust, map[string]string{"cid": "before", "order": "desc"}))

		var stop atomic.Bool
		var writers sync.WaitGroup
		for range 6 {
			writers.Go(func() {
				for !stop.Load() {
					write("meanwhile")
				}
			})
		}
		var descending []line
		criteria := map[string]string{"page_size": "23", "op": sso.OpLogin}
		for hasNext := true; hasNext; {
			var entries []line
			var next int64
			entries, hasNext, next = s.page(ust, criteria)
			if hasNext != (next != 0) || hasNext && next != entries[len(entries)-1].ID {
				t.Fatalf("next is %d, has_next_page %v", next, hasNext)
			}
			descending = append(descending, entries...)
			criteria["before"] = fmt.Sprint(next)
		}
		if got := ids(descending); !slices.IsSortedFunc(got, func(a, b int64) int { return int(b - a) }) || len(slices.Compact(got)) != len(got) {
			t.Errorf("descending: %v", got)
		}
		old := slices.DeleteFunc(descending, func(e line) bool { return e.CID != "before" })
		if got := ids(old); !slices.Equal(got, before) {
			t.Errorf("descending: got %v, want %v", got, before)
		}

		// Ascending, after all that comes in, until nobody writes any more.
		var ascending []int64
		criteria = map[string]string{"order": "asc", "op": sso.OpLogin, "page_size": "31"}
		for pages := 0; ; pages++ {
			if pages == 60 {
				stop.Store(true)
			}
			isLast := stop.Load()
			if isLast {
				writers.Wait()
			}
			entries, hasNext, next := s.page(ust, criteria)
			ascending = append(ascending, ids(entries)...)
			criteria["after"] = fmt.Sprint(next)
			if isLast && !hasNext {
				break
			}
		}
		want := ids(s.export(ust, map[string]string{"op": sso.OpLogin}))
		if !slices.Equal(ascending, want) {
			t.Errorf("ascending: %d entries, want %d", len(ascending), len(want))
		}
		if later, hasNext, next := s.page(ust, criteria); len(later) != 0 || hasNext || fmt.Sprint(next) < criteria["after"] {
			t.Errorf("after the end: %v, next is %d, was %s", ids(later), next, criteria["after"])
		}
	})
}

// watched is a core that lets a test look at each page of an export.
type watched struct {
	sso.Core
	page func(n int)
	done chan error
}

func (w *watched) ExportAudit(ctx context.Context, call sso.Call, criteria sso.AuditCriteria, page func([]sso.AuditEntry) error) error {
	n := 0
	err := w.Core.ExportAudit(ctx, call, criteria, func(entries []sso.AuditEntry) error {
		n++
		if w.page != nil {
			w.page(n)
		}
		return page(entries)
	})
	if w.done != nil {
		w.done <- err
	}
	return err
}

// fill writes many entries, each with a long user agent.
func fill(t *testing.T, env *ssotest.Env, entries, length int) {
	t.Helper()
	agent := strings.Repeat("x", length)
	for entries > 0 {
		var changes []store.Change
		for range min(entries, 500) {
			changes = append(changes, store.AddAudit{Entry: &store.AuditEntry{Time: env.Clock.Now(), CID: "many", Op: sso.OpLogin, Result: sso.AuditOK, UserAgent: agent}})
		}
		if err := env.Store.Write(t.Context(), changes...); err != nil {
			t.Fatal(err)
		}
		entries -= len(changes)
	}
}

// TestLargeExport exports 80 MB, with the heap far below that. (It is not
// parallel to others, whose heap it is as well.)
func TestLargeExport(t *testing.T) {
	const entries, length = 20_000, 4096
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		fill(t, env, entries, length)
		var most uint64
		heap := func() uint64 {
			runtime.GC()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			return stats.HeapAlloc
		}
		base := heap()
		s := serve(t, env, &watched{Core: env.Core, page: func(int) { most = max(most, heap()) }}, rest.Options{})
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/audit/export"+query(s.loginOver("admin"), map[string]string{"cid": "many"}), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		found, last, size := 0, int64(0), 0
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); found++ {
			var entry line
			if err := json.Unmarshal(scanner.Bytes(), &entry); err != nil || entry.ID <= last || len(entry.UserAgent) != length {
				t.Fatalf("after %d: %.200s", last, scanner.Text())
			}
			last = entry.ID
			size += len(scanner.Bytes())
		}
		if found != entries || size < entries*length {
			t.Errorf("%d entries, %d bytes", found, size)
		}
		if most > base+40<<20 {
			t.Errorf("the heap grew by %d bytes", most-base)
		}
	})
}

// dial sends a request over a connection that holds so many bytes of the answer.
func dial(t *testing.T, s *site, buffer int, request string) net.Conn {
	t.Helper()
	address, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(buffer); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

const writeTimeout = 4 * time.Second

// narrow is a site whose connections hold little of an answer.
func narrow(t *testing.T, env *ssotest.Env, core sso.Core, log *logtest.Buffer) *site {
	t.Helper()
	s := serve(t, env, core, rest.Options{})
	handler, err := channel.New(channel.Config{Invoker: noServices{t}, Authenticator: noServices{t}, Routes: rest.Routes(core, rest.Options{}),
		WriteTimeout: writeTimeout, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateNew {
			_ = conn.(*net.TCPConn).SetWriteBuffer(4096)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL + "/zato/sso"
	return s
}

func exportRequest(ust, version string) string {
	return "GET /zato/sso/audit/export" + query(ust, nil) + " HTTP/" + version + "\r\nHost: localhost\r\n\r\n"
}

// TestReaderThatStops has clients that stop reading, or go away: their exports
// end, and do not read on meanwhile. One that reads, though slowly, gets it all.
func TestReaderThatStops(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		fill(t, env, 8_000, 2048)
		var pages atomic.Int64
		w := &watched{Core: env.Core, page: func(n int) { pages.Store(int64(n)) }, done: make(chan error, 9)}
		log := new(logtest.Buffer)
		s := narrow(t, env, w, log)
		ust := s.loginOver("admin")

		stopped := dial(t, s, 4096, exportRequest(ust, "1.1"))
		if err := <-w.done; !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) || pages.Load() > 4 {
			t.Errorf("who stops reading: %v, after %d pages", err, pages.Load())
		}
		if _, err := http.ReadResponse(bufio.NewReader(stopped), nil); err != nil {
			t.Errorf("what was sent before: %v", err)
		}
		gone := dial(t, s, 4096, exportRequest(ust, "1.1"))
		if _, err := gone.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		gone.Close()
		if err := <-w.done; err == nil || pages.Load() > 4 {
			t.Errorf("who goes away: %v, after %d pages", err, pages.Load())
		}

		slow := dial(t, s, 64<<10, exportRequest(ust, "1.1"))
		response, err := http.ReadResponse(bufio.NewReader(slow), nil)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); read++ {
			if read < 240 && read%20 == 0 { // often within a chunk, and for longer in all than one may take
				time.Sleep(writeTimeout / 10)
			}
		}
		if err := <-w.done; err != nil || read < 8_000 {
			t.Errorf("who reads slowly: %v, %d lines", err, read)
		}
		if text := log.String(); strings.Count(text, "an answer was cut off") != 2 || strings.Contains(text, ust) {
			t.Errorf("logged %s", text)
		}
	})
}

func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout()
}

// TestExportThatFails has an export fail after it has begun: the client sees
// that it is not complete.
func TestExportThatFails(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(s *site, ust string){
		"logged out": func(s *site, ust string) {
			s.want(200, ok, http.MethodPost, "/user/logout", map[string]any{"ust": ust})
		},
		"no super-user any more": func(s *site, _ string) {
			s.Exec("UPDATE zato_sso_user SET is_super_user = $1 WHERE username = 'admin'", false)
		},
		"no audit any more": func(s *site, _ string) { s.Exec("ALTER TABLE gatehouse_audit RENAME TO gatehouse_audit_away") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
				env.SuperUser("admin")
				fill(t, env, 2_500, 10)
				var s *site
				var ust string
				w := &watched{Core: env.Core, page: func(n int) {
					if n == 2 {
						fail(s, ust)
					}
				}}
				s = serve(t, env, w, rest.Options{})
				ust = s.loginOver("admin")
				response, err := http.Get(s.url + "/audit/export" + query(ust, nil))
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				got, err := lines(response.Body)
				if response.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || len(got) > 2000 {
					t.Errorf("%d, %d lines, %v", response.StatusCode, len(got), err)
				}
			})
		})
	}
}

// TestExportByHTTP2 has pages that take longer to be made than an answer may to
// be taken, and an answer that is cut.
func TestExportByHTTP2(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		fill(t, env, 2_500, 10)
		const timeout = 2 * time.Second
		var failAt atomic.Int64
		w := &watched{Core: env.Core, page: func(n int) {
			if n == 2 {
				time.Sleep(timeout + timeout/2)
			}
			if int64(n) == failAt.Load() {
				env.Exec("UPDATE zato_sso_user SET is_super_user = $1 WHERE username = 'admin'", false)
			}
		}}
		handler, err := channel.New(channel.Config{Invoker: noServices{t}, Authenticator: noServices{t}, Routes: rest.Routes(w, rest.Options{}), WriteTimeout: timeout})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(handler)
		server.EnableHTTP2 = true
		server.StartTLS()
		t.Cleanup(server.Close)
		export := func() ([]line, error) {
			response, err := server.Client().Get(server.URL + "/zato/sso/audit/export" + query(env.Login("admin"), nil))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.ProtoMajor != 2 || response.StatusCode != 200 {
				t.Errorf("%s %s", response.Proto, response.Status)
			}
			return lines(response.Body)
		}
		if got, err := export(); len(got) < 2_500 || err != nil {
			t.Errorf("%d lines, %v", len(got), err)
		}
		failAt.Store(2)
		if got, err := export(); len(got) > 2_000 || err == nil {
			t.Errorf("cut: %d lines, %v", len(got), err)
		}
	})
}

// TestExportsAtOnce has as many exports as may be, and one more.
func TestExportsAtOnce(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		ust := env.Login("admin")
		begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		for range 4 {
			go func() {
				ended <- env.Core.ExportAudit(t.Context(), ssotest.Call(ust), sso.AuditCriteria{}, func([]sso.AuditEntry) error {
					begun <- struct{}{}
					<-end
					return nil
				})
			}()
		}
		for range 4 {
			<-begun
		}
		s := serve(t, env, env.Core, rest.Options{})
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/audit/export"+query(ust, nil), nil)
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 503 || response.Header.Get("Retry-After") == "" {
			t.Errorf("the fifth: %d %v", response.StatusCode, response.Header)
		}
		s.page(ust, nil)
		close(end)
		for range 4 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		s.Audit("") // written by now
		if got := s.export(ust, map[string]string{"op": sso.OpExportAudit, "result": "error"}); len(got) != 1 || got[0].SubStatus[0] != "E008004" {
			t.Errorf("got %v", got)
		}
	})
}

// TestExportsOfOtherRequests asks with HEAD, and by HTTP/1.0, which cannot tell
// that an answer was cut.
func TestExportsOfOtherRequests(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		ust := s.loginOver("admin")
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodHead, s.url+"/audit/export"+query(ust, nil), nil)
		response, err := s.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("HEAD: %d %v", response.StatusCode, response.Header)
		}
		old := dial(t, s, 4096, exportRequest(ust, "1.0"))
		if response, err = http.ReadResponse(bufio.NewReader(old), nil); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != 505 {
			t.Errorf("HTTP/1.0: %d", response.StatusCode)
		}
		if got := s.export(ust, map[string]string{"cid": "none"}); len(got) != 0 {
			t.Errorf("none: %v", got)
		}
	})
}

// TestAlteredEntries reads what was put into the database by hand.
func TestAlteredEntries(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		ust := s.loginOver("admin")
		for _, changes := range []string{"{", "[1]", "null", "x", `{"a":`} {
			entry := store.AuditEntry{Time: s.Clock.Now(), CID: "altered", Op: "by hand", Result: "ok", Changes: changes}
			if err := s.Store.Write(t.Context(), store.AddAudit{Entry: &entry}); err != nil {
				t.Fatal(err)
			}
		}
		listed, _, _ := s.page(ust, map[string]string{"cid": "altered"})
		if exported := s.export(ust, map[string]string{"cid": "altered"}); len(listed) != 5 || len(exported) != 5 || len(exported[0].Changes) != 0 {
			t.Errorf("%v, %v", listed, exported)
		}
	})
}
