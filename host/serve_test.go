package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/runtime/database/pgtest"
)

// services returns the directory of the services that come with the program.
func services(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../services")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func onEveryDatabase(t *testing.T, test func(t *testing.T, flags []string)) {
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, nil) })
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--database", pgtest.URL(t)})
	})
}

var ustLine = regexp.MustCompile(`^gAAAA[\w=-]+\n$`)

// TestFirstRun starts a host on nothing, does what its page says, and starts
// it again.
func TestFirstRun(t *testing.T) {
	t.Parallel()
	onEveryDatabase(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		args := append([]string{"--data", "my data", "--services", services(t)}, flags...)

		host := serve(t, dir, args...)
		admin, pubapi := host.password("super-user"), host.password("Basic Auth")
		if len(admin) < 20 || len(pubapi) < 20 || admin == pubapi {
			t.Fatalf("passwords %q and %q", admin, pubapi)
		}
		for _, name := range []string{"update-current-user.update-current-user", "update-user-by-id.update-user-by-id"} {
			if !regexp.MustCompile(`(?m)^  ` + name + ` +/.*\.go$`).MatchString(host.stdout.String()) {
				t.Errorf("the page does not list service %s", name)
			}
		}
		checkPasted(t, host.paste(""))
		if !strings.Contains(host.stdout.String(), "\n  "+programFile(t)+" audit list --data 'my data'") {
			t.Error("the line of the audit does not name the program and the data directory")
		}
		host.stop()
		checkSecret(t, host, admin, pubapi)

		// The second start has all that the first made.
		again := serve(t, dir, args...)
		if page := again.stdout.String(); strings.Contains(page, "password") || strings.Contains(page, "shown only now") {
			t.Error("the second start shows passwords")
		}
		checkPasted(t, again.paste(pubapi+"\n"))

		// A password that is set anew holds at once, beside the running host.
		command(t, dir, append([]string{"security", "set-password", "pubapi", "--password", "one of mine", "--data", "my data"}, flags...)...)
		again.await("the new password", func() bool {
			said := again.paste("one of mine\n")
			return strings.HasSuffix(said[1], "HTTP 200\n")
		})
		if said := again.paste(pubapi + "\n"); !strings.HasSuffix(said[1], "HTTP 401\n") {
			t.Errorf("the old password still works: %q", said[1])
		}
		again.stop()
		checkSecret(t, again, admin, pubapi, "one of mine")
	})
}

// TestPageRepeatsWhatTheHostWasStartedWith does what the page says where the
// installation is named by flags, a file and variables.
func TestPageRepeatsWhatTheHostWasStartedWith(t *testing.T) {
	t.Parallel()
	key := strings.TrimSpace(command(t, t.TempDir(), "keys", "generate"))
	for name, test := range map[string]struct {
		flags     func(url string) []string
		file      func(url string) string
		variables func(url string) []string
		shows     []string // on the page
		steps     int
	}{
		"flags": {
			flags: func(url string) []string {
				return []string{"--database", url, "--config", "my settings.yaml", "--data", "d"}
			},
			shows: []string{" audit list --data d --config 'my settings.yaml' --database 'postgres://gatehouse@127.0.0.1:"},
			steps: 4,
		},
		"a file": {
			flags: func(string) []string { return []string{"--config", "my settings.yaml"} },
			file:  func(url string) string { return "database: " + withPassword(url) + "\n" },
			shows: []string{" audit list --config 'my settings.yaml'\n"},
			steps: 4,
		},
		"a flag with a password": {
			flags: func(url string) []string {
				return []string{"--database", withPassword(url), "--key-file", "secret keys"}
			},
			shows: []string{"\n  # tell the other commands the database; its password is not shown: put it in the place of PASSWORD\n  export GATEHOUSE_DATABASE_URL='postgres://gatehouse:PASSWORD@127.0.0.1:",
				" audit list --key-file 'secret keys'\n"},
			steps: 5,
		},
		"variables": {
			flags: func(string) []string { return []string{"--config", "my settings.yaml"} },
			file:  func(string) string { return "smtp: {main: {host: localhost, tls: none, username: u}}\n" },
			variables: func(url string) []string {
				return []string{"GATEHOUSE_DATABASE_URL=" + withPassword(url), "GATEHOUSE_DATA=d", "GATEHOUSE_SECRET_KEY=" + key, "GATEHOUSE_SMTP_MAIN_PASSWORD=hunter2", "GATEHOUSE_HTTP_GRACE=5s", "GATEHOUSE_SERVICE_HOST=x", "PGPASSWORD=hunter2", "PGOTHER=x"}
			},
			shows: []string{"\n  # first set there what this host has in GATEHOUSE_DATA, GATEHOUSE_DATABASE_URL, GATEHOUSE_SECRET_KEY, GATEHOUSE_SMTP_MAIN_PASSWORD and PGPASSWORD\n"},
			steps: 5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, url := t.TempDir(), pgtest.URL(t)
			text := "# nothing\n"
			if test.file != nil {
				text = test.file(url)
			}
			write(t, filepath.Join(dir, "my settings.yaml"), text)
			if err := os.WriteFile(filepath.Join(dir, "secret keys"), []byte(key+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var variables []string
			if test.variables != nil {
				variables = test.variables(url)
			}
			host := serveWith(t, dir, variables, append(test.flags(url), "--services", services(t))...)
			for _, want := range test.shows {
				if !strings.Contains(host.stdout.String(), want) {
					t.Errorf("the page does not have %q", want)
				}
			}
			if strings.Contains(host.stdout.String()+host.stderr.String(), "hunter2") || strings.Contains(host.stdout.String(), key) {
				t.Error("a password or key is shown")
			}
			said := host.paste("")
			if len(said) != test.steps {
				t.Fatalf("%d steps, want %d", len(said), test.steps)
			}
			checkPasted(t, said[test.steps-4:])
			host.stop()
			// The second page logs in with a command, which needs the same.
			again := serveWith(t, dir, variables, append(test.flags(url), "--services", services(t))...)
			checkPasted(t, again.paste(host.password("Basic Auth") + "\n")[test.steps-4:])
			again.stop()
		})
	}
}

// withPassword puts a password into the URL of a server that asks for none.
func withPassword(url string) string {
	return strings.Replace(url, "gatehouse@", "gatehouse:hunter2@", 1)
}

func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://u:hunter2@h:5432,i:5433/db?sslmode=disable": "postgres://u:PASSWORD@h:5432,i:5433/db?sslmode=disable",
		"postgres://h/db?user=u&password=hunter2":               "postgres://h/db?password=PASSWORD&user=u",
		"postgres://u@h/db?sslpassword=hunter2":                 "postgres://u@h/db?sslpassword=PASSWORD",
		"postgres://u:%zz@h/db":                                 "postgres://USER:PASSWORD@HOST/NAME",
		"postgres://u@h/db":                                     "postgres://u@h/db",
	} {
		if got := withoutPassword(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
		if hasPassword(url) != (url != want) {
			t.Errorf("%s: has a password: %t", url, hasPassword(url))
		}
	}
}

// TestPageOfAHostThatListensEverywhere has lines that work on this machine.
func TestPageOfAHostThatListensEverywhere(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "[::1]:80": "[::1]:80", "10.1.2.3:80": "10.1.2.3:80"} {
		of, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := localAddress(of); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// TestPageSaysWhereTheDocsAre has the address of the documentation be that of a
// page, and not be there where the page is not.
func TestPageSaysWhereTheDocsAre(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile(`(?m)^  docs {6}(\S+)$`)
	for setting, isThere := range map[string]bool{"true": true, "false": false} {
		host := serveWith(t, t.TempDir(), []string{"GATEHOUSE_HTTP_DOCS=" + setting})
		found := line.FindStringSubmatch(host.stdout.String())
		if (found != nil) != isThere {
			t.Errorf("http.docs %s: %v", setting, found)
		}
		if found != nil {
			path, isOurs := strings.CutPrefix(found[1], host.url)
			if status, page := host.get(path); !isOurs || status != http.StatusOK || !strings.Contains(page, "<title>Gatehouse</title>") {
				t.Errorf("%s: %d %s", found[1], status, page)
			}
		}
		host.stop()
	}
}

// checkPasted checks what the four steps of the page have done.
func checkPasted(t *testing.T, said []string) {
	t.Helper()
	if len(said) != 4 {
		t.Fatalf("%d steps, want 4: %q", len(said), said)
	}
	if !ustLine.MatchString(said[0]) {
		t.Errorf("log in: %q, want a UST", said[0])
	}
	if !strings.HasSuffix(said[1], "HTTP 200\n") {
		t.Errorf("update: %q, want HTTP 200", said[1])
	}
	var user struct {
		Status      string `json:"status"`
		DisplayName string `json:"display_name"`
	}
	if err := json.Unmarshal([]byte(said[2]), &user); err != nil || user.Status != "ok" || user.DisplayName != "New Display Name" {
		t.Errorf("result: %q, want the new display name (%v)", said[2], err)
	}
	if !regexp.MustCompile(`(?m)  user\.update_current_user  ok  .*keys=email,display_name`).MatchString(said[3]) {
		t.Errorf("audit: %q, want the update", said[3])
	}
}

// checkSecret checks that a log tells no password.
func checkSecret(t *testing.T, p *process, passwords ...string) {
	t.Helper()
	for _, password := range passwords {
		if strings.Contains(p.stderr.String(), password) {
			t.Error("the log tells a password")
		}
	}
	for _, password := range passwords[:2] { // those that a host makes
		shown := strings.Count(p.stdout.String(), "  password  "+password+"\n")
		if want := strings.Count(p.stdout.String(), "  password  ") / 2; shown != want {
			t.Errorf("a password is shown %d times, want %d", shown, want)
		}
	}
}

// TestServeWithoutServices does what the page says where there are none: the
// SSO is served, over its REST API.
func TestServeWithoutServices(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	host := serve(t, dir)
	if !strings.Contains(host.stdout.String(), "\nThere is no directory services yet: the SSO is served") {
		t.Error("the page does not say that there are no services")
	}
	checkPatched(t, host.paste(""))

	// The first service is there as soon as its file is.
	write(t, filepath.Join(dir, "services", "hello.go"), helloService)
	host.await("the new service", func() bool {
		status, body := host.get("/zato/api/invoke/hello.hello")
		return status == 200 && body == `"hello"`
	})
	host.stop()

	// Without the example service the second page uses the REST API as well.
	again := serve(t, dir)
	if !strings.Contains(again.stdout.String(), "  hello.hello ") {
		t.Error("the page does not list the service")
	}
	checkPatched(t, again.paste(""))
	again.stop()
}

func checkPatched(t *testing.T, said []string) {
	t.Helper()
	if len(said) != 4 || !ustLine.MatchString(said[0]) || !strings.Contains(said[1], `"status":"ok"`) ||
		!strings.Contains(said[2], `"display_name":"New Display Name"`) ||
		!strings.Contains(said[3], "user.update_current_user  ok") {
		t.Errorf("pasted lines said %q", said)
	}
}

const helloService = `package services

import "gatehouse/runtime/service"

type Hello struct{ service.Service }

func (self *Hello) Handle() error {
	self.Response.Payload = "hello"
	return nil
}
`

// TestServeOtherSuperUser starts on an installation whose super-user the
// command line made: no second one is made, and the page names none.
func TestServeOtherSuperUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command(t, dir, "sso", "create-super-user", "boss", "--password", "Boss-secret-1")
	host := serve(t, dir)
	page := host.stdout.String()
	if host.password("super-user") != "" || host.password("Basic Auth") == "" {
		t.Error("want a password for Basic Auth alone")
	}
	if !strings.Contains(page, "sso login USERNAME)") {
		t.Error("the page does not ask for a username")
	}
	host.stop()
}

// TestServeAnotherDefinition lets callers in by a definition that the first start
// does not make: the page does not promise that pubapi does, and the log says that
// there is none.
func TestServeAnotherDefinition(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "gatehouse.yaml"), "http:\n  definitions: [crm]\n")
	host := serve(t, dir, "--config", "gatehouse.yaml", "--services", services(t))
	page := host.stdout.String()
	if !strings.Contains(page, "password  "+host.password("Basic Auth")+"\n    (it lets nobody in before http.definitions names it)\n") ||
		strings.Contains(page, "-u pubapi") {
		t.Errorf("the page promises what is not so")
	}
	host.stop()
	if !regexp.MustCompile(`http.definitions names a security definition that is not there.*definition=crm`).MatchString(host.stderr.String()) {
		t.Error("the log does not say that there is no crm")
	}
}

// TestServeSeveralDirectories repeats --services.
func TestServeSeveralDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "one", "hello.go"), helloService)
	write(t, filepath.Join(dir, "two", "deeper", "bye.go"), strings.ReplaceAll(strings.ReplaceAll(helloService, "Hello", "Bye"), "hello", "bye"))
	write(t, filepath.Join(dir, "two", "wrong", "wrong.go"), strings.ReplaceAll(helloService, `"hello"`, "missing"))
	host := serve(t, dir, "--services", "one", "--services", "two", "--services", "three")
	for name, want := range map[string]string{"hello.hello": `"hello"`, "bye.bye": `"bye"`} {
		if status, body := host.get("/zato/api/invoke/" + name); status != 200 || body != want {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	for _, want := range []string{`Services in one, two, three:`, `There is no directory three yet`,
		`  \(not loaded\) two/wrong/wrong.go:\n    two/wrong/wrong.go:8:26: undefined: missing`} {
		if !regexp.MustCompile(want).MatchString(host.stdout.String()) {
			t.Errorf("the page does not say %q", want)
		}
	}
	host.stop()
}

// TestServeRefused is about hosts that cannot serve: they say why, promise
// nothing on standard output, and leave running hosts alone.
func TestServeRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	host := serve(t, dir)

	launch(t, dir, "--listen", "127.0.0.1:0").checkFails(
		`gatehouse: database: another host already serves the database .*gatehouse\.db: stop it, choose another data directory, or let several hosts share PostgreSQL`)
	address := strings.TrimPrefix(host.url, "http://")
	launch(t, dir, "--listen", address, "--data", "other").checkFails(
		`gatehouse: listen tcp ` + address + `: bind: address already in use: choose another address with --listen HOST:PORT`)

	if status, body := host.get("/zato/ping"); status != 200 {
		t.Errorf("the first host answers %d %s", status, body)
	}
	host.stop()

	// The lock went with the host, and so it does when the host is killed.
	killed := serve(t, dir)
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed.exited
	serve(t, dir).stop()
}

// TestTwoHostsAtOnce starts two hosts on one empty PostgreSQL database.
func TestTwoHostsAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	dir := t.TempDir() // they share the key, as hosts of one installation must
	hosts := []*process{
		launch(t, dir, "--listen", "127.0.0.1:0", "--database", url),
		launch(t, dir, "--listen", "127.0.0.1:0", "--database", url),
	}
	shown := map[string]int{}
	for _, host := range hosts {
		host.awaitServing()
		for _, what := range []string{"super-user", "Basic Auth"} {
			if host.password(what) != "" {
				shown[what]++
			}
		}
	}
	if shown["super-user"] != 1 || shown["Basic Auth"] != 1 {
		t.Errorf("passwords shown: %v, want each by one host", shown)
	}
	// A session of one host is one of the other.
	for _, host := range hosts {
		if host.password("super-user") != "" {
			ust := strings.TrimSpace(host.paste("")[0])
			for _, other := range hosts {
				checkSession(t, other, ust)
			}
		}
	}
	for _, host := range hosts {
		host.stop()
	}
}

func checkSession(t *testing.T, host *process, ust string) {
	t.Helper()
	status, body := host.send("GET", "/zato/sso/user", `{"ust":"`+ust+`","current_app":"CRM"}`)
	if status != 200 || !strings.Contains(body, `"username":"admin"`) {
		t.Errorf("current user: %d %s", status, body)
	}
}

// TestPasswordsOfTheDatabase starts hosts whose database URL holds a password of
// one kind: lines to paste would put it before others' eyes.
func TestPasswordsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for _, parameter := range []string{"password", "sslpassword"} {
		host := serve(t, t.TempDir(), "--database", pgtest.URL(t)+"&"+parameter+"=hush-hush")
		host.stop()
		if strings.Contains(host.stdout.String()+host.stderr.String(), "hush") {
			t.Errorf("%s is shown", parameter)
		}
	}
}
