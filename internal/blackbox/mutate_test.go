package blackbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	mutated     = flag.Int("mutated", 10_000, "how many mutated requests TestMutatedRequests sends to the host of each store")
	mutatedSeed = flag.Uint64("mutated-seed", 0, "the seed of TestMutatedRequests; 0 takes another each time")
)

// secretsOfAnother are in what a user has, and in no request.
const (
	anothersName      = "Anothers-Display-Name"
	anothersAttribute = "Anothers-Attribute-Value"
)

// growth is how much more memory the host may have after the last request than
// after the first tenth of them.
const growth = 128 << 20

// brokenPatience is how long an answer is waited for where the host may rightly
// wait for the rest of the request.
const brokenPatience = 300 * time.Millisecond

// TestMutatedRequests sends requests that are wrong in many ways, as regular
// users and as nobody: none may make the host fail, tell of another user, or
// cost memory for good.
func TestMutatedRequests(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, settings{
			"password_reset": {"valid_for": 1},
			"session":        {"expiry": 24 * 60}, // -mutated may take hours
		}, "GATEHOUSE_LOG_LEVEL=warn")
		another := h.newSession(t, elements{"display_name": anothersName, "totp_key": adminKey})
		h.call(t, "POST", "/user/attr", elements{"ust": another.ust, "name": "secret", "value": anothersAttribute}).ok(nil)
		seed := *mutatedSeed
		if seed == 0 {
			seed = rand.Uint64()
		}
		t.Logf("-mutated-seed %d", seed)
		attack := &attack{h: h, another: another, left: int64(*mutated), statuses: map[int]int{},
			secrets: []string{another.email, anothersName, anothersAttribute, adminKey, another.password, h.admin.ust, h.admin.email}}
		sendAll := func(requests int) {
			attack.left = int64(requests)
			var workers sync.WaitGroup
			for worker := range 4 {
				workers.Go(func() { attack.run(t, rand.New(rand.NewPCG(seed, uint64(requests+worker)))) })
			}
			workers.Wait()
		}
		sendAll(*mutated / 10)
		before := residentMemory(t, h.process.Pid)
		sendAll(*mutated - *mutated/10)
		after := residentMemory(t, h.process.Pid)
		t.Logf("answers by status: %v; connections without one: %d; memory %d MiB after a tenth, %d MiB at the end",
			attack.statuses, attack.silent, before>>20, after>>20)
		if after > before+growth {
			t.Errorf("the host has grown from %d MiB to %d MiB", before>>20, after>>20)
		}
		if attack.statuses[http.StatusOK] == 0 || attack.statuses[http.StatusForbidden] == 0 || attack.statuses[http.StatusBadRequest] == 0 {
			t.Error("there was no answer 200, 403 or 400: the requests are not what they should be")
		}
		h.call(t, "GET", "/user", elements{"ust": another.ust}).status(http.StatusOK) // was not logged out, locked or deleted
		h.see(t, another.id)
	})
}

// attack is what the workers of TestMutatedRequests share.
type attack struct {
	h       *host
	another user
	secrets []string
	left    int64

	mutex    sync.Mutex
	statuses map[int]int
	silent   int
}

// run sends requests until none is left.
func (a *attack) run(t *testing.T, random *rand.Rand) {
	var caller user
	var conn net.Conn
	var reader *bufio.Reader
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
	}()
	for sent := 0; atomic.AddInt64(&a.left, -1) >= 0 && !t.Failed(); sent++ {
		if sent%500 == 0 { // it may have changed its password, or logged out
			caller = a.h.newSession(t, nil)
		}
		m := a.mutant(random, caller)
		wire := m.wire()
		if conn == nil {
			var err error
			if conn, err = net.Dial("tcp", strings.TrimPrefix(a.h.url, "http://")); err != nil {
				t.Error(err)
				return
			}
			reader = bufio.NewReader(conn)
		}
		limit := patience
		if m.broken {
			limit = brokenPatience
		}
		_ = conn.SetDeadline(time.Now().Add(limit))
		_, err := conn.Write(wire)
		var answer *http.Response
		if err == nil {
			answer, err = http.ReadResponse(reader, &http.Request{Method: m.method})
		}
		for err == nil && answer.StatusCode == http.StatusContinue { // is none yet
			answer, err = http.ReadResponse(reader, &http.Request{Method: m.method})
		}
		var body []byte
		if err == nil {
			body, err = io.ReadAll(answer.Body)
		}
		a.check(t, m, wire, answer, body, err)
		if err != nil || m.broken || answer.Close {
			_ = conn.Close()
			conn = nil
		}
	}
}

// check looks at an answer. Who sends no HTTP may get none.
func (a *attack) check(t *testing.T, m *mutant, wire []byte, answer *http.Response, body []byte, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if err != nil {
		if !m.broken {
			t.Errorf("no answer: %v\n%.2000q", err, wire)
		}
		a.silent++
		return
	}
	a.statuses[answer.StatusCode]++
	if answer.StatusCode >= 500 && answer.StatusCode != http.StatusNotImplemented {
		t.Errorf("answer %d %s\n%.2000q", answer.StatusCode, body, wire)
	}
	for _, secret := range a.secrets {
		if bytes.Contains(body, []byte(secret)) {
			t.Errorf("an answer tells %q:\n%s\n%.2000q", secret, body, wire)
		}
	}
}

// mutant is a request on its way to be wrong.
type mutant struct {
	method, target string
	header         []string
	body           []byte
	length         string // Content-Length; "" sends none
	broken         bool   // as HTTP, or it may be: what comes after it does not count
}

func (m *mutant) wire() []byte {
	var wire bytes.Buffer
	fmt.Fprintf(&wire, "%s %s HTTP/1.1\r\nHost: localhost\r\n", m.method, m.target)
	for _, line := range m.header {
		wire.WriteString(line + "\r\n")
	}
	if m.length != "" {
		wire.WriteString("Content-Length: " + m.length + "\r\n")
	}
	wire.WriteString("\r\n")
	wire.Write(m.body)
	return wire.Bytes()
}

// mutant takes one of all calls and changes it.
func (a *attack) mutant(random *rand.Rand, caller user) *mutant {
	all := calls(user{id: a.another.id, ust: a.another.ust})
	call := all[random.IntN(len(all))]
	in := elements{"current_app": "CRM"}.with(call.in)
	if call.ust != "" {
		in[call.ust] = caller.ust
	}
	if random.IntN(3) == 0 { // about oneself
		delete(in, "user_id")
		if in["target_ust"] != nil {
			in["target_ust"] = caller.ust
		}
	}
	for range random.IntN(4) {
		a.mutateElements(random, in)
	}
	m := &mutant{method: call.verb, target: base + call.path}
	m.body, _ = json.Marshal(in)
	if m.method == http.MethodGet && random.IntN(3) == 0 {
		query := url.Values{}
		for name, value := range in {
			query.Set(name, fmt.Sprint(value))
		}
		m.target, m.body = m.target+"?"+query.Encode(), nil
	}
	if random.IntN(6) == 0 {
		for range 1 + random.IntN(8) {
			m.body = mutateBytes(random, m.body)
		}
	}
	if random.IntN(8) == 0 {
		m.mutateRequest(random)
	}
	if m.length == "" && !m.broken {
		m.length = strconv.Itoa(len(m.body))
	}
	return m
}

// mutateElements changes one element.
func (a *attack) mutateElements(random *rand.Rand, in elements) {
	name := pick(random, append(slices.Sorted(maps.Keys(in)), "x"))
	switch random.IntN(6) {
	case 0:
		delete(in, name)
	case 1:
		in[pick(random, knownNames)] = a.oddValue(random)
	case 2:
		in[name+pick(random, []string{" ", "s", "_", "\x00", "\u200b"})] = in[name]
	default:
		in[name] = a.oddValue(random)
	}
}

// knownNames are elements that calls know.
var knownNames = []string{
	"ust", "current_ust", "target_ust", "user_id", "current_app", "username", "password", "new_password", "old_password", "totp_code",
	"remote_addr", "user_agent", "email", "display_name", "first_name", "middle_name", "last_name", "is_locked", "is_super_user",
	"approval_status", "sign_up_status", "password_expiry", "must_change", "totp_key", "totp_label", "is_totp_enabled", "name", "value",
	"data", "expiration", "encrypt", "decrypt", "auth_type", "auth_username", "is_active", "cur_page", "page_size", "paginate", "name_op",
	"is_name_exact", "app_list", "confirm_token", "credential", "token", "reset_key", "auto_approve", "rate_limit_def",
}

func (a *attack) oddValue(random *rand.Rand) any {
	return pick(random, []any{
		nil, "", " ", true, false, 0, -1, 1 << 62, 1.5, json.Number("1e309"), json.Number("-0"), "null", "true", "CRM", "admin1", a.another.id, a.another.name,
		"zusr", "gAAAAABn", strings.Repeat("x", 1+random.IntN(3000)), strings.Repeat("é", 200), "\x00", "a\x00b", "\u202e", "\U0001F512", "'; DROP TABLE zato_sso_user; --",
		"%", "_", "\\", "../../etc/passwd", "${jndi:x}", "{{.}}", "<script>", "127.0.0.1, 10.0.0.1", "2345-12-27T11:22:33", "9999-99-99", "-1h",
		[]any{}, []any{nil}, []any{"secret"}, []any{map[string]any{}}, map[string]any{}, map[string]any{"name": "secret"},
		[]any{map[string]any{"name": "n", "value": []any{map[string]any{"deep": nil}}}, map[string]any{"name": "n"}},
	})
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// mutateBytes changes a body in one place.
func mutateBytes(random *rand.Rand, body []byte) []byte {
	at := 0
	if len(body) > 0 {
		at = random.IntN(len(body))
	}
	switch random.IntN(6) {
	case 0: // cut
		return body[:at]
	case 1: // drop some
		return slices.Delete(slices.Clone(body), at, min(len(body), at+1+random.IntN(8)))
	case 2: // repeat some
		return slices.Insert(slices.Clone(body), at, bytes.Clone(body[at:min(len(body), at+1+random.IntN(40))])...)
	case 3:
		return slices.Insert(slices.Clone(body), at, []byte(pick(random, []string{
			"{", "}", "[", "]", `"`, ",", ":", "\\", `\u0000`, `\ud800`, "\xff", "\xed\xa0\x80", "\xef\xbb\xbf", "null", "1e999", "-", strings.Repeat("[", 3000), strings.Repeat(`{"a":`, 3000),
		}))...)
	default:
		if len(body) == 0 {
			return body
		}
		changed := slices.Clone(body)
		changed[at] = byte(random.IntN(256))
		return changed
	}
}

// mutateRequest changes what is around the body.
func (m *mutant) mutateRequest(random *rand.Rand) {
	switch random.IntN(9) {
	case 0:
		m.method = pick(random, []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "LINK", "get"})
	case 1:
		m.header = append(m.header, "Content-Type: "+pick(random, []string{"text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ";;;"}))
	case 2:
		m.header = append(m.header, pick(random, []string{"X-Forwarded-For: 10.0.0.1", "X-Forwarded-For: ,,,", "Authorization: Basic !!!", "Authorization: Bearer a.b.c", "Origin: null",
			"X-Zato-CID: abc", "X-HTTP-Method-Override: DELETE", "Expect: 100-continue", "Content-Encoding: gzip", "Accept: text/html", "Range: bytes=0-1", "If-None-Match: *"}))
	case 3:
		m.target = pick(random, []string{"/", "//", "/zato/sso", "/zato/sso/", "/zato/sso/user/", "/zato/sso//user", "/zato/sso/../sso/user", "/zato/sso/user%2f", "/zato/sso/user?ust=%zz", "/zato/sso/user?&&==",
			"/healthz", "/readyz", "/zato/ping", "/zato/services", "/zato/api/invoke/echo.echo", "/zato/api/invoke/%00", "/openapi.json", "/docs", "*", "http://localhost/zato/sso/user"})
		m.broken = true // some of these are no paths
	case 4:
		m.length, m.broken = pick(random, []string{"-1", "x", "99999999999", "99999999999999999999", "0x10", "1, 1", "5"}), true
	case 5:
		m.header, m.broken = append(m.header, "Transfer-Encoding: "+pick(random, []string{"chunked", "gzip", "chunked, chunked", "identity"})), true
		m.body = fmt.Appendf(nil, "%s\r\n%s\r\n0\r\n\r\n", pick(random, []string{strconv.FormatInt(int64(len(m.body)), 16), "zz", "-1", "ffffffffffffffff"}), m.body)
	case 6:
		m.header, m.broken = append(m.header, pick(random, []string{"Broken", ": x", "A\x00: x", "X-Long: " + strings.Repeat("x", 70_000), "Host: other", " folded: x"})), true
	case 7:
		m.method, m.broken = pick(random, []string{"", " ", "G\x00T", "GET /x HTTP/1.1\r\n\r\nGET", strings.Repeat("A", 5000)}), true
	case 8:
		m.body = bytes.Repeat(append(m.body, ' '), 1+(1<<21)/(len(m.body)+1)) // more than may be sent
		m.broken = true
	}
}
