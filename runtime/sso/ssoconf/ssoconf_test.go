package ssoconf

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/sso/core"
)

func defaults() Settings {
	cfg := core.DefaultConfig()
	return &cfg
}

// convertFile converts a file and loads what came out.
func convertFile(t testing.TB, text string) (core.Config, Result) {
	t.Helper()
	result, err := Convert("sso.conf", text, defaults)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	loaded := struct{ SSO core.Config }{core.DefaultConfig()}
	if err := yaml.Load(result.YAML, &loaded, yaml.WithKnownFields()); err != nil && result.Taken > 0 {
		t.Fatalf("the result does not load: %v\n%s", err, result.YAML)
	}
	if err := loaded.SSO.Check(); err != nil {
		t.Fatalf("the result is refused: %v\n%s", err, result.YAML)
	}
	return loaded.SSO, result
}

func notes(result Result) (all []string) {
	for _, note := range result.Notes {
		all = append(all, fmt.Sprintf("%d: %v", note.Line, note))
	}
	return all
}

// TestForms holds the parser to the forms of ConfigObj.
func TestForms(t *testing.T) {
	for text, want := range map[string]entry{
		"[s]\na=b":                          {"s", "a", "b", []string{"b"}, 2},
		"[ s ] # c\n  a = b # c":            {"s", "a", "b", []string{"b"}, 2},
		"\ufeff['s']\r\n'a b' = 'c'\r\n":    {"s", "a b", "c", []string{"c"}, 2},
		"a=":                                {"", "a", "", nil, 1},
		"a= # nothing":                      {"", "a", "", nil, 1},
		"a=b, c ,d,":                        {"", "a", "b, c ,d,", []string{"b", "c", "d"}, 1},
		`a="b, # c", 'd"' # e`:              {"", "a", `"b, # c", 'd"'`, []string{"b, # c", `d"`}, 1},
		`a="b, # c" # e`:                    {"", "a", "b, # c", []string{"b, # c"}, 1},
		"a=Jane's = it":                     {"", "a", "Jane's = it", []string{"Jane's = it"}, 1},
		"a=b#c":                             {"", "a", "b", []string{"b"}, 1},
		"a=,":                               {"", "a", ",", nil, 1},
		"a=\"\"\"\n 1\n\n 'x y',\n\"\"\" #": {"", "a", "\n 1\n\n 'x y',\n", []string{"1", "x y"}, 1},
		"a='''b, c'''":                      {"", "a", "b, c", []string{"b", "c"}, 1},
	} {
		entries, faults := parse(text)
		if len(entries) != 1 || len(faults) != 0 {
			t.Errorf("%q: %+v, %+v", text, entries, faults)
			continue
		}
		got := entries[0]
		if len(got.items) == 0 {
			got.items = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"nonsense":               "1 this is neither",
		"=b":                     "1 this is neither",
		"[s":                     "1 this is no name of a section",
		"[s] t\na=1":             "1 this is no name of a section; 2 this belongs to a section that cannot be read",
		"[[s]]\na=1\n[t]":        "1 there are no sections within sections; 2 this belongs to a section that cannot be read",
		"a='b":                   "1 the quotes of this value do not match",
		"a='b' c":                "1 the quotes of this value do not match",
		"a=\"\"\"\nx\n[s]\nb=c":  "1 the quotes of this value do not end",
		"a=\"\"\"x\"\"\" y":      "1 the quotes of this value do not end",
		strings.Repeat("x", 2e6): "1 the file is larger",
	} {
		_, faults := parse(text)
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprint(f.line, " ", f.reason))
		}
		if all := strings.Join(got, "; "); !strings.HasPrefix(all, want) {
			t.Errorf("%.20q: %q, want %q", text, all, want)
		}
	}
}

func TestValuesBecomeOurs(t *testing.T) {
	cfg, result := convertFile(t, `
[main]
encrypt_email=False # in clear
[hash_secret]
rounds = 1000
salt_size=32 # In bytes
[apps]
all=CRM, ERP
all=Web
login_allowed = "CRM",
inform_if_app_invalid = no
[user_address_list]
jane = 10.0.0.0/8, 192.168.1.1
john =
joe=*
[password]
min_length = 12
reject_list = """
  111111
  "a, b"
"""
[session]
expiry=
`)
	if got := notes(result); len(got) != 0 {
		t.Errorf("not taken: %q", got)
	}
	want := core.DefaultConfig()
	want.Main.EncryptEmail = false
	want.HashSecret.Rounds, want.HashSecret.SaltSize = 1000, 32
	want.Apps.All, want.Apps.InformIfAppInvalid = []string{"CRM", "ERP", "Web"}, false
	want.UserAddressList = map[string][]string{"jane": {"10.0.0.0/8", "192.168.1.1"}, "john": {}, "joe": {"*"}}
	want.Password.MinLength, want.Password.RejectList = 12, []string{"111111", "a, b"}
	if fmt.Sprintf("%+v", cfg) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v\n%s", cfg, want, result.YAML)
	}
}

// TestDefaultsAreDefaults reads a file of all settings with their defaults:
// what comes out are our defaults, and nothing is unknown.
func TestDefaultsAreDefaults(t *testing.T) {
	text, err := os.ReadFile("testdata/sso.conf")
	if err != nil {
		t.Fatal(err)
	}
	cfg, result := convertFile(t, string(text))
	for _, note := range result.Notes {
		if !note.Ignored && note.Reason != "this version of Gatehouse has no such setting" {
			t.Errorf("line %d: %v", note.Line, note)
		}
	}
	// Titles of e-mails have no default in the specification.
	plain := func(cfg core.Config) string {
		text, err := yaml.Dump(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
			return strings.Contains(line, "email_title")
		}), "\n")
	}
	if got, want := plain(cfg), plain(core.DefaultConfig()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWhatIsNotTakenIsNamed uses settings of this test, as those of the SSO
// grow.
func TestWhatIsNotTakenIsNamed(t *testing.T) {
	result, err := Convert("sso.conf", `early=1
[main]
encrypt_email=perhaps
encrypt_email=True
nosuch=1
smtp_conn=$SMTP_CONN
site_name = "Café = #1"
[backend]
default=sql
[nosuch]
a=1
[password_reset]
valid_for=30
user_search_by=email
email_title_pl_PL=x
[prt]
valid_for=20
[password]
min_length=0
max_length=12
min_complexity_algorithm=zxcvbn
[signup]
email_welcome_enabled=True
[session]
expiry=ten
expiry_hook=my.hook
rubbish
`, func() Settings { return &testSettings{Password: testPassword{MinLength: 8, MaxLength: 256}} })
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1: [] early: it stands before all sections",
		"3: [main] encrypt_email: its value is not True or False",
		"4: [main] encrypt_email: it is there already, in line 3",
		"5: [main] nosuch: there is no such setting in section main",
		"6: [main] smtp_conn: its value comes from an environment variable: set GATEHOUSE_SSO_MAIN_SMTP_CONN instead",
		"9: [backend] default: accepted and ignored: users are kept in the database that the setting database names",
		"11: [nosuch] a: there is no such section",
		"13: [password_reset] valid_for: section prt says it already, in line 17",
		"14: [password_reset] user_search_by: this version of Gatehouse has no such setting",
		"15: [password_reset] email_title_pl_PL: accepted and ignored: titles of languages that there is no template for are not used",
		"19: [password] min_length: refused: must be above 0",
		"21: [password] min_complexity_algorithm: accepted and ignored: there is one measure of complexity",
		"23: [signup] email_welcome_enabled: accepted and ignored: mails of sign-ups are sent by the services of callback_service_list",
		"25: [session] expiry: this version of Gatehouse has no such setting",
		"26: [session] expiry_hook: this version of Gatehouse has no such setting",
		"27: this is neither a section nor key = value",
	}
	if got := notes(result); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, note := range result.Notes {
		if !strings.Contains(string(result.YAML), fmt.Sprintf("\n#   line %d: %v\n", note.Line, note)) {
			t.Errorf("the file does not say %v", note)
		}
	}
	var loaded struct{ SSO testSettings }
	if err := yaml.Load(result.YAML, &loaded, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	if got := loaded.SSO; got.Main.SiteName != "Café = #1" || got.PasswordReset.ValidFor != 20 || got.Password.MaxLength != 12 || result.Taken != 3 {
		t.Errorf("%+v, %d taken\n%s", got, result.Taken, result.YAML)
	}
}

// TestSettingThatNeedsAnother gives back the one that the file has, and takes the
// rest.
func TestSettingThatNeedsAnother(t *testing.T) {
	result, err := Convert("sso.conf", "[main]\nencrypt_email=True\nsite_name=alone\nsmtp_conn=mail\n[password]\nmin_length=9\n",
		func() Settings { return &testSettings{Password: testPassword{MinLength: 8}} })
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, note := range result.Notes {
		notes = append(notes, fmt.Sprintf("%d %s.%s: %s", note.Line, note.Section, note.Key, note.Reason))
	}
	if len(notes) != 2 || notes[0] != "3 main.site_name: refused: sso.password_reset.valid_for: a site needs it" ||
		!strings.HasPrefix(notes[1], "4 main.smtp_conn: describe this connection in the section smtp of the new file") {
		t.Errorf("notes %q", notes)
	}
	if result.Taken != 2 || !strings.Contains(string(result.YAML), "min_length: 9") {
		t.Errorf("%d taken\n%s", result.Taken, result.YAML)
	}
}

type testSettings struct {
	Main struct {
		EncryptEmail bool   `yaml:"encrypt_email"`
		SMTPConn     string `yaml:"smtp_conn"`
		SiteName     string `yaml:"site_name"`
	} `yaml:"main"`
	PasswordReset struct {
		ValidFor int `yaml:"valid_for"`
	} `yaml:"password_reset"`
	Password testPassword `yaml:"password"`
}

type testPassword struct {
	MinLength int `yaml:"min_length"`
	MaxLength int `yaml:"max_length"`
}

func (s *testSettings) Check() error {
	if s.Password.MinLength <= 0 {
		return errors.Join(errors.New("sso.password.min_length: must be above 0"))
	}
	if s.Main.SiteName == "alone" && s.PasswordReset.ValidFor == 0 {
		return errors.Join(errors.New("sso.password_reset.valid_for: a site needs it"))
	}
	return nil
}

// TestEveryNameIsAccountedFor has each setting of the SSO among the names of
// the specification or our own additions.
func TestEveryNameIsAccountedFor(t *testing.T) {
	c := converter{newSettings: defaults, fields: map[string]reflect.Type{}}
	c.collect()
	if len(c.order) < 30 {
		t.Fatalf("only %d settings", len(c.order))
	}
	for section, names := range known {
		for _, key := range strings.Fields(names) {
			reason, isIgnored := reasonFor(section, key)
			if c.fields[section+"."+key] == nil && !isIgnored && reason != "this version of Gatehouse has no such setting" {
				t.Errorf("%s.%s: %s", section, key, reason)
			}
		}
	}
}

func FuzzConvert(f *testing.F) {
	f.Add("[main]\nencrypt_email=True # c\n[prt]\nvalid_for='1'\n")
	f.Add("[user_address_list]\na = 10.0.0.0/8, *\n\"b\"=\n[password]\nreject_list = \"\"\"\n a\n b,\n\"\"\"\n")
	f.Add("[apps]\nall=A\ndefault=B\n[[x]]\ny='''")
	f.Fuzz(func(t *testing.T, text string) {
		_, result := convertFile(t, text)
		for _, note := range result.Notes {
			if note.Line < 1 || note.Line > 1+strings.Count(text, "\n") || note.Reason == "" {
				t.Fatalf("%q: %+v", text, note)
			}
		}
	})
}
