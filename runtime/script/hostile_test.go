package script_test

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
	"unicode"

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
		"in an any": {"var a any = &sync.Mutex{}\nm, ok := a.(*sync.Mutex)\nm.Lock()\nl, is := a.(sync.Locker)\nl.Unlock()\nvar w any = &sync.WaitGroup{}\n_, no := w.(sync.Locker)\nself.Response.Payload = fmt.Sprint(ok, is, no)",
			imports, "", `"true true false"`},
		"given away": {"var m sync.Mutex\nm.Lock()\nwith(&m, func() { m.Unlock(); m.Lock() })\nself.Response.Payload = fmt.Sprint(m.TryLock())",
			imports, "func with(l sync.Locker, f func()) {\n\tdefer l.Unlock()\n\tf()\n}\n", `"true"`},
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
self.Response.Payload = fmt.Sprint(try(), try())`, imports, "", `"boomboom"`},
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

// echo is a server that answers with what came: method, path, length, transfer
// coding, the header X and the body. /slow never answers, /moved leads to /, /round to
// itself.
func echo(t *testing.T) (url string, connections func() int) {
	t.Helper()
	seen := make(chan string, 1000)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
			return
		case "/moved":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
			return
		case "/slow":
			<-r.Context().Done()
			return
		}
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %d %v %s|%.20s|%d", r.Method, r.URL.Path, r.ContentLength, r.TransferEncoding, r.Header.Get("X"), body, len(body))
		for name := range r.Trailer {
			fmt.Fprintf(w, "|%s: %s", name, r.Trailer.Get(name))
		}
		if err != nil {
			fmt.Fprint(w, err)
		}
	}))
	server.Config.ConnState = func(connection net.Conn, state http.ConnState) {
		if state == http.StateNew {
			seen <- connection.RemoteAddr().String()
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, func() int { return len(seen) }
}

// exchange reads the answer to a request that a body of Handle makes.
const exchange = `
func read(resp *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

type failing struct{ n int }

func (f *failing) Read(p []byte) (int, error) {
	f.n--
	if f.n < 0 {
		panic("the reader failed")
	}
	p[0] = 'x'
	return 1, nil
}

func (f *failing) Close() error { return nil }

type letters struct {
	left   int
	closed *bool
	trailer http.Header
}

func (l *letters) Read(p []byte) (int, error) {
	if l.left == 0 {
		if l.trailer != nil {
			l.trailer.Set("Sum", "7")
		}
		return 0, io.EOF
	}
	n := len(p)
	if n > l.left {
		n = l.left
	}
	for i := 0; i < n && i < 20; i++ {
		p[i] = 'a'
	}
	l.left -= n
	return n, nil
}

func (l *letters) Close() error {
	*l.closed = true
	return nil
}
`

func TestRequestsAreSentWithoutTheScript(t *testing.T) {
	url, _ := echo(t)
	imports := []string{"bufio", "io", "net/http", "strings"}
	use := "_ = bufio.NewReader\n_ = strings.NewReader\nconst url = \"" + url + "\"\n"
	for name, body := range map[string]string{
		"direct":        `r, _ := http.NewRequest("POST", url, &failing{2}); read((&http.Client{}).Do(r))`,
		"with context":  `r, _ := http.NewRequestWithContext(self.Context(), "POST", url, &failing{2}); read((&http.Client{}).Do(r))`,
		"get":           `r, _ := http.NewRequest("GET", url, &failing{0}); read((&http.Client{}).Do(r))`,
		"buffered":      `r, _ := http.NewRequest("POST", url, bufio.NewReader(&failing{2})); read((&http.Client{}).Do(r))`,
		"tee":           `r, _ := http.NewRequest("POST", url, io.TeeReader(&failing{2}, io.Discard)); read((&http.Client{}).Do(r))`,
		"closer":        `r, _ := http.NewRequest("POST", url, io.NopCloser(&failing{2})); read((&http.Client{}).Do(r))`,
		"field":         `r, _ := http.NewRequest("POST", url, nil); r.Body = &failing{2}; read((&http.Client{}).Do(r))`,
		"of known size": `r, _ := http.NewRequest("POST", url, &failing{2}); r.ContentLength = 9; read((&http.Client{}).Do(r))`,
		"post":          `read((&http.Client{}).Post(url, "text/plain", &failing{2}))`,
		"timeout":       `r, _ := http.NewRequest("POST", url, &failing{2}); c := http.Client{Timeout: 1000000000}; read(c.Do(r))`,
		"again": `r, _ := http.NewRequest("POST", url+"/moved", strings.NewReader("x"))
	r.GetBody = func() (io.ReadCloser, error) { return &failing{2}, nil }
	read((&http.Client{}).Do(r))`,
		"embedded": "type own struct{ http.Client }\n" + `r, _ := http.NewRequest("POST", url, &failing{2}); read((&own{}).Do(r))`,
	} {
		panics(t, map[string]mistake{name: {use + body, imports, exchange, "the reader failed"}})
	}
	panics(t, map[string]mistake{
		"transport": {use + "c := &http.Client{Timeout: 1000000000}\nc.Transport = wrong{}\nread(c.Get(url))", imports,
			exchange + "type wrong struct{}\n\nfunc (wrong) RoundTrip(*http.Request) (*http.Response, error) { panic(\"the transport failed\") }\n", "the transport failed"},
		"redirect": {use + `c := &http.Client{Timeout: 1000000000, CheckRedirect: func(*http.Request, []*http.Request) error { panic("the check failed") }}
	read(c.Get(url + "/moved"))`, imports, exchange, "the check failed"},
		"transport in itself": {use + "c := &http.Client{}\nc.Transport = &again{c}\nread(c.Get(url))", imports,
			exchange + "type again struct{ client *http.Client }\n\nfunc (a *again) RoundTrip(r *http.Request) (*http.Response, error) { return a.client.Do(r) }\n", "endless recursion"},
		"jar": {use + "c := &http.Client{Timeout: 1000000000}\nc.Jar = wrong{}\nread(c.Get(url))", append([]string{"net/url"}, imports...),
			exchange + "type wrong struct{}\n\nfunc (wrong) SetCookies(*url.URL, []*http.Cookie) {}\n\nfunc (wrong) Cookies(*url.URL) []*http.Cookie { panic(\"the jar failed\") }\n", "the jar failed"},
	})
	refused(t, map[string]mistake{
		"write":       {use + `r, _ := http.NewRequest("DELETE", url, &failing{0}); _ = r.Write(io.Discard)`, imports, exchange, "send the request with an http.Client"},
		"write proxy": {use + `r, _ := http.NewRequest("DELETE", url, &failing{0}); _ = r.WriteProxy(io.Discard)`, imports, exchange, "send the request with an http.Client"},
		"response":    {use + `_ = (&http.Response{Body: &failing{0}}).Write(io.Discard)`, imports, exchange, "read the body with io.Copy"},
	})
}

func TestRequestsAreSentAsTheyAre(t *testing.T) {
	url, connections := echo(t)
	imports := []string{"fmt", "io", "net/http", "net/url", "strings"}
	use := "_ = strings.NewReader\n_ = fmt.Sprint\n_ = url.Values{}\nconst at = \"" + url + "\"\nclosed := false\n_ = closed\nclient := &http.Client{}\n"
	for name, program := range map[string]struct{ body, want string }{
		"get":  {`self.Response.Payload = read(client.Get(at + "/a"))`, "GET /a 0 [] ||0"},
		"head": {`resp, err := client.Head(at); self.Response.Payload = fmt.Sprint(resp.StatusCode, err == nil, read(resp, err))`, "200 true"},
		"post": {`self.Response.Payload = read(client.Post(at, "text/plain", strings.NewReader("hello")))`, "POST / 5 [] |hello|5"},
		"form": {`self.Response.Payload = read(client.PostForm(at, url.Values{"a": {"b c"}}))`, "POST / 5 [] |a=b+c|5"},
		"empty": {`r, _ := http.NewRequest("POST", at, nil)
	r.Body = &letters{closed: &closed}
	text := read(client.Do(r))
	self.Response.Payload = fmt.Sprint(text, closed)`, "POST / 0 [] ||0true"},
		"own": {`r, _ := http.NewRequest("POST", at, nil)
	r.Body = &letters{left: 7, closed: &closed}
	text := read(client.Do(r))
	self.Response.Payload = fmt.Sprint(text, closed)`, "POST / 7 [] |aaaaaaa|7true"},
		"closed": {`text := read(client.Post(at, "", &letters{left: 7, closed: &closed})); self.Response.Payload = fmt.Sprint(text, closed)`, "POST / 7 [] |aaaaaaa|7true"},
		"moved":  {`self.Response.Payload = read(client.Post(at+"/moved", "", strings.NewReader("hello")))`, "POST / 5 [] |hello|5"},
		"large": {`r, _ := http.NewRequest("POST", at, nil)
	r.Body = &letters{left: 1<<30, closed: &closed}
	text := read(client.Do(r))
	self.Response.Payload = fmt.Sprint(text, closed)`,
			"Post \"" + url + "\": the body of a request is read whole before it is sent and can have 64 MiB at most: send it in partstrue"},
		"too short": {`r, _ := http.NewRequest("POST", at, &letters{left: 7, closed: &closed}); r.ContentLength = 9
	self.Response.Payload = read(client.Do(r))`, "Post \"" + url + "\": http: ContentLength=9 with Body length 7"},
		"trailer": {`r, _ := http.NewRequest("POST", at, nil)
	r.Trailer = http.Header{"Sum": nil}
	r.Body = &letters{left: 7, closed: &closed, trailer: r.Trailer}
	self.Response.Payload = read(client.Do(r))`, "POST / -1 [chunked] |aaaaaaa|7|Sum: 7"},
		"request": {`r, _ := http.NewRequest("GET", at, nil); r.Header.Set("X", "y"); resp, err := client.Do(r)
	same := resp.Request == r
	client.CloseIdleConnections()
	self.Response.Payload = fmt.Sprint(same, " ", read(resp, err))`, "true GET / 0 [] y||0"},
		"round and round": {`client.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }; self.Response.Payload = read(client.Get(at + "/round"))`,
			"Get \"/round\": stopped after 100 redirects"},
		"timeout": {`client.Timeout = 20000000; self.Response.Payload = read(client.Get(at + "/slow"))`,
			"Get \"" + url + "/slow\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"},
		"by an interface": {`var d interface{ Do(*http.Request) (*http.Response, error) } = client
	r, _ := http.NewRequest("PUT", at, nil)
	self.Response.Payload = fmt.Sprintf("%s %T", read(d.Do(r)), d)`, "PUT / 0 [] ||0 *http.Client"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": mistake{use + program.body, imports, exchange, ""}.source()})
			got := h.call("bad.bad", "")
			if want := fmt.Sprintf("%q", program.want); got.err != nil || !strings.HasPrefix(got.payload, strings.TrimSuffix(want, `"`)) {
				t.Errorf("got  %s, %v\nwant %s\n%s", got.payload, got.err, want, h.log)
			}
		})
	}
	// One for the exchanges, and those that a fault or a time-out has closed.
	if n := connections(); n > 6 {
		t.Errorf("%d connections were made", n)
	}
}

// The transport may still be at a request when its answer is there already: a
// script that changes its headers by then must not change those that are sent,
// let alone while they are read.
func TestHeadersChangeWhileARequestIsSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	atFirst, release, last := make(chan bool), make(chan bool), make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		<-atFirst
		fmt.Fprint(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		<-release
		connection.Close()
	}()
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		WroteHeaderField: func(key string, value []string) { // on a goroutine of the transport
			switch key {
			case "A-First":
				close(atFirst)
				<-release
			case "Z-Last":
				last <- value[0]
			}
		},
	})
	h := newHost(t, map[string]string{"bad.go": mistake{
		imports: []string{"net/http"},
		body: `	r, _ := http.NewRequestWithContext(self.Context(), "GET", "http://` + listener.Addr().String() + `", nil)
	r.Header.Set("A-First", "x")
	r.Header.Set("Z-Last", "as it was")
	if _, err := (&http.Client{}).Do(r); err != nil {
		return err
	}
	r.Header["Z-Last"][0] = "changed"`,
	}.source()})
	if got := call(ctx, h.Engine, "bad.bad", ""); got.err != nil {
		t.Fatal(got.err)
	}
	close(release)
	if got := <-last; got != "as it was" {
		t.Errorf("sent %q", got)
	}
}

func TestContextsOfScriptsAreRefused(t *testing.T) {
	const methods = `
func (%[1]s) Deadline() (t time.Time, ok bool) { return }
func (%[1]s) Done() <-chan struct{}            { return nil }
func (%[1]s) Err() error                       { return nil }
func (%[1]s) Value(any) any                    { panic("from a goroutine of the host") }
`
	imports := []string{"context", "time"}
	use := "\t_ = context.Canceled\n\t_ = time.Now"
	refused(t, map[string]mistake{
		"own":             {use, imports, "type own struct{}\n" + fmt.Sprintf(methods, "own"), "bad.go:15:6: own is a context.Context"},
		"by pointer":      {use, imports, "type own int\n" + fmt.Sprintf(methods, "*own"), "own is a context.Context: the host would call its methods from goroutines of its own; use context.WithValue"},
		"embedded":        {use, imports, "type own struct{ context.Context }\n", "bad.go:15:10: a struct that embeds a context.Context is one"},
		"embedded deeper": {use, imports, "type face interface{ context.Context }\n\ntype own struct{ face }\n", "give the field a name"},
		"local":           {use + "\n\ttype own struct{ context.Context }\n\t_ = own{}", imports, "", "a struct that embeds a context.Context is one"},
		"without a name":  {use + "\n\t_ = struct{ context.Context }{self.Context()}", imports, "", "a struct that embeds a context.Context is one"},
		"generic":         {use, imports, "type own[T any] struct {\n\tcontext.Context\n\tvalue T\n}\n", "a struct that embeds a context.Context is one"},
		"generic methods": {use, imports, "type own[T any] struct{ value T }\n" + fmt.Sprintf(methods, "own[T]"), "own is a context.Context"},
		"service":         {use, imports, "type Own struct {\n\tservice.Service\n\tcontext.Context\n}\n", "a struct that embeds a context.Context is one"},
	})
	works(t, map[string]mistake{
		"named field": {"\ttype own struct{ ctx context.Context }\n\to := own{ctx: self.Context()}\n\tself.Response.Payload = o.ctx.Err() == nil", imports[:1], "", "true"},
		"interface":   {"\tvar c face = self.Context()\n\tself.Response.Payload = c.Err() == nil", imports[:1], "type face interface{ context.Context }\n", "true"},
	})
}

func TestContextsAreDerivedWithinBounds(t *testing.T) {
	const many = "\tctx, cancel := context.WithCancel(self.Context())\n\tdefer cancel()\n\tfor range 2000 {\n\t\t%s\n\t}"
	mistakes := map[string]mistake{}
	for name, derive := range map[string]string{
		"value":          `ctx = context.WithValue(ctx, "k", 1)`,
		"cancel":         `ctx, cancel = context.WithCancel(ctx)`,
		"cause":          `ctx, _ = context.WithCancelCause(ctx)`,
		"deadline":       `ctx, cancel = context.WithDeadline(ctx, time.Now().Add(time.Hour))`,
		"deadline cause": `ctx, cancel = context.WithDeadlineCause(ctx, time.Now().Add(time.Hour), nil)`,
		"timeout":        `ctx, cancel = context.WithTimeout(ctx, time.Hour)`,
		"timeout cause":  `ctx, cancel = context.WithTimeoutCause(ctx, time.Hour, nil)`,
		"without cancel": `ctx = context.WithoutCancel(ctx)`,
		"of a request":   `r, _ := http.NewRequestWithContext(ctx, "GET", "/", nil); ctx, cancel = context.WithCancel(r.Context())`,
	} {
		imports := []string{"context"}
		if strings.Contains(derive, "time.") {
			imports = append(imports, "time")
		}
		if strings.Contains(derive, "http.") {
			imports = append(imports, "net/http")
		}
		mistakes[name] = mistake{fmt.Sprintf(many, derive), imports, "", "context: more than 1000 contexts are derived from one another"}
	}
	mistakes["none"] = mistake{"\tvar none context.Context\n\t_, _ = context.WithCancel(none)", []string{"context"}, "", "cannot create context from nil parent"}
	panics(t, mistakes)
	imports := []string{"context", "errors", "fmt", "time"}
	works(t, map[string]mistake{
		"cancelled": {`	_, _, _ = errors.New, time.Now, fmt.Sprint
	outer, cancel := context.WithCancelCause(self.Context())
	value := context.WithValue(outer, "a", 1)
	inner, stop := context.WithTimeout(value, time.Hour)
	defer stop()
	kept := context.WithoutCancel(inner)
	before := inner.Err()
	cancel(errors.New("enough"))
	<-inner.Done()
	self.Response.Payload = fmt.Sprint(before == nil, inner.Err(), context.Cause(inner), inner.Value("a"), inner.Value("b") == nil, kept.Err() == nil, kept.Value("a"))`,
			imports, "", `"true context canceled enough 1 true true 1"`},
		"over": {`	_, _ = errors.New, fmt.Sprint
	outer, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	inner, stop := context.WithCancel(context.WithValue(outer, "a", 1))
	defer stop()
	_, has := inner.Deadline()
	self.Response.Payload = fmt.Sprint(inner.Err(), errors.Is(inner.Err(), context.DeadlineExceeded), has)`,
			imports, "", `"context deadline exceeded true true"`},
		"printed": {`	_, _, _ = errors.New, time.Now, fmt.Sprint
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), "a", 1))
	defer cancel()
	self.Response.Payload = fmt.Sprint(ctx)`, imports, "", `"context.Background.WithValue(a, int).WithCancel"`},
	})
}

func TestErrorTreesCannotEndTheProcess(t *testing.T) {
	imports := []string{"errors", "fmt", "io"}
	use := "\t_, _, _ = errors.New, fmt.Sprint, io.EOF\n"
	const circle = `
type circle struct{ inner []error }

func (c *circle) Error() string { return "circle" }
func (c *circle) Unwrap() error { return c }
`
	panics(t, map[string]mistake{
		"is":          {use + "\terr := error(&circle{})\n\t_ = errors.Is(err, io.EOF)", imports, circle, "errors: more than 100000 errors lie within one another, or one lies within itself"},
		"is wrapped":  {use + "\t_ = errors.Is(fmt.Errorf(\"x: %w\", &circle{}), io.EOF)", imports, circle, "or one lies within itself"},
		"as":          {use + "\terr := error(&circle{})\n\tvar target *other\n\t_ = errors.As(err, &target)", imports, circle + "\ntype other struct{}\n\nfunc (o *other) Error() string { return \"\" }\n", "or one lies within itself"},
		"as a host's": {use + "\terr := error(&circle{})\n\tvar target *url.Error\n\t_ = errors.As(err, &target)", append([]string{"net/url"}, imports...), circle, "or one lies within itself"},
		"as type":     {use + "\terr := error(&circle{})\n\t_, _ = errors.AsType[*url.Error](err)", append([]string{"net/url"}, imports...), circle, "or one lies within itself"},
		"as an interface": {use + "\terr := error(&circle{})\n\tvar target net.Error\n\t_ = errors.As(err, &target)", append([]string{"net"}, imports...), circle,
			"or one lies within itself"},
		"doubled":   {use + "\terr := io.EOF\n\tfor range 60 {\n\t\terr = errors.Join(err, err)\n\t}\n\t_ = errors.Is(err, io.ErrUnexpectedEOF)", imports, "", "errors: more than 100000 errors"},
		"wrapped":   {use + "\terr := io.EOF\n\tfor range 2000 {\n\t\terr = fmt.Errorf(\"%w\", err)\n\t}", imports, "", "errors: more than 1000 errors lie within one another"},
		"both ways": {use + "\terr := io.EOF\n\tfor range 2000 {\n\t\terr = errors.Join(io.EOF, &url.Error{Err: err})\n\t}", append([]string{"net/url"}, imports...), "", "errors: more than 1000 errors lie within one another"},
	})
	works(t, map[string]mistake{
		"several": {use + `	err := fmt.Errorf("outer: %w", &several{[]error{io.EOF, nil, &circle{}}})
	var target *several
	found := errors.As(err, &target)
	self.Response.Payload = fmt.Sprintln(err, errors.Is(err, io.EOF), found, len(target.inner), errors.Unwrap(err) != nil, errors.Unwrap(target) == nil)`,
			imports, circle + `
type several struct{ inner []error }

func (s *several) Error() string   { return "several" }
func (s *several) Unwrap() []error { return s.inner }
`, `"outer: several true true 3 true true\n"`},
		"other methods": {use + `	err := fmt.Errorf("outer: %w", &odd{})
	self.Response.Payload = fmt.Sprintln(err, errors.Is(err, io.EOF), errors.Is(err, err))`,
			imports, "type odd struct{}\n\nfunc (o *odd) Error() string { return \"odd\" }\nfunc (o *odd) Is(n int) bool { return n > 0 }\nfunc (o *odd) Unwrap() {}\n", `"outer: odd false true\n"`},
		"nil pointer": {use + "\tvar none *url.Error\n\terr := fmt.Errorf(\"%v\", none)\n\tself.Response.Payload = fmt.Sprint(err)", append([]string{"net/url"}, imports...), "", `"\u003cnil\u003e"`},
		"collected": {use + `	var err error
	for i := range 3000 {
		err = errors.Join(err, fmt.Errorf("%d: %w", i, io.EOF))
	}
	for range 900 {
		err = fmt.Errorf("%w", err)
	}
	text := err.Error()
	self.Response.Payload = fmt.Sprint(text[:20], len(text), errors.Is(err, io.EOF), errors.Is(err, io.ErrNoProgress))`, imports, "", `"0: EOF\n1: EOF\n2: EOF28889 true false"`},
		"joined": {use + `	err := errors.Join(nil, io.EOF, nil, fmt.Errorf("a %w", io.ErrShortWrite))
	var none error = errors.Join(nil, nil)
	self.Response.Payload = fmt.Sprint(err, errors.Is(err, io.EOF), errors.Is(err, io.ErrShortWrite), errors.Is(err, nil), none == nil, errors.Is(nil, io.EOF), errors.Is(nil, nil))`,
			imports, "", `"EOF\na short write true true false true false true"`},
		"found": {use + `	_, failed := url.Parse("%")
	err := fmt.Errorf("a: %w", errors.Join(io.EOF, fmt.Errorf("b: %w", failed)))
	var target *url.Error
	found := errors.As(err, &target)
	var timeout net.Error
	again := errors.As(err, &timeout)
	typed, ok := errors.AsType[*url.Error](err)
	self.Response.Payload = fmt.Sprintln(found, target.Op, again, ok, typed == target)`, append([]string{"net", "net/url"}, imports...), "", `"true parse true true true\n"`},
	})
}

func TestCirclesOfHostStructsAreRefused(t *testing.T) {
	const whole = "which could come to hold itself: make it whole, in a composite literal"
	refused(t, map[string]mistake{
		"error":       {"\te := &url.Error{}\n\te.Err = e", []string{"net/url"}, "", "bad.go:10:4: cannot assign to Err of a url.Error, " + whole},
		"value":       {"\tvar e url.Error\n\te.Err = &e", []string{"net/url"}, "", "cannot assign to Err of a url.Error"},
		"number":      {"\te := &strconv.NumError{}\n\te.Err = e", []string{"strconv"}, "", "cannot assign to Err of a strconv.NumError"},
		"line":        {"\te := &csv.ParseError{}\n\te.Err = e", []string{"encoding/csv"}, "", "cannot assign to Err of a csv.ParseError"},
		"marshaler":   {"\te := &json.MarshalerError{}\n\te.Err = e", []string{"encoding/json"}, "", "cannot assign to Err of a json.MarshalerError"},
		"template":    {"\te := &template.ExecError{}\n\te.Err = e", []string{"text/template"}, "", "cannot assign to Err of a template.ExecError"},
		"embedded":    {"\te := own{&csv.ParseError{}}\n\te.Err = e", []string{"encoding/csv"}, "type own struct{ *csv.ParseError }\n", "cannot assign to Err of a csv.ParseError"},
		"address":     {"\te := &url.Error{}\n\tp := &e.Err\n\t*p = e", []string{"net/url"}, "", "cannot take the address of Err of a url.Error"},
		"overwritten": {"\te := &url.Error{}\n\t*e = url.Error{Err: e}", []string{"net/url"}, "", "cannot overwrite a url.Error, whose Err could come to hold itself"},
		"variable":    {"\tvar e url.Error\n\te = url.Error{Err: &e}\n\t_ = e", []string{"net/url"}, "", "cannot overwrite a url.Error"},
		"received":    {"\te := &url.Error{}\n\tc := make(chan error, 1)\n\tc <- e\n\tselect {\n\tcase e.Err = <-c:\n\t}", []string{"net/url"}, "", "cannot assign to Err of a url.Error"},
		"ranged":      {"\te := &url.Error{}\n\tfor _, e.Err = range []error{e} {\n\t}", []string{"net/url"}, "", "cannot assign to Err of a url.Error"},
		"reader":      {"\tr := &io.LimitedReader{N: 9}\n\tr.R = r", []string{"io"}, "", "cannot assign to R of a io.LimitedReader"},
		"cipher":      {"\tr := &cipher.StreamReader{}\n\tr.R = r", []string{"crypto/cipher"}, "", "cannot assign to R of a cipher.StreamReader"},
		"buffers":     {"\tvar b bufio.ReadWriter\n\tb.Reader = bufio.NewReader(&b)", []string{"bufio"}, "", "cannot assign to Reader of a bufio.ReadWriter"},
		"expression":  {"\t_, _ = syntax.Parse(\"a\", 0)", []string{"regexp/syntax"}, "", "package regexp/syntax is not available to services: use regexp"},
		"tree":        {"\tt := template.New(\"\")\n\tt.Tree = nil", []string{"text/template"}, "", "the parse tree of a template is not available to services: use Parse, Lookup and Clone"},
		"nodes":       {"\tt := template.New(\"\")\n\tt.Root.Nodes = append(t.Root.Nodes, t.Root)", []string{"text/template"}, "", "the parse tree of a template is not available"},
		"copy":        {"\tt := template.New(\"\")\n\t_ = t.Copy()", []string{"text/template"}, "", "the parse tree of a template is not available"},
		"HTML tree":   {"\tt := template.New(\"\")\n\t_ = t.Tree", []string{"html/template"}, "", "the parse tree of a template is not available"},
		"added":       {"\tt := template.New(\"\")\n\t_, _ = t.AddParseTree(\"\", nil)", []string{"html/template"}, "", "AddParseTree is not available to services: use Parse, Lookup and Clone"},
	})
	imports := []string{"fmt", "net/url", "errors"}
	works(t, map[string]mistake{
		"whole":   {"\te := &url.Error{Op: \"get\", URL: \"/\", Err: errors.New(\"no\")}\n\te.URL = \"/x\"\n\tself.Response.Payload = fmt.Sprint(e)", imports, "", `"get \"/x\": no"`},
		"entries": {"\tm := map[string]url.Error{}\n\tm[\"a\"] = url.Error{Op: \"get\", Err: errors.New(\"no\")}\n\te := m[\"a\"]\n\tself.Response.Payload = fmt.Sprint(&e)", imports, "", `"get \"\": no"`},
		"service error": {"\te := service.NotFound(\"no %s\", url.PathEscape(\"a\"))\n\te.Err = errors.New(\"cause\")\n\tself.Response.Payload = fmt.Sprint(e, errors.Unwrap(e))", imports, "",
			`"404 Not Found: no a cause"`},
		"template": {"\tt := template.Must(template.New(\"a\").Parse(\"{{.}}!\"))\n\tvar out strings.Builder\n\terr := t.Lookup(\"a\").Execute(&out, 7)\n\tif err != nil {\n\t\treturn err\n\t}\n\ttext := out.String()\n\tself.Response.Payload = text",
			[]string{"text/template", "strings"}, "", `"7!"`},
		"limited": {"\tr := &io.LimitedReader{R: strings.NewReader(\"abc\"), N: 1}\n\tr.N = 2\n\tb, err := io.ReadAll(r)\n\tif err != nil {\n\t\treturn err\n\t}\n\tself.Response.Payload = string(b)", []string{"io", "strings"}, "", `"ab"`},
	})
}

func TestHostVariablesAreCopied(t *testing.T) {
	before := map[string]string{
		"base64":  base64.URLEncoding.EncodeToString([]byte{0xff, 0xef, 0xbf}),
		"base32":  base32.StdEncoding.EncodeToString([]byte("hello")),
		"unicode": fmt.Sprint(unicode.White_Space.R16[0], unicode.Categories["Lu"] == unicode.Upper, len(unicode.Scripts), unicode.GraphicRanges[0] == unicode.L, unicode.CaseRanges[0]),
		"xml":     fmt.Sprint(xml.HTMLEntity["amp"], len(xml.HTMLEntity), xml.HTMLAutoClose[0]),
	}
	// The check at load loses sight of what goes through an any in a map.
	const lost = "func lost[T any](v T) T {\n\tbox := map[string]any{\"v\": v}\n\treturn box[\"v\"].(T)\n}\n"
	works(t, map[string]mistake{
		"unicode": {`	r := lost(unicode.White_Space.R16)
	r[0].Hi = 65
	u := lost(unicode.CaseRanges)
	u[0].Lo = 66
	g := lost(unicode.GraphicRanges)
	g[0] = nil
	m := lost(unicode.Scripts)
	m["x"] = nil
	delete(m, "Latin")
	self.Response.Payload = fmt.Sprint(unicode.Categories["Lu"] == unicode.Upper, unicode.Is(unicode.White_Space, 'A'))`, []string{"unicode", "fmt"}, lost, `"true true"`},
		"xml": {`	m := lost(xml.HTMLEntity)
	m["amp"] = "x"
	c := lost(xml.HTMLAutoClose)
	c[0] = "x"
	self.Response.Payload = len(m)`, []string{"encoding/xml"}, lost, "252"},
		"encodings": {`	self.Response.Payload = fmt.Sprint(base64.URLEncoding.EncodeToString([]byte{0xff, 0xef, 0xbf}), base32.StdEncoding.EncodeToString([]byte("hello")))`,
			[]string{"encoding/base64", "encoding/base32", "fmt"}, "", fmt.Sprintf("%q", before["base64"]+before["base32"])},
	})
	for name, now := range map[string]string{
		"base64":  base64.URLEncoding.EncodeToString([]byte{0xff, 0xef, 0xbf}),
		"base32":  base32.StdEncoding.EncodeToString([]byte("hello")),
		"unicode": fmt.Sprint(unicode.White_Space.R16[0], unicode.Categories["Lu"] == unicode.Upper, len(unicode.Scripts), unicode.GraphicRanges[0] == unicode.L, unicode.CaseRanges[0]),
		"xml":     fmt.Sprint(xml.HTMLEntity["amp"], len(xml.HTMLEntity), xml.HTMLAutoClose[0]),
	} {
		if now != before[name] {
			t.Errorf("%s is %s for the host, was %s", name, now, before[name])
		}
	}
}

func TestWhatTheHostSharesCannotBeOverwritten(t *testing.T) {
	const shared = "that a pointer leads to: the whole host may share it"
	refused(t, map[string]mistake{
		"encoding":     {"\tx := base64.URLEncoding\n\t*x = *base64.StdEncoding", []string{"encoding/base64"}, "", "bad.go:10:2: cannot overwrite the base64.Encoding " + shared},
		"base32":       {"\tx := base32.HexEncoding\n\t*x = *base32.StdEncoding", []string{"encoding/base32"}, "", "cannot overwrite the base32.Encoding " + shared},
		"location":     {"\tx := time.Local\n\t*x = *time.UTC", []string{"time"}, "", "cannot overwrite the time.Location " + shared},
		"of a time":    {"\t*time.Now().Location() = *time.UTC", []string{"time"}, "", "cannot overwrite the time.Location " + shared},
		"swapped":      {"\tx, y := time.Local, time.UTC\n\t*x, *y = *y, *x", []string{"time"}, "", "cannot overwrite the time.Location " + shared},
		"ranges":       {"\tx := unicode.Latin\n\t*x = *unicode.Greek", []string{"unicode"}, "", "cannot overwrite the unicode.RangeTable " + shared},
		"logger":       {"\t*slog.Default() = *self.Logger", []string{"log/slog"}, "", "cannot overwrite the slog.Logger " + shared},
		"protocol":     {"\te := http.ErrNotSupported\n\te.ErrorString = \"\"", []string{"net/http"}, "", "cannot assign to ErrorString of a http.ProtocolError: the whole host may share it"},
		"key":          {"\tk := http.ServerContextKey\n\t*k = *http.LocalAddrContextKey", []string{"net/http"}, "", "cannot overwrite the http.contextKey " + shared},
		"checksums":    {"\tt := crc32.MakeTable(crc32.Castagnoli)\n\tt[0] = 1", []string{"hash/crc32"}, "", "cannot change a crc32.Table, or take a part of it: crc32.MakeTable gives the same one to the whole host"},
		"counted":      {"\tt := crc64.MakeTable(crc64.ISO)\n\tt[0]++", []string{"hash/crc64"}, "", "cannot change a crc64.Table"},
		"sliced":       {"\tt := crc32.IEEETable\n\t_ = t[:]", []string{"hash/crc32"}, "", "cannot change a crc32.Table"},
		"element":      {"\tt := crc32.IEEETable\n\t_ = &t[0]", []string{"hash/crc32"}, "", "cannot change a crc32.Table"},
		"table":        {"\tt := crc32.IEEETable\n\t*t = crc32.Table{}", []string{"hash/crc32"}, "", "cannot overwrite the crc32.Table " + shared},
		"curve":        {"\telliptic.P256().Params().N.SetInt64(1)", []string{"crypto/elliptic"}, "", "the numbers of a curve are those of the whole host: services can read Params().BitSize and Params().Name alone"},
		"curve of key": {"\tk, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)\n\t_ = k.Params().P", []string{"crypto/ecdsa", "crypto/elliptic", "crypto/rand"}, "", "the numbers of a curve"},
		"parameters":   {"\tf := elliptic.P256().Params\n\t_ = f", []string{"crypto/elliptic"}, "", "the numbers of a curve"},
		"hash":         {"\tcrypto.RegisterHash(crypto.MD5, nil)", []string{"crypto"}, "", "crypto.RegisterHash is not available to services: it would be registered for the whole host"},
		"proxy":        {"\t_, _ = http.ProxyFromEnvironment(nil)", []string{"net/http"}, "", "http.ProxyFromEnvironment is not available to services: the host chooses the proxy"},
		"form":         {"\t_, _ = multipart.NewReader(nil, \"\").ReadForm(1)", []string{"mime/multipart"}, "", "ReadForm is not available to services: a service has no files"},
		"roots":        {"\tpool, _ := x509.SystemCertPool()\n\tpool.Subjects()[0][0] = 0", []string{"crypto/x509"}, "", "Subjects is not available to services: its bytes can be those of the whole host"},
	})
	works(t, map[string]mistake{
		"own values": {`	now := time.Time{}
	setTime(&now)
	u, _ := url.Parse("http://a/b")
	copied := &url.URL{}
	*copied = *u
	r, _ := http.NewRequest("GET", "/", nil)
	*r = *r.WithContext(self.Context())
	var b strings.Builder
	p := &b
	*p = strings.Builder{}
	c := &http.Cookie{}
	*c = http.Cookie{Name: "x"}
	n := new(big.Int)
	*n = *big.NewInt(7)
	self.Response.Payload = fmt.Sprint(now.Year(), copied, r.Context() == self.Context(), b.Len(), c.Name, n)`,
			[]string{"fmt", "math/big", "net/http", "net/url", "strings", "time"},
			"func setTime(t *time.Time) { *t = time.Unix(0, 0).UTC() }\n", `"1970 http://a/b true 0x7"`},
		"curve": {"\tkey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)\n\tif err != nil {\n\t\treturn err\n\t}\n\tpublic := ecdsa.PublicKey{X: key.X, Y: key.Y}\n\tpublic.Curve = elliptic.P384()\n\tself.Response.Payload = fmt.Sprint(key.Params().BitSize, public.Curve.Params().Name)",
			[]string{"crypto/ecdsa", "crypto/elliptic", "crypto/rand", "fmt"}, "", `"384P-384"`},
		"checksum": {"\tself.Response.Payload = crc32.Checksum([]byte(\"abc\"), crc32.MakeTable(crc32.IEEE)) == crc32.ChecksumIEEE([]byte(\"abc\"))", []string{"hash/crc32"}, "", "true"},
	})
}

// A group keeps the attributes that it is made of: put into itself, it would be
// logged without end.
func TestGroupsOfTheLogCannotHoldThemselves(t *testing.T) {
	works(t, map[string]mistake{
		"value": {"\tattrs := make([]slog.Attr, 2)\n\tattrs[0] = slog.Int(\"a\", 1)\n\tattrs[1] = slog.Any(\"b\", 2)\n\tattrs[1] = slog.Any(\"c\", slog.GroupValue(attrs...))\n\tself.Logger.LogAttrs(self.Context(), slog.LevelInfo, \"x\", attrs...)\n\tself.Response.Payload = fmt.Sprint(attrs[1])",
			[]string{"fmt", "log/slog"}, "", `"c=[a=1 b=2]"`},
		"attribute": {"\tattrs := make([]slog.Attr, 2)\n\tattrs[0] = slog.Int(\"a\", 1)\n\tattrs[1] = slog.Any(\"b\", 2)\n\tattrs[1] = slog.GroupAttrs(\"c\", attrs...)\n\tself.Response.Payload = fmt.Sprint(attrs[1])",
			[]string{"fmt", "log/slog"}, "", `"c=[a=1 b=2]"`},
	})
}

// A script that is stopped returns zero values from then on: nothing that reads
// from it may wait for more.
func TestReadersThatAreStoppedEndWhatReadsThem(t *testing.T) {
	const endless = `
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for {
	}
}

func (endless) ReadAt(p []byte, offset int64) (int, error) {
	for {
	}
}

func (endless) ReadRune() (rune, int, error) {
	for {
	}
}
`
	for name, program := range map[string]mistake{
		"all":     {"\t_, err := io.ReadAll(endless{})\n\treturn err", []string{"io"}, endless, ""},
		"copy":    {"\t_, err := io.Copy(io.Discard, io.NopCloser(endless{}))\n\treturn err", []string{"io"}, endless, ""},
		"section": {"\t_, err := io.ReadAll(io.NewSectionReader(endless{}, 0, 9))\n\treturn err", []string{"io"}, endless, ""},
		"runes":   {"\tregexp.MustCompile(\"a*$\").MatchReader(endless{})", []string{"regexp"}, endless, ""},
		"tokens":  {"\tvar into struct{}\n\treturn xml.NewTokenDecoder(tokens{}).Decode(&into)", []string{"encoding/xml"}, "type tokens struct{}\n\nfunc (tokens) Token() (xml.Token, error) {\n\tfor {\n\t}\n}\n", ""},
		"full":    {"\t_, err := io.ReadFull(endless{}, make([]byte, 9))\n\treturn err", []string{"io"}, endless, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, map[string]string{"bad.go": program.source()}, within(100*time.Millisecond))
			var timeout *script.TimeoutError
			if got := h.call("bad.bad", ""); !errors.As(got.err, &timeout) {
				t.Errorf("got %v, want a TimeoutError", got.err)
			}
			eventually(t, "no call is stuck", func() bool { return h.Stuck() == 0 })
		})
	}
	works(t, map[string]mistake{
		"now and then": {"\ttext, err := io.ReadAll(&slow{})\n\tself.Response.Payload = fmt.Sprint(len(text), err == nil)", []string{"fmt", "io"}, `
type slow struct{ n int }

func (s *slow) Read(p []byte) (int, error) {
	s.n++
	if s.n > 300 {
		return 0, io.EOF
	}
	if s.n%60 == 0 {
		p[0] = 'x'
		return 1, nil
	}
	return 0, nil
}
`, `"5 true"`},
		"never": {"\t_, err := io.ReadAll(never{})\n\tself.Response.Payload = fmt.Sprint(err)", []string{"fmt", "io"},
			"type never struct{}\n\nfunc (never) Read(p []byte) (int, error) { return 0, nil }\n", `"multiple Read calls return no data or error"`},
	})
}
