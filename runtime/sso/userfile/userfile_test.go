package userfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"gatehouse/runtime/sso/userfile"
)

// read returns what is in a file, a line for each record, and how it ended.
func read(format userfile.Format, text string) (records []string, end error) {
	reader, err := userfile.NewReader(strings.NewReader(text), format)
	if err != nil {
		return nil, err
	}
	for {
		record, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		if record.Err == nil {
			record.Err = record.User.Problem()
		}
		if record.Err != nil {
			records = append(records, fmt.Sprintf("%d: %v", record.Line, record.Err))
			continue
		}
		user := record.User
		email, _ := user.Email.Get()
		records = append(records, fmt.Sprintf("%d: %s %s %s %v", record.Line, user.Username, email, user.PasswordHash, user.IsLocked))
	}
}

func TestFiles(t *testing.T) {
	for name, test := range map[string]struct {
		format userfile.Format
		text   string
		want   []string
		end    string
	}{
		"CSV": {"csv", "\ufeffusername, email,password_hash,is_locked\r\njane,j@x,$2b$,yes\r\n\r\n\"jo\nhn\",,,\r\n\"a,\"\"b\",\"\",,0\n",
			[]string{"2: jane j@x $2b$ true", "4: jo\nhn   false", `6: a,"b   false`}, ""},
		"CSV goes on after bad lines": {"csv", "username,is_locked\na\nb,perhaps\nc\"d,1\ne,1",
			[]string{"2: 1 cells for 2 columns", "3: is_locked takes true or false, yes or no, 1 or 0", `4: bare " in non-quoted-field`, "5: e   true"}, ""},
		"CSV that never ends a quote": {"csv", "username\na\n\"b\nc\n", []string{"2: a   false", `3: extraneous or missing " in quoted-field`}, ""},
		"CSV without lines":           {"csv", "", nil, "line 1: the file is empty"},
		"CSV, unknown column":         {"csv", "username,secret-stuff\n", nil, "line 1: column 2 is none of username, password,"},
		"CSV, a column twice":         {"csv", "username,email,email\n", nil, "line 1: there are two columns email"},
		"CSV, no username":            {"csv", "email\n", nil, "line 1: there is no column username"},
		"CSV, one endless cell":       {"csv", "username\n\"" + strings.Repeat("x", 5<<20), nil, "a record is longer than 1048576 bytes"},
		"JSON array": {"json", "\n[\n{\"username\": \"jane\",\n\"is_locked\": true}\n,{\"username\":\"john\",\"email\":null}]\n",
			[]string{"3: jane   true", "5: john   false"}, ""},
		"JSON lines": {"json", "{\"username\":\"jane\"}\n{\"username\":12}\n\n  {\"username\":\"x\"}",
			[]string{"1: jane   false", "2: 12   false", "4: x   false"}, ""},
		"JSON goes on after what is no user": {"json", "[1, [{}],\n{\"username\":[]},\n{\"nosuch\":1},{\"username\":\"a\",\"username\":\"b\"},\n{\"username\":\"\xff\"},{\"username\":\"a\",\"password\":\"p\",\"password_hash\":\"h\"},{\"username\":\"c\"}]",
			[]string{"1: not an object", "1: not an object", "2: username does not take a []interface {}", `3: there is no key "nosuch"`,
				"3: a key is there twice", "4: not valid UTF-8", "4: either password or password_hash, not both", "4: c   false"}, ""},
		"JSON, empty":              {"json", " \n", nil, ""},
		"JSON, empty array":        {"json", "[ ]", nil, ""},
		"JSON, array not closed":   {"json", "[{\"username\":\"a\"}\n", []string{"1: a   false"}, "line 1: not JSON: unexpected EOF"},
		"JSON, more behind":        {"json", "[]\n{}", nil, "line 2: not JSON: unexpected {"},
		"JSON, cut short":          {"json", "{\"username\":\"a\"}\n{\"user", []string{"1: a   false"}, "line 2: not JSON: unexpected EOF"},
		"JSON, no JSON":            {"json", "{\"username\":\"a\"}\nusername", []string{"1: a   false"}, "line 2: not JSON: invalid character 'u'"},
		"JSON, one endless record": {"json", "{\"username\":\"a\"}\n{\"username\":\"" + strings.Repeat("x", 9<<20), []string{"1: a   false"}, "after line 1: a record is longer than 1048576 bytes"},
		"no format":                {"yaml", "", nil, `unknown format "yaml"`},
	} {
		got, end := read(test.format, test.text)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, test.want)
		}
		if (end == nil) != (test.end == "") || end != nil && !strings.HasPrefix(end.Error(), test.end) {
			t.Errorf("%s: ends with %v, want %q", name, end, test.end)
		}
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]userfile.Format{"a.CSV": userfile.CSV, "b.json": userfile.JSON, "c.ndjson": userfile.JSON, "d.txt": "", "-": ""} {
		if got := userfile.FormatOf(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add(true, "username,password_hash\njane,$2b$06$\n\"x")
	f.Add(false, "[{\"username\":\"a\"},\n{}]")
	f.Add(false, "{\"username\":\"a\"}\n{\"is_locked\":\"yes\"}")
	f.Fuzz(func(t *testing.T, isCSV bool, text string) {
		format := userfile.JSON
		if isCSV {
			format = userfile.CSV
		}
		reader, err := userfile.NewReader(strings.NewReader(text), format)
		if err != nil {
			return
		}
		before := 0
		for range len(text) + 1 {
			record, err := reader.Next()
			if err != nil {
				return
			}
			if record.Line < before || record.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("a record of line %d after one of line %d", record.Line, before)
			}
			before = record.Line
		}
		t.Fatal("more records than bytes")
	})
}
