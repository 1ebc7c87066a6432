package blackbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const base = "/zato/sso"

// client talks JSON to the host.
type client struct{ url string }

// elements are those of a request. An element that is absent is not sent.
type elements map[string]any

// absent as a value takes an element out that would be sent otherwise.
var absent = new(int)

// request is what is sent, as it is.
type request struct {
	method, path string // path with base
	query        url.Values
	body         []byte
	header       http.Header
}

// answer is what came back.
type answer struct {
	t      *testing.T
	asked  string // the request, for messages
	code   int
	header http.Header
	raw    []byte
	json   map[string]any // numbers are json.Number; nil after HEAD
}

// call sends elements as the JSON body, with current_app unless they have it.
func (c *client) call(t *testing.T, method, path string, in elements) *answer {
	t.Helper()
	return c.send(t, request{method: method, path: base + path, body: in.json(t)})
}

// query is call with the elements as query parameters.
func (c *client) query(t *testing.T, method, path string, in elements) *answer {
	t.Helper()
	values := url.Values{}
	for name, value := range in.complete() {
		values.Set(name, fmt.Sprint(value))
	}
	return c.send(t, request{method: method, path: base + path, query: values})
}

func (in elements) complete() elements {
	all := elements{"current_app": "CRM"}
	maps.Copy(all, in)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == any(absent) })
	return all
}

// with returns the elements with others, which win.
func (in elements) with(others elements) elements {
	all := maps.Clone(in)
	if all == nil {
		all = elements{}
	}
	maps.Copy(all, others)
	return all
}

func (in elements) json(t *testing.T) []byte {
	t.Helper()
	body, err := json.Marshal(in.complete())
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// httpClient follows no redirects, so that they are seen.
var httpClient = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// send sends a request and checks what all answers have in common.
func (c *client) send(t *testing.T, r request) *answer {
	t.Helper()
	target := c.url + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	sent, err := http.NewRequest(r.method, target, bytes.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header.Set("Content-Type", "application/json")
	sent.Header.Set("User-Agent", "black box")
	for name, values := range r.header {
		sent.Header.Del(name)
		for _, value := range values {
			sent.Header.Add(name, value)
		}
	}
	a := &answer{t: t, asked: fmt.Sprintf("%s %s %.500s", r.method, strings.TrimPrefix(target, c.url), r.body)}
	received, err := httpClient.Do(sent)
	if err != nil {
		t.Fatalf("%s: %v", a.asked, err)
	}
	defer received.Body.Close()
	a.code, a.header = received.StatusCode, received.Header
	if a.raw, err = io.ReadAll(received.Body); err != nil {
		t.Fatalf("%s: %v", a.asked, err)
	}
	a.common(r.method)
	return a
}

// common checks what all answers have in common.
func (a *answer) common(method string) {
	a.t.Helper()
	cid := a.header.Get("X-Zato-CID")
	if cid == "" {
		a.errorf("no header X-Zato-CID")
	}
	if a.code >= 500 {
		a.errorf("the host failed")
	}
	if method == http.MethodHead || a.code == http.StatusNoContent {
		if len(a.raw) > 0 {
			a.errorf("an answer with a body")
		}
		return
	}
	if kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";"); kind != "application/json" {
		a.errorf("Content-Type %q", a.header.Get("Content-Type"))
	}
	if !utf8.Valid(a.raw) {
		a.errorf("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(a.raw))
	decoder.UseNumber()
	if err := decoder.Decode(&a.json); err != nil {
		a.fatalf("no JSON object: %v", err)
	}
	if decoder.More() {
		a.errorf("more than one JSON value")
	}
	if a.json["cid"] != any(cid) {
		a.errorf("cid %v, header %q", a.json["cid"], cid)
	}
	a.checkDates("", a.json)
	if clearUST.Match(a.raw) {
		a.errorf("a UST in clear")
	}
}

var (
	dateFormat = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$`)
	dateName   = regexp.MustCompile(`(_time|_expiry|_last_set|timestamp_utc)$`)
)

// checkDates checks the format of all date-times.
func (a *answer) checkDates(name string, value any) {
	a.t.Helper()
	switch value := value.(type) {
	case map[string]any:
		for name, value := range value {
			a.checkDates(name, value)
		}
	case []any:
		for _, value := range value {
			a.checkDates(name, value)
		}
	case string:
		if dateName.MatchString(name) && !isDate(value) {
			a.errorf("%s %q is no date-time", name, value)
		}
	}
}

func isDate(value any) bool {
	text, _ := value.(string)
	return dateFormat.MatchString(text) && !strings.HasSuffix(text, ".000000")
}

func (a *answer) errorf(format string, args ...any) {
	a.t.Helper()
	a.t.Errorf("%s\nanswered %d %.1000s\n%s", a.asked, a.code, a.raw, fmt.Sprintf(format, args...))
}

func (a *answer) fatalf(format string, args ...any) {
	a.t.Helper()
	a.errorf(format, args...)
	a.t.FailNow()
}

// keys are those of an answer, each with what its value must be: a kind, or
// the value itself.
type keys map[string]any

// kind is a set of values.
type kind struct {
	name string
	has  func(value any) bool
}

var (
	text     = kind{"a text", func(v any) bool { _, ok := v.(string); return ok }}
	boolean  = kind{"a boolean", func(v any) bool { _, ok := v.(bool); return ok }}
	list     = kind{"a list", func(v any) bool { _, ok := v.([]any); return ok }}
	date     = kind{"a date-time", isDate}
	whatever = kind{"anything", func(any) bool { return true }}
	integer  = kind{"an integer", func(v any) bool {
		n, ok := v.(json.Number)
		_, err := strconv.Atoi(n.String())
		return ok && err == nil
	}}
	encrypted = kind{"a Fernet token", func(v any) bool { s, _ := v.(string); return fernet.MatchString(s) }}
	userID    = kind{"a user ID", matches(`^zusr[0-9a-hjkmnp-tv-z]{20,26}$`)}
	token     = kind{"a token", matches(`^[A-Za-z0-9_-]{20,}$`)}
	key       = kind{"a TOTP key", matches(`^[A-Z2-7]{16,}$`)}
	message   = kind{"a message", matches(`^.+$`)}
)

// clearUST is a UST as the host keeps it, which nobody gets to see.
var clearUST = regexp.MustCompile(`zust[0-9a-z]{20,}`)

var fernet = regexp.MustCompile(`^gAAAA[A-Za-z0-9_-]+=*$`)

func matches(expression string) func(any) bool {
	compiled := regexp.MustCompile(expression)
	return func(v any) bool { s, ok := v.(string); return ok && compiled.MatchString(s) }
}

func orNull(k kind) kind {
	return kind{k.name + " or null", func(v any) bool { return v == nil || k.has(v) }}
}

func listOf(k kind) kind {
	return kind{"a list, each element " + k.name, func(v any) bool {
		all, ok := v.([]any)
		return ok && !slices.ContainsFunc(all, func(v any) bool { return !k.has(v) })
	}}
}

// values is a kind of objects with exactly these keys.
func (k keys) values() kind {
	return kind{fmt.Sprintf("an object of %v", slices.Sorted(maps.Keys(k))), func(v any) bool {
		found, ok := v.(map[string]any)
		return ok && k.mismatch(found) == ""
	}}
}

// mismatch tells how an object differs, "" if it does not.
func (k keys) mismatch(found map[string]any) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(k)) {
		value, ok := found[name]
		wanted := k[name]
		switch want := wanted.(type) {
		case kind:
			if !ok {
				all = append(all, fmt.Sprintf("%s is missing, want %s", name, want.name))
			} else if !want.has(value) {
				all = append(all, fmt.Sprintf("%s is %v, want %s", name, value, want.name))
			}
		default:
			if !ok {
				all = append(all, fmt.Sprintf("%s is missing, want %v", name, want))
			} else if !reflect.DeepEqual(value, asJSON(want)) {
				all = append(all, fmt.Sprintf("%s is %#v, want %#v", name, value, want))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if _, ok := k[name]; !ok {
			all = append(all, fmt.Sprintf("%s is not asked for: %v", name, found[name]))
		}
	}
	return strings.Join(all, "; ")
}

// asJSON returns a value as it is after a journey as JSON.
func asJSON(value any) any {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		panic(err)
	}
	return decoded
}

// with returns the keys with others, which win.
func (k keys) with(others keys) keys {
	all := maps.Clone(k)
	maps.Copy(all, others)
	return all
}

// exactly checks status and keys.
func (a *answer) exactly(status int, want keys) *answer {
	a.t.Helper()
	if a.code != status {
		a.errorf("want status %d", status)
		return a
	}
	if a.json == nil {
		return a
	}
	if differs := want.with(keys{"cid": message}).mismatch(a.json); differs != "" {
		a.errorf("%s", differs)
	}
	return a
}

// ok checks for a success with exactly these keys, beside those of each.
func (a *answer) ok(want keys) *answer {
	a.t.Helper()
	return a.exactly(http.StatusOK, keys{"status": "ok", "sub_status": []string{}}.with(want))
}

// refused checks for a refusal with a code.
func (a *answer) refused(code string) *answer {
	a.t.Helper()
	return a.exactly(http.StatusForbidden, keys{"status": "error", "sub_status": []string{code}})
}

// bad checks for the answer to a request that lacks something, or is no JSON.
func (a *answer) bad() *answer {
	a.t.Helper()
	return a.exactly(http.StatusBadRequest, keys{"result": "Error", "details": "Bad request"})
}

// failed checks for another status, in the shape of errors.
func (a *answer) failed(status int) *answer {
	a.t.Helper()
	return a.exactly(status, keys{"result": "Error", "details": message})
}

// status checks the status alone.
func (a *answer) status(want int) *answer {
	a.t.Helper()
	if a.code != want {
		a.fatalf("want status %d", want)
	}
	return a
}

// has checks some of the keys.
func (a *answer) has(want keys) *answer {
	a.t.Helper()
	some := map[string]any{}
	for name := range want {
		if value, ok := a.json[name]; ok {
			some[name] = value
		}
	}
	if differs := want.mismatch(some); differs != "" {
		a.errorf("%s", differs)
	}
	return a
}

// want checks that a request was refused with a code, was bad ("400"), or went
// through with no more keys than all have ("").
func (a *answer) want(code string) *answer {
	a.t.Helper()
	switch code {
	case "":
		return a.ok(nil)
	case "400":
		return a.bad()
	}
	return a.refused(code)
}

// turnedDown checks for a refusal, or for the answer to a bad request, where it
// does not matter which.
func (a *answer) turnedDown() *answer {
	a.t.Helper()
	if a.code != http.StatusBadRequest && a.code != http.StatusForbidden {
		a.errorf("want a refusal")
	}
	return a
}

// text returns a value that must be a text.
func (a *answer) text(name string) string {
	a.t.Helper()
	value, ok := a.json[name].(string)
	if !ok {
		a.fatalf("%s is no text", name)
	}
	return value
}

// time returns a value that must be a date-time, in UTC.
func (a *answer) time(name string) time.Time {
	a.t.Helper()
	value, err := time.Parse("2006-01-02T15:04:05", a.text(name))
	if err != nil {
		a.fatalf("%v", err)
	}
	return value
}

// result returns the rows of a result.
func (a *answer) result() []map[string]any {
	a.t.Helper()
	all, ok := a.json["result"].([]any)
	if !ok {
		a.fatalf("result is no list")
	}
	var rows []map[string]any
	for _, one := range all {
		row, ok := one.(map[string]any)
		if !ok {
			a.fatalf("%v is no object", one)
		}
		rows = append(rows, row)
	}
	return rows
}

// totp returns the code of a key, some periods of 30 seconds from now
// (RFC 6238).
func totp(t *testing.T, key string, periods int) string {
	t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(key, "="))
	if err != nil {
		t.Fatal(err)
	}
	digest := hmac.New(sha1.New, secret)
	_ = binary.Write(digest, binary.BigEndian, time.Now().Unix()/30+int64(periods))
	sum := digest.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[offset:])&0x7fffffff)%1_000_000)
}
