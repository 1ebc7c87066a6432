package blackbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/mail/mailtest"
)

// patience bounds waits that end long before on any machine.
const patience = 60 * time.Second

// What every host has: a super-user who logs in with TOTP, and a Basic Auth
// definition.
const (
	adminName      = "admin1"
	adminPassword  = "Adm1n-Secret-Of-Mine"
	adminKey       = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	pubapiPassword = "Pubapi-Secret-Of-Mine"
)

// settings are those of the section sso, by section and name.
type settings map[string]map[string]any

// host is the program at work.
type host struct {
	client

	dir      string
	location string // of the database
	mails    *mailtest.Server
	admin    user // who is a super-user and logged in
	log      *output
	env      []string // of the program, beside that of the tests
	process  *os.Process
}

// user is what a client knows of a user, with a session where it has one.
type user struct {
	id, name, email, password, ust string
}

// output is what the host has written so far.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// startHost makes an installation as its operator would, and starts it. What
// is not set has its default, but single use of TOTP codes and throttling are
// off, users may sign up through CRM, and hashes are quick, for there are many.
func startHost(t *testing.T, database string, sso settings, env ...string) *host {
	t.Helper()
	h := &host{dir: t.TempDir(), location: database, mails: mailtest.Start(t, mailtest.Options{}), log: &output{}, env: env}
	if h.location == "" {
		h.location = filepath.Join(h.dir, "data", "gatehouse.db")
	}
	all := settings{
		"login":          {"totp_single_use": false, "throttle": false},
		"apps":           {"signup_allowed": []string{"CRM"}},
		"main":           {"smtp_conn": "main"},
		"hash_secret":    {"algorithm": "pbkdf2-sha512", "rounds": 1000},
		"password_reset": {"email_from": "noreply@example.com", "email_template": h.write(t, "reset.txt", "{username} of {site_name}: {token}\n")},
	}
	for name, section := range sso {
		if all[name] == nil {
			all[name] = map[string]any{}
		}
		maps.Copy(all[name], section)
	}
	config, err := json.Marshal(map[string]any{ // which is YAML, too
		"listen":   "127.0.0.1:0",
		"data":     filepath.Join(h.dir, "data"),
		"database": database,
		"services": map[string]any{"directories": []string{filepath.Join(h.dir, "services")}},
		"smtp":     map[string]any{"main": map[string]any{"host": h.mails.Config.Host, "port": h.mails.Config.Port, "tls": "none"}},
		"http":     map[string]any{"throttle": false},
		"sso":      all,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.write(t, "gatehouse.yaml", string(config))
	h.write(t, "services/echo.go", echoService)

	h.command(t, "security", "set-password", "pubapi", "--password", pubapiPassword)
	if sso == nil { // the host of the suite, where services are called
		h.command(t, "security", "set-jwt", "pubapi")
	}
	h.command(t, "sso", "create-super-user", adminName, "--password", adminPassword, "--email", "admin1@example.com")
	h.command(t, "sso", "reset-totp-key", adminName, "--key", adminKey, "--key-label", "phone")
	h.serve(t)
	h.enableTOTP(t)
	return h
}

const echoService = `package services

import "gatehouse/runtime/service"

type Echo struct{ service.Service }

func (self *Echo) Handle() error {
	self.Response.Payload = service.Dict{"input": self.Request.Input}
	return nil
}
`

func (h *host) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// program returns a command of the program in the directory of the host.
func (h *host) program(arguments ...string) *exec.Cmd {
	cmd := exec.Command(executable, append(arguments, "--config", filepath.Join(h.dir, "gatehouse.yaml"))...)
	cmd.Dir, cmd.SysProcAttr = h.dir, dieWithTests()
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GATEHOUSE_") && !strings.HasPrefix(variable, "PG") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "TZ=Asia/Kolkata") // no time may be local
	cmd.Env = append(cmd.Env, h.env...)
	return cmd
}

// command runs the program to its end and returns what it prints.
func (h *host) command(t *testing.T, arguments ...string) string {
	t.Helper()
	cmd := h.program(arguments...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("gatehouse %s: %v\n%s", strings.Join(arguments, " "), err, &stderr)
	}
	return strings.TrimSpace(string(printed))
}

var greeting = regexp.MustCompile(`(?m)^Gatehouse .* on (http://127\.0\.0\.1:\d+)$`)

// serve starts the host, waits until it is ready, and ends it with the test:
// it must end well and have logged neither failures nor secrets.
func (h *host) serve(t *testing.T) {
	t.Helper()
	cmd := h.program("serve")
	var stdout output
	cmd.Stdout, cmd.Stderr = &stdout, h.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.process = cmd.Process
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-exited:
			if err != nil {
				t.Errorf("the host ended with %v", err)
			}
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			t.Error("the host does not end")
		}
		h.checkLog(t)
	})
	wait(t, "the host to serve", func() bool {
		found := greeting.FindStringSubmatch(stdout.String())
		if found == nil {
			select {
			case err := <-exited:
				exited <- err
				t.Fatalf("the host ended with %v\n%s", err, h.log)
			default:
			}
			return false
		}
		h.url = found[1]
		answer, err := http.Get(h.url + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// wait waits until done says so.
func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (h *host) checkLog(t *testing.T) {
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			t.Errorf("logged: %s", line)
		}
		for _, secret := range []string{adminPassword, adminKey, pubapiPassword, "gAAAA", "Secret-Of-"} {
			if strings.Contains(line, secret) {
				t.Errorf("logged with the secret %s…: %s", secret[:5], line)
			}
		}
	}
	if t.Failed() {
		t.Logf("what the host has logged ends with:\n%s", tail(h.log.String(), 2000))
	}
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// enableTOTP turns TOTP on for the super-user, who logs in with it after that.
func (h *host) enableTOTP(t *testing.T) {
	t.Helper()
	h.admin = user{name: adminName, email: "admin1@example.com", password: adminPassword}
	h.login(t, &h.admin)
	h.call(t, "PATCH", "/user", elements{"ust": h.admin.ust, "is_totp_enabled": true}).ok(nil)
	h.admin.ust = h.call(t, "POST", "/user/login", elements{"username": adminName, "password": adminPassword,
		"totp_code": totp(t, adminKey, 0)}).ok(keys{"ust": encrypted}).text("ust")
	h.admin.id = h.call(t, "GET", "/user", elements{"ust": h.admin.ust}).ok(superUserKeys).text("user_id")
}

// sql runs a statement on the host's database: for what no client can do, such
// as having time pass. $1 and so on stand for the arguments.
func (h *host) sql(t *testing.T, statement string, arguments ...any) {
	t.Helper()
	db, err := open.Database(context.Background(), h.location, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	changed := int64(0)
	err = db.Change(context.Background(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: statement, Args: arguments, Affected: func(rows int64) error { changed = rows; return nil }}}, nil
	})
	if err != nil || changed == 0 {
		t.Fatalf("%s: %d rows, %v", statement, changed, err)
	}
}

// past is long over.
var past = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)

// expireSessions has the sessions of a user end in the past.
func (h *host) expireSessions(t *testing.T, username string) {
	t.Helper()
	h.sql(t, `UPDATE zato_sso_session SET expiration_time = $1
		WHERE user_id = (SELECT id FROM zato_sso_user WHERE username = $2)`, past, username)
}

// newUser has the super-user create an approved user who is not logged in.
// more are further elements.
func (h *host) newUser(t *testing.T, more elements) user {
	t.Helper()
	name := unique("user")
	u := user{name: name, email: name + "@example.com", password: "User-Secret-Of-" + name}
	in := elements{"ust": h.admin.ust, "username": u.name, "email": u.email, "password": u.password, "auto_approve": true}
	maps.Copy(in, more)
	u.id = h.call(t, "POST", "/user", in).status(http.StatusOK).text("user_id")
	return u
}

// newSession is newUser with a session.
func (h *host) newSession(t *testing.T, more elements) user {
	t.Helper()
	u := h.newUser(t, more)
	h.login(t, &u)
	return u
}

// login opens another session for a user.
func (h *host) login(t *testing.T, u *user) {
	t.Helper()
	u.ust = h.call(t, "POST", "/user/login", elements{"username": u.name, "password": u.password}).
		ok(keys{"ust": encrypted}).text("ust")
}

// see returns a user as the super-user sees it.
func (h *host) see(t *testing.T, id string) *answer {
	t.Helper()
	return h.call(t, "GET", "/user", elements{"ust": h.admin.ust, "user_id": id}).ok(superUserKeys)
}

var counter atomic.Int64

// unique returns a name that no other call returns.
func unique(prefix string) string { return fmt.Sprintf("%s%03d", prefix, counter.Add(1)) }
