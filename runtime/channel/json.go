package channel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"unicode/utf8"

	"gatehouse/runtime/invocation"
)

// CheckJSON returns nil for one valid JSON text, and otherwise an error that
// says what is wrong and where. It refuses three things that encoding/json
// would let pass: bytes that are not UTF-8 and escapes of half a character,
// both of which it replaces, and duplicate keys, of which it takes the last.
func CheckJSON(text []byte) error {
	if !utf8.Valid(text) {
		return fmt.Errorf("invalid UTF-8 at byte %d", invalidAt(text))
	}
	if !json.Valid(text) {
		var any json.RawMessage
		err := json.Unmarshal(text, &any)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("not valid JSON: %w at byte %d", err, syntax.Offset)
		}
		return fmt.Errorf("not valid JSON: %w", err)
	}
	return checkStrings(text)
}

func invalidAt(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at + 1
}

// checkStrings looks at every string, and every key, of valid JSON.
func checkStrings(text []byte) error {
	var objects []map[string]bool // the keys so far of the open objects; nil for lists
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{':
			objects = append(objects, map[string]bool{})
		case '[':
			objects = append(objects, nil)
		case '}', ']':
			objects = objects[:len(objects)-1]
		case '"':
			begin := at
			for at++; text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			quoted := text[begin : at+1]
			if !escapesWholeCharacters(quoted) {
				return fmt.Errorf("half a surrogate pair in the string at byte %d", begin+1)
			}
			if rest := bytes.TrimLeft(text[at+1:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' {
				continue
			}
			key, err := unquote(quoted)
			if err != nil {
				return fmt.Errorf("not valid JSON: %w", err)
			}
			keys := objects[len(objects)-1]
			if keys[key] {
				return fmt.Errorf("duplicate key %s at byte %d", shown(key), begin+1)
			}
			keys[key] = true
		}
	}
	return nil
}

func unquote(quoted []byte) (key string, err error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	err = json.Unmarshal(quoted, &key)
	return key, err
}

// shown quotes a key for a message, and cuts it short.
func shown(key string) string {
	const most = 64
	if utf8.RuneCountInString(key) > most {
		key = string([]rune(key)[:most]) + "…"
	}
	return strconv.Quote(key)
}

// escapesWholeCharacters reports whether each \u escape of a surrogate is one
// of a pair.
func escapesWholeCharacters(quoted []byte) bool {
	for at := 0; at < len(quoted); at++ {
		if quoted[at] != '\\' {
			continue
		}
		at++
		if quoted[at] != 'u' {
			continue
		}
		switch unit := codeUnit(quoted[at+1:]); {
		case unit >= 0xdc00 && unit <= 0xdfff:
			return false
		case unit >= 0xd800 && unit <= 0xdbff:
			next := quoted[at+5:]
			if len(next) < 6 || next[0] != '\\' || next[1] != 'u' {
				return false
			}
			if low := codeUnit(next[2:]); low < 0xdc00 || low > 0xdfff {
				return false
			}
			at += 6
		}
		at += 4
	}
	return true
}

func codeUnit(digits []byte) uint64 {
	unit, err := strconv.ParseUint(string(digits[:4]), 16, 16)
	if err != nil {
		return 0 // not in valid JSON
	}
	return unit
}

// readJSON reads and checks a request's body; nil stands for none. Its errors
// are *invocation.Error or *http.MaxBytesError.
func readJSON(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	limit := exchangeOf(r.Context()).maxBody()
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	var told *invocation.Error
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case errors.As(err, &told):
		return nil, told
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &invocation.Error{Status: http.StatusRequestTimeout, Message: "The body did not come in time", Cause: err}
	case err != nil:
		return nil, &invocation.Error{Status: http.StatusBadRequest, Message: "The body could not be read to its end", Cause: err}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if err := CheckJSON(body); err != nil {
		return nil, badRequest("The body: %w", err)
	}
	return body, nil
}

// queryOf reads the parameters of a request's query.
func queryOf(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("The query: %w", err)
	}
	for name, values := range query {
		for _, text := range append(values, name) {
			if !utf8.ValidString(text) {
				return nil, badRequest("The query: invalid UTF-8 in parameter %s", shown(name))
			}
		}
	}
	return query, nil
}

func badRequest(format string, args ...any) error {
	cause := fmt.Errorf(format, args...)
	return &invocation.Error{Status: http.StatusBadRequest, Message: cause.Error(), Cause: cause}
}

// DecodeObject reads the input of a request: the JSON object of its body,
// whatever the method and Content-Type, numbers as json.Number; for GET and
// HEAD also the parameters of the query, as text, or a list of texts where one
// comes several times, which win over the body. Without input it is empty. The
// errors are for WriteError.
func DecodeObject(r *http.Request) (map[string]any, error) {
	object := map[string]any{}
	body, err := readJSON(r)
	if err != nil {
		return nil, err
	}
	if body != nil {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if err := decoder.Decode(&object); err != nil || object == nil {
			return nil, badRequest("The body: want a JSON object")
		}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return object, nil
	}
	query, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	for name, values := range query {
		if len(values) == 1 {
			object[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, value := range values {
			list[i] = value
		}
		object[name] = list
	}
	return object, nil
}
