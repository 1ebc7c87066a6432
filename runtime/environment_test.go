package runtime_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/security"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/plugin"
)

// checkEnvironment opens an installation with variables over a file, and
// returns the configuration and the error.
func checkEnvironment(t *testing.T, file string, environ ...string) (runtime.Config, error) {
	t.Helper()
	path := configFile(t, file)
	cfg, err := runtime.LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.ReadEnvironment(environ); err != nil {
		return cfg, err
	}
	cfg.Data = t.TempDir()
	r, err := runtime.Open(t.Context(), openOptions(cfg))
	if err == nil {
		err = r.Close(t.Context())
	}
	return cfg, err
}

func TestEnvironmentOverTheFile(t *testing.T) {
	t.Parallel()
	cfg, err := checkEnvironment(t, "listen: 127.0.0.1:1\nservices:\n  timeout: 5s\n  pool_size: 3\n",
		"GATEHOUSE_LISTEN=127.0.0.1:2", "GATEHOUSE_SERVICES_TIMEOUT=7s", "GATEHOUSE_SERVICES_DIRECTORIES=a, b",
		"GATEHOUSE_SERVICES_TIMEOUTS={crm.report: 5m}", "GATEHOUSE_HTTP_MAX_BODY=4096", "GATEHOUSE_LOG_LEVEL=warn",
		"GATEHOUSE_SSO_PASSWORD_MIN_LENGTH=12", "GATEHOUSE_SSO_APPS_ALL=[CRM, ERP]", "GATEHOUSE_SSO_USER_ADDRESS_LIST={jane: [10.0.0.0/8]}",
		"GATEHOUSE_SSO_MAIN_ENCRYPT_EMAIL=false", "GATEHOUSE_TEST_POSTGRES_BIN=/x", "GATEHOUSE_SECRET_KEY=", "GATEHOUSE_SMTP_MAIN_PASSWORD=x",
		"OTHER_SSO_X=1", "GATEHOUSEX=1", "gatehouse_listn=1",
		// As Kubernetes and Docker name services in containers.
		"GATEHOUSE_SERVICE_HOST=10.1.2.3", "GATEHOUSE_SERVICE_PORT=17010", "GATEHOUSE_SERVICE_PORT_HTTP=17010", "GATEHOUSE_PORT=tcp://10.1.2.3:17010",
		"GATEHOUSE_PORT_17010_TCP=tcp://10.1.2.3:17010", "GATEHOUSE_PORT_17010_TCP_ADDR=10.1.2.3", "GATEHOUSE_POSTGRESQL_SERVICE_HOST=10.1.2.4",
		"GATEHOUSE_POSTGRESQL_PORT=tcp://10.1.2.4:5432", "GATEHOUSE_POSTGRESQL_PORT_5432_TCP_PROTO=tcp")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen != "127.0.0.1:2" || cfg.Services.Timeout != 7*time.Second || fmt.Sprint(cfg.Services.Directories) != "[a b]" ||
		cfg.Services.Timeouts["crm.report"] != 5*time.Minute || cfg.HTTP.MaxBody != 4096 || cfg.Log.Level != "warn" || cfg.Services.PoolSize != 3 {
		t.Errorf("%+v", cfg)
	}
	for _, variable := range []string{"GATEHOUSE_DATABASE_URL", "GATEHOUSE_DATABASE"} {
		cfg := runtime.DefaultConfig()
		if err := cfg.ReadEnvironment([]string{variable + "=postgres://x"}); err != nil || cfg.Database != "postgres://x" {
			t.Errorf("%s: %q, %v", variable, cfg.Database, err)
		}
		cfg.Database = "postgres://of-the-file"
		if err := cfg.ReadEnvironment([]string{variable + "="}); err != nil || cfg.Database != "postgres://of-the-file" {
			t.Errorf("%s, empty: %q, %v", variable, cfg.Database, err)
		}
	}
}

// TestVariablesOfASectionThatMayBeASwitch has it switched, and its settings set.
func TestVariablesOfASectionThatMayBeASwitch(t *testing.T) {
	t.Parallel()
	cfg, err := checkEnvironment(t, "http:\n  throttle: {window: 100}\n", "GATEHOUSE_HTTP_THROTTLE=true",
		"GATEHOUSE_HTTP_THROTTLE_LONGEST_DELAY=90", "GATEHOUSE_HTTP_THROTTLE_EXEMPT_ADDRESSES=10.0.0.0/8, ::1")
	want := security.DefaultThrottle()
	want.Window, want.LongestDelay, want.ExemptAddresses = 100, 90, []string{"10.0.0.0/8", "::1"}
	if err != nil || !reflect.DeepEqual(cfg.HTTP.Throttle, want) {
		t.Errorf("%+v, %v", cfg.HTTP.Throttle, err)
	}
	for _, variables := range [][]string{
		{"GATEHOUSE_HTTP_THROTTLE=false", "GATEHOUSE_SSO_LOGIN_THROTTLE=false"},
		{"GATEHOUSE_HTTP_THROTTLE={enabled: false}", "GATEHOUSE_SSO_LOGIN_THROTTLE_ENABLED=false"},
		{"GATEHOUSE_HTTP_THROTTLE_ENABLED=false", "GATEHOUSE_SSO_LOGIN_THROTTLE=true", "GATEHOUSE_SSO_LOGIN_THROTTLE_USER_ATTEMPTS=7"},
	} {
		if cfg, err := checkEnvironment(t, "", variables...); err != nil || cfg.HTTP.Throttle.Enabled {
			t.Errorf("%v: %+v, %v", variables, cfg.HTTP.Throttle, err)
		}
	}
}

func TestVariablesThatAreRefused(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"GATEHOUSE_SSO_PASWORD_MIN_LENGTH=hunter2":      "environment variable GATEHOUSE_SSO_PASWORD_MIN_LENGTH: there is no such setting (did you mean GATEHOUSE_SSO_PASSWORD_MIN_LENGTH?)",
		"GATEHOUSE_SERVICES_TMEOUT=hunter2":             "environment variable GATEHOUSE_SERVICES_TMEOUT: there is no such setting (did you mean GATEHOUSE_SERVICES_TIMEOUT?)",
		"GATEHOUSE_DATABSE_URL=postgres://u:hunter2@h":  "environment variable GATEHOUSE_DATABSE_URL: there is no such setting (did you mean GATEHOUSE_DATABASE_URL?)",
		"GATEHOUSE_LISTN=hunter2":                       "environment variable GATEHOUSE_LISTN: there is no such setting (did you mean GATEHOUSE_LISTEN?)",
		"GATEHOUSE_SECRET_KEYS=hunter2":                 "environment variable GATEHOUSE_SECRET_KEYS: there is no such setting (did you mean GATEHOUSE_SECRET_KEY?)",
		"GATEHOUSE_SERVCE_TIMEOUT=hunter2":              "environment variable GATEHOUSE_SERVCE_TIMEOUT: there is no such setting (did you mean GATEHOUSE_SERVICES_TIMEOUT?)",
		"GATEHOUSE_SMTP_MAIN_PASSWRD=hunter2":           "environment variable GATEHOUSE_SMTP_MAIN_PASSWRD: there is no such setting",
		"GATEHOUSE_PORT=8080":                           "environment variable GATEHOUSE_PORT: there is no such setting",
		"GATEHOUSE_TELEMETRY_ENDPOINT=hunter2":          "environment variable GATEHOUSE_TELEMETRY_ENDPOINT: there is no such setting",
		"GATEHOUSE_=hunter2":                            "environment variable GATEHOUSE_: there is no such setting",
		"GATEHOUSE_SSO_PASSWORD_MIN_LENGTH=twelve":      `environment variable GATEHOUSE_SSO_PASSWORD_MIN_LENGTH: sso.password.min_length: takes a whole number, not "twelve"`,
		"GATEHOUSE_SSO_PASSWORD_MIN_LENGTH=":            "environment variable GATEHOUSE_SSO_PASSWORD_MIN_LENGTH: sso.password.min_length: is empty or not YAML: it takes a whole number",
		"GATEHOUSE_SSO_PASSWORD_MIN_LENGTH=0":           "environment variable GATEHOUSE_SSO_PASSWORD_MIN_LENGTH: sso.password.min_length: must be above 0, not 0",
		"GATEHOUSE_SERVICES_TIMEOUT=soon":               "environment variable GATEHOUSE_SERVICES_TIMEOUT: services.timeout: takes a duration in h, m, s or ms (30s, 1h30m), not \"soon\"",
		"GATEHOUSE_HTTP_THROTTLE_WINDOW=1":              "environment variable GATEHOUSE_HTTP_THROTTLE_WINDOW: http.throttle.window: must be between 60 and",
		"GATEHOUSE_SSO_LOGIN_THROTTLE_WINDOW=1":         "environment variable GATEHOUSE_SSO_LOGIN_THROTTLE_WINDOW: sso.login.throttle.window: must be between 60 and",
		"GATEHOUSE_HTTP_THROTTLE_ATTEMPTS=1":            "environment variable GATEHOUSE_HTTP_THROTTLE_ATTEMPTS: there is no such setting",
		"GATEHOUSE_HTTP_THROTTLE=often":                 "environment variable GATEHOUSE_HTTP_THROTTLE: http.throttle: takes true or false, or else its settings (enabled, ",
		"GATEHOUSE_SERVICES_TIMEOUT=30":                 "environment variable GATEHOUSE_SERVICES_TIMEOUT: services.timeout: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"GATEHOUSE_SERVICES_TIMEOUTS=30s":               "environment variable GATEHOUSE_SERVICES_TIMEOUTS: services.timeouts: takes names with a duration in h, m, s or ms (30s, 1h30m) for each, as {name: value}",
		"GATEHOUSE_SERVICES_TIMEOUTS={a.b:\t30}":        "environment variable GATEHOUSE_SERVICES_TIMEOUTS: services.timeouts.a.b: takes a duration with its unit: 30s, 30m or 30h, not 30",
		"GATEHOUSE_SSO_APPS_ALL=[CRM,[x]]":              "environment variable GATEHOUSE_SSO_APPS_ALL: sso.apps.all: item 2 of the list takes text, not a list",
		"GATEHOUSE_SSO_APPS_ALL=ERP":                    "environment variable GATEHOUSE_SSO_APPS_ALL: sso.apps.default: \"CRM\" is not in sso.apps.all (ERP)",
		"GATEHOUSE_SMTP=hunter2":                        "environment variable GATEHOUSE_SMTP: smtp: takes names of your choice with settings below each: host, port, ",
		"GATEHOUSE_SMTP={main:\t{hots:\tx}}":            "environment variable GATEHOUSE_SMTP: smtp.main.hots: there is no such setting (did you mean host?)",
		"GATEHOUSE_APPS_ALL=CRM":                        "environment variable GATEHOUSE_APPS_ALL: there is no such setting (did you mean GATEHOUSE_SSO_APPS_ALL?)",
		"GATEHOUSE_PASSWORD_MIN_LENGTH=12":              "environment variable GATEHOUSE_PASSWORD_MIN_LENGTH: there is no such setting (did you mean GATEHOUSE_SSO_PASSWORD_MIN_LENGTH?)",
		"GATEHOUSE_LENGTH=12":                           "environment variable GATEHOUSE_LENGTH: there is no such setting",
		"GATEHOUSE_SERVICES_TIMEOUT=0s":                 "environment variable GATEHOUSE_SERVICES_TIMEOUT: services.timeout: must be above 0",
		"GATEHOUSE_SSO_APPS_ALL=[CRM":                   "environment variable GATEHOUSE_SSO_APPS_ALL: sso.apps.all: is empty or not YAML: it takes a list such as [a, b]",
		"GATEHOUSE_SSO_APPS_ALL=":                       "environment variable GATEHOUSE_SSO_APPS_ALL: sso.apps.all: must list an application at least",
		"GATEHOUSE_SSO_MAIN_ENCRYPT_EMAIL=perhaps":      "environment variable GATEHOUSE_SSO_MAIN_ENCRYPT_EMAIL: sso.main.encrypt_email: takes true or false, not \"perhaps\"",
		"GATEHOUSE_SSO_USER_ADDRESS_LIST=anywhere":      "environment variable GATEHOUSE_SSO_USER_ADDRESS_LIST: ",
		"GATEHOUSE_DATABASE_URL=a GATEHOUSE_DATABASE=b": "environment variables GATEHOUSE_DATABASE_URL and GATEHOUSE_DATABASE differ",
	} {
		_, err := checkEnvironment(t, "", strings.Split(variable, " ")...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", variable, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the value is told: %v", variable, err)
		}
	}
}

// TestAllUnknownVariablesAreTold, in their order, and where nothing is opened
// as well.
func TestAllUnknownVariablesAreTold(t *testing.T) {
	t.Parallel()
	cfg := runtime.DefaultConfig()
	err := cfg.ReadEnvironment([]string{"GATEHOUSE_Z=1", "GATEHOUSE_LISTEN=127.0.0.1:0", "GATEHOUSE_LOG_LEVL=warn", "GATEHOUSE_SSO_SIGNUP_IS_APPROVAL_NEEDED=true"})
	if err != nil {
		t.Fatal(err)
	}
	want := "environment variable GATEHOUSE_LOG_LEVL: there is no such setting (did you mean GATEHOUSE_LOG_LEVEL?)\nenvironment variable GATEHOUSE_Z: there is no such setting"
	if err := cfg.CheckEnvironment(plugin.New()); err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	cfg.Data = t.TempDir()
	if r, err := runtime.Open(t.Context(), openOptions(cfg)); err == nil || err.Error() != want {
		t.Errorf("%v, %v\nwant %s", r, err, want)
	}
	if err := cfg.CheckEnvironment(); err == nil || !strings.Contains(err.Error(), "GATEHOUSE_SSO_SIGNUP_IS_APPROVAL_NEEDED") {
		t.Errorf("without the plugin: %v", err)
	}
}

// TestVariables lists those that make a difference.
func TestVariables(t *testing.T) {
	t.Parallel()
	all := []string{"GATEHOUSE_DATABASE_URL=postgres://x", "GATEHOUSE_DATA=d", "GATEHOUSE_SSO_APPS_DEFAULT=ERP", "GATEHOUSE_LOG_LEVEL=warn", "GATEHOUSE_LISTEN=:1",
		"GATEHOUSE_SECRET_KEY=k", "GATEHOUSE_SMTP_MAIN_PASSWORD=p", "GATEHOUSE_TEST_X=1", "GATEHOUSE_SERVICE_HOST=h", "GATEHOUSE_HTTP_MAX_BODY=4096"}
	cfg := runtime.DefaultConfig()
	if err := cfg.ReadEnvironment(all); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "[GATEHOUSE_DATA GATEHOUSE_DATABASE_URL GATEHOUSE_SECRET_KEY GATEHOUSE_SMTP_MAIN_PASSWORD GATEHOUSE_SSO_APPS_DEFAULT]"},
		{func() { cfg.Replaced("database", "sso.apps.default") }, "[GATEHOUSE_DATA GATEHOUSE_SECRET_KEY GATEHOUSE_SMTP_MAIN_PASSWORD]"},
		{func() { cfg.KeyFile = "k" }, "[GATEHOUSE_DATA GATEHOUSE_SMTP_MAIN_PASSWORD]"},
	} {
		step.change()
		if got := fmt.Sprint(cfg.Variables("listen", "log", "http")); got != step.want {
			t.Errorf("%s, want %s", got, step.want)
		}
	}
	cfg = runtime.DefaultConfig()
	if err := cfg.ReadEnvironment([]string{"GATEHOUSE_DATABASE=postgres://x", "GATEHOUSE_DATA="}); err != nil || fmt.Sprint(cfg.Variables()) != "[GATEHOUSE_DATABASE]" {
		t.Errorf("%v, %v", cfg.Variables(), err)
	}
}

// TestEverySettingHasAVariableOfItsOwn finds settings whose variables would be
// one and the same.
func TestEverySettingHasAVariableOfItsOwn(t *testing.T) {
	t.Parallel()
	settings := map[string]string{}
	var collect func(path string, value reflect.Type)
	collect = func(path string, of reflect.Type) {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			if name == "" {
				continue
			}
			if of.Field(i).Type.Kind() == reflect.Struct {
				collect(path+name+".", of.Field(i).Type)
				continue
			}
			variable := runtime.VariableOf(path + name)
			if other, taken := settings[variable]; taken {
				t.Errorf("%s is %s and %s%s", variable, other, path, name)
			}
			settings[variable] = path + name
		}
	}
	collect("", reflect.TypeFor[runtime.Config]())
	collect("sso.", reflect.TypeFor[core.Config]())
	if len(settings) < 40 {
		t.Errorf("only %d settings", len(settings))
	}
}
