package userfile_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

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
			[]string{"2: 1 cell for 2 columns, separated by commas", "3: is_locked takes true or false, yes or no, 1 or 0", `4: bare " in non-quoted-field`, "5: e   true"}, ""},
		"CSV that never ends a quote":                   {"csv", "username\na\n\"b\nc\n", []string{"2: a   false"}, "line 3: a quote is opened here that is not closed where a cell ends"},
		"CSV that never ends a quote in its last line":  {"csv", "username\na\n\"b", []string{"2: a   false"}, "line 3: a quote is opened here that is not closed where a cell ends"},
		"CSV, a quote that ends at another":             {"csv", "username,email\na,\"a@x\nb,b@x\n\nc,\"c@x\"\nd,d@x\n", nil, "line 2: a quote is opened here that is not closed where a cell ends"},
		"CSV, a quote that ends in another cell":        {"csv", "username,email\na,\"a@x\nb,b@x\"\"\nc,c\",d\ne,e@x\n", nil, "line 2: a record of 3 lines with 3 cells for 2 columns, separated by commas: is a quote not closed?"},
		"CSV, a quote that spoils its line alone":       {"csv", "username,email\n\"a\"b,a@x\nc\"d,x\ne,e@x\n", []string{`2: extraneous or missing " in quoted-field`, `3: bare " in non-quoted-field`, "4: e e@x  false"}, ""},
		"CSV, a bare quote at the end":                  {"csv", "username\nc\"d", []string{`2: bare " in non-quoted-field`}, ""},
		"CSV, a quote left open in the line of columns": {"csv", "username,\"email\na,b\n", nil, "line 1: a quote is opened here that is not closed where a cell ends"},
		"CSV, a cell of 1000 lines":                     {"csv", "username,email\na,\"" + strings.Repeat("\n", 999) + "\"\nb,\n", []string{"2: a " + strings.Repeat("\n", 999) + "  false", "1002: b   false"}, ""},
		"CSV, a cell of 1001 lines":                     {"csv", "username,email\na,\"" + strings.Repeat("\n", 1000) + "\"\nb,\n", nil, "line 2: a record of more than 1000 lines: is a quote not closed?"},
		"CSV without lines":                             {"csv", "", nil, "line 1: the file is empty"},
		"CSV, unknown column":                           {"csv", "username,secret-stuff\n", nil, "line 1: column 2 of 2, separated by commas, is none of username, password,"},
		"CSV, mistyped column":                          {"csv", "\nusername;Pasword_hash\n", nil, "line 2: column 2 of 2, separated by semicolons, is none of username, password,"},
		"CSV, unknown separator":                        {"csv", "username^email\njane^j@x\n", nil, "line 1: the only column (columns are separated by commas, semicolons, tabs or vertical bars) is none of"},
		"CSV, a column twice":                           {"csv", "username,email,email\n", nil, "line 1: there are two columns email"},
		"CSV, no username":                              {"csv", "email\n", nil, "line 1: there is no column username"},
		"CSV, one endless cell":                         {"csv", "username\n\"" + strings.Repeat("x", 5<<20), nil, "line 2: a record that begins here or below is longer than 1048576 bytes"},
		"CSV, semicolons as Excel writes them": {"csv", "\ufeffusername;email;display_name\r\njane;j@x;\"a; b\r\nc\"\r\n\"jo;hn\";\"\";\r\nx;y;z,1;2\r\n",
			[]string{"2: jane j@x  false", "4: jo;hn   false", "5: 4 cells for 3 columns, separated by semicolons"}, ""},
		"CSV, tabs":                    {"csv", "username\temail\njane\tj@x,y\n", []string{"2: jane j@x,y  false"}, ""},
		"CSV, vertical bars":           {"csv", "\"username\"|\"email\"\n\"jane\"|\"j@x\"\n", []string{"2: jane j@x  false"}, ""},
		"CSV, one column":              {"csv", "username\njane\n", []string{"2: jane   false"}, ""},
		"CSV, a line for Excel":        {"csv", "\ufeffsep=;\r\nusername;email\r\njane;j@x\r\nj\"x;\r\n", []string{"3: jane j@x  false", `4: bare " in non-quoted-field`}, ""},
		"CSV, a line for Excel, wrong": {"csv", "sep=x\nusername\n", nil, "line 1: the only column"},
		"CSV, only a line for Excel":   {"csv", "\"sep=,\"\n", nil, "line 1: the file is empty"},
		"CSV in Latin-1":               {"csv", "username,display_name\njane,Zo\xeb\njohn,John\n", []string{"2: display_name is not valid UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8)", "3: john   false"}, ""},
		"CSV in UTF-16":                {"csv", "\xff\xfeu\x00s\x00", nil, "line 1: the file is in UTF-16: save it as UTF-8"},
		"CSV in UTF-16, unmarked":      {"csv", "u\x00s\x00e\x00r\x00n\x00a\x00m\x00e\x00\n\x00", nil, "line 1: the file is not text, or in UTF-16: save it as UTF-8"},
		"CSV of an old Macintosh":      {"csv", "username\rjane\r", nil, "line 1: lines end with a carriage return alone: save the file with line feeds"},
		"JSON in UTF-16":               {"json", "\xfe\xff\x00{", nil, "line 1: the file is in UTF-16"},
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
		"JSON, more behind":        {"json", "[]\n{}", nil, "line 2: not JSON: there is more behind the end of the array"},
		"JSON, a secret behind":    {"json", "[] \"hunter2secret\"", nil, "line 1: not JSON: there is more behind the end of the array"},
		"JSON, cut short":          {"json", "{\"username\":\"a\"}\n{\"user", []string{"1: a   false"}, "line 2: not JSON: unexpected EOF"},
		"JSON, no JSON":            {"json", "{\"username\":\"a\"}\nusername", []string{"1: a   false"}, "line 2: not JSON: invalid character 'u'"},
		"JSON, one endless record": {"json", "{\"username\":\"a\"}\n{\"username\":\"" + strings.Repeat("x", 9<<20), []string{"1: a   false"}, "line 1: a record that begins here or below is longer than 1048576 bytes"},
		"no format":                {"yaml", "", nil, `unknown format "yaml"`},
	} {
		got, end := read(test.format, test.text)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, test.want)
		}
		if (end == nil) != (test.end == "") || end != nil && !strings.HasPrefix(end.Error(), test.end) {
			t.Errorf("%s: ends with %v, want %q", name, end, test.end)
		}
		if end != nil && strings.Contains(end.Error(), "hunter2") {
			t.Errorf("%s: tells a secret: %v", name, end)
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

// TestMistypedColumn: the name that is meant is told, never what is there.
func TestMistypedColumn(t *testing.T) {
	_, err := userfile.NewReader(strings.NewReader("username,Pasword\n"), userfile.CSV)
	if err == nil || !strings.HasSuffix(err.Error(), " (did you mean password?)") || strings.Contains(err.Error(), "Pasword") {
		t.Error(err)
	}
}

// TestReadingFails tells a file that cannot be read from one that is wrong.
func TestReadingFails(t *testing.T) {
	broken := errors.New("the disk failed")
	for format, text := range map[userfile.Format]string{userfile.CSV: "username\njane\njo", userfile.JSON: "[{\"username\":\"jane\"},\n{"} {
		reader, err := userfile.NewReader(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), format)
		for err == nil {
			_, err = reader.Next()
		}
		var wrong *userfile.Error
		if !errors.Is(err, broken) || errors.As(err, &wrong) {
			t.Errorf("%s: %v", format, err)
		}
		if _, err := userfile.NewReader(iotest.ErrReader(broken), format); !errors.Is(err, broken) {
			t.Errorf("%s: %v", format, err)
		}
		if _, err := userfile.NewReader(strings.NewReader("\xff\xfe"), format); !errors.As(err, &wrong) || wrong.Line != 1 {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// FuzzTable writes a table as programs do, and reads it back.
func FuzzTable(f *testing.F) {
	f.Add(uint8(0), true, false, "jane", "j@x")
	f.Add(uint8(1), true, true, "jo;hn", "a,b\tc|d")
	f.Add(uint8(2), false, true, "two\nlines\n", "\"quoted\"")
	f.Add(uint8(3), false, false, "sep=;", " ")
	f.Fuzz(func(t *testing.T, separator uint8, mark, forExcel bool, username, email string) {
		line := strings.NewReplacer("\r", "") // the reader makes line feeds of the line ends in cells
		username, email = line.Replace(username), line.Replace(email)
		if !utf8.ValidString(username) || !utf8.ValidString(email) || username == "" || email == "" || len(username)+len(email) > 1<<10 {
			return
		}
		var text strings.Builder
		if mark {
			text.WriteString("\ufeff")
		}
		out := csv.NewWriter(&text)
		out.Comma, out.UseCRLF = rune(",;\t|"[separator%4]), forExcel
		if forExcel {
			fmt.Fprintf(&text, "sep=%c\r\n", out.Comma)
		}
		if err := out.WriteAll([][]string{{"username", "email"}, {username, email}, {"last", "l@x"}}); err != nil {
			t.Fatal(err)
		}
		got, end := read(userfile.CSV, text.String())
		if len(got) != 2 || end != nil || !strings.HasSuffix(got[0], ": "+username+" "+email+"  false") || !strings.HasSuffix(got[1], ": last l@x  false") {
			t.Errorf("%q\ngives %q, %v", text.String(), got, end)
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add(true, "username,password_hash\njane,$2b$06$\n\"x")
	f.Add(true, "\ufeffsep=;\r\nusername;email\r\njane;\"a\r\nb\"\r\n")
	f.Add(true, "username,email\n\"a,x\nb,\"\"\nc,\"y\"\n\n\"d\"e,\nf,\n")
	f.Add(true, "username\temail\njane\t\xff\n")
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
		before, next, lines := 0, 0, strings.Split(text, "\n")
		for range len(text) + 1 {
			record, err := reader.Next()
			if err != nil {
				if _, again := reader.Next(); again != err {
					t.Fatalf("after %v comes %v", err, again)
				}
			}
			switch {
			case errors.Is(err, io.EOF) && isCSV && next > 0:
				record.Line = len(lines) + 1
			case err != nil:
				return
			}
			for isCSV && next > 0 && next < record.Line { // a line that belongs to no record
				if line := lines[next-1]; line != "" && line != "\r" {
					t.Fatalf("line %d is lost: %q", next, line)
				}
				next++
			}
			if err != nil {
				return
			}
			if isCSV && (record.Lines < 1 || next > record.Line) {
				t.Fatalf("a record of %d lines from line %d on, after one that ends before line %d", record.Lines, record.Line, next)
			}
			next = record.Line + record.Lines
			if record.Line < before || record.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("a record of line %d after one of line %d", record.Line, before)
			}
			before = record.Line
		}
		t.Fatal("more records than bytes")
	})
}
