package runtime_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/plugin"
)

// TestWhatDoesNotFitIsNamed has each fault in a file told by the line, the
// setting, what is wrong, and what to write.
func TestWhatDoesNotFitIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		// Values of another kind.
		"http:\n  definitions: a, b\n":                                   `line 2: http.definitions: takes a list: write [a, b], not "a, b"`,
		"http:\n  trusted_proxies: ::1\n":                                `line 2: http.trusted_proxies: takes a list: write ["::1"], not "::1"`,
		"sso:\n  apps:\n    all: CRM\n":                                  `line 3: sso.apps.all: takes a list: write [CRM], not "CRM"`,
		"sso:\n  apps:\n    all:\n      - CRM\n      - {ERP: 1}\n":       "line 5: sso.apps.all: item 2 of the list takes text, not names with values",
		"sso:\n  user_address_list:\n    jane: 10.0.0.1\n":               `line 3: sso.user_address_list.jane: takes a list: write [10.0.0.1], not "10.0.0.1"`,
		"sso:\n  user_address_list: [hunter2]\n":                         "line 2: sso.user_address_list: takes names with a list such as [a, b] for each, as {name: value}, not a list",
		"services:\n  timeout: 30\n":                                     "line 2: services.timeout: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"services:\n  timeout: 1d\n":                                     `line 2: services.timeout: takes a duration in h, m, s or ms (30s, 1h30m), not "1d"`,
		"services:\n  timeouts:\n    crm.report: 30\n":                   "line 3: services.timeouts.crm.report: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"services:\n  timeouts: 30s\n":                                   "line 2: services.timeouts: takes names with a duration in h, m, s or ms (30s, 1h30m) for each, as {name: value}",
		"smtp: {main: {host: h, timeout: 15}}\n":                         "line 1: smtp.main.timeout: takes a duration with its unit: 15s, 15m or 15h, not 15",
		"smtp: hunter2\n":                                                "line 1: smtp: takes names of your choice with settings below each: host, port, tls, ca_file, username, password, password_file, timeout",
		"smtp: {main: hunter2}\n":                                        "line 1: smtp.main: is a section: its settings (host, port, tls, ca_file, username, password, password_file, timeout) are written below it, one a line, as setting: value",
		"smtp:\n  host: h\n":                                             "line 2: smtp.host: belongs one level deeper: below smtp are names of your choice, and the settings are below these",
		"smtp: {main: {host: h, password: [hunter2]}}\n":                 "line 1: smtp.main.password: takes text, not a list",
		"http: {docs: 1}\n":                                              `line 1: http.docs: takes true or false, not "1"`,
		"http:\n  max_body: 1MB\n":                                       `line 2: http.max_body: takes a whole number, not "1MB"`,
		"http:\n  max_body: " + strings.Repeat("x", 61) + "\n":           `line 2: http.max_body: takes a whole number, not "` + strings.Repeat("x", 60) + `"…`,
		"http: {rate_limit: 5}\n":                                        "line 1: http.rate_limit: takes true or false, or else its settings (enabled, requests_per_second, burst, exempt_addresses) below it, one a line, as setting: value",
		"sso:\n  login:\n    throttle: {user_attempts: 1.5}\n":           `line 3: sso.login.throttle.user_attempts: takes a whole number, not "1.5"`,
		"sso: {login: true}\n":                                           "line 1: sso.login: is a section: its settings (reject_if_not_listed, inform_if_locked, inform_if_not_confirmed, inform_if_totp_missing, totp_single_use, throttle, inform_if_not_approved) are written below it, one a line, as setting: value",
		"database:\n  url: postgres://u:hunter2@h/d\n":                   "line 2: database: takes text, not names with values",
		"listen: !!int hunter2\n":                                        "line 1: listen: takes text, and the value is not of the type that its tag (!!) says: leave the tag out",
		"listen: a\nlisten: b\n":                                         "line 2: listen: is there twice, on line 1 as well: leave one of them",
		"sso:\n  main: {}\n  main: {}\n":                                 "line 3: sso.main: is there twice, on line 2 as well: leave one of them",
		"a: &a {timeout: 30}\nservices:\n  <<: *a\n":                     "line 1: services.timeout: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"services:\n  pool_size: &t 30\n  timeout: *t\n":                 "line 3: services.timeout: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"? [hunter2]\n: b\n":                                             "line 1: the names of settings are words",
		"sso: {signup: {email_confirm_template_en_GB: x, conform: 1}}\n": "line 1: sso.signup.conform: there is no such setting",
		"services:\n\ttimeout: 3s\n":                                     "line 2, column 1: not YAML: a tab is there: indent with spaces",

		// Names that a value may be a part of.
		"smtp: {main: {host: h, password:hunter2}}\n":      `line 1: smtp.main."password:…": there is no such setting: settings are written as name: value, with a colon and a space`,
		"smtp: {main: {host: h, password=hunter2}}\n":      `line 1: smtp.main."password=…": there is no such setting: settings are written as name: value, with a colon and a space`,
		"smtp: {main:hunter2: {host: h, port: x}}\n":       `line 1: smtp."main:…".port: takes a whole number, not "x"`,
		"{listen: x, database:postgres://u:hunter2@h/d}\n": `line 1: there is no setting or section "database:…": settings are written as name: value, with a colon and a space`,
		"? " + strings.Repeat("x", 61) + "\n: {}\n":        `line 1: there is no setting or section "` + strings.Repeat("x", 60) + `…": there are listen, `,
		"sso: {'" + strings.Repeat("ä", 65) + "': 1}\n":    `line 1: sso."` + strings.Repeat("ä", 60) + `…": there is no such setting`,

		// Settings that are elsewhere.
		"apps:\n  all: [CRM]\n":                                              `line 1: there is no setting or section "apps": it belongs under sso`,
		"throttle: false\n":                                                  `line 1: there is no setting or section "throttle": it belongs under http or under sso.login`,
		"listen: x\nmin_length: 3\n":                                         `line 2: there is no setting or section "min_length": it belongs under sso.password`,
		"exempt_addresses: []\n":                                             `line 1: there is no setting or section "exempt_addresses": there are listen, `,
		"http:\ndocs: true\n":                                                `line 2: there is no setting or section "docs": it belongs under http`,
		"http:\n  acme: {enabled: true}\n":                                   "line 2: http.acme: there is no such setting: it belongs under http.tls",
		"http:\n  apps: {all: [CRM]}\n":                                      "line 2: http.apps: there is no such setting: it belongs under sso",
		"http:\n  Min-Length: 3\n":                                           "line 2: http.Min-Length: there is no such setting: it belongs under sso.password",
		"sso:\n  throttle: true\n":                                           "line 2: sso.throttle: there is no such setting: it belongs under sso.login",
		"sso:\n  http: {docs: true}\n":                                       "line 2: sso.http: there is no such setting: it belongs at the top, not indented",
		"sso.password.min_length: 3\n":                                       `line 1: there is no setting or section "sso.password.min_length": names are not written with dots: write sso: {password: {min_length: ...}}, not indented`,
		"sso:\n  password.min_length: 3\n":                                   "line 2: sso.password.min_length: there is no such setting: names are not written with dots: write password: {min_length: ...}",
		"log:\n  colour: true\n":                                             "line 2: log.colour: there is no such setting: there are level, format",
		"http:\n  throttle: {user_attempts: 3}\n":                            "line 2: http.throttle.user_attempts: there is no such setting: it belongs under sso.login.throttle",
		"listen: :1\nsso:\n  apps:\n    all: [ERP]\n    login_allowed: []\n": `line 3: sso.apps.default: "CRM" is not in sso.apps.all (ERP)`,
		"sso:\n  prt: {valid_for: 0}\n":                                      "line 1: sso.password_reset.valid_for: must be between 1 and ",
	} {
		path := configFile(t, text)
		cfg, err := runtime.LoadConfig(path, plugin.New())
		if err == nil {
			cfg.Data = filepath.Join(t.TempDir(), "data")
			_, err = runtime.Open(t.Context(), openOptions(cfg))
		}
		if err == nil {
			t.Errorf("%q was accepted", text)
			continue
		}
		where := "configuration " + path + ": "
		if !strings.HasPrefix(err.Error(), where+want) {
			t.Errorf("%q: %v\nwant %s", text, err, where+want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: a password is in the error: %v", text, err)
		}
	}
}

// TestAllThatDoesNotFitIsTold at once, in the order of the file.
func TestAllThatDoesNotFitIsTold(t *testing.T) {
	t.Parallel()
	path := configFile(t, "services:\n  timeout: soon\n  pool_size: x\nhttp: {docs: maybe}\n")
	_, err := runtime.LoadConfig(path)
	want := "configuration " + path + ": line 2: services.timeout: takes a duration in h, m, s or ms (30s, 1h30m), not \"soon\"\n" +
		"configuration " + path + ": line 3: services.pool_size: takes a whole number, not \"x\"\n" +
		"configuration " + path + ": line 4: http.docs: takes true or false, not \"maybe\""
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// TestAliasesOfWhatDoesNotFit has a small file name what does not fit millions of
// times, and what fits as often.
func TestAliasesOfWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	const many = 3000
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("u%d", i))
	}
	aliases := func(of string) (text string) {
		for i := range many {
			text += fmt.Sprintf("    k%d: *%s\n", i, of)
		}
		return text
	}
	for _, c := range []struct{ text, fault string }{
		{"smtp:\n    k: &m {" + strings.Join(names, ": 1, ") + ": 1}\n" + aliases("m"), "smtp.k.u7: there is no such setting"},
		{"smtp:\n    k: &m {" + strings.Repeat("a: 1, ", many) + "}\n" + aliases("m"), "is there twice"},
		{"smtp:\n    k: &m {host: [x]}\n" + strings.ReplaceAll(aliases("m"), "*m", "{<<: *m}"), "takes text, not a list"},
	} {
		_, err := runtime.LoadConfig(configFile(t, c.text))
		if err == nil || strings.Count(err.Error(), "\n") != 50 || !strings.Contains(err.Error(), c.fault) || !strings.HasSuffix(err.Error(), ": there is more that does not fit: mend what is above first") {
			t.Errorf("%.60q: %.300v", c.text, err)
		}
	}
}

// TestMergesIntoSeveralSections looks at what is merged in each of them.
func TestMergesIntoSeveralSections(t *testing.T) {
	t.Parallel()
	path := configFile(t, "smtp:\n  a: &m {host: x, timeout: 5s}\n  b: {<<: *m}\nservices:\n  <<: *m\n")
	_, err := runtime.LoadConfig(path)
	if want := "configuration " + path + ": line 2: services.host: there is no such setting"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// TestMergesWithoutEnd reads a file that would be of endless size with all its
// anchors in place.
func TestMergesWithoutEnd(t *testing.T) {
	t.Parallel()
	text := "a0: &a0 {timeout: 1s}\n"
	for _, step := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		before := string(step[0] - 1)
		text += "a" + step + ": &a" + step + " {<<: [" + strings.TrimSuffix(strings.Repeat("*a"+before+", ", 10), ", ") + "]}\n"
	}
	for _, text := range []string{text + "services: {<<: *a9}\n", "services: &s {<<: *s}\n", "services: &s {timeouts: {<<: *s}}\n", "http: &h {definitions: [*h]}\n", "smtp: &s {main: *s}\n"} {
		path := configFile(t, text)
		if _, err := runtime.LoadConfig(path); err != nil && !strings.HasPrefix(err.Error(), "configuration "+path+": ") {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}
