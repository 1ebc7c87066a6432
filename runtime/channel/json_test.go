package channel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/runtime/channel"
)

func TestCheckJSON(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `null`, `"x"`, ` {"a": 1} `, `12345678901234567890.5e400`,
		`{"a":{"a":1},"b":[{"a":2},{"a":3}]}`,
		`{"a":"a","b":"a"}`, `["a","a"]`, `{"a":"\":","b":"{\"a\":1,\"a\":2}"}`,
		`{"a":"\u0000"}`, `{"ż":"zażółć","z":"\ud83d\ude00"}`, `{"":1}`, `{"a\\":1,"a":2}`,
		`{"a":"\\ud800"}`, `{"A":1,"a":2}`,
	} {
		if err := channel.CheckJSON([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		``:                               "not valid JSON",
		`{`:                              "not valid JSON",
		`{"a":1,}`:                       "at byte 8",
		`{"a":1} x`:                      "not valid JSON",
		`{} {}`:                          "not valid JSON",
		`{'a':1}`:                        "not valid JSON",
		`{"a":NaN}`:                      "not valid JSON",
		"{\"a\":\"\n\"}":                 "not valid JSON",
		`{"a":1,"b":2,"a":3}`:            `duplicate key "a" at byte 14`,
		`{"x":{"a":1,"a":1}}`:            `duplicate key "a"`,
		`[{"a":1 , "b":[], "a" : 1}]`:    `duplicate key "a"`,
		`{"a":1,"\u0061":2}`:             `duplicate key "a"`,
		`{"":1,"":2}`:                    `duplicate key ""`,
		`{"a":"\ud800"}`:                 "half a surrogate pair in the string at byte 6",
		`{"a":"\udc00\ud800"}`:           "half a surrogate pair",
		`{"\ud800x":1}`:                  "half a surrogate pair",
		`{"a":"\ud83dx\ude00"}`:          "half a surrogate pair",
		`{"a":"\ud83d\ud83d\ude00"}`:     "half a surrogate pair",
		"{\"a\":\"\xff\"}":               "invalid UTF-8 at byte 7",
		"{\"a\":\"\xed\xa0\x80\"}":       "invalid UTF-8",
		strings.Repeat("[", 20_000):      "not valid JSON",
		"\ufeff{}":                       "not valid JSON",
		"{\"a\":1,\"a\":\"" + "\xc5\"}":  "invalid UTF-8",
		`{"` + strings.Repeat("k", 9000): "not valid JSON",
	} {
		err := channel.CheckJSON([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want …%s…", text, err, want)
		}
	}
	long := strings.Repeat("ż", 9000)
	err := channel.CheckJSON(fmt.Appendf(nil, `{"%s":1,"%s":2}`, long, long))
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("a long key makes a long message or none: %.100v", err)
	}
}

// hasDuplicates finds duplicate keys as the decoder of the standard library
// sees them.
func hasDuplicates(decoder *json.Decoder) (bool, error) {
	token, err := decoder.Token()
	if err != nil {
		return false, err
	}
	opened, isDelim := token.(json.Delim)
	if !isDelim {
		return false, nil
	}
	keys, found := map[string]bool{}, false
	for decoder.More() {
		if opened == '{' {
			key, err := decoder.Token()
			if err != nil {
				return false, err
			}
			found = found || keys[key.(string)]
			keys[key.(string)] = true
		}
		inner, err := hasDuplicates(decoder)
		if err != nil {
			return false, err
		}
		found = found || inner
	}
	_, err = decoder.Token()
	return found, err
}

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1,"a":2}`, `[{"a":"\ud83d\ude00"},"\ud800"]`, `{"\u0061":[],"a":{}}`, "\xff", `{"a":"\\\"","b":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := channel.CheckJSON(text)
		if !json.Valid(text) || !utf8.Valid(text) {
			if err == nil {
				t.Fatalf("%q is let through", text)
			}
			return
		}
		duplicates, decodeErr := hasDuplicates(json.NewDecoder(bytes.NewReader(text)))
		if decodeErr != nil {
			t.Fatal(decodeErr)
		}
		// Half surrogates become U+FFFD when decoded, and stay when they are
		// kept in the text.
		var decoded any
		if json.Unmarshal(text, &decoded) != nil {
			return // a number out of range
		}
		again, _ := json.Marshal(decoded)
		replaced := bytes.Count(again, []byte("\ufffd"))+bytes.Count(again, []byte(`\ufffd`)) >
			bytes.Count(text, []byte("\ufffd"))+bytes.Count(bytes.ToLower(text), []byte(`\ufffd`))
		if (duplicates || replaced) && err == nil {
			t.Fatalf("%q is let through", text)
		}
		if err != nil && strings.Contains(err.Error(), "duplicate key") && !duplicates {
			t.Fatalf("%q has no duplicates: %v", text, err)
		}
	})
}

func BenchmarkCheckJSON(b *testing.B) {
	text := []byte(`{"current_ust":"gAAAAABrBJSmNHKg9JexwOEgzf","display_name":"Jane Doe","is_totp_enabled":true,"names":["a","b"]}`)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := channel.CheckJSON(text); err != nil {
			b.Fatal(err)
		}
	}
}
