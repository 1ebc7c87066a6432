package runtime_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/core"
)

// annotated returns what configs/gatehouse.yaml says.
func annotated(t *testing.T) (settings map[string]any) {
	t.Helper()
	text, err := os.ReadFile("../configs/gatehouse.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Load(text, &settings); err != nil {
		t.Fatal(err)
	}
	return settings
}

// TestAnnotatedDefaults holds configs/gatehouse.yaml to the defaults in the
// code, both ways: every setting is there, with its default.
func TestAnnotatedDefaults(t *testing.T) {
	t.Parallel()
	documented := annotated(t)
	var inCode, sso map[string]any
	reload := func(value any, into *map[string]any) {
		t.Helper()
		text, err := yaml.Dump(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Load(text, into); err != nil {
			t.Fatal(err)
		}
	}
	reload(runtime.DefaultConfig(), &inCode)
	reload(core.DefaultConfig(), &sso)
	inCode["sso"] = sso
	compare(t, "", normal(documented), normal(inCode))
	cfg, err := runtime.LoadConfig("../configs/gatehouse.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = t.TempDir()
	r, err := runtime.Open(t.Context(), openOptions(cfg))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestDocsNameSettingsInFull holds what the documentation calls settings to those
// that there are, each by its whole path.
func TestDocsNameSettingsInFull(t *testing.T) {
	t.Parallel()
	documented := annotated(t)
	known := map[string]bool{}
	var collect func(path string, section map[string]any)
	collect = func(path string, section map[string]any) {
		for name, value := range section {
			known[path+name] = true
			if below, ok := value.(map[string]any); ok {
				collect(path+name+".", below)
			}
		}
	}
	collect("", documented)
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages:", err)
	}
	dotted, found := regexp.MustCompile("`([a-z_]+(?:\\.[a-z_]+)+)`"), 0
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range dotted.FindAllStringSubmatch(string(text), -1) {
			name := match[1]
			section, _, _ := strings.Cut(name, ".")
			_, isSection := documented[section].(map[string]any)
			switch {
			case known["sso."+name]:
				t.Errorf("%s: %s is called sso.%s in the configuration", page, name, name)
			case known[name]:
				found++
			case isSection && name != "sso.conf":
				t.Errorf("%s: there is no setting %s", page, name)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d settings are named", found)
	}
}

// normal makes nil, an empty list and an empty map one.
func normal(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if len(value) == 0 {
			return nil
		}
		for key, inner := range value {
			value[key] = normal(inner)
		}
	case []any:
		if len(value) == 0 {
			return nil
		}
	}
	return value
}

func compare(t *testing.T, at string, documented, inCode any) {
	t.Helper()
	d, isMap := documented.(map[string]any)
	c, isMapToo := inCode.(map[string]any)
	if !isMap || !isMapToo {
		if !reflect.DeepEqual(documented, inCode) {
			t.Errorf("%s: documented as %v, in the code %v", at, documented, inCode)
		}
		return
	}
	for key := range c {
		if _, ok := d[key]; !ok {
			t.Errorf("%s.%s is not documented", at, key)
		}
	}
	for key, value := range d {
		compare(t, at+"."+key, value, c[key])
	}
}

func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"listen: x\nlitsen: y\n":                                                      {"line 2", "no setting or section \"litsen\" (did you mean listen?)"},
		"ssso:\n  main: {}\n":                                                         {"line 1", "ssso", "(did you mean sso?)"},
		"services:\n  tmeout: 1s\n":                                                   {"line 2: services.tmeout: there is no such setting (did you mean timeout?)"},
		"sso:\n  sessoin: {}\n":                                                       {"line 2: sso.sessoin: there is no such setting (did you mean session?)"},
		"sso:\n  password: {min_lngth: 3}\n":                                          {"line 2: sso.password.min_lngth: there is no such setting (did you mean min_length?)"},
		"sso:\n  login:\n    throttle: {after_usr: 3}\n":                              {"line 3: sso.login.throttle.after_usr: there is no such setting: there are enabled, user_attempts, "},
		"sso:\n  signup: {max_length_emial: 3}\n":                                     {"sso.signup.max_length_emial: there is no such setting (did you mean max_length_email?)"},
		"services:\n  timeout: soon\n":                                                {"line 2"},
		"services:\n  timeout: -1s\n":                                                 {"line 2: services.timeout"},
		"listen: 17010\n":                                                             {"line 1: listen: want HOST:PORT", `not "17010"`},
		"listen: 127.0.0.1:99999\n":                                                   {"line 1: listen: want HOST:PORT"},
		"data: x\nlisten: localhost\n":                                                {"line 2: listen: want HOST:PORT"},
		"services:\n  directories: [x]\n  pool_size: -1\n":                            {"line 3: services.pool_size"},
		"services:\n  timeouts: {a.b: 0s}\n":                                          {"services.timeouts", "a.b"},
		"http:\n  max_body: 0\n":                                                      {"http.max_body"},
		"http:\n  trusted_proxies: [10.0.0.1, proxy]\n":                               {"http.trusted_proxies", "\"proxy\" is neither an address, nor a network such as 10.0.0.0/8"},
		"http:\n  trusted_proxies: [\"*\"]\n":                                         {"http.trusted_proxies", "name the addresses or networks"},
		"http:\n  throttle: {first_delay: 0}\n":                                       {"http.throttle.first_delay", "between 1 and 60"},
		"http:\n  throttle:\n    window: 10\n":                                        {"line 3: http.throttle.window"},
		"http:\n  throttle: {exempt_addresses: [x]}\n":                                {"http.throttle.exempt_addresses", "neither an address"},
		"http:\n  throttle: {attempts: 5}\n":                                          {"http.throttle.attempts: there is no such setting: there are enabled, definition_attempts, "},
		"http:\n  header_timeout: 0s\n":                                               {"line 2: http.header_timeout: must be between 1s and 24h"},
		"http:\n  read_timeout: soon\n":                                               {"line 2: http.read_timeout: takes a duration in h, m, s or ms (30s, 1h30m), not \"soon\""},
		"http:\n  write_timeout: 100h\n":                                              {"line 2: http.write_timeout"},
		"http:\n  idle_timeout: -1s\n":                                                {"line 2: http.idle_timeout"},
		"http:\n  max_connections: -1\n":                                              {"line 2: http.max_connections: must not be negative"},
		"http:\n  max_connections_per_address: -1\n":                                  {"line 2: http.max_connections_per_address: must not be negative"},
		"http:\n  tls:\n    cert_file: x\n":                                           {"line 3: http.tls.cert_file: has no key", "http.tls.key_file"},
		"http:\n  tls: {certfile: x}\n":                                               {"line 2: http.tls.certfile: there is no such setting (did you mean cert_file?)"},
		"http:\n  tls:\n    hsts: 5\n":                                                {"line 3: http.tls.hsts: there is no TLS"},
		"http:\n  cors:\n    allowed_origins: [x]\n":                                  {"line 3: http.cors.allowed_origins: \"x\" is no origin"},
		"http:\n  rate_limit: {burst: 0, enabled: true}\n":                            {"line 2: http.rate_limit.burst: must be between 1"},
		"http:\n  rate_limit: maybe\n":                                                {"line 2: "},
		"http:\n  max_connections: 5\n  max_connections_per_address: 6\n":             {"line 3: http.max_connections_per_address: must not be more"},
		"http:\n  tls:\n    acme:\n      enabled: true\n      domains: [x]\n":         {"line 5: http.tls.acme.domains: \"x\" is no name"},
		"http:\n  cors:\n    allowed_origins: [\"*\"]\n    allow_credentials: true\n": {"line 4: http.cors.allow_credentials"},
		"http:\n  costly_rate_limit:\n    exempt_addresses: [x]\n":                    {"line 3: http.costly_rate_limit.exempt_addresses: \"x\" is neither"},
		"http:\n  costly_rate_limit: {requests_per_second: 1}\n":                      {"line 2: http.costly_rate_limit.requests_per_second: there is no such setting: it belongs under http.rate_limit"},
		"http:\n  nosuch: 1\n  definitions: pubapi\n":                                 {"line 2: http.nosuch: there is no such setting\n", `line 3: http.definitions: takes a list: write [pubapi], not "pubapi"`},
		"http: [\n": {"line 2", "not YAML"},
		"database: mysql://user:hunter2@host/x\n":        {"postgres://", `"mysql"`},
		"database: host=h user=u password=hunter2\n":     {"want postgres://user:password@host:5432/name, which this is not"},
		"database: password=hunter2:x host=h\n":          {"postgres://", "which this is not"},
		"database: host:h password=hunter2\n":            {"postgres://", "which this is not"},
		"database: hunter2\n":                            {"postgres://", "which this is not"},
		"database: Hunter2:hunter2@h/x\n":                {"postgres://", "which this is not"},
		"smtp: {main: {password: *hunter2}}\n":           {"line 1, column 25: not YAML: an alias of nothing", "in quotes"},
		"services: &hunter2 {timeouts: *hunter2}\n":      {"line 1: services.timeouts.timeouts: takes a duration"},
		"smtp: {main: {password: !!int hunter2}}\n":      {"not of the type that its tag"},
		"sso:\n  main:\n    encrypt_mail: true\n":        {"line 3", "sso.main.encrypt_mail: there is no such setting (did you mean encrypt_email?)"},
		"sso:\n  session: {expiry: an hour}\n":           {"line 2", `sso.session.expiry: takes a whole number, not "an hour"`},
		"hunter2\n":                                      {"line 1: settings are written one a line, as setting: value"},
		"- hunter2\n":                                    {"line 1: settings are written one a line, as setting: value"},
		"log: hunter2\n":                                 {"line 1: log: is a section: its settings (level, format) are written below it"},
		"sso: []\n":                                      {"line 1: sso: is a section: its settings (main, ", "are written below it, one a line, as setting: value"},
		"sso:\n  session: {expiry: 0}\n":                 {"line 2: sso.session.expiry"},
		"sso:\n  apps: {default: ERP}\n":                 {"sso.apps.default", "ERP"},
		"sso:\n  apps: {all: []}\n":                      {"sso.apps.all"},
		"sso:\n  user_address_list: {jane: [nowhere]}\n": {"jane", "nowhere"},
		"sso:\n  hash_secret: {algorithm: md5}\n":        {"hash_secret.algorithm", "md5"},
		"sso:\n  password: {max_length: 5}\n":            {"password.max_length"},
		"sso:\n  signup: {max_length_username: 500}\n":   {"signup.max_length_username"},

		"smtp:\n  main:\n    host: x\n    port: 99999\n":                         {"line 4: smtp.main.port"},
		"smtp:\n  main:\n    hots: x\n":                                          {"line 3", "smtp.main.hots: there is no such setting (did you mean host?)"},
		"smtp:\n  main: {host: x, username: u}\n":                                {"smtp.main.password", "GATEHOUSE_SMTP_MAIN_PASSWORD"},
		"smtp:\n  main: {host: x, timeout: soon}\n":                              {"line 2", "a duration"},
		"sso:\n  password_reset:\n    valid_for: 0\n":                            {"line 3: sso.password_reset.valid_for"},
		"sso:\n  password_reset:\n    vaild_for: 1\n":                            {"sso.password_reset.vaild_for: there is no such setting (did you mean valid_for?)"},
		"sso:\n  prt:\n    valid_for: soon\n":                                    {"line 3", `sso.prt.valid_for: takes a whole number, not "soon"`},
		"sso:\n  prt:\n    valid_for: 0\n":                                       {"sso.password_reset.valid_for"},
		"sso:\n  main: {smtp_conn: x}\n":                                         {"line 2: sso.main.smtp_conn", `"x"`},
		"sso:\n  main: {email_service: x, smtp_conn: y}\nsmtp: {z: {host: h}}\n": {"line 2: sso.main.smtp_conn", `"z"`},
	} {
		path := configFile(t, text)
		cfg, err := runtime.LoadConfig(path)
		if err == nil {
			cfg.Data = filepath.Join(t.TempDir(), "data")
			_, err = runtime.Open(t.Context(), openOptions(cfg))
			if _, missing := os.Stat(cfg.Data); !errors.Is(missing, os.ErrNotExist) {
				t.Errorf("%q: something was made", text)
			}
		}
		if err == nil {
			t.Errorf("%q was accepted", text)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: the error does not tell %s: %v", text, part, err)
			}
		}
		if strings.Contains(err.Error(), "type runtime.") || strings.Contains(err.Error(), "time.Duration") {
			t.Errorf("%q: the error speaks of types: %v", text, err)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: a password is in the error: %v", text, err)
		}
	}
}

func TestEmptyConfiguration(t *testing.T) {
	t.Parallel()
	path := configFile(t, "# nothing\n\n   # at all\n")
	if _, err := runtime.LoadConfig(path); err != nil {
		t.Error(err)
	}
	if _, err := runtime.LoadConfig(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestSwitches has sections that may as well be a switch take what other switches
// take.
func TestSwitches(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false} {
		path := configFile(t, "http: {docs: "+text+", rate_limit: "+text+", throttle: "+text+"}\n")
		cfg, err := runtime.LoadConfig(path)
		if err != nil || cfg.HTTP.Docs != want || cfg.HTTP.RateLimit.Enabled != want || cfg.HTTP.Throttle.Enabled != want {
			t.Errorf("%s: %+v, %v", text, cfg.HTTP, err)
		}
	}
}
